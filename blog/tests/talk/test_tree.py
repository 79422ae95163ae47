"""The page of comments shows exactly what may be seen, whatever happened to them."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actions import set_state
from blog import actions
from blog.comment_tree import ShownComment, comments_under
from blog.exceptions import CommentGone
from blog.models import Comment, Post
from blog.tests.factories import make_article
from blog.tests.talk.factories import say
from social.actions import block_person, mute_person

STATES = ("published", "hidden", "waiting", "held", "deleted")
ROWS = st.lists(
    st.tuples(st.integers(-1, 9), st.integers(0, 3), st.sampled_from(STATES)),
    min_size=1,
    max_size=10,
)


def walked(threads: list[ShownComment]) -> Iterator[ShownComment]:
    for one in threads:
        yield one
        yield from walked(one.answers)


@pytest.mark.django_db
@pytest.mark.behaviour("X-01", "BL-51", "BL-52")
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS, leaves=st.booleans(), mutes=st.booleans())
def test_the_page_shows_what_is_listed_and_empty_places_above_it(
    minah, junho, sora, stranger, rows, leaves, mutes
):
    people = [minah, junho, sora, stranger]
    for person in people:
        person.refresh_from_db()  # an earlier example was rolled back
    with transaction.atomic():
        post = make_article(minah)
        _grow(post, people, rows)
        block_person(stranger, actor=junho)
        if mutes:
            mute_person(sora, actor=minah)
        if leaves:
            set_state(sora, "suspended", actor=None)
        actions.recount_post(post.pk)
        post.refresh_from_db()
        for viewer in (*people, AnonymousUser()):
            _compare(post, viewer)
        transaction.set_rollback(True)


def _grow(post: Post, people, rows) -> None:
    grown: list[Comment] = []
    for parent, who, state in rows:
        below = grown[parent] if 0 <= parent < len(grown) else None
        try:
            comment = say(people[who], post, f"말 {len(grown)}", parent=below)
        except CommentGone:
            continue
        grown.append(comment)
        comment.wanted = state
    for comment in grown:
        is_hidden = comment.wanted == "hidden"
        state = "published" if is_hidden else comment.wanted
        Comment.objects.filter(pk=comment.pk).update(status=state, is_hidden=is_hidden)


def _compare(post: Post, viewer) -> None:
    shown = list(walked(comments_under(post, viewer, QueryDict()).threads))
    listed = set(Comment.objects.filter(post=post).listed_to(viewer).values_list("pk", flat=True))
    assert {one.pk for one in shown if one.is_seen} == listed
    assert len(shown) == len({one.pk for one in shown})
    parents = dict(Comment.objects.values_list("pk", "parent_id"))
    above = set()
    for pk in listed:
        while pk is not None:
            above.add(pk)
            pk = parents[pk]
    assert {one.pk for one in shown} == above, "an empty place leads to something that is seen"
    for one in shown:
        if not one.is_seen:
            assert one == ShownComment(
                pk=one.pk, is_seen=False, level=one.level, answers=one.answers
            )
