"""Counting words: with the document, once, and only of what everybody may read."""

import pytest

from search.models import DocumentA, TermA
from search.vocabulary import (
    ALL,
    TermChange,
    Vocabulary,
    count_terms,
    merge_changes,
    rebuild_counts,
    term_changes,
    words_of,
)
from search.vocabulary.counting import count_differences


def document(title="", body="", tags="", **columns):
    return DocumentA(
        **{
            "kind": "post",
            "object_id": 1,
            "analyzer": "test",
            "digest": "",
            "title_tokens": title,
            "body_tokens": body,
            "tag_tokens": tags,
            "is_counted": True,
        }
        | columns
    )


def rows():
    return dict(TermA.objects.exclude(term=ALL).values_list("term", "df"))


def test_signs_and_long_tokens_are_no_words():
    words = words_of(document("도커 ^도커 ~dock", "배포 @minah " + "가" * 41, "#배포 태그"))
    assert words == {"도커": True, "배포": False, "태그": False, ALL: False}
    assert words_of(document("도커", is_counted=False)) == {}
    assert words_of(None) == {}


def test_only_differences_change_counts():
    old = document("도커 배포", "설치 방법")
    new = document("도커", "배포 설치 이미지")
    assert term_changes(old, new, {"이미지"}) == {
        "배포": TermChange(0, -1),
        "이미지": TermChange(1, 0, is_joined=True),
        "방법": TermChange(-1, 0),
    }
    assert term_changes(old, old) == {}


def test_changes_of_many_documents_are_added_up():
    first = {"도커": TermChange(1, 1, is_joined=False)}
    second = {"도커": TermChange(1, 0, is_joined=True), "배포": TermChange(-1)}
    assert merge_changes([first, second]) == {
        "도커": TermChange(2, 1, is_joined=False),
        "배포": TermChange(-1),
    }


@pytest.mark.django_db
def test_words_come_and_go_with_their_documents(django_assert_max_num_queries):
    one, two = document("도커 배포", "설치"), document("도커", "이미지")
    with django_assert_max_num_queries(3):
        count_terms("a", merge_changes([term_changes(None, one), term_changes(None, two)]))
    assert rows() == {"도커": 2, "배포": 1, "설치": 1, "이미지": 1}
    assert Vocabulary("a").total == 2
    count_terms("a", term_changes(one, None))
    assert rows() == {"도커": 1, "이미지": 1}
    count_terms("a", term_changes(two, None))
    assert not TermA.objects.exists()


@pytest.mark.django_db
def test_a_word_that_is_whole_once_is_no_joined_word():
    count_terms("a", {"웹서버": TermChange(1, 0, is_joined=True)})
    assert Vocabulary("a").look_up(["웹서버"])["웹서버"].is_joined
    count_terms("a", {"웹서버": TermChange(1, 0, is_joined=False)})
    count_terms("a", {"웹서버": TermChange(1, 0, is_joined=True)})
    count_terms("a", {"웹서버": TermChange(-1)})
    assert not Vocabulary("a").look_up(["웹서버"])["웹서버"].is_joined


@pytest.mark.django_db
def test_the_slots_are_apart():
    count_terms("b", {"도커": TermChange(1)})
    assert not Vocabulary("a").look_up(["도커"])
    assert Vocabulary("b").look_up(["도커"])


@pytest.mark.django_db
def test_repair_counts_anew_what_documents_say():
    document("도커 배포", "설치").save()
    document("도커", "이미지", object_id=2).save()
    document("비밀", "이미지", object_id=3, is_counted=False).save()
    count_terms("a", {"도커": TermChange(7, 1), "없는말": TermChange(1), "설치": TermChange(1)})
    assert set(count_differences("a")) == {ALL, "도커", "없는말", "배포", "이미지"}
    assert rebuild_counts("a") == 5
    assert rows() == {"도커": 2, "배포": 1, "설치": 1, "이미지": 1}
    assert TermA.objects.get(term="배포").jamo
    assert count_differences("a") == {}


@pytest.mark.django_db(transaction=True)
def test_repair_outside_of_a_transaction_reads_as_of_one_moment():
    document("도커 배포", "설치").save()
    assert rebuild_counts("a") == 4
    assert rebuild_counts("a") == 0
