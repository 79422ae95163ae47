"""The log in the administration: read, filtered, taken out, verified; never changed (AD-07)."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions import perform_job
from accounts.models import Job
from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from moderation import schema
from moderation.actions import undo_decision
from moderation.actions.chain import write_log
from moderation.models import LogEntry
from moderation.tests.factories import REASON, make_decision, make_editor, make_moderator

pytestmark = pytest.mark.django_db
LOG = "/admin/moderation/logentry/"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def post(minah):
    return make_article(minah, "김밥 마는 법")


def numbers(response) -> list[int]:
    return [row.entry.number for row in response.context["rows"]]


@pytest.mark.behaviour("AD-07")
def test_the_log_is_for_staff_with_the_right_to_it(sora):
    write_log("note", actor=sora, target=("post", 1))
    assert Client().get(LOG).status_code == 302
    addresses = [
        ("get", LOG),
        ("get", f"{LOG}1/change/"),
        ("get", f"{LOG}1/history/"),
        ("post", f"{LOG}export/"),
        ("post", f"{LOG}verify/"),
    ]
    for person in (make_person("junho"), make_editor()):
        client = signed_in(person)
        for method, path in addresses:
            assert getattr(client, method)(path, follow=True).status_code == 403, path
    assert LogEntry.objects.count() == 1
    assert signed_in(sora).get(LOG).status_code == 200


@pytest.mark.behaviour("AD-07")
def test_nothing_here_changes_or_deletes_a_row_even_for_the_administrator(sora):
    entry = write_log("note", actor=sora, target=("post", 1))
    client = signed_in(make_person("root", is_staff=True, is_superuser=True))
    assert client.get(f"{LOG}add/").status_code == 403
    assert client.post(f"{LOG}1/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LOG}1/change/", {"act": "nothing"})
    client.post(LOG, {"action": "delete_selected", "_selected_action": "1", "post": "yes"})
    assert list(LogEntry.objects.values_list("act", "hash")) == [("note", entry.hash)]


@pytest.mark.behaviour("AD-07")
def test_rows_are_filtered_by_act_actor_kind_key_and_time(minah, sora, post):
    jisu = make_moderator("jisu", "지수")
    make_decision(sora, "hold", ("post", post.pk))
    make_decision(jisu, "limit", ("person", minah.pk))
    client = signed_in(sora)

    def shown(**query) -> list[int]:
        return numbers(client.get(LOG, query))

    assert shown() == [2, 1]
    assert shown(actor="@jisu") == shown(actor=str(jisu.pk)) == [2]
    assert shown(target="post") == shown(target=f"post:{post.pk}") == shown(act="hold") == [1]
    assert shown(target=f"post:{post.pk + 1}") == []
    tomorrow = timezone.localtime() + timedelta(days=1)
    assert shown(since=tomorrow.strftime("%Y-%m-%dT%H:%M")) == []
    assert shown(until=tomorrow.strftime("%Y-%m-%dT%H:%M")) == [2, 1]
    for wrong in ({"actor": "nobody-here"}, {"since": "gestern"}, {"target": "가:나"}):
        assert client.get(LOG, wrong).status_code == 422


def test_rows_say_who_what_and_how_it_changed_and_hold_nobodys_words(minah, sora, post):
    make_decision(sora, "hold", ("post", post.pk))
    page = signed_in(sora).get(LOG)
    row = page.context["rows"][0]
    assert (row.actor, row.changes[-1]) == ("@sora", "숨김: 아니오 → 예")
    html = page.content.decode()
    assert REASON not in html and "김밥" not in html
    assert reverse("admin:blog_post_change", args=[post.pk]) in html


@pytest.mark.behaviour("AD-05")
def test_a_row_of_a_decision_has_its_undo_until_it_is_undone(sora, post):
    decision = make_decision(sora, "hold", ("post", post.pk))
    client = signed_in(sora)
    undo = reverse("admin:moderation_case_undo", args=[decision.pk])
    assert undo in client.get(LOG).content.decode()
    assert undo in client.get(f"{LOG}1/change/").content.decode()
    undo_decision(decision, actor=sora, reason="잘못 봤어요")
    assert undo not in client.get(LOG).content.decode()


@pytest.mark.behaviour("AD-07", "SO-43")
def test_the_page_says_when_a_row_was_changed_or_the_guards_are_gone(sora):
    for number in range(3):
        write_log("note", actor=sora, target=("post", number))
    client = signed_in(sora)
    assert 'id="chain-sound"' in client.get(LOG).content.decode()
    schema.remove_guards()
    LogEntry.objects.filter(number=2).update(act="dismiss")
    page = client.get(LOG)
    assert 'id="chain-broken"' in page.content.decode()
    assert page.context["newest"].number == 2
    assert page.context["missing_guards"]
    schema.install_guards()


@pytest.mark.django_db(transaction=True)
def test_the_whole_log_is_verified_in_the_background_and_the_page_says_the_outcome(sora):
    sora = make_moderator("jisu", "지수")
    write_log("note", actor=sora, target=("post", 1))
    client = signed_in(sora)
    client.post(f"{LOG}verify/")
    job = Job.objects.get(kind="verify-log")
    perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.result["checked"] >= 1
    assert LogEntry.objects.latest("number").act == "verify_log"
    schema.remove_guards()
    LogEntry.objects.filter(number=1).update(act="dismiss")
    schema.install_guards()
    client.post(f"{LOG}verify/")
    second = Job.objects.filter(kind="verify-log").latest("pk")
    perform_job(second.pk)
    second.refresh_from_db()
    assert second.state == Job.State.FAILED
    assert second.message_values == {"number": 1, "problem": "changed"}
    assert client.get(LOG).context["last_check"] == second


@pytest.mark.behaviour("AD-07")
def test_the_log_is_taken_out_as_csv_and_as_json_and_that_is_logged(sora, post):
    make_decision(sora, "hold", ("post", post.pk), category="abuse")
    write_log("note", actor=sora, target=("post", "=1+1"), after={"n": 1})
    client = signed_in(sora)
    text = b"".join(client.post(f"{LOG}export/", {"form": "csv"}).streaming_content).decode()
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["act"] for row in table] == ["hold", "note", "export_log"]
    assert table[1]["target_id"] == "'=1+1"
    answer = client.post(f"{LOG}export/", {"form": "json", "act": "hold"})
    rows = json.loads(b"".join(answer.streaming_content))
    stored = LogEntry.objects.get(act="hold")
    assert [(row["number"], row["hash"]) for row in rows] == [(stored.number, stored.hash)]
    assert answer["Content-Disposition"].endswith('.json"')
    logged = LogEntry.objects.filter(act="export_log").order_by("number")
    assert [row.after for row in logged] == [{"form": "csv"}, {"form": "json", "act": "hold"}]
    before = LogEntry.objects.count()
    assert client.post(f"{LOG}export/", {"form": "exe"}).status_code == 302
    assert client.get(f"{LOG}export/").status_code == 405
    assert LogEntry.objects.count() == before


def test_taking_out_reads_pages(sora, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("moderation.log_rows.PAGE", 2)
    for number in range(5):
        write_log("note", actor=sora, target=("post", number))
    answer = signed_in(sora).post(f"{LOG}export/", {"form": "json"})
    with django_assert_num_queries(4):
        assert len(json.loads(b"".join(answer.streaming_content))) == 6


def test_the_page_costs_the_same_however_many_rows_and_people(sora):
    client = signed_in(sora)
    client.get(LOG)
    counts = []
    for _round in range(2):
        for _number in range(12):
            author = make_person(f"p{LogEntry.objects.count()}")
            make_decision(sora, "warn", ("post", make_article(author).pk))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LOG).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_older_rows_are_pages_away(sora, monkeypatch):
    monkeypatch.setattr("moderation.admin.log.PAGE_SIZE", 2)
    for number in range(5):
        write_log("note", actor=sora, target=("post", number))
    client, seen, url = signed_in(sora), [], ""
    while url is not None:
        page = client.get(f"{LOG}{url}")
        seen += numbers(page)
        url = page.context["page"].older_url
    assert seen == [5, 4, 3, 2, 1]
