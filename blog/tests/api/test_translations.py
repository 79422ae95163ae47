"""Translations by programs: what authors linked, and what machines translate."""

# Fixtures of other packages are imported by name.
# ruff: noqa: F811
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.scopes import MEMBER_SCOPES
from blog import actions
from blog.actions import machine
from blog.models import MachineTranslation, Post
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.translating.conftest import provider, use  # noqa: F401 fixtures
from blog.tests.translating.servers import said
from config.tests.api_client import api_client, matches_stored

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-46")]
ENGLISH = "A short note about good bread and butter."
BODY = "The first paragraph is here.\n\n## A heading\n\n- An item"


@pytest.fixture
def korean(minah):
    return make_article(minah, "한국어 글", language="ko")


@pytest.fixture
def english(minah):
    return make_article(minah, "A title", source=BODY, excerpt="In short words.", language="en")


def url(post, other=None) -> str:
    return f"posts/{post.pk}/translations/" + (f"{other.pk}/" if other else "")


def languages(response) -> list[str]:
    return [one["language"] for one in response.json()["results"]]


def blind(person):
    """Return a client that may do everything but read."""
    return api_client(person, scopes=[one for one in MEMBER_SCOPES if one != "read"])


# What authors link --------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-63")
def test_each_tells_of_the_others(minah, korean, english):
    client = api_client(minah)
    for _twice in range(2):
        linked = client.put(url(korean, english))
        assert linked.status_code == 200
        assert languages(linked) == ["en"]
    found = api_client().get(url(english))
    matches_stored(found, "post_translations")
    (other,) = found.json()["results"]
    assert api_client().get(other["url"]).json()["title"] == "한국어 글"
    assert (
        api_client()
        .get(f"posts/{english.pk}/")
        .json()["links"]["translations"]
        .endswith(url(english))
    )


def test_unlinking_breaks_nothing_else(minah, korean, english):
    japanese = make_article(minah, "日本語の文", language="ja")
    client = api_client(minah)
    client.put(url(korean, english))
    client.put(url(korean, japanese))
    assert languages(client.get(url(english))) == ["ja", "ko"]
    for _twice in range(2):
        assert client.delete(url(korean, english)).status_code == 204
    assert languages(client.get(url(english))) == []
    assert languages(client.get(url(japanese))) == ["ko"]


def test_what_is_linked_elsewhere_stays_there(minah, korean, english):
    alone = make_article(minah, "혼자", language="ko")
    client = api_client(minah)
    client.put(url(korean, english))
    assert client.delete(url(alone, english)).status_code == 204
    assert languages(client.get(url(korean))) == ["en"]


@pytest.mark.behaviour("AP-18")
def test_what_cannot_be_linked_is_refused_with_the_codes_of_the_page(minah, korean, english):
    client = api_client(minah)
    second = make_article(minah, "또 한국어", language="ko")
    client.put(url(korean, english))
    for other, status, code in (
        (korean, 400, "not_a_pair"),
        (second, 409, "language_taken"),
        (make_note(minah), 400, "not_a_pair"),
        (make_article(minah, "1 2 3", source="4 5 6", language=""), 400, "language_unknown"),
    ):
        refused = client.put(url(korean, other))
        assert (refused.status_code, refused.json()["code"]) == (status, code), other
    assert languages(client.get(url(korean))) == ["en"]


def test_drafts_are_told_their_author_alone(minah, stranger, korean):
    draft = make_draft(minah, "Not yet", language="en")
    assert api_client(minah).put(url(korean, draft)).status_code == 200
    (own,) = api_client(minah).get(url(korean)).json()["results"]
    assert (own["status"], own["title"]) == ("draft", "Not yet")
    for client in (api_client(), api_client(stranger), blind(minah)):
        assert languages(client.get(url(korean))) == []


