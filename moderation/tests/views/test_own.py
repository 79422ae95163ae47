"""What came of one's reports, and how one stands."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.tests.factories import make_article, make_note, make_person
from moderation import actions, own
from moderation.notices import load_reports
from moderation.tests.factories import make_decision, make_report
from social.models import Notification

pytestmark = pytest.mark.django_db

REPORTS = "/moderation/reports/"
STANDING = "/settings/standing/"


@pytest.fixture
def post(minah):
    return make_article(minah, "김밥 마는 법")


def outcome(report) -> str:
    report.refresh_from_db()
    return own.told_of_reports(own.reports_by(report.reporter).filter(pk=report.pk))[0].outcome


def standing_notices(person, kind="report"):
    return Notification.objects.filter(person=person, kind=kind, cause_count__gt=0)


@pytest.mark.behaviour("SO-36")
def test_reporters_hear_what_came_of_it_and_undoing_takes_that_back(post, junho, sora):
    report = make_report(junho, "post", post.pk)
    assert outcome(report) == "waiting"
    decision = make_decision(sora, "hold", ("post", post.pk))
    assert outcome(report) == "acted"
    told = load_reports(junho, [report.pk])[report.pk]
    assert (told.url, told.form) == (reverse("moderation:reports"), "acted")
    assert standing_notices(junho).count() == 1
    actions.undo_decision(decision, actor=sora)
    assert outcome(report) == "waiting"
    assert not standing_notices(junho).exists()
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    assert outcome(report) == "none"
    assert load_reports(junho, [report.pk])[report.pk].form == "none"


def test_everybody_who_reported_hears_it_and_the_author_nothing_of_them(
    post, junho, stranger, sora
):
    for person in (junho, stranger):
        make_report(person, "post", post.pk)
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    assert standing_notices(junho).exists() and standing_notices(stranger).exists()
    assert not Notification.objects.filter(person=post.author, kind="decision").exists()


@pytest.mark.behaviour("SO-36")
def test_the_page_lists_ones_own_reports_alone(post, junho, stranger, client):
    make_report(junho, "post", post.pk, category="spam", note="도배예요")
    make_report(stranger, "post", post.pk, category="abuse", note="욕이에요")
    assert client.get(REPORTS).status_code == 302
    client.force_login(junho)
    text = client.get(REPORTS).content.decode()
    assert "도배예요" in text and "욕이에요" not in text
    assert "김밥 마는 법" in text
    client.force_login(post.author)
    assert "도배예요" not in client.get(REPORTS).content.decode()


def test_what_was_acted_on_is_not_shown_to_its_reporter_again(post, junho, sora, as_user):
    make_report(junho, "post", post.pk, category="privacy")
    make_decision(sora, "remove", ("post", post.pk), category="privacy")
    assert "김밥 마는 법" not in as_user(junho).get(REPORTS).content.decode()


def test_a_list_of_reports_is_paged_and_costs_the_same(
    minah, junho, as_user, django_assert_num_queries
):
    client = as_user(junho)
    make_report(junho, "post", make_note(minah, "하나").pk)
    client.get(REPORTS)
    with django_assert_num_queries(_queries(client, REPORTS)):
        client.get(REPORTS)
    few = _queries(client, REPORTS)
    for number in range(24):
        make_report(junho, "post", make_note(minah, f"글 {number}").pk)
    assert _queries(client, REPORTS) <= few
    page = client.get(REPORTS).context["page"]
    assert len(page.items) == 20 and page.older_url
    assert len(client.get(REPORTS + page.older_url).context["page"].items) == 5


def _queries(client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    return len(seen)


# Standing -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-45")
def test_somebody_new_reads_what_is_missing_and_which_limits_end(as_user):
    saebom = make_person("saebom", "새봄", trust_given=0)
    page = as_user(saebom).get(STANDING)
    standing = page.context["standing"]
    assert (standing.level, standing.next_level) == (0, 1)
    assert (standing.days_missing, standing.items_missing) == (3, 3)
    assert len(page.context["limits"]) == 5
    make_note(saebom, "첫 글이에요.")
    assert as_user(saebom).get(STANDING).context["standing"].items_missing == 2


@pytest.mark.behaviour("SO-45")
def test_the_trusted_have_no_limits_and_nothing_to_earn(as_user):
    page = as_user(make_person("byeol", "별", trust_given=2)).get(STANDING)
    assert page.context["standing"].is_highest
    assert page.context["limits"] == []


def test_decisions_and_open_appeals_stand_there_and_others_do_not(
    post, minah, junho, sora, as_user
):
    held = make_decision(sora, "hold", ("post", post.pk))
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    actions.appeal_decision(held, actor=minah, text="제 글이에요.")
    page = as_user(minah).get(STANDING)
    assert [one["decision"].pk for one in page.context["decisions"]] == [held.pk]
    assert [one.decision_id for one in page.context["appeals"]] == [held.pk]
    assert page.context["standing"].counted_against == 1
    assert reverse("moderation:decision", args=[held.pk]) in page.content.decode()
    other = as_user(junho).get(STANDING)
    assert other.context["decisions"] == [] and other.context["appeals"] == []


def test_standing_is_for_members_and_costs_the_same_for_many(minah, sora, client):
    assert client.get(STANDING).status_code == 302
    client.force_login(minah)
    make_decision(sora, "warn", ("post", make_note(minah, "하나").pk))
    client.get(STANDING)
    few = _queries(client, STANDING)
    for number in range(12):
        make_decision(sora, "warn", ("post", make_note(minah, f"글 {number}").pk))
    assert _queries(client, STANDING) <= few


def test_a_limited_account_reads_until_when(minah, sora, as_user):
    until = timezone.now() + timedelta(days=2)
    make_decision(sora, "limit", ("person", minah.pk), until=until)
    minah.refresh_from_db()
    page = as_user(minah).get(STANDING)
    assert page.status_code == 200
    assert 'class="notice notice--warning"' in page.content.decode()


def test_the_settings_lead_there(minah, as_user):
    assert STANDING in as_user(minah).get("/settings/profile/").content.decode()
