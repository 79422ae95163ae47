import unicodedata
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import User
from accounts.tests.factories import make_person
from blog.tests.factories import make_article, make_note
from social.actions import follow_person

PAGES = ["", "notes/", "series/", "about/"]


@pytest.mark.behaviour("AC-35")
def test_the_profile_is_public_and_shows_who_it_is(client, minah, junho):
    actions.change_profile(minah, bio="커피와\n<b>개발</b>", links=["https://minah.example/블로그"])
    make_article(minah, "첫 글")
    body = client.get("/@minah/").content.decode()
    for part in (
        minah.avatar_url(128),
        "미나",
        "@minah",
        "&lt;b&gt;개발",
        "https://minah.example/",
        "첫 글",
        "Joined",
    ):
        assert part in body
    assert "<title>미나 (@minah) ·" in body
    assert "<b>개발" not in body


@pytest.mark.behaviour("AC-35")
def test_the_tabs_keep_articles_and_notes_apart(client, minah):
    make_article(minah, "긴 글")
    make_note(minah, "짧은 글이다")
    assert [card.title for card in client.get("/@minah/").context["cards"]] == ["긴 글"]
    assert [card.is_note for card in client.get("/@minah/notes/").context["cards"]] == [True]
    for page in PAGES:
        assert client.get(f"/@minah/{page}").content.decode().count("/@minah/notes/") >= 1


@pytest.mark.behaviour("AC-35")
def test_posts_come_newest_first_and_in_pages(client, minah, settings):
    settings.POSTS_PER_PAGE = 2
    start = timezone.now() - timedelta(days=9)
    for number in range(3):
        make_article(minah, f"글 {number}", published_at=start + timedelta(days=number))
    first = client.get("/@minah/")
    assert [card.title for card in first.context["cards"]] == ["글 2", "글 1"]
    older = client.get("/@minah/" + first.context["page"].older_url)
    assert [card.title for card in older.context["cards"]] == ["글 0"]


@pytest.mark.behaviour("AC-36")
def test_an_unknown_handle_is_404(client, db):
    for page in [*PAGES, "popup/"]:
        assert client.get(f"/@nobody/{page}").status_code == 404


@pytest.mark.behaviour("AC-36", "X-10")
@pytest.mark.parametrize(
    "spelling", ["하늘", unicodedata.normalize("NFD", "하늘"), quote("하늘"), "Café", "cafe\u0301"]
)
def test_every_spelling_leads_to_one_address(client, db, spelling):
    make_person("하늘", email_of="haneul")
    make_person("café", email_of="cafe")
    canonical = "/@하늘/" if "하" in unicodedata.normalize("NFC", spelling) else "/@café/"
    canonical = "/@하늘/" if spelling.startswith("%") else canonical
    for page in [*PAGES, "popup/"]:
        answer = client.get(f"/@{spelling}/{page}?cursor=x")
        if answer.status_code == 301:
            assert answer["Location"] == quote(canonical, safe="/@") + page + "?cursor=x"
            answer = client.get(answer["Location"])
        assert answer.status_code == 200


@pytest.mark.behaviour("AC-36", "AC-40")
def test_a_former_handle_answers_301_for_profile_posts_and_feeds(client, minah):
    post = make_article(minah, "첫 글")
    actions.rename_handle(minah, "미나리")
    for page in ["", "notes/", "about/", "popup/", f"{post.slug}/", "feed.atom"]:
        answer = client.get(f"/@minah/{page}")
        assert answer.status_code == 301
        assert answer["Location"].startswith(quote("/@미나리/", safe="/@"))


@pytest.mark.behaviour("AC-36", "AC-46")
@pytest.mark.parametrize(
    ("state", "status"), [("suspended", 404), ("leaving", 404), ("erased", 410), ("limited", 200)]
)
def test_closed_accounts_are_hidden_and_erased_ones_are_gone(client, minah, state, status):
    actions.set_state(minah, state, actor=None)
    for page in [*PAGES, "popup/"]:
        assert client.get(f"/@minah/{page}").status_code == status


@pytest.mark.behaviour("AC-37")
def test_bio_and_last_active_show_only_when_set(client, minah):
    body = client.get("/@minah/").content.decode()
    assert "profile__bio" not in body
    assert "Last here" not in body
    moment = timezone.now() - timedelta(hours=5)
    User.objects.filter(pk=minah.pk).update(last_seen_at=moment, bio="안녕")
    body = client.get("/@minah/").content.decode()
    assert "profile__bio" in body
    assert f'Last here <time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">' in body
    actions.change_preferences(User.objects.get(pk=minah.pk), shows_last_seen=False)
    for page in ["", "about/", "popup/"]:
        assert "Last here" not in client.get(f"/@minah/{page}").content.decode()


@pytest.mark.behaviour("AC-41")
def test_exactly_one_of_edit_follow_and_unfollow(as_user, minah, junho, stranger):
    def offers(person) -> set[str]:
        body = as_user(person).get("/@minah/").content.decode()
        marks = {
            "edit": "Edit profile",
            "follow": "/@minah/follow/",
            "unfollow": "/@minah/unfollow/",
        }
        return {name for name, mark in marks.items() if mark in body}

    assert offers(minah) == {"edit"}
    assert offers(junho) == {"unfollow"}
    assert offers(stranger) == {"follow"}


@pytest.mark.behaviour("AC-44")
def test_the_popup_is_a_fragment_that_can_be_read_alone(client, minah, junho):
    actions.change_profile(minah, bio="커피와 개발")
    body = client.get("/@minah/popup/").content.decode()
    for part in (
        minah.avatar_url(64),
        'href="/@minah/"',
        "미나",
        "커피와 개발",
        "<strong>1</strong>",
    ):
        assert part in body
    assert "<html" not in body
    assert "/auth/login/?next=/%40minah/" in body or "/auth/login/?next=/@minah/" in body


@pytest.mark.behaviour("AC-44")
def test_the_popup_offers_follow_or_unfollow_unless_oneself(as_user, minah, junho, stranger):
    assert "/@minah/unfollow/" in as_user(junho).get("/@minah/popup/").content.decode()
    assert "/@minah/follow/" in as_user(stranger).get("/@minah/popup/").content.decode()
    own = as_user(minah).get("/@minah/popup/").content.decode()
    assert "follow/" not in own


def test_whoever_is_blocked_finds_nobody(as_user, minah, taeo):
    for page in [*PAGES, "popup/"]:
        assert as_user(taeo).get(f"/@minah/{page}").status_code == 404


@pytest.mark.behaviour("X-13")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("no_kept_pages")
def test_the_cost_does_not_grow_with_rows(client, minah, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(numbers):
        for number in numbers:
            make_article(minah, f"글 {number}", tags=f"태그{number}")
            make_note(minah, f"짧은 글 {number}")

    fill(range(2))
    client.get(f"/@minah/{page}")
    with CaptureQueriesContext(connection) as before:
        client.get(f"/@minah/{page}")
    fill(range(2, 8))
    for number in range(5):
        follow_person(minah, actor=make_person(f"friend{number}"))
    with CaptureQueriesContext(connection) as after:
        client.get(f"/@minah/{page}")
    assert len(after) == len(before)


@pytest.mark.behaviour("X-09")
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_no_row(as_user, minah, junho, method):
    client = as_user(junho)
    before = list(User.objects.values())
    for page in [*PAGES, "popup/"]:
        getattr(client, method)(f"/@minah/{page}")
    assert list(User.objects.values()) == before
