"""Saves by script: works / needs sign-in / refuses others / costs the same for every text."""

import uuid

import pytest
from django.test import Client

from blog import actions
from blog.models import Draft, Post, Revision
from blog.tests.factories import make_article, make_draft, make_note

pytestmark = pytest.mark.django_db


def first_save(**changes):
    return {
        "submission": str(uuid.uuid4()),
        "title": "새벽에 쓴 글",
        "source": "아직 **덜(초고)** 쓴 글이다.",
        "tags": ["초고", "새벽"],
    } | changes


@pytest.mark.behaviour("BL-08")
def test_the_first_save_makes_a_draft_and_later_ones_name_their_version(as_user, minah, send):
    client = as_user(minah)
    response = send(client, "/write/save/", first_save())
    assert response.status_code == 201
    facts = response.json()
    assert response.headers["ETag"] == f'"{facts["version"]}"'
    second = send(client, facts["save_url"], {"source": "더 썼다."}, facts["version"])
    assert second.status_code == 200
    assert second.json()["version"] == facts["version"] + 1
    post = Post.objects.get()
    assert post.status == "draft"
    assert (post.title, post.source, post.html) == ("", "", "")
    assert post.draft.source == "더 썼다."
    assert post.draft.title == "새벽에 쓴 글"
    assert post.draft.details["tags"] == ["초고", "새벽"]


@pytest.mark.behaviour("X-06")
def test_the_same_form_sent_again_makes_no_second_article(as_user, minah, send):
    client, data = as_user(minah), first_save()
    first = send(client, "/write/save/", data)
    again = send(client, "/write/save/", data)
    later = send(client, "/write/save/", data | {"source": "이어서 썼다."})
    assert [answer.status_code for answer in (first, again, later)] == [201, 200, 200]
    assert Post.objects.count() == 1
    assert Draft.objects.get().source == "이어서 썼다."


@pytest.mark.behaviour("BL-10")
def test_a_stale_save_gets_409_with_the_stored_text_and_changes_nothing(as_user, minah, send):
    client = as_user(minah)
    facts = send(client, "/write/save/", first_save(source="처음")).json()
    send(client, facts["save_url"], {"source": "다른 탭에서 쓴 글"}, facts["version"])
    stale = send(client, facts["save_url"], {"source": "이 탭에서 쓴 글"}, facts["version"])
    assert stale.status_code == 409
    problem = stale.json()
    assert problem["code"] == "edit_conflict"
    assert problem["stored"]["source"] == "다른 탭에서 쓴 글"
    assert problem["version"] == facts["version"] + 1
    assert Draft.objects.get().source == "다른 탭에서 쓴 글"


@pytest.mark.behaviour("X-06")
def test_the_same_text_again_is_no_conflict(as_user, minah, send):
    client = as_user(minah)
    facts = send(client, "/write/save/", first_save(source="처음")).json()
    for _time in range(2):  # an answer that was lost on the way is asked for again
        answer = send(client, facts["save_url"], {"source": "둘째"}, facts["version"])
        assert answer.status_code == 200
        assert answer.json()["version"] == facts["version"] + 1


@pytest.mark.behaviour("BL-10")
def test_a_settled_conflict_keeps_what_it_replaces(as_user, minah, send):
    client = as_user(minah)
    facts = send(client, "/write/save/", first_save(source="처음")).json()
    now = send(client, facts["save_url"], {"source": "저쪽"}, facts["version"]).json()
    data = {"source": "합친 글", "keeps_present": True}
    assert send(client, facts["save_url"], data, now["version"]).status_code == 200
    assert "저쪽" in Revision.objects.values_list("source", flat=True)


def test_a_save_without_a_version_is_refused(as_user, minah, send):
    draft = make_draft(minah)
    assert send(as_user(minah), f"/write/{draft.pk}/save/", {"source": "가"}).status_code == 428


@pytest.mark.behaviour("BL-11")
def test_signed_out_and_expired_tokens_are_told_apart(minah, send):
    draft = make_draft(minah)
    path = f"/write/{draft.pk}/save/"
    answer = send(Client(), path, {"source": "가"}, 0)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(minah)
    answer = send(strict, path, {"source": "가"}, 0)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    fresh = strict.get("/write/token/").json()
    assert fresh["owner"] == "minah"
    answer = send(strict, path, {"source": "가"}, 0, **{"X-CSRFToken": fresh["csrf"]})
    assert answer.status_code == 200