@pytest.mark.parametrize("visibility", ["private", "followers", "unlisted"])
def test_what_a_reader_may_not_see_is_not_told(minah, junho, taeo, korean, visibility):
    hidden = make_article(minah, "Hidden", language="en", visibility=visibility)
    actions.link_translations(korean, hidden, actor=minah)
    for person, seen in ((None, False), (junho, visibility == "followers"), (minah, True)):
        found = api_client(person).get(url(korean))
        assert languages(found) == (["en"] if seen else []), person
    assert api_client(taeo).get(url(korean)).status_code == 404
    if visibility == "private":
        assert api_client(junho).get(url(hidden)).status_code == 404


@pytest.mark.behaviour("AP-03", "AP-07")
def test_only_the_author_of_both_links_them(minah, junho, taeo, korean, english):
    own = make_article(junho, "준호의 글", language="en")
    for method in ("put", "delete"):

        def call(client, *posts, method=method):
            return getattr(client, method)(url(*posts))

        assert call(api_client(), korean, english).status_code == 401
        narrow = call(api_client(minah, scopes=["read"]), korean, english)
        assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
        for first, second in ((korean, own), (own, korean), (korean, english)):
            refused = call(api_client(junho), first, second)
            assert (refused.status_code, refused.json()["code"]) == (403, "not_the_author")
        assert call(api_client(taeo), korean, english).status_code == 404
        nowhere = getattr(api_client(minah), method)(f"posts/{korean.pk}/translations/999999999/")
        assert nowhere.status_code == 404
    assert not Post.objects.filter(translations__isnull=False).exists()


def test_page_and_api_count_links_together(client, minah, korean, english, monkeypatch):
    monkeypatch.setattr("blog.limits.LINKED_TRANSLATIONS_AN_HOUR", 1)
    client.force_login(minah)
    client.post(f"/write/{korean.pk}/translations/", {"link": english.pk})
    assert api_client(minah).delete(url(korean, english)).status_code == 429


def test_more_languages_take_no_more_queries(minah, junho, korean, english):
    readers = api_client(junho), api_client(minah), api_client()

    def queries() -> list[int]:
        counts = []
        for client in readers:
            with CaptureQueriesContext(connection) as seen:
                client.get(url(korean))
            counts.append(len(seen))
        return counts

    actions.link_translations(korean, english, actor=minah)
    few = queries()
    for language in ("ja", "es"):
        other = make_article(minah, f"{language} text", language=language)
        actions.link_translations(korean, other, actor=minah)
    assert queries() == few
    assert max(few) <= 3


# What machines translate --------------------------------------------------------------------------


