"""One rule at every door: random relations, states and mutes against a plain statement of the law.

The statement below knows nothing of queries. Each example makes one post with one comment, lets
people follow, block and mute in a random order before or after, and then asks every page, feed,
number, notification and mail what it shows to whom.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actions import set_state
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Comment, Post
from config.tests.api_client import api_client
from social.actions import block_person, follow_person, mute_person, mute_term, send_due_mails
from social.models import Inbox

EXAMPLES = int(os.environ.get("MADANG_SIGHT_RUNS", "8"))
TITLE, SAID, TAG = "빨간열쇠이야기", "파란대문소식", "열쇠말"
VISITORS = ("reader", "anybody", "staff", "author", "writer")


@dataclass(frozen=True)
class Case:
    """What is so between 미나 (author), 준호 (reader) and 하나 (who comments)."""

    visibility: str
    status: str
    is_suspended: bool
    follows: bool
    block: str
    mutes: str
    term: str
    said: str
    writer_block: str
    is_writer_suspended: bool
    is_early: bool

    def opens(self, visitor: str) -> bool:
        """Whether the post opens by its address."""
        if visitor == "author":
            return self.status != "deleted"
        if self.is_suspended or (visitor == "reader" and self.block):
            return False
        if self.status == "held":
            return visitor == "staff" and self.visibility in ("public", "unlisted")
        if self.status != "published":
            return False
        if self.visibility == "followers":
            return visitor == "writer" or (visitor == "reader" and self.follows)
        return self.visibility in ("public", "unlisted")

    def is_named(self, visitor: str) -> bool:
        """Whether the post stands in lists about its author, where mutes do not count."""
        is_listable = self.visibility in ("public", "followers") or visitor == "author"
        return self.status == "published" and is_listable and self.opens(visitor)

    def is_listed(self, visitor: str) -> bool:
        """Whether the post stands in lists of many people."""
        return self.is_named(visitor) and not (visitor == "reader" and self.is_muted)

    @property
    def is_muted(self) -> bool:
        """Whether the reader wants to meet neither the author nor what the post says."""
        return self.mutes == "author" or self.term in ("word", "tag")

    def is_told(self, visitor: str) -> bool:
        """Whether the post, which calls the reader by name, stands among the notifications."""
        return self.status == "published" and self.opens(visitor) and not self.is_muted

    def is_read(self, visitor: str) -> bool:
        """Whether the comment may be read by its address."""
        if not self.opens(visitor) or self.said in ("nothing", "deleted"):
            return False
        if visitor == "writer":
            return True
        if self.is_writer_suspended or (visitor == "reader" and self.writer_block):
            return False
        if self.said == "hidden":
            return visitor in ("author", "staff")
        if self.said == "held":
            return visitor == "staff"
        return True

    def is_heard(self, visitor: str) -> bool:
        """Whether the comment stands under the post."""
        is_muted = self.mutes == "writer" or self.term == "said"
        return self.is_read(visitor) and not (visitor == "reader" and is_muted)

    def meets_writer(self, visitor: str) -> bool:
        """Whether the name of the writer stands in lists of people."""
        return not self.is_writer_suspended and not (visitor == "reader" and self.writer_block)


CASES = st.builds(
    Case,
    visibility=st.sampled_from(["public", "public", "unlisted", "followers", "private"]),
    status=st.sampled_from(["published", "published", "published", "draft", "held", "deleted"]),
    is_suspended=st.sampled_from([False, False, False, True]),
    follows=st.booleans(),
    block=st.sampled_from(["", "", "", "by reader", "by other"]),
    mutes=st.sampled_from(["", "", "author", "writer"]),
    term=st.sampled_from(["", "", "word", "tag", "said"]),
    said=st.sampled_from(["shown", "shown", "hidden", "held", "deleted", "nothing"]),
    writer_block=st.sampled_from(["", "", "", "by reader", "by other"]),
    is_writer_suspended=st.sampled_from([False, False, False, True]),
    is_early=st.booleans(),
)


class World:
    """The people and things of one case."""

    def __init__(self, case: Case, settled):
        self.case = case
        self.settled = settled  # what happens after a commit has happened at its end
        self.author = make_person("minah", "미나")
        self.reader = make_person("junho", "준호")
        self.writer = make_person("hana", "하나")
        self.staff = make_person("sora", "소라", is_staff=True)
        follow_person(self.author, actor=self.writer)
        steps = [self._write, self._answer]
        steps.insert(0 if case.is_early else len(steps), self._relate)
        for step in (*steps, self._end):
            with settled():
                step()

    def _relate(self) -> None:
        case = self.case
        if case.follows:
            follow_person(self.author, actor=self.reader)
        if case.mutes:
            mute_person(getattr(self, case.mutes), actor=self.reader)
        if case.term:
            text = {"word": TITLE[2:4], "tag": TAG, "said": SAID[:2]}[case.term]
            mute_term(text, kind="tag" if case.term == "tag" else "word", actor=self.reader)
        for other, block in ((self.author, case.block), (self.writer, case.writer_block)):
            if block == "by reader":
                block_person(other, actor=self.reader)
            elif block:
                block_person(self.reader, actor=other)

    def _write(self) -> None:
        self.post = actions.create_article(
            actor=self.author,
            title=TITLE,
            source="@junho님께 드리는 글",
            tags=[TAG],
            visibility=self.case.visibility,
            series=actions.create_series("대문 이야기", actor=self.author),
        )
        if self.case.status != "draft":
            self.post = actions.publish_post(self.post, actor=self.author)
        else:
            self.post = Post.objects.get(pk=self.post.pk)

    def _answer(self) -> None:
        """Let the writer, who follows the author, like the post and say something."""
        self.comment = None
        if self.case.status == "draft":
            return
        if self.case.visibility != "private":
            actions.like_post(self.post, actor=self.writer)
            self.comment = actions.write_comment(
                self.post, actor=self.writer, source=f"@junho님 {SAID}"
            )

    def _end(self) -> None:
        case = self.case
        if self.comment and case.said == "hidden":
            actions.hide_comment(self.comment, actor=self.author)
        elif self.comment and case.said == "held":
            Comment.objects.filter(pk=self.comment.pk).update(status="held")
            actions.recount_post(self.post.pk)
        elif self.comment and case.said in ("deleted", "nothing"):
            actions.delete_comment(self.comment, actor=self.writer)
        for person, is_suspended in (
            (self.author, case.is_suspended),
            (self.writer, case.is_writer_suspended),
        ):
            if is_suspended:
                set_state(person, "suspended", actor=None)
        if case.status == "held":
            Post.objects.filter(pk=self.post.pk).update(status="held")
        elif case.status == "deleted":
            actions.delete_post(self.post, actor=self.author)

    def client(self, visitor: str) -> Client:
        client = Client()
        if visitor != "anybody":
            client.force_login(getattr(self, visitor))
        return client


@pytest.mark.behaviour("X-01", "SO-07", "SO-08", "SO-09", "SO-26", "BL-38", "BL-53")
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=CASES)
def test_every_door_shows_what_the_law_says(case, django_capture_on_commit_callbacks):
    cache.clear()
    mail.outbox.clear()
    with transaction.atomic():
        world = World(case, lambda: django_capture_on_commit_callbacks(execute=True))
        getattr(actions, "refresh_trending", lambda: None)()
        for visitor in VISITORS:
            _walk(world, visitor)
        _count(world)
        _read_mails(world)
        transaction.set_rollback(True)


def _walk(world: World, visitor: str) -> None:
    case, client = world.case, world.client(visitor)
    if visitor in ("author", "writer") and getattr(world, visitor).state == "suspended":
        return
    wrong = []

    def expect(path: str, words: str, is_shown: bool) -> None:
        response = client.get(path, follow=True)
        shows = response.status_code == 200 and words in body_of(response)
        if shows != is_shown:
            wrong.append(f"{path} {'shows' if shows else 'hides'} {words}")

    author, post, comment = world.author, world.post, world.comment
    page = f"/@minah/{quote(post.slug)}/" if post.slug else f"/posts/{post.pk}/"
    is_desk = visitor == "author" and case.status != "published"
    if not is_desk:
        expect(page, TITLE, case.opens(visitor))
        expect(f"/posts/{post.pk}/", TITLE, case.opens(visitor))
        expect(page, SAID, bool(comment) and case.is_heard(visitor))
    for path in ("/@minah/", post.series.get_absolute_url()):
        expect(path, TITLE, case.is_named(visitor))
    is_public = case.visibility == "public"
    for path in ("/explore/", f"/tags/{TAG}/"):
        expect(path, TITLE, is_public and case.is_listed(visitor))
    for path in ("/feed.atom", "/@minah/feed.atom", "/sitemap-posts.xml"):
        expect(path, TITLE if "feed" in path else page, is_public and case.is_named("anybody"))
    expect("/", TITLE, _is_at_home(case, visitor))
    if comment and case.said != "nothing":
        # A direct link opens also what the reader mutes.
        expect(f"/comments/{comment.pk}/", SAID, case.is_read(visitor))
        response = client.get(f"/comments/{comment.pk}/")
        if (response.status_code == 302) != case.is_read(visitor):
            wrong.append(f"the comment's address answers {response.status_code}")
    if visitor != "anybody":
        shows_names = bool(comment) and case.meets_writer(visitor)
        if not is_desk:
            expect(f"/posts/{post.pk}/likes/", "하나", case.opens(visitor) and shows_names)
    if visitor == "reader":
        expect("/notifications/", SAID, bool(comment) and case.is_heard("reader"))
        expect("/notifications/", TITLE, case.is_told("reader"))
    if not (case.is_suspended or (visitor == "reader" and case.block)):
        expect(f"/@{author.handle}/followers/", "하나", case.meets_writer(visitor))
    _ask(world, visitor, wrong)
    assert not wrong, (visitor, case, wrong)


def _ask(world: World, visitor: str, wrong: list[str]) -> None:
    """Ask as programs do."""
    case, post, comment = world.case, world.post, world.comment
    person = None if visitor == "anybody" else getattr(world, visitor)
    client = api_client(person)

    def expect(path: str, words: str, is_shown: bool) -> None:
        response = client.get(path)
        shows = response.status_code == 200 and words in response.content.decode()
        if shows != is_shown:
            wrong.append(f"api {path} {'shows' if shows else 'hides'} {words}")

    is_public = case.visibility == "public"
    expect(f"posts/{post.pk}/", TITLE, case.opens(visitor))
    expect("posts/", TITLE, is_public and case.is_listed(visitor))
    expect(f"posts/?tag={TAG}", TITLE, is_public and case.is_listed(visitor))
    for path in ("users/@minah/posts/", "posts/?author=@minah", f"posts/?series={post.series_id}"):
        expect(path, TITLE, case.is_named(visitor))
    expect(f"posts/{post.pk}/comments/", SAID, bool(comment) and case.is_heard(visitor))
    if comment and case.said != "nothing":
        expect(f"comments/{comment.pk}/", SAID, case.is_read(visitor))
    if person:
        expect("timeline/", TITLE, _is_at_home(case, visitor))
        shows_names = bool(comment) and case.meets_writer(visitor)
        expect(f"posts/{post.pk}/likes/", "하나", case.opens(visitor) and shows_names)


def _is_at_home(case: Case, visitor: str) -> bool:
    """Home is the timeline of a member, and the latest of everybody for a visitor."""
    if visitor == "anybody":
        return case.visibility == "public" and case.is_listed(visitor)
    follows = {"author": True, "writer": True, "reader": case.follows and not case.block}
    return follows.get(visitor, False) and case.is_listed(visitor)


def _count(world: World) -> None:
    post = Post.objects.get(pk=world.post.pk)
    assert post.comment_count == Comment.objects.filter(post=post).counted().count()
    for inbox in Inbox.objects.all():
        shown = inbox.person.notifications.filter(read_at=None).count()
        assert inbox.unread_notifications == shown


def _read_mails(world: World) -> None:
    mail.outbox.clear()
    send_due_mails(timezone.now() + timedelta(minutes=10))
    mine = [one for one in mail.outbox if world.reader.email in one.to]
    texts = "".join(one.subject + str(one.message()) for one in mine)
    bodies = texts + "".join(one.body for one in mine)
    if not world.case.opens("reader"):
        assert TITLE not in bodies
    if not world.case.is_heard("reader"):
        assert SAID not in bodies


def body_of(response) -> str:
    content = b"".join(response) if response.streaming else response.content
    return content.decode("utf-8", "replace")
