"""What the dashboards count and draw, and what the first screen tells whom."""

from datetime import datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Job
from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from moderation import plots
from moderation.actions import appeal_decision, decide, undo_decision
from moderation.actions.rules import built_in_version
from moderation.figures import WEEKS, figures, last_weeks, queue_ages
from moderation.models import Appeal, Case, Decision
from moderation.tests.factories import make_decision, make_editor, make_report
from social.models import Report

pytestmark = pytest.mark.django_db
DASHBOARD = "/admin/moderation/dashboard/"


@pytest.fixture
def as_user():
    """Give a client in which ``person`` is signed in."""

    def sign_in(person) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return sign_in


def post_of(number: int):
    """A post of somebody of their own: who was decided about may not write much any more."""
    return make_article(make_person(f"writer{number}", trust_given=2), f"글 {number}")


def hold_by_rule(post) -> Decision:
    return decide(
        "hold",
        target=("post", post.pk),
        actor=None,
        category="spam",
        rule_version=built_in_version("three-reports"),
    )


def test_weeks_begin_on_mondays_of_the_sites_zone():
    # Monday 00:30 in Seoul is Sunday in UTC.
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=ZoneInfo("Asia/Seoul"))
    weeks = last_weeks(monday)
    assert len(weeks) == WEEKS
    assert weeks[-1].isoformat() == "2026-11-23"
    assert {week.weekday() for week in weeks} == {0}


def test_a_report_of_monday_morning_in_seoul_counts_for_that_week(minah):
    post = make_article(minah)
    report = make_report(make_person("junho"), "post", post.pk, category="abuse")
    now = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Seoul"))
    for moment, at in (
        (datetime(2026, 11, 22, 15, 30, tzinfo=ZoneInfo("UTC")), -1),
        (datetime(2026, 11, 22, 14, 30, tzinfo=ZoneInfo("UTC")), -2),
    ):
        Report.objects.filter(pk=report.pk).update(created_at=moment)
        counted = figures(now).reports["abuse"]
        assert counted[at] == 1 and sum(counted) == 1


def test_the_queue_is_counted_by_age(minah):
    now = timezone.now()
    for hours in (0.5, 3, 12, 48, 100, 500, 501):
        Case.objects.create(
            target_kind="post",
            target_id=int(hours * 10),
            is_open=True,
            opened_at=now - timedelta(hours=hours),
        )
    Case.objects.create(target_kind="post", target_id=1, opened_at=now)
    assert queue_ages(now) == (1, 1, 1, 1, 1, 2)


def test_holds_of_rules_and_what_people_took_back(minah, sora):
    posts = [make_article(minah, f"글 {number}") for number in range(3)]
    holds = [hold_by_rule(post) for post in posts]
    undo_decision(holds[0], actor=sora)
    make_decision(sora, "approve", ("post", posts[1].pk), category="", text="")
    found = figures()
    assert found.holds.all[-1] == 3
    assert found.holds.such[-1] == 2
    assert round(found.holds.percent) == 67
    assert (found.undone.all[-1], found.undone.such[-1]) == (4, 1)


def test_hours_run_from_the_first_report_or_hold_to_the_persons_decision(minah, sora):
    now = timezone.now()
    reported, held = make_article(minah, "하나"), make_article(minah, "둘")
    report = make_report(make_person("junho"), "post", reported.pk)
    Report.objects.filter(pk=report.pk).update(created_at=now - timedelta(hours=4))
    hold = hold_by_rule(held)
    Decision.objects.filter(pk=hold.pk).update(created_at=now - timedelta(hours=10))
    make_decision(sora, "dismiss", ("post", reported.pk), category="", text="")
    make_decision(sora, "approve", ("post", held.pk), category="", text="")
    middle, slow = figures(now + timedelta(minutes=1)).hours[-1]
    assert (middle, slow) == (pytest.approx(7, abs=0.2), pytest.approx(10, abs=0.2))


def test_the_figures_cost_the_same_however_much_there_is(minah, sora):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            figures()
        return len(captured)

    post = make_article(minah)
    make_report(make_person("junho"), "post", post.pk)
    make_decision(sora, "hold", ("post", post.pk))
    first = queries()
    for number in range(10):
        post = post_of(number)
        make_report(make_person(f"r{number}r"), "post", post.pk)
        make_decision(sora, "hold", ("post", post.pk))
    assert queries() == first <= 10


