"""Asking without an account, the receipt, and what readers see instead of what is held (SO-50)."""

import unicodedata
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from blog.actions import write_comment
from blog.models import Image
from blog.tests.factories import make_article, make_note
from config.tests.api_client import api_client
from moderation import actions
from moderation.models import LogEntry, Takedown
from moderation.tests.factories import make_decision, make_editor

pytestmark = pytest.mark.django_db

FORM = "/takedown/"
CLAIM = "제 전화번호가 그대로 있어요."


@pytest.fixture
def post(minah):
    return make_article(minah, "이웃 이야기")


def send(client, to: str, **fields):
    values = {
        "address": to,
        "right": "privacy",
        "claim": CLAIM,
        "name": "한별",
        "email": "hanbyeol@example.com",
        "is_honest": "on",
    }
    return client.post(FORM, values | fields)


def accepted(kind: str, pk: int, sora) -> Takedown:
    takedown = actions.ask_takedown(
        (kind, pk), name="한별", email="h@example.com", right="privacy", claim=CLAIM
    )
    return actions.accept_takedown(takedown, actor=sora, reason="개인정보 보호 요청입니다.")


@pytest.mark.behaviour("SO-50")
def test_anybody_asks_without_an_account_and_gets_a_receipt(post, client, committed, outbox):
    assert client.get(FORM).status_code == 200
    with committed():
        answer = send(client, f"https://madang.example{post.get_absolute_url()}")
    takedown = Takedown.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"/takedown/{takedown.receipt}/"
    assert (takedown.case.target_kind, takedown.case.target_id) == ("post", post.pk)
    assert takedown.claimant is None
    page = client.get(answer.url)
    assert CLAIM in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert outbox[-1].to == ["hanbyeol@example.com"] and answer.url in outbox[-1].body


@pytest.mark.parametrize("form", ["path", "whole", "encoded", "nfd", "host", "permalink"])
def test_an_address_is_understood_however_it_is_copied(post, client, form):
    path = unquote(post.get_absolute_url())
    address = {
        "path": path,
        "whole": f"  https://madang.example{path}?from=1#위  ",
        "encoded": f"https://madang.example{quote(path)}",
        "nfd": unicodedata.normalize("NFD", path),
        "host": f"http://testserver{path}",
        "permalink": f"/posts/{post.pk}/",
    }[form]
    assert send(client, address).status_code == 302
    takedown = Takedown.objects.get()
    assert takedown.case.target_id == post.pk
    assert "%" not in takedown.address


def test_comments_notes_and_profiles_are_found(post, minah, client):
    comment = write_comment(post, actor=minah, source="댓글이에요.")
    note = make_note(minah, "쪽글이에요.")
    for address, target in (
        (f"{post.get_absolute_url()}#comment-{comment.pk}", ("comment", comment.pk)),
        (note.get_absolute_url(), ("post", note.pk)),
        (minah.get_absolute_url(), ("person", minah.pk)),
    ):
        assert send(client, address).status_code == 302
        case = Takedown.objects.latest("pk").case
        assert (case.target_kind, case.target_id) == target


@pytest.mark.parametrize(
    "address",
    [
        "https://다른곳.example/@minah/",
        "http://[",
        "/posts/999999/",
        "/settings/profile/",
        "/nowhere/at/all/",
        "javascript:alert(1)",
        "/posts/999999/#comment-999999999999999999",
        "%00",
        "가" * 1999,
    ],
    ids=["foreign", "odd", "missing", "settings", "nowhere", "script", "comment", "nul", "long"],
)
def test_other_addresses_are_refused_and_what_was_typed_stays(client, address):
    answer = send(client, address)
    assert answer.status_code == 422
    assert CLAIM in answer.content.decode()
    assert not Takedown.objects.exists()


def test_the_form_does_not_say_what_is_hidden(minah, junho, client):
    private = make_article(minah, "일기", visibility="private")
    for_followers = make_article(minah, "벗에게", visibility="followers")
    answers = [
        send(client, f"/posts/{pk}/").context["form"].errors["address"]
        for pk in (private.pk, for_followers.pk, 999999)
    ]
    assert answers[0] == answers[1] == answers[2]
    client.force_login(junho)  # follows her
    assert send(client, f"/posts/{private.pk}/").status_code == 422
    assert send(client, f"/posts/{for_followers.pk}/").status_code == 302


