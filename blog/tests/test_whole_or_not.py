"""A group of changes is saved whole or not at all, and what people type is never a statement."""

import pytest
from django.db import connection

from accounts.models import User
from blog import actions
from blog.models import Draft, Post, PostTag, Revision, Tag
from blog.tests.factories import make_article, make_draft, make_person
from config.care import recounting
from search.selectors import search

NASTY = "'); DROP TABLE blog_post; -- \" ` %s {0} \\x00 ; DELETE FROM accounts_user --"


@pytest.fixture
def minah(db):
    return make_person("minah", "미나")


class PowerCut(Exception):
    """Something ends the process in the middle of a transaction."""


MOST_CUTS = 40


def state_of_everything(minah) -> tuple:
    return (
        list(Post.objects.values_list("pk", "status", "published_at", "slug")),
        *(model.objects.count() for model in (Tag, PostTag, Draft, Revision)),
        User.objects.get(pk=minah.pk).article_count,
    )


class CutAt:
    """Lets so many statements that write through, and ends the one after them."""

    def __init__(self, number: int):
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            if self.left == 0:
                raise PowerCut
            self.left -= 1
        return execute(sql, params, many, context)


@pytest.mark.behaviour("OP-09")
def test_publishing_that_breaks_off_at_any_statement_leaves_nothing(minah):
    """Cut at the first, second, third … statement that writes, until it comes through."""
    post = make_draft(minah, "한글 날", tags=["한글", "도커"])
    before = state_of_everything(minah)
    for number in range(MOST_CUTS):
        try:
            with connection.execute_wrapper(CutAt(number)):
                actions.publish_post(Post.objects.get(pk=post.pk), actor=minah)
        except PowerCut:
            assert state_of_everything(minah) == before, f"cut after {number} writes"
        else:
            break
    assert 3 <= number < MOST_CUTS - 1
    assert Post.objects.get().status == "published"
    assert list(recounting.find_off()) == []


@pytest.mark.behaviour("OP-09")
def test_what_people_type_is_text_wherever_it_goes(minah, client):
    post = make_article(minah, NASTY[:100], source=NASTY)
    actions.write_comment(post, actor=minah, source=NASTY)
    search(NASTY, viewer=minah)
    for path in ("/search/", "/tags/", f"/@{minah.handle}/"):
        client.get(path, {"q": NASTY, "cursor": NASTY, "tag": NASTY})
    assert Post.objects.get().title == NASTY[:100]
    assert User.objects.count() == 1
