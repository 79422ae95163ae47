"""Search finds what lists show, and nothing else says that there is more.

Random people, blocks, mutes, follows, visibilities and states. What ``Post.objects.listed_to`` says
is the law; entries, hits, totals, other kinds, suggestions and the vocabulary are held against it.
"""

import os
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actions import set_state
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Comment, Post, Series
from search.actions import drain_outbox
from search.engines import LIKES, NEWEST, RELEVANCE, Criteria, get_engine
from search.generations import document_model, live_slot, term_model
from search.models import Document
from search.plan import Alternative, Group
from social.actions import block_person, follow_person, mute_person, mute_term

EXAMPLES = int(os.environ.get("MADANG_SIGHT_RUNS", "5"))
VISIBILITIES = ("public", "unlisted", "followers", "private")
HANDLES = ("minah", "junho", "hana")
# Words of the post and of nothing else, one for each place where words stand.
TITLE, BODY, TAG, SAID, SERIES = "봉숭아", "맨드라미", "채송화", "달리아", "수선화"


@dataclass(frozen=True)
class Story:
    """What one of the people wrote, and what became of it."""

    author: int
    visibility: str
    end: str


@dataclass(frozen=True)
class Case:
    """Three people; relations are (kind, who, to whom)."""

    stories: list[Story]
    relations: list[tuple[str, int, int]]
    suspended: frozenset[int]
    term: str
    is_indexed_first: bool

    def shunned_by(self, people: list, viewer) -> set[int]:
        """Return whom ``viewer`` blocked or mutes, and who blocked them."""
        me = people.index(viewer)
        return {
            people[whom if who == me else who].pk
            for kind, who, whom in self.relations
            if (kind == "block" and me in (who, whom))
            or (kind == "mute" and who == me and not _are_apart(self, who, whom))
        }


PEOPLE = st.integers(0, 2)
CASES = st.builds(
    Case,
    stories=st.lists(
        st.builds(
            Story,
            author=PEOPLE,
            visibility=st.sampled_from(["public", *VISIBILITIES]),
            end=st.sampled_from(["", "", "", "held", "deleted", "private", "public"]),
        ),
        min_size=1,
        max_size=4,
    ),
    relations=st.lists(
        st.tuples(st.sampled_from(["follow", "block", "mute"]), PEOPLE, PEOPLE).filter(
            lambda one: one[1] != one[2]
        ),
        max_size=4,
        unique=True,
    ),
    suspended=st.frozensets(PEOPLE, max_size=1),
    term=st.sampled_from(["", "", BODY[:2], TAG]),
    # The worst moment: everything was indexed before people, states and visibilities changed.
    is_indexed_first=st.booleans(),
)


class World:
    """The people, their posts, and what was said below them."""

    def __init__(self, case: Case):
        self.case = case
        self.people = [make_person(handle) for handle in HANDLES]
        self.staff = make_person("sora", is_staff=True)
        self._write()
        if case.is_indexed_first:
            drain_outbox()
        self._relate()
        self._end()

    @property
    def viewers(self) -> list:
        return [AnonymousUser(), self.staff, *self.people]

    def _write(self) -> None:
        self.posts = []
        for number, story in enumerate(self.case.stories):
            author = self.people[story.author]
            post = actions.create_article(
                actor=author,
                title=f"{TITLE} {number}",
                source=f"{BODY} 이야기",
                tags=[TAG],
                visibility=story.visibility,
                series=actions.create_series(f"{SERIES} {number}", actor=author),
            )
            post = actions.publish_post(post, actor=author)
            actions.write_comment(post, actor=author, source=f"{SAID} 하나")
            self.posts.append(post)

    def _relate(self) -> None:
        for kind, who, whom in self.case.relations:
            actor, other = self.people[who], self.people[whom]
            if kind == "follow" and not _are_apart(self.case, who, whom):
                follow_person(other, actor=actor)
            elif kind == "block":
                block_person(other, actor=actor)
            elif kind == "mute" and not _are_apart(self.case, who, whom):
                mute_person(other, actor=actor)
        if self.case.term:
            kind = "tag" if self.case.term == TAG else "word"
            mute_term(self.case.term, kind=kind, actor=self.people[1])

    def _end(self) -> None:
        for post, story in zip(self.posts, self.case.stories, strict=True):
            if story.end == "deleted":
                actions.delete_post(post, actor=post.author)
            elif story.end == "held":
                Post.objects.filter(pk=post.pk).update(status="held")
            elif story.end:
                Post.objects.filter(pk=post.pk).update(visibility=story.end)
        for number in self.case.suspended:
            set_state(self.people[number], "suspended", actor=None)


