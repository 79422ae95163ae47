"""What nobody should type, and what gets lost on the way: an answer in words, never an error."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from zeal import zeal_ignore

from blog.models import Post
from blog.tests.factories import make_article, make_note, make_person
from config import text
from config.tests.api_client import api_client
from moderation import plots
from moderation.actions.rules import built_in_version
from moderation.desk import texts
from moderation.desk.headlines import headlines
from moderation.models import BlockedSource, Case, Decision
from moderation.templatetags.desk import register
from moderation.tests.factories import REASON, make_decision, make_moderator, make_report

pytestmark = pytest.mark.django_db
TOO_LONG = "9" * 25  # digits: more than a key has
FAR_TOO_LONG = "9" * 5000  # digits: more than Python reads
FIRST, LAST = "0001-01-01T00:00", "9999-12-31T23:59"
EAST, WEST = "Asia/Seoul", "America/Los_Angeles"


@pytest.fixture
def desk(client, sora):
    client.force_login(sora)
    return client


def act(name: str, *args) -> str:
    return reverse(f"admin:moderation_case_{name}", args=args)


def live_in(person, time_zone: str) -> None:
    person.time_zone = time_zone
    person.save(update_fields=["time_zone"])


# Keys ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["abc", "0", "-1", TOO_LONG, FAR_TOO_LONG])
def test_a_rule_or_a_case_that_is_not_there_is_not_found(desk, key):
    for address in ("/admin/moderation/rule/{}/change/", "/admin/moderation/case/{}/change/"):
        assert desk.get(address.format(key)).status_code == 404, address


def test_a_rule_opens_by_its_key(desk):
    rule = built_in_version("links").rule
    assert desk.get(f"/admin/moderation/rule/{rule.pk}/change/").status_code == 200


@pytest.mark.parametrize("key", [TOO_LONG, FAR_TOO_LONG])
def test_addresses_with_too_many_digits_are_not_found(desk, key):
    rule = "/admin/moderation/rule"
    for address in (f"/admin/moderation/case/of/post/{key}/", f"{rule}/1/versions/{key}/"):
        assert desk.get(address, follow=True).status_code == 404, address[:60]
    for address in (f"/admin/moderation/case/undo/{key}/", f"{rule}/{key}/versions/1/try/"):
        assert desk.post(address, follow=True).status_code in {403, 404}, address[:60]


@pytest.mark.parametrize("key", ["x", "²", str(2**63), TOO_LONG, FAR_TOO_LONG])
def test_keys_that_no_row_has_are_left_out(desk, minah, sora, key):
    decision = make_decision(sora, "hold", ("post", make_article(minah).pk))
    response = desk.get(act("changelist"), {"did": f"{key},{decision.pk}"})
    assert [one for one, _words in response.context["done"]] == [decision]
    response = desk.post(act("many"), {"target": [f"post:{key}", f"post:{decision.target_id}"]})
    assert [value for value, *_ in response.context["things"]] == [f"post:{decision.target_id}"]
    desk.post(act("undo_these"), {"decision": [key, str(decision.pk)]})
    decision.refresh_from_db()
    assert decision.is_undone


# Times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_many", [False, True])
def test_no_day_comes_after_the_last_one(desk, minah, is_many):
    post = make_article(minah)
    sent = {"act": "hold", "category": "spam", "text": REASON, "lasts": "date"}
    address = act("many") if is_many else act("decide", "post", post.pk)
    if is_many:
        sent |= {"target": f"post:{post.pk}", "confirmed": "1"}
    response = desk.post(address, sent | {"last_day": "9999-12-31"})
    assert response.status_code == 422
    assert response.context["form"].has_error("last_day", "invalid")
    assert not Decision.objects.exists()
    assert desk.post(address, sent | {"last_day": "0001-01-01"}).status_code == 422
    assert desk.post(address, sent | {"last_day": "9999-12-30"}, follow=True).status_code == 200
    assert Decision.objects.get().until.year == 9999


@pytest.mark.parametrize(
    ("time_zone", "name", "moment"), [(EAST, "since", FIRST), (WEST, "until", LAST)]
)
def test_times_that_the_database_cannot_hold_are_refused_by_forms(
    desk, sora, time_zone, name, moment
):
    live_in(sora, time_zone)
    make_decision(sora, "warn", ("post", make_article(make_person("minah")).pk))
    log = reverse("admin:moderation_logentry_changelist")
    for address in (log, act("undo_many")):
        response = desk.get(address, {name: moment})
        assert response.status_code == 422, address
        assert response.context["form"].has_error(name, "invalid")
        assert desk.get(address, {name: "2026-05-01T09:00"}).status_code == 200
    export = reverse("admin:moderation_logentry_export")
    assert desk.post(export, {"form": "csv", name: moment}).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        {"since": f"{FIRST}:00+09:00"},
        {"until": f"{LAST}:59-09:00"},
        {"since": FIRST},
        {"until": "2026-13-01T00:00Z"},
        {"until": "2026-05-01T00:00:00+99:99"},
    ],
)
def test_times_that_the_database_cannot_hold_are_refused_by_the_api(sora, query):
    answer = api_client(sora, scopes=["moderation"]).get("moderation/log/", query)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid")


def test_times_of_the_api_mean_the_same_in_every_zone(minah, sora):
    decision = make_decision(sora, "warn", ("post", make_article(minah).pk))
    client = api_client(sora, scopes=["moderation"])
    for hours, number in ((-1, 1), (1, 0)):
        since = (decision.created_at + timedelta(hours=hours)).isoformat()
        found = client.get("moderation/log/", {"since": since.replace("+00:00", "Z")}).json()
        assert len(found["results"]) == number


@pytest.mark.parametrize(
    ("time_zone", "day", "time"), [(EAST, "0001-01-01", "00:00"), (WEST, "9999-12-31", "23:59")]
)
def test_a_source_is_not_blocked_until_a_time_that_is_none(desk, sora, time_zone, day, time):
    live_in(sora, time_zone)
    sent = {"kind": "mail_domain", "value": "spam.example", "note": "광고만 와요"}
    url = reverse("admin:moderation_blockedsource_add")
    response = desk.post(url, sent | {"until_0": day, "until_1": time})
    assert response.status_code == 200
    assert response.context["errors"]
    assert not BlockedSource.objects.exists()


# The part of the queue ----------------------------------------------------------------------------


def forms_of_done(page: str) -> dict[str, str]:
    """Return what the form of the undo that is offered at once sends."""
    form = page.split('class="desk-done"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_undoing_at_once_keeps_the_part_of_the_queue(desk, minah, junho):
    posts = [make_note(minah, f"광고 {number}") for number in range(4)]
    for post in posts:
        make_report(junho, "post", post.pk)
    sent = {"act": "hold", "category": "spam", "text": REASON, "queue": "reason=reports"}
    page = desk.post(act("decide", "post", posts[0].pk), sent, follow=True).content.decode()
    found = forms_of_done(page)
    assert found["queue"] == "reason=reports"
    response = desk.post(act("undo", Decision.objects.get().pk), found)
    assert response.url == f"{act('open', 'post', posts[0].pk)}?reason=reports"
    sent |= {"target": [f"post:{post.pk}" for post in posts[1:3]], "confirmed": "1"}
    with zeal_ignore():  # one thing after the other, each by the action
        page = desk.post(act("many"), sent, follow=True).content.decode()
        found = forms_of_done(page)
        assert found["queue"] == "reason=reports"
        response = desk.post(act("undo_these"), found)
    assert response.url == f"{act('changelist')}?reason=reports"


# Words --------------------------------------------------------------------------------------------


def test_handles_are_found_however_they_are_spelled(desk, minah):
    other = make_moderator("하늘", "하늘")
    make_decision(other, "hold", ("post", make_article(minah).pk))
    thing = ("post", Decision.objects.get().target_id)
    spelled = "\u1112\u1161\u1102\u1173\u11af"  # 하늘 in single letters
    assert text.nfc(spelled) == other.handle
    desk.post(act("assign", *thing), {"to": f"@{spelled}"})
    assert Case.objects.get().assigned_to == other
    assert desk.get(act("undo_many"), {"by": spelled}).context["total"] == 1


def test_beginnings_of_texts_are_not_cut_within_a_letter(minah):
    family, thumb = "👨‍👩‍👧‍👦", "👍🏽"
    assert texts.excerpt(family * 300) == family * texts.EXCERPT_LENGTH + "…"
    spelled = "\u1112\u1161\u11ab" * 10
    assert texts.excerpt(spelled, 3) == "한한한…"
    note = make_note(minah, thumb * 201)
    words = headlines([("post", note.pk)])["post", note.pk].words
    assert set(text.graphemes(words)) == {thumb, "…"}


def test_every_tag_of_the_desk_is_in_some_page():
    pages = "".join(
        page.read_text()
        for app in ("accounts", "social", "blog", "search", "embed", "moderation", "config")
        for page in (settings.BASE_DIR / app).glob("templates/**/*.html")
    )
    assert {name for name in register.tags if f"% {name} " not in pages} == set()


# Closing accounts ---------------------------------------------------------------------------------


def test_no_account_is_closed_from_the_queue_by_the_dozen(client, minah, junho):
    client.force_login(make_moderator("haneul", "하늘", is_superuser=True))
    sent = {"act": "ban", "category": "spam", "text": REASON, "confirmed": "1"}
    sent |= {"target": [f"person:{minah.pk}", f"person:{junho.pk}"]}
    response = client.post(act("many"), sent)
    assert response.status_code == 422
    assert response.context["form"].has_error("act", "invalid_choice")
    assert not Decision.objects.exists()
    with zeal_ignore():
        assert client.post(act("many"), sent | {"act": "limit"}).status_code == 302
    assert Decision.objects.count() == 2


def test_many_take_only_what_fits_each_of_them(desk, minah, junho):
    post = make_article(minah)
    sent = {"act": "suspend", "category": "spam", "text": REASON, "confirmed": "1"}
    sent |= {"target": [f"person:{junho.pk}", f"post:{post.pk}"]}
    assert desk.post(act("many"), sent).status_code == 422
    assert not Decision.objects.exists()
    assert not Post.objects.filter(status="held").exists()


# Axes ---------------------------------------------------------------------------------------------


def test_axes_of_counts_have_whole_numbers():
    tops = [plots.nice_top(most) for most in range(1, 5001)]
    assert all(most <= top for most, top in enumerate(tops, 1))
    assert all(top % plots.LINES == 0 for top in tops)
    assert tops == sorted(tops)
    assert tops[:10] == [4, 4, 4, 4, 8, 8, 8, 8, 20, 20]
    series = [plots.Series("main", "", (5.0,))]
    scale = re.findall(r'plot__scale"[^>]*>([^<]*)<', plots.bars("a", "", "", ["1"], series))
    assert scale == ["0", "2", "4", "6", "8"]


def test_the_guide_says_what_moderators_do_with_people():
    guide = (settings.BASE_DIR / "docs/moderation.md").read_text()
    row = next(line for line in guide.splitlines() if line.startswith("| `moderator` |"))
    for words in ("sets trust", "ends sessions", "resets second factors"):
        assert words in row
