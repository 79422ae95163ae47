"""The order of hits: by words, titles, nearness, age and likes; the same for every engine."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog.models import Post
from blog.tests.factories import make_article
from search.generations import live_slot
from search.plan import MEANT, Alternative, Group, Plan
from search.ranking import coverage, rerank

NOW = timezone.now()


def word(*ways, **options):
    """A group whose ways are tokens, ``(tokens, boost)`` or an Alternative."""
    alternatives = tuple(
        one if isinstance(one, Alternative) else Alternative((one,)) for one in ways
    )
    return Group(alternatives[0].tokens[0], alternatives, **options)


@pytest.fixture
def order(indexed):
    """Return a function that orders all posts for words."""

    def ordered(*groups, posts=None):
        indexed()
        ids = (
            [one.pk for one in posts] if posts else list(Post.objects.values_list("pk", flat=True))
        )
        return rerank(live_slot(), ids, Plan("", groups=groups), kind="post", now=NOW)

    return ordered


def test_a_word_in_the_title_counts_more_than_in_the_text(minah, order):
    text = make_article(minah, "주말 기록", source="도커를 조금 썼다. 나머지는 산책 이야기다.")
    title = make_article(minah, "도커 첫걸음", source="컨테이너를 띄운다.")
    assert order(word("도커")) == [title.pk, text.pk]


def test_a_rare_word_counts_more_than_a_common_one(minah, order):
    common = make_article(minah, "설치 설치 설치", source="설치만 적는다.")
    rare = make_article(minah, "도커", source="짧은 글.")
    found = order(word("설치", idf=0.5), word("도커", idf=4.0))
    assert found == [rare.pk, common.pk]


def test_what_only_means_the_same_comes_after_what_was_typed(minah, order):
    meant = make_article(minah, "docker 이야기", source="docker 만 적는다.")
    typed = make_article(minah, "도커 이야기", source="도커 만 적는다.")
    synonym = Alternative(("docker",), 0.7, MEANT)
    assert order(word("도커", synonym)) == [typed.pk, meant.pk]


def test_one_word_comes_before_its_parts_apart(minah, order):
    apart = make_article(minah, "서버 기록", source="웹 이야기와 서버 이야기를 따로 적는다. " * 3)
    whole = make_article(minah, "어느 기록", source="웹서버 한 대를 돌린다. 그 밖에는 조용했다.")
    ways = (Alternative(("웹서버",), 1.5), Alternative(("웹", "서버")))
    assert order(word(*ways)) == [whole.pk, apart.pk]


def test_words_side_by_side_come_before_words_far_apart(minah, order):
    filler = "하늘과 바다와 산과 들을 보았다. " * 20
    far = make_article(minah, "기록", source=f"볼륨 이야기다. {filler} 권한 이야기다.")
    near = make_article(minah, "기록", source=f"볼륨 권한 이야기다. {filler} 그렇게 끝났다.")
    assert order(word("볼륨"), word("권한")) == [near.pk, far.pk]


def test_newer_and_liked_posts_come_first_among_equals(minah, order):
    old = make_article(minah, "도커", source="글", published_at=NOW - timedelta(days=900))
    new = make_article(minah, "도커", source="글", published_at=NOW - timedelta(days=3))
    assert order(word("도커")) == [new.pk, old.pk]
    Post.objects.filter(pk=old.pk).update(like_count=500)
    assert order(word("도커")) == [old.pk, new.pk]


def test_ties_are_stable(minah, order):
    moment = NOW - timedelta(days=1)
    posts = [make_article(minah, "도커", source="글", published_at=moment) for _ in range(4)]
    found = order(word("도커"), posts=posts[::-1])
    assert found == sorted(found, reverse=True)
    assert found == order(word("도커"), posts=posts)


def test_coverage_is_the_share_of_what_the_words_say(minah, indexed):
    both = make_article(minah, "도커 볼륨", source="글")
    one = make_article(minah, "도커", source="글")
    indexed()
    plan = Plan("", groups=(word("도커", idf=3.0), word("볼륨", idf=1.0)))
    shares = coverage(live_slot(), [both.pk, one.pk], plan, kind="post", now=NOW)
    assert shares[both.pk][0] == pytest.approx(1.0)
    assert shares[one.pk][0] == pytest.approx(0.75)
    assert shares[both.pk][1] > shares[one.pk][1]


def test_ranking_is_one_query_whatever_the_number(minah, indexed, django_assert_num_queries):
    posts = [make_article(minah, f"도커 {number}", source="글") for number in range(5)]
    indexed()
    plan = Plan("", groups=(word("도커"),))
    slot = live_slot()
    for some in (posts[:1], posts):
        with django_assert_num_queries(1):
            rerank(slot, [one.pk for one in some], plan, kind="post", now=NOW)


def test_what_is_not_in_the_index_any_more_stays_last(minah, order):
    post = make_article(minah, "도커", source="글")
    found = order(word("도커"), posts=[Post(pk=post.pk + 1000), post])
    assert found == [post.pk, post.pk + 1000]
