"""Sites elsewhere in the administration (AD-17)."""

import pytest

from accounts.tests.factories import make_person
from embed.actions import pause_site, register_site, rotate_site_key
from embed.exceptions import NotTheSiteOwner
from embed.models import EmbedSite
from moderation.models import LogEntry

pytestmark = pytest.mark.django_db
SITES = "/admin/embed/embedsite/"
GARDEN = "https://garden.example"


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def garden(minah):
    return register_site(actor=minah, name="바람의 뜰", origins=[GARDEN])


@pytest.fixture
def boss(client):
    client.force_login(make_person("keeper", "지기", is_staff=True, is_superuser=True))
    return client


def act(client, name: str, site: EmbedSite, **data):
    return client.post(SITES, {"action": name, "_selected_action": [site.pk]} | data)


@pytest.mark.behaviour("AD-17")
def test_staff_register_a_site_for_a_member_and_mend_its_origins(boss, minah):
    form = {
        "owner_handle": "@Minah",
        "name": "바람의 뜰",
        "origins": f"{GARDEN}/\nhttps://www.garden.example",
        "index_url": "",
        "allows_guests": "on",
    }
    response = boss.post(f"{SITES}add/", form)
    assert response.status_code == 302, response.context["errors"]
    site = EmbedSite.objects.get()
    assert site.owner == minah and site.origins == [GARDEN, "https://www.garden.example"]
    assert site.allows_guests and not site.has_search
    boss.post(f"{SITES}{site.pk}/change/", form | {"origins": "https://new.example"})
    site.refresh_from_db()
    assert site.origins == ["https://new.example"] and site.owner == minah
    acts = [row.act for row in LogEntry.objects.order_by("number")]
    assert acts == ["embedsite_add", "embedsite_change"]


@pytest.mark.parametrize(
    ("field", "value"), [("owner_handle", "nobody"), ("origins", "*"), ("origins", "")]
)
def test_what_does_not_do_is_said(boss, minah, field, value):
    form = {"owner_handle": "minah", "name": "뜰", "origins": GARDEN} | {field: value}
    response = boss.post(f"{SITES}add/", form)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not EmbedSite.objects.exists()


@pytest.mark.behaviour("AD-17")
def test_a_paused_site_says_so_everywhere_and_goes_on_afterwards(boss, client, garden, minah):
    api = f"/api/v1/embed/{garden.key}/"
    assert client.get(api).status_code == 200
    act(boss, "pause", garden)
    answer = client.get(api, headers={"origin": GARDEN})
    assert (answer.status_code, answer.json()["code"]) == (403, "site_paused")
    assert answer.headers["Access-Control-Allow-Origin"] == GARDEN
    page = f"/embed/{garden.key}/threads/글/"
    window = f"/embed/sign-in/?site={garden.key}&origin={GARDEN}"
    assert client.get(page).status_code == client.get(window).status_code == 403
    client.force_login(minah)
    assert "notice--warning" in client.get(f"/settings/embed/{garden.key}/").content.decode()
    garden.refresh_from_db()
    pause_site(garden, actor=make_person("boss", is_staff=True, is_superuser=True), is_paused=False)
    assert client.get(api).status_code == 200
    assert [row.act for row in LogEntry.objects.all()] == ["embedsite_pause"]


@pytest.mark.behaviour("AD-17", "AD-05")
def test_a_new_key_is_given_after_asking_and_the_old_one_leads_nowhere(boss, garden):
    former = garden.key
    assert "<b>1</b>" in act(boss, "rotate", garden).content.decode()
    act(boss, "rotate", garden, confirmed="1")
    garden.refresh_from_db()
    assert garden.key != former
    assert boss.get(f"/api/v1/embed/{former}/").status_code == 404
    assert boss.get(f"/api/v1/embed/{garden.key}/").status_code == 200
    assert LogEntry.objects.get().act == "embedsite_rotate"


def test_others_neither_pause_nor_register_for_others(garden, minah):
    junho = make_person("junho", "준호")
    for refused in (
        lambda: pause_site(garden, actor=minah),
        lambda: rotate_site_key(garden, actor=junho),
        lambda: register_site(actor=junho, owner=minah, name="뜰", origins=[GARDEN]),
        lambda: pause_site(garden, actor=make_person("dajung", is_staff=True)),
    ):
        with pytest.raises(NotTheSiteOwner):
            refused()


@pytest.mark.behaviour("SO-42")
def test_what_staff_do_in_the_settings_of_others_is_logged_and_what_owners_do_is_not(
    boss, client, garden, minah
):
    form = {"name": "새 이름", "origins": GARDEN, "index_url": ""}
    url = f"/settings/embed/{garden.key}/"
    assert boss.post(url, form).status_code == 302
    assert [row.act for row in LogEntry.objects.all()] == ["embedsite_change"]
    client.force_login(minah)
    assert client.post(url, form | {"name": "내 이름"}).status_code == 302
    assert LogEntry.objects.count() == 1