def _are_apart(case: Case, who: int, whom: int) -> bool:
    blocks = [{one, other} for kind, one, other in case.relations if kind == "block"]
    return {who, whom} in blocks


def word(token: str) -> Group:
    return Group(token, (Alternative((token,)),))


@pytest.mark.behaviour("SE-04", "SE-10", "SE-17")
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=CASES)
def test_search_finds_what_lists_show(case):
    with transaction.atomic():
        cache.clear()
        world = World(case)
        if case.is_indexed_first:
            # The worker has not heard of it yet.
            _hold_against_the_law(world)
        drain_outbox()
        _hold_against_the_law(world)
        _look_at_the_vocabulary(world)
        transaction.set_rollback(True)


def _hold_against_the_law(world: World) -> None:
    """Compare what each viewer finds with what lists show them."""
    for viewer in world.viewers:
        _compare_posts(world, viewer)
        _compare_comments(viewer)
        _compare_people(world, viewer)
        _compare_series(viewer)


def _compare_posts(world: World, viewer) -> None:
    law = set(Post.objects.listed_to(viewer).values_list("pk", flat=True))
    model = document_model(live_slot())
    rows = set(model.objects.listed_to(viewer, "post").values_list("object_id", flat=True))
    assert rows == law
    _expect(Criteria("post", viewer, (word(TITLE),)), law, RELEVANCE, NEWEST, LIKES)
    _expect(Criteria("post", viewer, (word(TAG), word(BODY)), matches_any=True), law)
    _expect(Criteria("post", viewer, phrases=(f"{BODY} 이야기",)), law)


def _compare_comments(viewer) -> None:
    law = set(
        Comment.objects.listed_to(viewer)
        .filter(status="published", post__in=Post.objects.listed_to(viewer).order_by())
        .values_list("pk", flat=True)
    )
    _expect(Criteria("comment", viewer, (word(SAID),)), law)


def _compare_people(world: World, viewer) -> None:
    found = get_engine().find(live_slot(), Criteria("person", viewer))
    shunned = {world.people[number].pk for number in world.case.suspended}
    if viewer in world.people:
        shunned |= world.case.shunned_by(world.people, viewer)
    assert not shunned & set(found)
    assert set(found) <= {one.pk for one in (world.staff, *world.people)}


def _compare_series(viewer) -> None:
    law = set(
        Series.objects.filter(posts__in=Post.objects.listed_to(viewer).order_by()).values_list(
            "pk", flat=True
        )
    )
    _expect(Criteria("series", viewer, (word(SERIES),)), law)


def _expect(criteria: Criteria, law: set[int], *sorts: str) -> None:
    engine, slot = get_engine(), live_slot()
    for sort in sorts or (RELEVANCE,):
        assert set(engine.find(slot, criteria, sort=sort)) == law, (criteria.kind, sort)
    assert engine.count(slot, criteria) == len(law)


def _look_at_the_vocabulary(world: World) -> None:
    """Corrections, suggestions and rarity may only know what everybody may read."""
    public = Post.objects.public()
    counts = {
        TITLE: public.count(),
        BODY: public.count(),
        SAID: 0,
        SERIES: Series.objects.filter(posts__in=public.order_by()).distinct().count(),
    }
    model = term_model(live_slot())
    for term, number in counts.items():
        df = model.objects.filter(term=term).values_list("df", flat=True).first() or 0
        assert df == number, term
    counted = document_model(live_slot()).objects.filter(kind=Document.Kind.POST, is_counted=True)
    assert set(counted.values_list("object_id", flat=True)) == set(
        public.values_list("pk", flat=True)
    )