@pytest.mark.behaviour("BL-65", "BL-66")
def test_a_post_is_translated_into_the_language_asked_for(provider, junho, english):
    client = api_client(junho)
    answer = client.post(f"posts/{english.pk}/translate/", {"target": "ko-KR"})
    assert answer.status_code == 200
    matches_stored(answer, "machine_translation")
    assert answer.json()["title"] == said("A title", "ko")
    assert [block["kind"] for block in answer.json()["blocks"]] == ["text", "heading", "item"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    spanish = client.post(f"posts/{english.pk}/translate/", {"target": "es"})
    assert spanish.json()["target_language"] == "es"


def test_without_a_target_it_is_the_language_of_the_answer(provider, junho, english):
    answer = api_client(junho).post(
        f"posts/{english.pk}/translate/", {}, headers={"accept-language": "es-MX"}
    )
    assert answer.json()["target_language"] == "es"


@pytest.mark.behaviour("BL-68")
def test_page_and_api_ask_once_between_them(provider, client, junho, english):
    client.force_login(junho)
    client.post(f"/posts/{english.pk}/translate/")
    answer = api_client(junho).post(f"posts/{english.pk}/translate/", {"target": "ko"})
    assert answer.status_code == 200
    assert len(provider.asked) == MachineTranslation.objects.count() == 1


def test_a_card_is_title_and_excerpt(provider, junho, english):
    path = f"posts/{english.pk}/translate/"
    card = api_client(junho).post(path, {"target": "ko", "part": "card"}).json()
    assert (card["title"], card["text"]) == (said("A title", "ko"), said("In short words.", "ko"))
    refused = api_client(junho).post(path, {"part": "half"})
    assert refused.json()["errors"][0]["code"] == "invalid_choice"


def test_a_comment_is_translated(provider, minah, junho, taeo, korean):
    comment = actions.write_comment(korean, actor=minah, source=ENGLISH)
    path = f"comments/{comment.pk}/translate/"
    answer = api_client(junho).post(path, {"target": "ko"})
    assert (answer.status_code, answer.json()["text"]) == (200, said(ENGLISH, "ko"))
    assert api_client(taeo).post(path, {"target": "ko"}).status_code == 404


@pytest.mark.behaviour("AP-03", "AP-07")
def test_it_is_for_members_who_see_the_text(provider, minah, junho, taeo, stranger, english):
    path = f"posts/{english.pk}/translate/"
    assert api_client().post(path, {"target": "ko"}).status_code == 401
    narrow = api_client(junho, scopes=["posts"]).post(path, {"target": "ko"})
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    assert api_client(taeo).post(path, {"target": "ko"}).status_code == 404
    secret = make_article(minah, "For friends", source=BODY, language="en", visibility="followers")
    hidden = f"posts/{secret.pk}/translate/"
    assert api_client(stranger).post(hidden, {"target": "ko"}).status_code == 404
    refused = api_client(junho).post(hidden, {"target": "ko"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_for_translation")
    assert not provider.asked


@pytest.mark.behaviour("BL-67", "AP-18")
def test_what_goes_wrong_is_told_apart(junho, english, korean):
    client = api_client(junho)
    path = f"posts/{english.pk}/translate/"
    off = client.post(path, {"target": "ko"})
    assert (off.status_code, off.json()["code"]) == (503, "translation_unavailable")
    for target in ("fr", "x", "ko/../en", "1"):
        refused = client.post(path, {"target": target})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["code"] == "invalid_choice"
    same = client.post(f"posts/{korean.pk}/translate/", {"target": "ko"})
    assert (same.status_code, same.json()["code"]) == (422, "not_translatable")


@pytest.mark.behaviour("BL-67")
def test_a_provider_that_fails_is_502_and_nothing_is_kept_as_a_translation(
    provider,
    junho,
    english,
):
    provider.answer = (500, {"error": "broken"})
    failed = api_client(junho).post(f"posts/{english.pk}/translate/", {"target": "ko"})
    assert (failed.status_code, failed.json()["code"]) == (502, "translation_failed")
    assert "text" not in failed.json()
    assert not MachineTranslation.objects.filter(state="done").exists()


@pytest.mark.behaviour("BL-68")
def test_while_somebody_elses_call_lasts_it_is_202(provider, junho, english, monkeypatch):
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.0)
    client = api_client(junho)
    path = f"posts/{english.pk}/translate/"
    client.post(path, {"target": "ko"})
    MachineTranslation.objects.update(state="running", title="", text="")
    waiting = client.post(path, {"target": "ko"})
    assert waiting.status_code == 202
    assert int(waiting.headers["Retry-After"]) > 0
    assert (waiting.json()["state"], waiting.json()["text"]) == ("running", None)


@pytest.mark.behaviour("AP-18")
def test_page_and_api_count_together(provider, client, junho, english, monkeypatch):
    monkeypatch.setattr("blog.limits.MACHINE_TRANSLATIONS_AN_HOUR", 1)
    client.force_login(junho)
    client.post(f"/posts/{english.pk}/translate/")
    refused = api_client(junho).post(f"posts/{english.pk}/translate/", {"target": "ko"})
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")


def test_an_answer_of_html_stays_text(provider, junho, english):
    provider.translate = lambda text, target: "<script>alert(1)</script>"
    answer = api_client(junho).post(f"posts/{english.pk}/translate/", {"target": "ko"})
    assert answer.json()["blocks"][0]["text"] == "<script>alert(1)</script>"
    assert answer.headers["Content-Type"].startswith("application/json")