def test_plots_are_well_formed_named_and_without_style():
    series = [
        plots.Series("main", "<모두>", (1.0, 3.0, 0.0)),
        plots.Series("second", "되돌림", (None, 2.0, 5.5)),
    ]
    for svg in (
        plots.bars("a", "제목 <b>", "설명", ["11/2", "11/9", "11/16"], series),
        plots.lines("b", "제목 <b>", "설명", ["11/2", "11/9", "11/16"], series),
        plots.spark("c", "제목 <b>", [0, 2, 5], 5),
        plots.bars("d", "빈 그림", "", [], []),
    ):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        title = root.find("title")
        assert title.text and title.get("id") in root.get("aria-labelledby").split()
        assert "style" not in svg and "<b>" not in svg and "<script" not in svg
    assert "11/9 · &lt;모두&gt;: 3" in plots.bars("a", "", "", ["11/2", "11/9", "11/16"], series)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (3, 4), (5, 8), (11, 20), (99, 100), (101, 200), (750, 800)]
)
def test_axes_end_at_a_round_number(most, top):
    assert plots.nice_top(most) == top


def test_a_line_breaks_where_there_is_nothing():
    values = (1.0, 2.0, None, 3.0, 4.0)
    svg = plots.lines("a", "", "", list("abcde"), [plots.Series("main", "", values)])
    assert svg.count("<polyline") == 2 and svg.count("<circle") == 4


def test_moderators_see_the_dashboard_and_others_do_not(client, as_user, minah, sora):
    hold_by_rule(make_article(minah))
    assert client.get(DASHBOARD).status_code == 302
    assert as_user(minah).get(DASHBOARD, follow=True).status_code == 403
    assert as_user(make_editor()).get(DASHBOARD).status_code == 403
    response = as_user(sora).get(DASHBOARD)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count('<svg class="plot"') == 4
    assert html.count("The numbers as a table</summary>") == 4
    assert html.count("plot--small") == len(Report.Category.choices)
    assert 'style="' not in html
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_dashboard_is_kept_for_a_moment(as_user, sora):
    client = as_user(sora)
    client.get(DASHBOARD)
    with CaptureQueriesContext(connection) as captured:
        client.get(DASHBOARD)
    assert not [one for one in captured if "TRUNC" in one["sql"].upper()]


# First screen -------------------------------------------------------------------------------------


@pytest.mark.behaviour("AD-18")
def test_the_first_screen_tells_each_role_its_own(as_user, minah, sora):
    post = make_article(minah)
    decision = make_decision(sora, "hold", ("post", post.pk))
    appeal_decision(decision, actor=minah, text="광고가 아니에요.")
    Appeal.objects.update(due_at=timezone.now() - timedelta(days=1))
    make_report(make_person("junho"), "person", minah.pk)
    now = timezone.now()
    Job.objects.create(owner=minah, kind="probe", state="failed", finished_at=now)
    boss = make_person("keeper", is_staff=True, is_superuser=True)

    def panels(person):
        shown = as_user(person).get("/admin/").context["panels"]
        return {panel.title: (panel.value, panel.tone) for panel in shown}

    mine = panels(sora)
    assert mine["Open cases"][0] == "2"
    assert mine["Late appeals"] == ("1", "bad")
    assert "Jobs that failed in 7 days" not in mine and "Health" not in mine
    assert panels(make_editor()) == {}
    everything = panels(boss)
    assert everything["Jobs that failed in 7 days"] == ("1", "warn")
    assert everything["Last backup"] == ("none recorded", "warn")
    assert everything["Health"][1] in {"calm", "bad"}


@pytest.mark.behaviour("AD-18")
def test_the_first_screen_costs_the_same_with_more(as_user, minah, sora):
    boss = as_user(make_person("keeper", is_staff=True, is_superuser=True))
    boss.get("/admin/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            boss.get("/admin/")
        return len(captured)

    few = queries()
    for number in range(8):
        post = post_of(number)
        make_report(make_person(f"r{number}r"), "post", post.pk)
    assert queries() == few


@pytest.mark.behaviour("AD-18")
def test_a_backup_tells_its_age_by_the_note_it_leaves(as_user, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    boss = as_user(make_person("keeper", is_staff=True, is_superuser=True))

    def backup():
        shown = {panel.title: panel for panel in boss.get("/admin/").context["panels"]}
        return shown["Last backup"]

    note = tmp_path / "last-backup.json"
    for broken in (
        "",
        "[]",
        '{"finished_at": "gestern"}',
        '{"finished_at": "2026-11-21T03:00:00"}',
    ):
        note.write_text(broken)
        assert backup().value == "none recorded"
    for hours, tone in ((3, "calm"), (60, "bad")):
        moment = timezone.now() - timedelta(hours=hours)
        note.write_text(f'{{"finished_at": "{moment.isoformat()}", "bytes": 1000000}}')
        assert backup().tone == tone
