"""What to read next: near posts are kept for a while, who may see them is asked each time."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import set_state
from accounts.tests.factories import make_trusted
from blog import actions, related
from blog.actions.holds import hold_post
from blog.models import Post, Topic
from blog.related import related_posts
from blog.tests.factories import make_article, make_note, make_person
from social.actions import block_person, follow_person, mute_person, mute_term

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def near(author, number: int = 1, **changes) -> list[Post]:
    """Articles of ``author`` about 도커, the last one the newest."""
    options = {"tags": ["도커"]} | changes
    make_trusted(author)
    return [make_article(author, f"{author.handle} {n}", **options) for n in range(number)]


def keys(post: Post, viewer=VISITOR) -> list[int]:
    return [one.pk for one in related_posts(Post.objects.for_detail().get(pk=post.pk), viewer)]


@pytest.fixture
def post(minah):
    return make_article(minah, "도커로 배포하기", tags=["도커", "배포"])


# What is near ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-40")
def test_more_in_common_is_nearer_and_the_newest_of_equals_comes_first(post, minah, junho):
    series = actions.create_series("도커 연재", actor=minah)
    actions.add_to_series(series, post, actor=minah)
    topic = Topic.objects.create(slug="dev", name_ko="개발", name_en="Development")
    Post.objects.filter(pk=post.pk).update(topic=topic)
    of_topic = make_article(junho, "같은 주제", topic=topic)
    one, other = near(junho, 2)
    both = make_article(junho, "둘 다", tags=["배포", "도커"])
    of_series = make_article(minah, "연재 다음 글")
    actions.add_to_series(series, of_series, actor=minah)
    make_article(junho, "먼 글", tags=["김밥"])
    make_note(junho, "쪽글은 아니다 #도커")
    assert keys(post) == [both.pk, of_series.pk, other.pk, one.pk]
    Post.objects.filter(pk__in=[one.pk, other.pk]).update(visibility="private")
    assert keys(post) == [both.pk, of_series.pk, of_topic.pk]


@pytest.mark.behaviour("BL-40")
def test_never_the_same_post_and_nothing_where_nothing_is_near(post, minah):
    assert keys(post) == []
    assert keys(make_article(minah, "혼자")) == []


# Who may see it ---------------------------------------------------------------------------------------


def hold(other: Post) -> None:
    hold_post(other.pk)


def delete(other: Post) -> None:
    actions.delete_post(other, actor=other.author)


def suspend(other: Post) -> None:
    set_state(other.author, "suspended", actor=None)


@pytest.mark.behaviour("BL-40", "X-01")
@pytest.mark.parametrize("hide", [hold, delete, suspend])
def test_what_may_be_seen_no_more_is_gone_at_once_and_comes_back_at_once(post, junho, hide):
    reader, (other,) = make_person("dasom", "다솜"), near(junho)
    assert keys(post) == keys(post, reader) == [other.pk]
    hide(other)
    assert keys(post) == keys(post, reader) == []
    Post.objects.filter(pk=other.pk).update(status="published", deleted_at=None)
    set_state(junho, "active", actor=None)
    assert keys(post) == keys(post, reader) == [other.pk]


@pytest.mark.behaviour("BL-40", "BL-38", "X-01")
@pytest.mark.parametrize("visibility", ["private", "followers", "unlisted"])
def test_a_narrower_circle_counts_at_once(post, junho, visibility):
    reader, (other,) = make_person("dasom", "다솜"), near(junho)
    follow_person(junho, actor=reader)
    assert keys(post) == keys(post, reader) == keys(post, junho) == [other.pk]
    Post.objects.filter(pk=other.pk).update(visibility=visibility)
    assert keys(post) == keys(post, reader) == keys(post, junho) == []


@pytest.mark.behaviour("BL-40", "SO-07", "SO-08", "SO-09")
def test_blocks_and_mutes_count_at_once_and_only_for_whom_they_are(post, junho, stranger):
    other = make_article(junho, "빨간열쇠 이야기", tags=["도커", "시끄러움"])
    readers = [make_person(handle) for handle in "bora dasom eunji garam harin".split()]
    for reader in (*readers, stranger, VISITOR):
        assert keys(post, reader) == [other.pk]
    block_person(readers[0], actor=junho)
    block_person(junho, actor=readers[1])
    mute_person(junho, actor=readers[2])
    mute_term("빨간열쇠", kind="word", actor=readers[3])
    mute_term("시끄러움", kind="tag", actor=readers[4])
    for reader in readers:
        assert keys(post, reader) == []
    for reader in (stranger, VISITOR):
        assert keys(post, reader) == [other.pk]


# What is kept -----------------------------------------------------------------------------------------


def test_what_is_near_is_looked_for_once_in_a_while(post, junho, monkeypatch):
    kept = []

    def keep(key, value, seconds):
        kept.append(seconds)
        cache.set(key, value, seconds)

    # Redis has a clock of its own, which no test can move.
    monkeypatch.setattr(related, "cache", SimpleNamespace(get=cache.get, set=keep))
    (first,) = near(junho)
    assert keys(post) == [first.pk]
    (second,) = near(junho)
    assert keys(post) == keys(post, junho) == [first.pk]
    assert kept == [related.NEAR_SECONDS] == [600]
    cache.clear()
    assert keys(post) == [second.pk, first.pk]


def test_another_tag_of_the_post_looks_anew_at_once(post, minah, junho):
    (first,) = near(junho)
    other = make_article(junho, "장고 이야기", tags=["장고"])
    assert keys(post) == [first.pk]
    actions.change_article(post, actor=minah, tags=["장고"])
    assert keys(post) == [other.pk]


def test_two_posts_never_share_what_is_near(post, junho):
    (first,) = near(junho)
    other = make_article(junho, "다른 글", tags=["도커"])
    assert keys(post) == [other.pk, first.pk]
    assert keys(other) == [first.pk, post.pk]


def test_a_kept_list_costs_two_queries_less(post, junho):
    near(junho, 6)
    whole = Post.objects.for_detail().get(pk=post.pk)
    list(whole.posttag_set.all()), related_posts(whole, VISITOR)
    with CaptureQueriesContext(connection) as kept:
        assert len(related_posts(whole, VISITOR)) == related.SHOWN
    cache.clear()
    with CaptureQueriesContext(connection) as anew:
        assert len(related_posts(whole, VISITOR)) == related.SHOWN
    assert (len(kept), len(anew)) == (1, 2)


# Not only one's own -----------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-40")
def test_one_by_somebody_else_is_among_them(post, minah, junho):
    (other,) = near(junho)
    own = [one.pk for one in near(minah, 12)][::-1]
    assert keys(post) == [*own[:3], other.pk]
    hold_post(other.pk)
    assert keys(post) == own[:4]


@pytest.mark.behaviour("BL-40")
def test_one_by_somebody_else_is_found_behind_those_that_a_reader_may_not_see(post, minah, junho):
    stays = make_person("hana", "하나")
    (last,) = near(stays)
    hidden = near(junho, related.SHOWN + 1)
    own = [one.pk for one in near(minah, related.LOOKED_AT + 1)][::-1]
    reader = make_person("dasom", "다솜")
    mute_person(junho, actor=reader)
    assert keys(post)[:3] == own[:3] and keys(post)[3] == hidden[-1].pk
    assert keys(post, reader) == [*own[:3], last.pk]
    block_person(reader, actor=minah)
    assert keys(post, reader) == [last.pk]


@pytest.mark.behaviour("BL-40")
def test_four_are_found_behind_those_that_a_reader_may_not_see(post, minah, junho):
    others = [one.pk for one in near(minah, 3)][::-1]
    near(junho, related.LOOKED_AT + related.SHOWN)
    reader = make_person("dasom", "다솜")
    mute_person(junho, actor=reader)
    assert keys(post, reader) == others
