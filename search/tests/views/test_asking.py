"""What an address asks for, and the ways to other pages of the same search."""

import pytest
from django.test import RequestFactory

from blog.models import Topic
from search.filters import filters_of, question_of
from search.numbering import numbered_pages

pytestmark = pytest.mark.django_db


def asked(query: str):
    request = RequestFactory().get(f"/search/?{query}")
    return question_of(request.GET, filters_of(request).form.cleaned_data)


def test_an_address_is_read_and_written_again():
    Topic.objects.create(slug="개발", name="개발")
    question = asked(
        "q=도커+배포&in=title&sort=newest&kind=article&language=ko&topic=개발&period=30&page=3"
    )
    assert question.arguments == {
        "kind": "post",
        "scope": "title",
        "sort": "newest",
        "page": 3,
        "form": "article",
        "language": "ko",
        "topic": question.topic.pk,
        "since_days": 30,
        "literal": False,
    }
    again = asked(question.address(page=3).partition("?")[2])
    assert again == question
    assert asked(question.address().partition("?")[2]).page == 1


@pytest.mark.behaviour("SE-11")
@pytest.mark.parametrize("page", ["", "0", "-3", "x", "1.5", "٣x", "%00", "9" * 400])
def test_a_page_that_is_no_number_is_the_first(page):
    assert asked(f"q=x&page={page}").page in {1, 999_999_999}


@pytest.mark.parametrize(
    "query", ["q=x&in=body", "q=x&sort=worst", "q=x&type=cats", "q=x&kind=x&language=xx&period=-1"]
)
def test_what_is_unknown_counts_as_not_said(query):
    assert asked(query) == asked("q=x")


def test_what_narrows_posts_says_nothing_of_people():
    question = asked("q=x&type=people&in=title&kind=note&sort=likes&period=7")
    assert question.kind == "person"
    assert question.arguments["scope"] == "all"
    assert question.narrowing == {}
    assert question.sort == "relevance"
    assert asked("q=x&type=person") == asked("q=x&type=people")


@pytest.mark.behaviour("SE-22")
def test_a_long_query_is_cut_and_cleaned():
    assert len(asked("q=" + "가" * 8000).query) == 200
    assert asked("q=%E1%84%92%E1%85%A1%E1%86%AB%00%20%20%E2%80%8B글").query == "한 글"
    assert asked("q=%E2%80%8B%20%00").is_blank


@pytest.mark.behaviour("SE-12")
@pytest.mark.parametrize(
    ("page", "last", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, 3, 4, 5]),
        (4, 9, [2, 3, 4, 5, 6]),
        (9, 9, [5, 6, 7, 8, 9]),
        (2, 4, [1, 2, 3, 4]),
    ],
)
def test_numbers_stand_around_the_present_page(page, last, numbers):
    pages = numbered_pages(page, last, lambda number: f"?page={number}")
    assert [number for number, _url in pages.numbers] == numbers
    assert [number for number, url in pages.numbers if url is None] == [page]
    assert pages.first_url == (None if page == 1 else "?page=1")
    assert pages.previous_url == (None if page == 1 else f"?page={page - 1}")
    assert pages.next_url == (None if page == last else f"?page={page + 1}")
    assert pages.last_url == (None if page == last else f"?page={last}")
