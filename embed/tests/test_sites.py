"""Registering sites: names, exact origins, who may change them, and how they go."""

import pytest

from accounts import actions as people
from accounts import leftovers
from accounts.actions import change_rights
from blog.actions import write_comment
from blog.models import Comment, Post
from embed import actions
from embed.exceptions import (
    NotTheSiteOwner,
    OriginInvalid,
    SiteInvalid,
    TooManySites,
)
from embed.models import EmbedSite, EmbedThread, GuestReaction, ThreadAlias
from embed.origins import clean_origin, origin_of
from embed.tests.factories import GARDEN, make_site
from social.models import Notification

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("EM-02", "EM-04")
@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://garden.example", "https://garden.example"),
        ("HTTPS://Garden.Example", "https://garden.example"),
        (" https://garden.example ", "https://garden.example"),
        ("https://garden.example:443", "https://garden.example"),
        ("http://garden.example:80", "http://garden.example"),
        ("https://garden.example:8443", "https://garden.example:8443"),
        ("http://localhost:4000", "http://localhost:4000"),
        ("http://127.0.0.1:1313", "http://127.0.0.1:1313"),
        ("http://[::1]:4000", "http://[::1]:4000"),
        ("https://바람의뜰.한국", "https://xn--299awl43xj8k.xn--3e0b707e"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(typed, origin):
    if "바람의뜰" in typed:
        origin = "https://" + "바람의뜰.한국".encode("idna").decode()
    assert clean_origin(typed) == origin


@pytest.mark.behaviour("EM-03")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "null",
        "*",
        "https://*",
        "https://*.garden.example",
        "garden.example",
        "//garden.example",
        "ftp://garden.example",
        "file:///home",
        "https://",
        "https://garden.example/",
        "https://garden.example/글",
        "https://garden.example?",
        "https://garden.example#",
        "https://minah@garden.example",
        "https://garden.example:",
        "https://garden.example:99999",
        "https://garden.example:0",
        "https://garden .example",
        "https://garden.example\nhttps://evil.example",
        "https://-garden.example",
        "https://garden..example",
        "javascript:alert(1)",
        "https://[::1",
        "https://" + "가" * 300 + ".example",
    ],
    ids=repr,
)
def test_what_is_no_exact_origin_is_refused(typed):
    with pytest.raises(OriginInvalid):
        clean_origin(typed)


def test_the_origin_of_an_address_is_that_of_its_page():
    assert origin_of("https://Garden.example/글/바람/?a=1#b") == GARDEN
    assert origin_of("javascript:alert(1)") == ""
    assert origin_of("https://[") == ""


@pytest.mark.behaviour("EM-02")
def test_a_member_registers_a_site(minah):
    site = actions.register_site(
        actor=minah,
        name=" 바람의  뜰 ",
        origins=[GARDEN, "https://GARDEN.example", "http://localhost:4000"],
        allows_guests=False,
    )
    site.refresh_from_db()
    assert (site.name, site.origins) == ("바람의 뜰", [GARDEN, "http://localhost:4000"])
    assert len(site.key) == 16
    assert int(site.key, 16) >= 0
    assert not site.allows_guests
    assert site.needs_approval
    assert site.has_reactions
    assert site.has_search


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " \u200b"}, SiteInvalid),
        ({"name": "가" * 61}, SiteInvalid),
        ({"origins": []}, OriginInvalid),
        ({"origins": [f"https://a{number}.example" for number in range(21)]}, OriginInvalid),
        ({"index_url": "https://other.example/index.json"}, SiteInvalid),
        ({"index_url": "http://garden.example/index.json"}, SiteInvalid),
        ({"index_url": "nonsense"}, SiteInvalid),
    ],
    ids=["blank", "long", "no origin", "too many", "foreign index", "plain index", "no address"],
)
def test_what_makes_no_site_is_refused(minah, changes, error):
    with pytest.raises(error):
        make_site(minah, **changes)
    assert not EmbedSite.objects.exists()


def test_nobody_has_more_sites_than_twenty(minah):
    for number in range(20):
        make_site(minah, f"뜰 {number}")
    with pytest.raises(TooManySites):
        make_site(minah, "하나 더")


@pytest.mark.behaviour("EM-02")
def test_owners_and_staff_change_a_site_and_nobody_else(garden, minah, junho, sora):
    sora = change_rights(sora, is_superuser=True)
    actions.change_site(garden, actor=minah, name="새 이름")
    actions.change_site(garden, actor=sora, origins=["https://new.example"])
    garden.refresh_from_db()
    assert (garden.name, garden.origins) == ("새 이름", ["https://new.example"])
    for act in (
        lambda: actions.change_site(garden, actor=junho, name="남의 이름"),
        lambda: actions.delete_site(garden, actor=junho),
    ):
        with pytest.raises(NotTheSiteOwner):
            act()


def test_an_index_stays_a_file_of_the_site_when_its_origins_change(minah):
    site = make_site(minah, index_url=f"{GARDEN}/index.json")
    with pytest.raises(SiteInvalid):
        actions.change_site(site, actor=minah, origins=["https://new.example"])
    site.refresh_from_db()
    assert site.origins == [GARDEN]


def test_a_deleted_site_takes_its_threads_and_leaves_members_their_words(garden, minah, junho):
    spoken = actions.find_or_create_thread(garden, "말")
    silent = actions.find_or_create_thread(garden, "침묵")
    said = write_comment(spoken.post, actor=junho, source="제 말이에요")
    actions.alias_thread(spoken, actor=minah, key="옛말")
    actions.react_as_guest(silent, visitor="가" * 32)
    actions.delete_site(garden, actor=minah)
    actions.delete_site(garden, actor=minah)
    for rows in (EmbedSite, EmbedThread, ThreadAlias, GuestReaction):
        assert not rows.objects.exists()
    assert not Post.objects.filter(pk=silent.post_id).exists()
    place = Post.objects.get(pk=spoken.post_id)
    assert (place.status, place.title) == ("deleted", "")
    assert Comment.objects.filter(pk=said.pk, author=junho).exists()
    assert not Comment.objects.visible_to(minah).filter(pk=said.pk).exists()
    assert not Notification.objects.filter(person=minah, target_type="post").exists()


def test_of_who_leaves_no_site_stays(garden, minah, junho):
    thread = actions.find_or_create_thread(garden, "말", page_title="민들레홀씨")
    write_comment(thread.post, actor=junho, source="제 말이에요")
    people.ask_to_leave(minah, handle="minah")
    minah.refresh_from_db()
    counts = people.erase_account(minah)
    assert counts["embed sites"] == 1
    assert not EmbedSite.objects.exists()
    assert not EmbedThread.objects.exists()
    assert not list(leftovers.rows_of(minah))
    assert not list(leftovers.texts_with("민들레홀씨"))
    assert Comment.objects.get().author == junho
