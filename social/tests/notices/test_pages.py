"""The list of notifications and the badges: works, members only, cheap, and GET changes nothing."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.tests.factories import make_person, make_trusted
from blog.tests.factories import make_article
from social import actions
from social.models import Inbox, Notification
from social.tests.notices.tellings import comment_by, comment_on, like_of, mention_in_note

pytestmark = pytest.mark.django_db
URL = "/notifications/"
READ = "/notifications/read/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def page(client, **query) -> str:
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.content.decode()


def unread_of(person) -> int:
    return Inbox.objects.get(pk=person.pk).unread_notifications


@pytest.mark.behaviour("SO-25")
def test_the_list_shows_who_did_what_newest_first(as_user, minah, stranger, two_tellings):
    html = page(as_user(minah))
    assert html.index("나그네 mentioned you in a note.") < html.index("나그네 commented on")
    assert "산책하다 만났다." in html
    assert html.count("told--unread") == 2
    assert unread_of(minah) == 2


def test_it_has_a_friendly_word_when_there_is_nothing(as_user, stranger):
    assert "Nothing new yet" in page(as_user(stranger))


@pytest.mark.behaviour("SO-25")
def test_it_is_paged(as_user, minah, stranger):
    for number in range(32):
        like_of(make_article(minah, f"글 {number}"), stranger)
    first = page(as_user(minah))
    assert first.count('class="told told--unread"') == 30
    older = re.search(r'href="\?cursor=([^"]+)" rel="next"', first)[1]
    assert page(as_user(minah), cursor=older).count('class="told told--unread"') == 2


@pytest.mark.behaviour("SO-25", "X-09")
def test_looking_marks_nothing_and_one_or_all_are_marked_by_a_post(
    as_user, minah, junho, two_tellings
):
    client = as_user(minah)
    page(client)
    before = unread_of(minah)
    assert client.get(READ).status_code == 405
    response = client.post(READ, {"id": two_tellings[0].pk, "next": "/notifications/?cursor=x"})
    assert response.url == "/notifications/?cursor=x"
    assert unread_of(minah) == before - 1
    # Another's, one that does not exist, and nonsense.
    other = mention_in_note(junho, minah)
    client.post(READ, {"id": [other.pk, 10**17, "x", "-1", "9" * 30]})
    other.refresh_from_db()
    assert other.read_at is None
    assert client.post(READ, {"all": "1", "next": "//evil.example/"}).url == URL
    assert unread_of(minah) == 0
    assert "told--unread" not in page(client)


@pytest.mark.behaviour("SO-25")
def test_all_means_what_the_list_could_show(as_user, minah, stranger, two_tellings):
    seen = timezone.now()
    Notification.objects.update(latest_at=seen - timedelta(seconds=5))
    later = mention_in_note(minah, stranger)
    as_user(minah).post(READ, {"all": "1", "up_to": seen.isoformat()})
    assert list(Notification.objects.filter(person=minah, read_at=None)) == [later]
    as_user(minah).post(READ, {"all": "1", "up_to": "gestern"})
    assert unread_of(minah) == 0


@pytest.mark.behaviour("SO-25", "SO-27")
def test_in_place_the_line_changes_and_the_badge_follows(as_user, minah, two_tellings):
    client = as_user(minah)
    headers = {"HX-Request": "true"}
    response = client.post(READ, {"id": two_tellings[0].pk}, headers=headers)
    html = response.content.decode()
    assert f'id="notification-{two_tellings[0].pk}"' in html
    assert "told--unread" not in html
    assert "<html" not in html
    assert '"count": 1' in response["HX-Trigger"]
    response = client.post(READ, {"all": "1"}, headers=headers)
    assert "told-list" in response.content.decode()
    assert "Everything is marked as read." in response["HX-Trigger"]
    assert '"count": 0' in response["HX-Trigger"]


@pytest.mark.behaviour("SO-25")
def test_marking_all_comes_back_to_the_same_place(as_user, minah, stranger, monkeypatch):
    monkeypatch.setattr("social.views.notifications.PER_PAGE", 1)
    told = [mention_in_note(minah, stranger) for _time in range(2)]
    client = as_user(minah)
    older = client.get(URL).context["page"].older_url
    html = client.get(f"{URL}{older}").content.decode()
    cursor = re.search(r'name="cursor" value="([^"]+)"', html)[1]
    sent = {"all": "1", "cursor": cursor}
    place = client.post(READ, sent, headers={"HX-Request": "true"}).content.decode()
    assert f'id="notification-{told[0].pk}"' in place
    assert f'id="notification-{told[1].pk}"' not in place
    assert client.post(READ, sent)["Location"] == f"{URL}{older}"


@pytest.mark.behaviour("SO-25", "SO-27")
def test_a_number_without_a_line_can_be_cleared(as_user, minah, stranger):
    gone = mention_in_note(minah, stranger)
    Notification.objects.filter(pk=gone.pk).update(target_id=10**12)
    html = page(as_user(minah))
    assert "told-list" not in html
    assert 'id="read-all"' in html
    as_user(minah).post(READ, {"all": "1"})
    assert unread_of(minah) == 0


@pytest.mark.behaviour("SO-26")
def test_what_leads_nowhere_any_more_is_named_to_the_script_alone(as_user, minah, stranger):
    told = comment_on(minah, stranger)
    gone = mention_in_note(minah, stranger)
    Notification.objects.filter(pk=gone.pk).update(target_id=10**12)
    html = page(as_user(minah))
    assert f'data-unseen="{gone.pk}"' in html
    assert f"notification-{gone.pk}" not in html
    assert f"notification-{told.pk}" in html
    as_user(minah).post(READ, {"id": gone.pk}, headers={"HX-Request": "true"})
    assert unread_of(minah) == 1


def test_members_only(client):
    assert client.get(URL).url.startswith("/auth/sign-in/") or "next=" in client.get(URL).url
    assert client.post(READ, {"all": "1"}).status_code == 302
    assert client.post(READ, {"all": "1"}, headers={"HX-Request": "true"}).status_code == 401


def test_marking_needs_the_token(minah, two_tellings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    assert client.post(READ, {"all": "1"}).status_code == 403
    assert unread_of(minah) == 2


@pytest.mark.behaviour("X-13")
def test_the_number_of_queries_stays(as_user, minah, stranger, sora):
    make_trusted(minah)
    client = as_user(minah)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client)
        return len(asked)

    like_of(make_article(minah, "하나"), stranger)
    comment_by(sora, make_article(minah, "둘"))
    page(client)
    before = cost()
    for number in range(8):
        post = make_article(minah, f"글 {number}")
        like_of(post, sora)
        like_of(post, stranger)
        comment_by(stranger, post)
    assert cost() == before


@pytest.mark.behaviour("SO-23", "SO-27")
def test_every_page_has_the_number_at_load_for_one_query(as_user, stranger):
    client = as_user(stranger)
    client.get("/explore/")
    empty = client.get("/explore/").content.decode()
    assert badge(empty) == ("0", True, "Notifications")
    for number in range(3):
        mention_in_note(stranger, make_person(f"friend{number}", f"벗{number}"))
    html = client.get("/explore/").content.decode()
    assert badge(html) == ("3", False, "Notifications: 3 unread")
    assert 'data-cursor="' in html
    Inbox.objects.filter(pk=stranger.pk).update(unread_notifications=100)
    with CaptureQueriesContext(connection) as asked:
        html = client.get("/explore/").content.decode()
    assert badge(html) == ("99+", False, "Notifications: 100 unread")
    assert sum('FROM "social_inbox"' in query["sql"] for query in asked) == 1


def badge(html: str) -> tuple[str, bool, str]:
    """Return the number, whether it is hidden, and what is read out."""
    link = re.search(r'<a[^>]*data-badge="unread_notifications".*?</a>', html, re.DOTALL)[0]
    number = re.search(r"data-badge-number( hidden)?>([^<]*)<", link)
    return number[2], bool(number[1]), re.search(r"data-badge-text>([^<]*)<", link)[1]


@pytest.mark.behaviour("SO-30")
def test_signed_out_pages_carry_no_cursor_and_no_script_that_asks(client, minah):
    html = client.get("/explore/").content.decode()
    assert "poll.js" not in html
    assert 'id="news"' not in html


@pytest.mark.behaviour("SO-29")
def test_a_page_carries_a_cursor_from_which_nothing_is_lost(as_user, minah, stranger):
    client = as_user(minah)
    html = client.get("/explore/").content.decode()
    cursor = re.search(r'data-cursor="([^"]+)"', html)[1]
    comment_on(minah, stranger)
    news = client.get("/notifications/poll/", {"since": cursor}).json()
    assert news["reset"] is False
    assert [event["name"] for event in news["events"]] == ["unread_notifications"]


def test_the_administration_shows_whom_and_when_but_not_what(sora, as_user, two_tellings):
    sora.is_superuser = True
    sora.save(update_fields=["is_superuser"])
    actions.notify(
        two_tellings[0].person,
        "comment",
        actor=None,
        target=("post", 1),
        cause=("comment", 99),
        data={"name": "비밀손님"},
    )
    told = Notification.objects.latest("pk")
    html = as_user(sora).get(f"/admin/social/notification/{told.pk}/change/").content.decode()
    assert "비밀손님" not in html
    assert 'name="_save"' not in html
