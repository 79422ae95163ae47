"""What the index is made from."""

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_person
from blog import actions as blog_actions
from blog.models import Post, Tag
from blog.tests.factories import make_article, make_note
from search.sources import KINDS, Kind, load, load_rights


@pytest.fixture
def article(minah):
    return make_article(
        minah, "도커로 배포하기", source="이미지를 *만든다*.", tags=["도커", "배포"], language="ko"
    )


def test_a_post_brings_texts_tags_author_and_rights(minah, article):
    (source,) = load(Kind.POST, [article.pk, 10**9]).values()
    assert source.title == "도커로 배포하기"
    assert "<em>만든다</em>" in source.html
    assert source.tags == (("도커", "도커"), ("배포", "배포"))
    assert source.author == ("미나", "minah")
    assert source.rights.author_id == minah.pk
    assert source.rights.form == "article"
    assert source.rights.published_at == article.published_at
    assert source.rights.is_counted
    assert load_rights(Kind.POST, [article.pk])[article.pk] == source.rights


@pytest.mark.parametrize("visibility", ["followers", "unlisted", "private"])
def test_only_what_all_may_read_teaches_words(minah, visibility):
    post = make_article(minah, visibility=visibility)
    assert not load(Kind.POST, [post.pk])[post.pk].rights.is_counted


def test_posts_of_hidden_accounts_teach_no_words(minah, article):
    User.objects.filter(pk=minah.pk).update(state=User.State.SUSPENDED)
    assert not load_rights(Kind.POST, [article.pk])[article.pk].is_counted
    assert not load_rights(Kind.PERSON, [minah.pk])[minah.pk].is_counted


@pytest.mark.parametrize("status", ["draft", "held", "deleted"])
def test_what_is_not_published_is_no_source(article, status):
    Post.objects.filter(pk=article.pk).update(status=status)
    assert not load(Kind.POST, [article.pk])


def test_a_person_is_a_name_a_handle_and_a_few_words(minah):
    User.objects.filter(pk=minah.pk).update(bio="안양에서 개발해요")
    source = load(Kind.PERSON, [minah.pk])[minah.pk]
    assert (source.title, source.text, source.key) == ("미나 minah", "안양에서 개발해요", "minah")


def test_tags_in_use_and_series_with_public_posts(minah, article):
    used, unused = Tag.objects.get(key="도커"), Tag.objects.create(name="빈", key="빈")
    assert set(load(Kind.TAG, [used.pk, unused.pk])) == {used.pk}
    series = blog_actions.create_series("컨테이너 이야기", actor=minah, description="처음부터")
    source = load(Kind.SERIES, [series.pk])[series.pk]
    assert (source.title, source.text, source.rights.is_counted) == (
        "컨테이너 이야기",
        "처음부터",
        False,
    )
    Post.objects.filter(pk=article.pk).update(series=series)
    assert load_rights(Kind.SERIES, [series.pk])[series.pk].is_counted


def test_the_digest_follows_texts_and_labels_apart(minah, article):
    before = load(Kind.POST, [article.pk])[article.pk]
    User.objects.filter(pk=minah.pk).update(display_name="김미나")
    renamed = load(Kind.POST, [article.pk])[article.pk]
    assert renamed.digest("a")[:32] == before.digest("a")[:32]
    assert renamed.digest("a")[32:] != before.digest("a")[32:]
    Post.objects.filter(pk=article.pk).update(like_count=7, published_at=timezone.now())
    assert load(Kind.POST, [article.pk])[article.pk].digest("a") == renamed.digest("a")
    assert renamed.digest("b")[:32] != renamed.digest("a")[:32]


def test_the_number_of_queries_does_not_grow(minah, django_assert_max_num_queries):
    posts = [make_note(minah, f"{number}번째 김밥 #점심{number}").pk for number in range(5)]
    people = [make_person(f"person{number}").pk for number in range(3)]
    for kind, ids in ((Kind.POST, posts), (Kind.PERSON, people)):
        with django_assert_max_num_queries(2):
            assert len(load(kind, ids)) == len(ids)
    assert set(KINDS) == set(Kind.values)