def test_whom_the_author_blocked_has_rights_too(post, taeo, as_user):
    assert send(as_user(taeo), post.get_absolute_url()).status_code == 302
    assert Takedown.objects.get().claimant == taeo


@pytest.mark.parametrize("field", ["address", "right", "claim", "name", "email", "is_honest"])
def test_nothing_may_be_missing(post, client, field):
    answer = send(client, post.get_absolute_url(), **{field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_programs_that_fill_in_everything_get_nowhere(post, client):
    assert send(client, post.get_absolute_url(), homepage="https://광고.example").status_code == 422
    assert not Takedown.objects.exists()


def test_requests_of_one_network_are_limited(post, client):
    statuses = [send(client, post.get_absolute_url()).status_code for _number in range(6)]
    assert statuses == [302] * 5 + [429]


def test_evidence_is_checked_by_its_bytes(post, client):
    good = SimpleUploadedFile("증거.pdf", b"%PDF-1.7 ...", "application/pdf")
    bad = SimpleUploadedFile("증거.pdf", b"MZ\x00\x01", "application/pdf")
    large = SimpleUploadedFile("큰 것.pdf", b"%PDF-" + bytes(5 << 20), "application/pdf")
    for file in (bad, large):
        answer = send(client, post.get_absolute_url(), evidence=file)
        assert answer.status_code == 422 and "evidence" in answer.context["form"].errors
    assert send(client, post.get_absolute_url(), evidence=good).status_code == 302
    stored = Takedown.objects.get().evidence
    assert client.get(f"/media/{stored}").status_code == 404
    default_storage.delete(stored)


# The receipt --------------------------------------------------------------------------------------


def test_the_receipt_shows_each_state_and_is_withdrawn_once(post, sora, client):
    takedown = accepted("post", post.pk, sora)
    url = f"/takedown/{takedown.receipt}/"
    assert "소라" not in client.get(url).content.decode()
    kept = client.get(f"{url}file/").json()
    assert kept["claim"] == CLAIM and kept["state"] == "accepted"
    assert "log" not in kept and "decisions" not in kept
    assert client.get(f"{url}withdraw/").status_code == 405
    assert client.post(f"{url}withdraw/").status_code == 302
    post.refresh_from_db()
    assert post.status == "published"
    assert client.post(f"{url}withdraw/").status_code == 302
    assert client.get(url).status_code == 200


def test_receipts_cannot_be_guessed(post, client):
    for receipt in ("0" * 32, "x", "가"):
        assert client.get(f"/takedown/{receipt}/").status_code == 404


# 451 ----------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-50")
def test_readers_of_what_is_held_get_451_with_the_date_and_no_name(post, sora, minah, junho, taeo):
    takedown = accepted("post", post.pk, sora)
    url = post.get_absolute_url()
    for person in (None, junho):
        client = Client()
        if person is not None:
            client.force_login(person)
        for address in (url, f"/posts/{post.pk}/"):
            page = client.get(address, headers={"accept-language": "ko", "accept": "text/html"})
            assert page.status_code == 451
            text = page.content.decode()
            assert f"{timezone.localtime(takedown.due_at).day}일" in text
            assert "한별" not in text and "이웃 이야기" not in text
    blocked, author = Client(), Client()
    blocked.force_login(taeo)
    author.force_login(minah)
    assert blocked.get(url).status_code == 404
    assert author.get(url).status_code == 200


@pytest.mark.behaviour("SO-50", "SO-39")
def test_programs_get_451_with_a_code_and_lists_leave_it_out(post, sora):
    accepted("post", post.pk, sora)
    answer = api_client().get(f"posts/{post.pk}/")
    assert answer.status_code == 451
    assert answer.json()["code"] == "held_by_takedown"
    listed = [one["id"] for one in api_client().get("posts/").json()["results"]]
    assert post.pk not in [int(one) for one in listed]
    assert "이웃 이야기" not in Client().get("/feed.atom").content.decode()


def test_other_holds_stay_404_and_hidden_posts_too(post, sora, minah):
    make_decision(sora, "hold", ("post", post.pk))
    assert Client().get(post.get_absolute_url()).status_code == 404
    secret = make_article(minah, "벗에게", visibility="followers")
    accepted("post", secret.pk, sora)
    assert Client().get(f"/posts/{secret.pk}/").status_code == 404


def test_a_held_comment_and_what_is_shown_again(post, sora, minah, junho):
    comment = write_comment(post, actor=junho, source="그건 비밀이에요.")
    takedown = accepted("comment", comment.pk, sora)
    url = f"/comments/{comment.pk}/"
    assert Client().get(url).status_code == 451
    assert "그건 비밀이에요." not in Client().get(post.get_absolute_url()).content.decode()
    actions.undo_decision(takedown.decision, actor=sora)
    assert Client().get(url).status_code == 302


def test_after_the_removal_it_is_404_again(post, sora):
    takedown = accepted("post", post.pk, sora)
    past = timezone.now() - timedelta(minutes=1)
    Takedown.objects.filter(pk=takedown.pk).update(due_at=past)
    actions.settle_due_takedowns()
    assert Client().get(post.get_absolute_url()).status_code == 404


def test_a_second_request_about_what_is_held_says_so(post, sora, client):
    accepted("post", post.pk, sora)
    answer = send(client, post.get_absolute_url())
    assert answer.status_code == 422
    assert Takedown.objects.count() == 1


def test_a_page_that_is_not_held_asks_nothing_more(post, client, django_assert_num_queries):
    url = post.get_absolute_url()
    client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    assert not [query for query in seen.captured_queries if "moderation_takedown" in query["sql"]]


def test_a_held_image_is_resolved_by_its_address(minah, client):
    from blog import actions as writing
    from config.tests.world import small_picture

    image = writing.store_image(small_picture(), actor=minah, name="그림.png", alt="초록")
    make_article(minah, "그림이 있는 글", cover=image)
    image = Image.objects.get(pk=image.pk)
    assert send(client, image.url_for(image.widths[0])).status_code == 302
    assert Takedown.objects.get().case.target_kind == "image"


# For staff ----------------------------------------------------------------------------------------


@pytest.fixture
def asked(post):
    takedown = actions.ask_takedown(
        ("post", post.pk),
        name="한별",
        email="h@example.com",
        right="privacy",
        claim=CLAIM,
        evidence=("증거.txt", "증거입니다".encode()),
    )
    yield takedown
    default_storage.delete(takedown.evidence)


def admin_url(takedown, name: str) -> str:
    return f"/admin/moderation/takedown/{takedown.pk}/{name}/"


@pytest.mark.behaviour("SO-50")
def test_moderators_read_evidence_and_case_file_and_the_log_says_so(asked, sora, as_user):
    client = as_user(sora)
    assert CLAIM in client.get(admin_url(asked, "change")).content.decode()
    evidence = client.post(admin_url(asked, "evidence"))
    assert evidence.content.decode() == "증거입니다"
    assert evidence.headers["Content-Disposition"].startswith("attachment")
    assert evidence.headers["X-Content-Type-Options"] == "nosniff"
    whole = client.post(admin_url(asked, "file"))
    assert whole.content.startswith(b"PK")
    acts = list(LogEntry.objects.order_by("number").values_list("act", flat=True))
    assert acts == ["read_evidence", "export_takedown"]
    assert client.get(admin_url(asked, "evidence")).status_code == 405


def test_nobody_else_reads_evidence(asked, minah, junho, client):
    for person in (None, minah, junho, make_editor()):
        if person is not None:
            client.force_login(person)
        for name in ("evidence", "file"):
            answer = client.post(admin_url(asked, name))
            assert answer.status_code in (302, 403, 404)
            assert "증거입니다" not in answer.content.decode()
    assert Takedown.objects.get().state == "asked"
    assert not LogEntry.objects.exists()
