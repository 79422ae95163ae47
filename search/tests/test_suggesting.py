"""What is offered while somebody types."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import actions as account_actions
from blog.tests.factories import make_article
from search.hangul import choseong_of, to_jamo
from search.models import PopularQuery
from search.suggesting import suggest
from social import actions as social_actions

VISITOR = AnonymousUser()


@pytest.fixture
def texts(minah, junho, indexed):
    """A few posts whose words are known."""
    posts = [
        make_article(minah, "페이지네이션을 만드는 방법", source="목록을 나눈다.", tags=["파이썬"]),
        make_article(minah, "도커로 배포하기", source="컨테이너 이미지를 올린다.", tags=["docker"]),
        make_article(junho, "도커 컨테이너와 이미지", source="docker 명령과 python 스크립트."),
        make_article(junho, "데이터베이스 복구", source="백업에서 데이터베이스를 살린다."),
    ]
    indexed()
    return posts


def words(query, viewer=VISITOR):
    return suggest(query, viewer=viewer).words


BEGUN = {
    "도": "도커",
    "돜": "도커",
    "페이지넹": "페이지네이션",
    "데이터ㅂ": "데이터베이스",
    "ㄷㅋ": "도커",
    "ㅋㅌㅇ": "컨테이너",
    "doc": "docker",
    "Dock": "docker",
    "ehz": "도커",
    "ehzj": "도커",
    "애찯": "docker",
    "데이타베이스": "데이터베이스",
    "pyhton": "python",
}


@pytest.mark.behaviour("SE-15")
def test_words_are_offered_however_they_are_begun(texts):
    missing = {typed: words(typed) for typed, meant in BEGUN.items() if meant not in words(typed)}
    assert not missing


@pytest.mark.behaviour("SE-15")
def test_the_last_word_of_several_is_completed(texts):
    assert "배포 컨테이너" in words("배포 컨테")
    assert words("배포 ") == ()


@pytest.mark.behaviour("SE-15")
def test_titles_people_and_tags_begin_so(texts, minah):
    assert [post.title for post in suggest("도커로", viewer=VISITOR).titles] == ["도커로 배포하기"]
    assert len(suggest("도커", viewer=VISITOR).titles) == 2
    assert suggest("미", viewer=VISITOR).people == (minah,)
    assert suggest("@min", viewer=VISITOR).people == (minah,)
    assert [tag.name for tag in suggest("파이", viewer=VISITOR).tags] == ["파이썬"]
    assert [tag.name for tag in suggest("#DOC", viewer=VISITOR).tags] == ["docker"]


@pytest.mark.behaviour("SE-15")
def test_odd_beginnings_offer_nothing_and_break_nothing(texts):
    for typed in ("", "   ", "%", "_", "\x00", "'", '"', "가" * 300, "ㅏ", "\\", "\ud800", "😀"):
        assert suggest(typed, viewer=VISITOR).titles == (), typed


def test_what_one_may_not_read_is_not_offered(minah, taeo, sora, indexed):
    make_article(minah, "은하수 관측 일기", source="비밀스러운초신성", visibility="private")
    make_article(minah, "안드로메다 관측", source="팔로워만", visibility="followers")
    indexed()
    for viewer in (VISITOR, taeo):
        assert suggest("은하수", viewer=viewer) == suggest("안드로메다", viewer=viewer)
        assert suggest("은하수", viewer=viewer).words == ()
        assert suggest("은하수", viewer=viewer).titles == ()
    assert len(suggest("은하수", viewer=minah).titles) == 1
    assert words("은하수", minah) == ()  # words are everybody's
    social_actions.follow_person(minah, actor=sora)
    assert len(suggest("안드로메다", viewer=sora).titles) == 1


def test_blocked_and_suspended_people_are_not_offered(texts, minah, junho):
    assert suggest("minah", viewer=junho).people
    social_actions.block_person(minah, actor=junho)
    gone = suggest("미나", viewer=junho)
    assert gone.people == ()
    assert suggest("도커로", viewer=junho).titles == ()
    account_actions.set_state(minah, "suspended", actor=None, reason="시험")
    assert suggest("minah", viewer=VISITOR).people == ()
    assert suggest("도커로", viewer=VISITOR).titles == ()


def test_it_costs_few_queries(texts, minah, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        suggest("도커", viewer=VISITOR)
    with django_assert_max_num_queries(3):
        suggest("ㄷㅋ", viewer=VISITOR)
    with django_assert_max_num_queries(9):
        suggest("데이타베이스", viewer=minah)


def test_what_many_searched_is_offered_first(texts):
    query = "컨테이너 이미지"
    PopularQuery.objects.create(
        query=query, count=40, jamo=to_jamo(query), choseong=choseong_of(query)
    )
    assert words("컨테")[0] == query
    assert words("컨테이너 이")[0] == query
