"""What belongs to one post in an archive: old texts and topics."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.archive import schema
from accounts.archive.schema import from_moment, to_moment
from accounts.archive.sections import (
    Arrival,
    Departure,
    Line,
    Outcome,
    Record,
    Section,
)
from blog import actions
from blog.archive_sections.images import text_in, text_out
from blog.archive_sections.posts import details_in, details_out, own_posts
from blog.models import (
    Draft,
    Post,
    Revision,
    Topic,
)
from blog.models.taxonomy import SLUG_MAX_LENGTH

DETAILS = {"type": "object", "properties": {}, "required": []}


class PostPart(Section):
    """Something of one post; it comes in with its post and goes with it."""

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if arrival.is_foreseen("posts", record["post"]):
            return Outcome.ADDED
        post = brought_post(arrival, record["post"])
        if post is None:
            return Outcome.CARRIED if own_post(arrival, record["post"]) is None else Outcome.KNOWN
        return Outcome.KNOWN if self.is_here(post, record) else Outcome.ADDED

    def is_here(self, post: Post, record: Record) -> bool:
        """Return whether ``post`` has it already."""
        raise NotImplementedError

    def undo(self, owner, row) -> bool:
        return True  # it goes with its post, or stays with it


def own_post(arrival: Arrival, guid: str) -> Post | None:
    """Return the post of that name if it is of whoever brings the archive in."""
    return Post.objects.by(arrival.owner).filter(guid=guid).first()


def brought_post(arrival: Arrival, guid: str) -> Post | None:
    """Return the post of that name if this run brought it."""
    post = own_post(arrival, guid)
    if post is None or not actions.is_made_by(arrival.run, post):
        return None
    return post


class Revisions(PostPart):
    """What texts were before; named by post, moment and a number for those of one moment."""

    name = "revisions"
    label = gettext_lazy("Revisions")
    record = schema.table(
        at=schema.moment(),
        post=schema.guid(),
        number=schema.number(),
        kind=schema.choice(Revision.Kind.values),
        name=schema.text(200),
        title=schema.text(),
        source=schema.text(),
        details=DETAILS,
    )

    def lines(self, departure: Departure) -> list[Line]:
        rows = Revision.objects.filter(post__in=own_posts(departure)).order_by("post", "pk")
        numbers: Counter[tuple[str, str]] = Counter()
        found = []
        for pk, guid, at in rows.values_list("pk", "post__guid", "created_at"):
            place = (str(guid), from_moment(at))
            found.append(Line(place[1], f"{place[0]}/{place[1]}/{numbers[place]:06}", pk))
            numbers[place] += 1
        return found

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = Revision.objects.filter(pk__in=pks).values_list("pk", "post__guid")
        guids = dict(rows)
        numbers = departure.once(
            "revision_numbers",
            lambda: {line.pk: int(line.key.rpartition("/")[2]) for line in self.lines(departure)},
        )
        return {
            revision.pk: {
                "at": from_moment(revision.created_at),
                "post": str(guids[revision.pk]),
                "number": numbers.get(revision.pk, 0),
                "kind": revision.kind,
                "name": revision.name,
                "title": revision.title,
                "source": text_out(departure, revision.source),
                "details": details_out(departure, revision.details),
            }
            for revision in Revision.objects.filter(pk__in=pks)
        }

    def is_here(self, post: Post, record: Record) -> bool:
        same = Revision.objects.filter(post=post, created_at=to_moment(record["at"]))
        return same.count() > record["number"]

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_revision(
            arrival,
            self,
            brought_post(arrival, record["post"]),
            kind=record["kind"],
            name=record["name"],
            title=record["title"],
            source=text_in(arrival, record["source"]),
            details=details_in(arrival, record["details"]),
            created_at=to_moment(record["at"]),
        )


class PostTopics(PostPart):
    """Topics are the site's: which one a post, draft or revision has counts where there is one."""

    name = "post_topics"
    label = gettext_lazy("Topics of posts")
    record = schema.table(
        post=schema.guid(), part=schema.text(80), topic=schema.text(SLUG_MAX_LENGTH)
    )

    def lines(self, departure: Departure) -> list[Line]:
        return [
            Line("", f"{guid}{part}", (guid, part, slug))
            for guid, part, slug in departure.once("topics", lambda: list(_topics(departure)))
        ]

    def load(self, departure: Departure, pks: list[Any]) -> dict[Any, Record]:
        return {pk: {"post": pk[0], "part": pk[1], "topic": pk[2]} for pk in pks}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        outcome = super().foresee(arrival, record)
        if outcome == Outcome.ADDED and _topic(arrival, record["topic"]) is None:
            return Outcome.CARRIED
        return outcome

    def is_here(self, post: Post, record: Record) -> bool:
        return record["part"] == "" and post.topic_id is not None

    def store(self, arrival: Arrival, record: Record) -> None:
        post, topic = brought_post(arrival, record["post"]), _topic(arrival, record["topic"])
        if record["part"] == "":
            actions.bring_topic(arrival, self, post, topic)
            return
        text: Draft | Revision | None = Draft.objects.filter(post=post).first()
        if record["part"] != "/draft":
            at, _slash, number = record["part"].removeprefix("/").partition("/")
            text = _revision(post, at, number)
        if text is not None:
            actions.bring_topic_of_text(arrival, self, text, topic)


def _revision(post: Post, at: str, number: str) -> Revision | None:
    if not schema.MOMENT.fullmatch(at) or not number.isdecimal():
        return None
    same = Revision.objects.filter(post=post, created_at=to_moment(at)).order_by("pk")
    return same[int(number) : int(number) + 1].first() if len(number) < 10 else None


def _topics(departure: Departure):
    slugs = dict(Topic.objects.values_list("pk", "slug"))
    posts = own_posts(departure)
    for guid, topic in posts.exclude(topic=None).values_list("guid", "topic_id"):
        yield str(guid), "", slugs[topic]
    drafts = Draft.objects.filter(post__in=posts, details__topic__isnull=False)
    for guid, topic in drafts.values_list("post__guid", "details__topic"):
        if topic in slugs:
            yield str(guid), "/draft", slugs[topic]
    keys = {line.pk: line.key for line in Revisions().lines(departure)}
    old = Revision.objects.filter(post__in=posts, details__topic__isnull=False)
    for pk, guid, topic in old.values_list("pk", "post__guid", "details__topic"):
        if topic in slugs:
            yield str(guid), keys[pk].removeprefix(str(guid)), slugs[topic]


def _topic(arrival: Arrival, slug: str) -> Topic | None:
    topics = arrival.once("topics", lambda: {topic.slug: topic for topic in Topic.objects.all()})
    return topics.get(slug)
