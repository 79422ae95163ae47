"""Words and tags that somebody mutes: what was told of them, before and after (SO-09, SO-26)."""

import pytest

from blog import actions
from blog.tests.factories import make_article, make_note
from social.actions import mute_term
from social.models import Inbox

pytestmark = pytest.mark.django_db


def unread(person) -> int:
    inbox = Inbox.objects.filter(pk=person.pk).first()
    return inbox.unread_notifications if inbox else 0


@pytest.fixture
def settled(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def call_in_article(minah, **changes):
    return make_article(minah, "모임 안내", source="@junho님도 오세요.", **changes)


@pytest.mark.behaviour("SO-09", "SO-26")
@pytest.mark.parametrize(
    ("kind", "term", "changes"),
    [
        ("word", "안내", {}),
        ("word", "오세요", {}),
        ("word", "송년", {"excerpt": "송년회를 알려요"}),
        ("tag", "김장", {"tags": ["김장"]}),
        ("word", "김", {"tags": ["김장"]}),
    ],
)
@pytest.mark.parametrize("is_early", [True, False], ids=["before", "after"])
def test_what_says_a_muted_term_is_not_among_the_notifications(
    minah, junho, settled, kind, term, changes, is_early
):
    if is_early:
        mute_term(term, kind=kind, actor=junho)
    with settled():
        call_in_article(minah, **changes)
    assert unread(junho) == (not is_early)
    if not is_early:
        with settled():
            mute_term(term, kind=kind, actor=junho)
    assert unread(junho) == 0


@pytest.mark.behaviour("SO-09")
def test_other_news_stays_when_a_word_is_muted(minah, junho, settled):
    with settled():
        call_in_article(minah)
        note = make_note(minah, "@junho 점심 드셨어요?")
        actions.write_comment(note, actor=minah, source="@junho 국수 어때요?")
    assert unread(junho) == 3
    with settled():
        mute_term("국수", kind="word", actor=junho)
    assert unread(junho) == 2
    with settled():
        mute_term("찐빵", kind="word", actor=junho)
    assert unread(junho) == 2


@pytest.mark.behaviour("SO-26")
def test_a_narrower_circle_takes_the_comments_under_the_post_along(minah, junho, stranger, settled):
    with settled():
        note = make_note(minah, "누구나 읽는 글")
        said = actions.write_comment(note, actor=junho, source="@stranger 이것 보세요")
        actions.like_comment(said, actor=minah)
    assert (unread(junho), unread(stranger)) == (1, 1)
    with settled():
        actions.change_note(note, actor=minah, source=note.source, visibility="followers")
    assert (unread(junho), unread(stranger)) == (1, 0)