def test_others_cannot_save_read_or_find_a_draft(as_user, minah, stranger, taeo, send):
    draft, post, note = make_draft(minah), make_article(minah), make_note(minah)
    for person, seen in ((stranger, 403), (taeo, 404)):
        client = as_user(person)
        assert send(client, f"/write/{draft.pk}/save/", {"source": "가"}, 0).status_code == 404
        assert client.get(f"/write/{draft.pk}/state/").status_code == 404
        assert send(client, f"/write/{post.pk}/save/", {"source": "가"}, 0).status_code == seen
        assert client.get(f"/write/{post.pk}/state/").status_code == seen
    assert send(as_user(minah), f"/write/{note.pk}/save/", {"source": "가"}, 0).status_code == 404
    assert not Draft.objects.filter(source="가").exists()


@pytest.mark.parametrize("body", ["", "[]", "{", '"글"', "[" * 100_000, "\x00"])
def test_what_is_no_json_object_is_refused(as_user, minah, body):
    client = as_user(minah)
    answer = client.post(
        "/write/save/",
        body,
        content_type="application/json",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "unreadable"


@pytest.mark.behaviour("BL-06")
def test_half_typed_details_do_not_lose_a_save(as_user, minah, send):
    client = as_user(minah)
    odd = {
        "canonical_url": "https://exa",
        "tags": ["가" * 40, "с𝖼"],
        "slug": "write",
        "topic": 99999,
        "series": "x",
        "visibility": "everyone",
        "language": None,
        "is_open_to_comments": "on",
    }
    answer = send(client, "/write/save/", first_save(**odd))
    assert answer.status_code == 201
    draft = Draft.objects.get()
    assert draft.source.startswith("아직")
    assert draft.details["canonical_url"] == "https://exa"
    assert draft.details["visibility"] == "public"


def test_a_text_that_is_too_long_is_refused_by_field(as_user, minah, send, settings):
    settings.ARTICLE_MAX_LENGTH = 100
    answer = send(as_user(minah), "/write/save/", first_save(source="👨‍👩‍👧‍👦" * 101))
    assert answer.status_code == 422
    assert answer.json()["field"] == "source"
    assert (
        send(as_user(minah), "/write/save/", first_save(source="👨‍👩‍👧‍👦" * 100)).status_code == 201
    )


@pytest.mark.behaviour("BL-24")
def test_text_is_stored_as_typed_but_for_nfc_and_line_ends(as_user, minah, send):
    typed = "  앞 빈칸\r\n\t탭 \r\n\r\n\r\n한글 끝 빈칸  \n\n"
    send(as_user(minah), "/write/save/", first_save(source=typed))
    assert Draft.objects.get().source == "  앞 빈칸\n\t탭 \n\n\n한글 끝 빈칸  \n\n"


@pytest.mark.behaviour("X-13")
def test_a_save_costs_the_same_whatever_there_is(
    as_user, minah, send, django_assert_max_num_queries
):
    client = as_user(minah)
    facts = send(client, "/write/save/", first_save()).json()
    for number in range(15):
        actions.name_revision(Post.objects.get(pk=facts["id"]), actor=minah, name=f"{number}째")
        make_draft(minah, f"다른 글 {number}")
    # Session, person, the post twice (visible, locked), draft, tags, newest revision, the draft
    # locked and stored, and savepoints.
    with django_assert_max_num_queries(22):
        answer = send(client, facts["save_url"], {"source": "또 썼다."}, facts["version"])
    assert answer.status_code == 200


@pytest.mark.behaviour("BL-16")
def test_the_preview_is_what_publishing_stores(as_user, minah, send):
    client = as_user(minah)
    source = "# 제목\n\n**장고(Django)**를 @minah에게 #도커 로\n\n```python\nprint('안녕')\n```\n"
    shown = send(client, "/write/preview/", {"title": "글", "source": source})
    assert shown.headers["Content-Type"].startswith("text/html")
    assert shown.content.decode() == make_article(minah, source=source).html


def test_the_preview_needs_a_member(client, db, send):
    assert send(client, "/write/preview/", {"source": "가"}).status_code == 401


def test_saves_are_limited(as_user, minah, send, monkeypatch):
    monkeypatch.setattr("blog.limits.AUTOSAVES_AN_HOUR", 2)
    client, data = as_user(minah), first_save()
    codes = [send(client, "/write/save/", data).status_code for _time in range(3)]
    assert codes == [201, 200, 429]
