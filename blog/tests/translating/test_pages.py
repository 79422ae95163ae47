"""Where "Translate" stands, what it answers, and what it refuses."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_person
from blog import actions
from blog.actions import machine
from blog.models import MachineTranslation
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.translating.servers import said
from social.actions import block_person

pytestmark = pytest.mark.django_db

ENGLISH = "A short note about good bread and butter."
BODY = "The first paragraph is here.\n\n## A heading\n\n- An item"
NOTES = "/@minah/notes/"
HTMX = {"HX-Request": "true"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def note(minah):
    return make_note(minah, ENGLISH)


@pytest.fixture
def article(minah):
    return make_article(minah, "A title", source=BODY, excerpt="In short words.", language="en")


@pytest.fixture
def korean(minah):
    return make_note(minah, "오늘은 김밥을 말았다.")


def url_of(subject) -> str:
    kind = "posts" if hasattr(subject, "slug") else "comments"
    return f"/{kind}/{subject.pk}/translate/"


def body(response) -> str:
    return response.content.decode()


def offers(html: str) -> list[str]:
    return re.findall(r'data-hx-post="([^"]+/translate/)"', html)


# Where it stands ------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-64")
def test_it_stands_in_lists_at_what_is_in_another_language(
    provider, as_user, junho, minah, note, article, korean
):
    actions.pin_post(article, actor=minah)
    client = as_user(junho)
    for address, expected in (
        ("/", [article, note]),
        ("/explore/", [article, note]),
        ("/@minah/", [article]),
        (NOTES, [note]),
    ):
        assert offers(body(client.get(address))) == [url_of(post) for post in expected], address


@pytest.mark.behaviour("BL-64")
def test_it_stands_on_pages(provider, as_user, junho, note, article, korean):
    client = as_user(junho)
    for post in (note, article):
        assert url_of(post) in offers(body(client.get(post.get_absolute_url())))
    assert url_of(korean) not in offers(body(client.get(korean.get_absolute_url())))


@pytest.mark.behaviour("BL-64")
def test_it_stands_at_comments(provider, as_user, minah, junho, stranger, korean):
    said_there = [
        actions.write_comment(korean, actor=person, source=text)
        for person, text in (
            (junho, ENGLISH),
            (junho, "한국어로 쓴 댓글이에요."),
            (stranger, f"{ENGLISH} Hidden."),
        )
    ]
    actions.hide_comment(said_there[2], actor=minah)
    for reader in (minah, junho, stranger):
        page = body(as_user(reader).get(korean.get_absolute_url()))
        assert offers(page) == [url_of(said_there[0])], reader
    actions.change_note(korean, actor=minah, source=korean.source, visibility="followers")
    assert not offers(body(as_user(junho).get(korean.get_absolute_url())))


@pytest.mark.behaviour("BL-64")
def test_it_goes_by_the_base_of_the_readers_language(provider, as_user, junho, minah, note):
    spanish = make_note(minah, "Hola", language="es-MX")
    client = as_user(junho)
    for accepted, expected in (
        ("es-AR", [url_of(note)]),
        ("en-GB", [url_of(spanish)]),
        ("ja", [url_of(spanish), url_of(note)]),
    ):
        page = client.get(NOTES, headers={"Accept-Language": accepted})
        assert offers(body(page)) == expected


@pytest.mark.behaviour("BL-64")
@pytest.mark.parametrize(
    "changes",
    [{"language": ""}, {"visibility": "followers"}, {"visibility": "private"}],
    ids=["unknown", "followers", "private"],
)
def test_it_stands_at_nothing_else(provider, as_user, minah, changes):
    article = make_article(minah, "1 2 3", source="4 5 6", **({"language": "en"} | changes))
    client = as_user(minah)
    for address in ("/@minah/", article.get_absolute_url()):
        assert not offers(body(client.get(address)))


@pytest.mark.behaviour("BL-64")
def test_without_a_provider_it_stands_nowhere(as_user, junho, client, note, article):
    for reader in (client, as_user(junho)):
        for address in ("/@minah/", note.get_absolute_url(), article.get_absolute_url()):
            assert "translate__button" not in body(reader.get(address))


def test_where_the_provider_does_not_know_the_pair_it_stands_not(
    provider, as_user, junho, minah, settings
):
    settings.TRANSLATION_PROVIDER = "papago"
    make_note(minah, "Hola", language="es")
    client = as_user(junho)
    assert offers(body(client.get(NOTES)))
    assert not offers(body(client.get(NOTES, headers={"Accept-Language": "ja"})))


def test_an_unlisted_post_can_be_translated_on_its_page(provider, as_user, junho, minah):
    note = make_note(minah, ENGLISH, visibility="unlisted")
    client = as_user(junho)
    assert offers(body(client.get(note.get_absolute_url()))) == [url_of(note)]
    assert client.post(url_of(note), headers=HTMX).status_code == 200


@pytest.mark.behaviour("BL-65")
def test_signed_out_it_leads_to_sign_in_and_back(provider, client, note):
    page = body(client.get(NOTES))
    assert not offers(page)
    assert 'href="/auth/login/?next=/%40minah/notes/" rel="nofollow"' in page
    assert "csrfmiddlewaretoken" not in page.split('class="translate"')[1].split("</div>")[0]


def test_it_costs_no_query(provider, as_user, junho, minah):
    for number in range(12):
        make_note(minah, f"{ENGLISH} {number}")
    client = as_user(junho)
    client.get(NOTES)
    with CaptureQueriesContext(connection) as with_offers:
        assert len(offers(body(client.get(NOTES)))) == 12
    with CaptureQueriesContext(connection) as without:
        assert not offers(body(client.get(NOTES, headers={"Accept-Language": "en"})))
    assert len(with_offers) == len(without)


# What it answers --------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-66")
def test_it_names_provider_and_languages_and_shows_the_blocks(provider, as_user, junho, article):
    answer = as_user(junho).post(url_of(article), headers=HTMX)
    html = body(answer)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    head = html.split("<summary")[1].split("</summary>")[0]
    assert all(name in head for name in ("LibreTranslate", "영어", "한국어"))
    assert '<div class="translation__text" lang="ko">' in html
    assert f'<p class="translation__heading">{said("A title", "ko")}</p>' in html
    assert f'<p class="translation__heading">{said("A heading", "ko")}</p>' in html
    assert f"<li>{said('An item', 'ko')}</li>" in html
    assert "<html" not in html


@pytest.mark.behaviour("BL-66")
def test_the_card_of_an_article_gets_what_it_shows(provider, as_user, junho, article):
    client = as_user(junho)
    card = body(client.get("/@minah/"))
    assert '<input type="hidden" name="part" value="card">' in card
    html = body(client.post(url_of(article), {"part": "card"}, headers=HTMX))
    assert said("In short words.", "ko") in html
    assert "A heading" not in html


@pytest.mark.behaviour("BL-66")
def test_html_in_an_answer_is_text(provider, as_user, junho, note):
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">{{ 7 }}&amp;'
    provider.translate = lambda text, target: evil
    html = body(as_user(junho).post(url_of(note), headers=HTMX))
    shown = html.split('lang="ko">')[-1]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x" in shown
    assert "<script" not in html and "<img" not in html
    assert "&amp;amp;" in shown


@pytest.mark.behaviour("BL-66")
def test_without_javascript_a_page_has_both(provider, as_user, junho, article):
    answer = as_user(junho).post(url_of(article), headers=BROWSER)
    html = body(answer)
    assert answer.status_code == 200
    assert said("A heading", "ko") in html
    assert ">A heading</a></h2>" in html
    assert '<div lang="en">' in html
    assert f'href="{article.get_absolute_url()}"' in html
    card = body(as_user(junho).post(url_of(article), {"part": "card"}, headers=BROWSER))
    assert "<p>In short words.</p>" in card


@pytest.mark.behaviour("BL-64", "BL-66")
def test_a_comment(provider, as_user, junho, korean):
    comment = actions.write_comment(korean, actor=junho, source=f"{ENGLISH}\n\n- one")
    client = as_user(junho)
    html = body(client.post(url_of(comment), headers=HTMX))
    assert f"<p>{said(ENGLISH, 'ko')}</p>" in html
    page = client.post(url_of(comment), headers=BROWSER)
    assert page.status_code == 200
    assert f'href="{comment.get_absolute_url()}"' in body(page)
    assert len(provider.asked) == 1


# What it refuses --------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-65")
def test_it_is_a_post_of_members(provider, client, as_user, junho, note):
    assert client.post(url_of(note)).status_code == 302
    assert client.post(url_of(note), headers=HTMX).status_code == 401
    member = as_user(junho)
    assert member.get(url_of(note)).status_code == 405
    assert member.put(url_of(note)).status_code == 405
    assert not provider.asked


@pytest.mark.behaviour("BL-65")
def test_it_needs_the_token(provider, junho, note):
    client = Client(enforce_csrf_checks=True)
    client.force_login(junho)
    assert client.post(url_of(note), headers=HTMX).status_code == 403
    assert not provider.asked


@pytest.mark.behaviour("BL-65")
def test_only_what_one_sees(provider, as_user, minah, junho, taeo, stranger, note, korean):
    comment = actions.write_comment(korean, actor=minah, source=ENGLISH)
    draft = make_draft(minah, "A draft", source=BODY, language="en")
    followers = make_note(minah, ENGLISH, visibility="followers")
    private = make_note(minah, ENGLISH, visibility="private")
    gone = actions.delete_post(make_note(minah, ENGLISH), actor=minah)
    for person, subject, status in (
        (taeo, note, 404),
        (taeo, comment, 404),
        (stranger, draft, 404),
        (stranger, followers, 404),
        (junho, followers, 403),
        (stranger, private, 404),
        (minah, private, 403),
        (minah, draft, 403),
        (stranger, gone, 410),
        (stranger, note, 200),
        (stranger, comment, 200),
    ):
        answer = as_user(person).post(url_of(subject), headers=HTMX)
        assert answer.status_code == status, (person, subject, status)
    assert set(provider.texts) == {ENGLISH}
    assert as_user(junho).post("/posts/999999/translate/").status_code == 404
    assert as_user(junho).post("/comments/99999999999999999999/translate/").status_code == 404


@pytest.mark.behaviour("BL-65")
def test_a_text_that_is_sent_along_is_not_translated(provider, as_user, junho, note):
    sent = {"text": "Free words", "q": "Free words", "target": "ja", "part": "Free words"}
    as_user(junho).post(url_of(note), sent, headers=HTMX)
    assert provider.texts == [ENGLISH]
    assert provider.asked[0].target == "ko"


def test_a_comment_of_somebody_who_blocks_is_not_there(provider, as_user, junho, korean):
    other = make_person("other", "다른 이")
    comment = actions.write_comment(korean, actor=other, source=ENGLISH)
    block_person(junho, actor=other)
    assert as_user(junho).post(url_of(comment), headers=HTMX).status_code == 404


@pytest.mark.behaviour("BL-67")
@pytest.mark.parametrize("headers", [HTMX, BROWSER], ids=["htmx", "browser"])
@pytest.mark.parametrize(
    ("status", "answer"), [(502, (500, b"")), (502, (200, b"nonsense")), (502, (429, b""))]
)
def test_a_failure_is_told_with_a_way_on(provider, as_user, junho, note, headers, status, answer):
    provider.answer = answer
    response = as_user(junho).post(url_of(note), headers=headers)
    html = body(response)
    assert response.status_code == status
    assert 'role="alert"' in html
    assert "translation__text" not in html
    assert offers(html) == [url_of(note)]
    if headers is HTMX:
        assert response["HX-Reswap"] == "outerHTML"
        assert "<html" not in html
    provider.answer = None
    assert said(ENGLISH, "ko") in body(as_user(junho).post(url_of(note), headers=headers))


@pytest.mark.behaviour("BL-67")
def test_a_failure_is_told_in_the_readers_language(provider, as_user, junho, note):
    provider.answer = (500, b"")
    client = as_user(junho)
    spoken = {}
    for language in ("ko", "es", "ja"):
        headers = HTMX | {"Accept-Language": language}
        html = body(client.post(url_of(note), headers=headers))
        assert f'<div class="translate" lang="{language}">' in html
        spoken[language] = html
    assert len(spoken) == 3


@pytest.mark.behaviour("BL-67")
def test_without_a_provider_it_is_503(as_user, junho, note):
    response = as_user(junho).post(url_of(note), headers=HTMX)
    assert response.status_code == 503
    assert 'role="alert"' in body(response)
    told = as_user(junho).post(url_of(note), headers={"Accept": "application/json"})
    assert told.status_code == 503
    assert told.json()["code"] == "translation_unavailable"


def test_what_is_in_ones_language_is_422_and_has_no_second_try(provider, as_user, junho, korean):
    response = as_user(junho).post(url_of(korean), headers=HTMX)
    assert response.status_code == 422
    assert not offers(body(response))


@pytest.mark.behaviour("BL-68")
def test_a_used_up_share_is_told_in_place(provider, as_user, junho, note, monkeypatch):
    monkeypatch.setattr(machine, "NEW_A_DAY", 0)
    response = as_user(junho).post(url_of(note), headers=HTMX)
    assert response.status_code == 429
    assert response["HX-Reswap"] == "outerHTML"
    assert not provider.asked


def test_asking_without_end_is_throttled(provider, as_user, junho, note, monkeypatch):
    monkeypatch.setattr("blog.limits.MACHINE_TRANSLATIONS_AN_HOUR", 2)
    client = as_user(junho)
    statuses = [client.post(url_of(note), headers=HTMX).status_code for _number in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.behaviour("BL-68")
def test_while_another_waits_the_place_asks_again(
    provider, as_user, junho, stranger, note, monkeypatch
):
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.1)
    as_user(junho).post(url_of(note), headers=HTMX)
    MachineTranslation.objects.update(state="running")
    client = as_user(stranger)
    response = client.post(url_of(note), headers=HTMX)
    html = body(response)
    assert response.status_code == 202
    assert 'data-hx-trigger="load delay:2s"' in html and 'role="status"' in html
    page = client.post(url_of(note), headers=BROWSER)
    assert page.status_code == 202
    assert f'action="{url_of(note)}"' in body(page)
    MachineTranslation.objects.update(state="done")
    assert client.post(url_of(note), headers=HTMX).status_code == 200
    assert len(provider.asked) == 1


def test_a_page_of_both_is_not_for_search_engines(provider, as_user, junho, note):
    html = body(as_user(junho).post(url_of(note), headers=BROWSER))
    assert '<meta name="robots" content="noindex">' in html
