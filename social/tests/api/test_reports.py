"""Reporting by program: the same rules as on the page."""

import pytest
from django.test import override_settings

from accounts.tests.factories import make_unconfirmed_person
from blog.tests.factories import make_note
from config.tests.api_client import api_client, matches_stored
from social import actions, limits
from social.models import Report


@pytest.fixture
def note(minah):
    return make_note(minah)


def report_of(kind: str, pk: int, **more) -> dict:
    return {"target": {"kind": kind, "id": pk}, "category": "spam", **more}


@pytest.mark.behaviour("AP-51")
def test_a_member_reports_and_reports_again(note, junho):
    client = api_client(junho)
    made = client.post("reports/", report_of("post", note.pk, note="광고예요."))
    assert made.status_code == 201
    matches_stored(made, "report")
    assert client.get(made.headers["Location"]).json() == made.json()
    again = client.post("reports/", report_of("post", note.pk) | {"category": "abuse"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert again.json()["category"] == "abuse"
    assert [one["id"] for one in client.get("reports/").json()["results"]] == [made.json()["id"]]


@pytest.mark.behaviour("AP-51")
@pytest.mark.behaviour("AP-03")
def test_reporting_needs_a_token_that_may_read(note, junho):
    assert api_client().post("reports/", report_of("post", note.pk)).status_code == 401
    assert api_client().get("reports/").status_code == 401
    narrow = api_client(junho, scopes=["posts", "messages"])
    refused = narrow.post("reports/", report_of("post", note.pk))
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert not Report.objects.exists()


def test_a_report_is_its_makers_alone(note, minah, junho):
    made = api_client(junho).post("reports/", report_of("post", note.pk)).json()
    for other in (minah,):
        assert api_client(other).get(made["url"]).status_code == 404
        assert api_client(other).get("reports/").json()["results"] == []


def test_what_one_does_not_see_is_404_and_what_is_ones_own_refused(note, minah, taeo, stranger):
    message = actions.send_message(stranger, actor=minah, text="비밀")
    for person, kind, pk in (
        (taeo, "post", note.pk),
        (taeo, "person", minah.pk),
        (taeo, "message", message.pk),
        (stranger, "post", 2**62),
        (stranger, "nothing", 1),
    ):
        assert api_client(person).post("reports/", report_of(kind, pk)).status_code == 404
    refused = api_client(minah).post("reports/", report_of("post", note.pk))
    assert (refused.status_code, refused.json()["code"]) == (400, "cannot_report_own")
    with override_settings(MAIL_ENABLED=True):
        refused = api_client(make_unconfirmed_person()).post("reports/", report_of("post", note.pk))
    assert (refused.status_code, refused.json()["code"]) == (403, "email_unconfirmed")
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"category": "spam"}, "target"),
        ({"target": {"kind": "post"}, "category": "spam"}, "target.id"),
        ({"target": {"kind": "post", "id": 0}, "category": "spam"}, "target.id"),
        ({"target": "post", "category": "spam"}, "target"),
        (report_of("post", 1) | {"category": "싫음"}, "category"),
    ],
    ids=["no target", "no id", "zero", "text", "category"],
)
def test_a_report_that_does_not_say_what_is_refused(junho, sent, field):
    refused = api_client(junho).post("reports/", sent)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_a_note_has_an_end_and_so_has_reporting(note, minah, junho, monkeypatch):
    client = api_client(junho)
    refused = client.post("reports/", report_of("post", note.pk, note="가" * 1001))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "note")
    monkeypatch.setattr(limits, "REPORTS_AN_HOUR", 2)
    assert client.post("reports/", report_of("post", note.pk)).status_code == 201
    assert client.post("reports/", report_of("person", minah.pk)).status_code == 429


def test_a_longer_list_makes_no_more_queries(minah, junho, queries_of):
    client = api_client(junho)
    for number in range(5):
        client.post("reports/", report_of("post", make_note(minah, f"글 {number}").pk))
    assert queries_of(client, "reports/") == 2
