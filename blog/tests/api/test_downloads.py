"""Articles as files by programs: the same as on the pages, to the same people."""

import pytest

from accounts.scopes import MEMBER_SCOPES
from blog import actions
from blog.tests.factories import BODY, make_article, make_draft, make_note
from config.tests.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-18")]
FORMS = ("html", "epub", "md", "zip")


def taken(client, post, form: str, **options) -> tuple[int, bytes]:
    response = client.get(f"posts/{post.pk}/download/?form={form}", **options)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, content


@pytest.mark.parametrize("visibility", ["public", "unlisted", "followers", "private"])
def test_who_reads_an_article_takes_it_along_but_not_its_source(
    minah, junho, taeo, stranger, visibility
):
    post = make_article(minah, visibility=visibility)
    readers = {
        "public": (None, stranger, junho, minah),
        "unlisted": (None, stranger, junho, minah),
        "followers": (junho, minah),
        "private": (minah,),
    }[visibility]
    for person in (None, stranger, junho, taeo, minah):
        client = api_client(person)
        for form in FORMS:
            is_source = form in {"md", "zip"}
            expected = 404 if person not in readers else 200
            if expected == 200 and is_source and person != minah:
                expected = 403
            assert taken(client, post, form)[0] == expected, (person, form)


def test_it_is_the_file_of_the_page(client, minah):
    post = make_article(minah, source=BODY)
    client.force_login(minah)
    page = client.get(f"/posts/{post.pk}/download.md")
    asked = api_client(minah).get(f"posts/{post.pk}/download/?form=md")
    for header in ("Content-Type", "Content-Disposition", "Cache-Control"):
        assert asked.headers[header] == page.headers[header]
    assert b"".join(asked.streaming_content) == b"".join(page.streaming_content)


def test_without_a_form_it_is_a_book_whatever_is_accepted(minah):
    post = make_article(minah)
    book = api_client().get(f"posts/{post.pk}/download/", headers={"accept": "text/html"})
    assert book.headers["Content-Type"] == "application/epub+zip"
    assert b"".join(book.streaming_content).startswith(b"PK")


def test_a_token_that_may_not_read_takes_what_visitors_may(minah):
    draft, post = make_draft(minah), make_article(minah)
    blind = api_client(minah, scopes=[one for one in MEMBER_SCOPES if one != "read"])
    assert taken(blind, draft, "md")[0] == 404
    assert taken(blind, post, "md")[0] == 403
    assert taken(blind, post, "html")[0] == 200
    assert taken(api_client(minah), draft, "md")[0] == 200


def test_what_there_is_not_is_said(minah):
    post, gone = make_article(minah), make_article(minah, "지운 글")
    actions.delete_post(gone, actor=minah)
    refused = api_client().get(f"posts/{post.pk}/download/?form=exe")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "invalid_choice")
    assert taken(api_client(), gone, "epub")[0] == 410
    assert taken(api_client(), make_note(minah), "epub")[0] == 404
    assert api_client().get("posts/999999999/download/").status_code == 404


def test_page_and_api_count_files_together(client, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.TAKEN_AN_HOUR", 1)
    post = make_article(minah)
    b"".join(client.get(f"/posts/{post.pk}/download.epub").streaming_content)
    assert taken(api_client(), post, "epub")[0] == 429
