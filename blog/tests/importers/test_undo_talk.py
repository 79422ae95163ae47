"""Taking a blog back takes nobody else's words."""

import pytest

from blog import actions
from blog.importers.running import undo
from blog.models import Comment, Post
from blog.tests.importers.bundles import bring_in, write_all
from blog.tests.talk.factories import say, say_as_guest

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("BL-75")]


@pytest.fixture
def run(tmp_path, minah):
    """A blog of two posts that came in."""
    write_all(
        tmp_path,
        {
            "_posts/2023-01-01-하나.md": "---\ntitle: 하나\n---\n글\n",
            "_posts/2023-02-01-둘.md": "---\ntitle: 둘\n---\n글\n",
        },
    )
    run = actions.open_import(actor=minah, name="블로그")
    bring_in(tmp_path, minah, run=run)
    return run


@pytest.mark.parametrize("takes_changed", [False, True])
def test_a_post_under_which_others_talk_stays(run, junho, takes_changed):
    one, other = Post.objects.get(title="하나"), Post.objects.get(title="둘")
    said, by_guest = say(junho, one), say_as_guest(other)
    result = undo(run, takes_changed=takes_changed)
    assert result["removed"] == 0 and {post["title"] for post in result["kept"]} == {"하나", "둘"}
    assert set(Comment.objects.all()) == {said, by_guest}
    assert Post.objects.filter(status="published").count() == 2


def test_what_its_author_said_goes_with_a_post(run, minah, junho):
    one = Post.objects.get(title="하나")
    own = say(minah, one)
    actions.like_post(one, actor=junho)
    actions.like_comment(own, actor=junho)
    assert minah.notifications.count() == 2
    assert undo(run) == {"removed": 2, "kept": []}
    assert not Post.objects.exists() and not Comment.objects.exists()
    assert not minah.notifications.exists()


def test_words_that_were_taken_back_hold_nothing(run, junho):
    one = Post.objects.get(title="하나")
    actions.delete_comment(say(junho, one), actor=junho)
    assert undo(run)["removed"] == 2
