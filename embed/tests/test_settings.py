"""The settings of sites elsewhere: for their owners, for staff, and for nobody else."""

import pytest
from django.test import Client

from accounts.actions import change_rights
from config.selectors import site_settings
from embed.actions import alias_thread, find_or_create_thread
from embed.models import EmbedSite, ThreadAlias
from embed.tests.factories import GARDEN, make_site

pytestmark = pytest.mark.django_db
SENT = {
    "name": "바람의 뜰",
    "origins": f"{GARDEN}/\nhttp://localhost:4000\n\n",
    "allows_guests": "on",
    "has_search": "on",
    "index_url": "",
}


@pytest.mark.behaviour("EM-02")
def test_a_member_registers_a_site_and_copies_its_lines(as_user, junho):
    client = as_user(junho)
    response = client.post("/settings/embed/", SENT, follow=True)
    site = EmbedSite.objects.get()
    assert (site.owner, site.origins) == (junho, [GARDEN, "http://localhost:4000"])
    assert (site.allows_guests, site.needs_approval, site.has_reactions, site.has_search) == (
        True,
        False,
        False,
        True,
    )
    page = response.content.decode()
    assert (
        "&lt;script defer src=&quot;http://testserver/embed.js&quot;"
        f" data-site=&quot;{site.key}&quot;&gt;" in page
    )
    assert "&lt;madang-comments&gt;" in page
    assert "&lt;madang-search&gt;" in page
    assert "&lt;madang-reactions&gt;" not in page
    assert site.name in client.get("/settings/embed/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("origins", ""),
        ("origins", "*"),
        ("origins", "null"),
        ("origins", f"{GARDEN}/글/"),
        ("index_url", "https://other.example/index.json"),
    ],
)
def test_what_does_not_do_is_said_at_its_field_and_kept(as_user, junho, field, value):
    response = as_user(junho).post("/settings/embed/", SENT | {field: value})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not EmbedSite.objects.exists()


def test_who_may_not_take_part_registers_nothing(as_user, settings):
    from accounts.tests.factories import make_unconfirmed_person

    settings.MAIL_ENABLED = True
    response = as_user(make_unconfirmed_person()).post("/settings/embed/", SENT)
    assert response.status_code == 403
    assert not EmbedSite.objects.exists()


def test_the_owner_and_staff_change_a_site(as_user, garden, minah, sora):
    change_rights(sora, is_superuser=True)
    path = f"/settings/embed/{garden.key}/"
    as_user(minah).post(path, SENT | {"name": "새 이름"})
    garden.refresh_from_db()
    assert garden.name == "새 이름"
    assert not garden.has_reactions
    as_user(sora).post(path, SENT | {"name": "다듬은 이름"})
    garden.refresh_from_db()
    assert garden.name == "다듬은 이름"
    assert garden.owner == minah


@pytest.mark.parametrize("rest", ["", "delete/", "threads/", "threads/{pk}/"])
def test_strangers_do_not_find_a_site_and_visitors_sign_in(garden, junho, taeo, wind, rest):
    path = f"/settings/embed/{garden.key}/{rest.format(pk=wind.pk)}"
    for person in (junho, taeo):
        client = Client()
        client.force_login(person)
        assert client.get(path).status_code == 404
        assert client.post(path, SENT).status_code in {404, 405}
    assert Client().get(path).headers["Location"].startswith("/auth/login/")
    assert EmbedSite.objects.filter(pk=garden.pk, name="바람의 뜰").exists()


def test_the_owner_deletes_a_site_after_being_asked(as_user, garden, minah):
    client = as_user(minah)
    path = f"/settings/embed/{garden.key}/delete/"
    assert client.get(path).status_code == 200
    assert EmbedSite.objects.exists()
    assert client.post(path).headers["Location"] == "/settings/embed/"
    assert not EmbedSite.objects.exists()


@pytest.mark.behaviour("EM-08")
def test_the_owner_gives_a_page_another_name_and_takes_it_back(as_user, garden, minah, wind):
    client = as_user(minah)
    path = f"/settings/embed/{garden.key}/threads/{wind.pk}/"
    assert client.post(path, {"key": "/posts/wind/"}).status_code == 302
    assert "posts/wind" in client.get(path).content.decode()
    rain = find_or_create_thread(garden, "비")
    taken = client.post(f"/settings/embed/{garden.key}/threads/{rain.pk}/", {"key": "posts/wind"})
    assert taken.status_code == 422
    assert client.post(f"{path}drop/", {"key": "없는\x00이름"}).status_code == 302
    client.post(f"{path}drop/", {"key": "posts/wind"})
    assert not ThreadAlias.objects.exists()


def test_the_address_of_a_page_means_its_path_and_that_of_another_site_is_a_key(
    as_user, garden, minah, wind
):
    client = as_user(minah)
    path = f"/settings/embed/{garden.key}/threads/{wind.pk}/"
    for typed in (
        f" {GARDEN}/%EC%98%9B%EB%82%A0/강가 산책/?a=1#끝",
        "https://elsewhere.example/옛날/",
    ):
        assert client.post(path, {"key": typed}).status_code == 302
    keys = set(ThreadAlias.objects.values_list("key", flat=True))
    assert keys == {"옛날/강가 산책", "https:/elsewhere.example/옛날"}


@pytest.mark.parametrize(
    "path",
    [
        *("/settings/embed/{key}/", "/settings/embed/{key}/delete/"),
        *("/settings/embed/{key}/comments/", "/settings/embed/{key}/threads/"),
        *(
            "/settings/embed/{key}/threads/{pk}/",
            "/embed/threads/{post}/",
            "/embed/{key}/threads/새/",
        ),
        "/embed/sign-in/?site={key}&origin=" + GARDEN,
    ],
)
def test_the_chrome_around_a_site_elsewhere_is_that_of_this_one(as_user, garden, minah, wind, path):
    own = site_settings()
    path = path.format(key=garden.key, pk=wind.pk, post=wind.post_id)
    page = as_user(minah).get(path).content.decode()
    assert f"· {own.title}</title>" in page
    assert f'aria-label="{own.title}"' in page.split("<main")[0]


def test_the_menu_of_settings_marks_where_a_page_below_belongs(as_user, garden, minah, wind):
    client = as_user(minah)
    for path in (f"{garden.key}/", f"{garden.key}/threads/{wind.pk}/", f"{garden.key}/comments/"):
        page = client.get(f"/settings/embed/{path}").content.decode()
        assert page.split("<main")[1].count('aria-current="') == 1
        assert 'href="/settings/embed/" aria-current="true"' in page


def test_a_thread_of_another_site_is_not_found(as_user, garden, minah, wind):
    other = make_site(minah, "다른 뜰")
    path = f"/settings/embed/{other.key}/threads/{wind.pk}/"
    alias_thread(wind, actor=minah, key="옛이름")
    client = as_user(minah)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}drop/", {"key": "옛이름"}).status_code == 404
    assert ThreadAlias.objects.exists()


def test_the_list_of_threads_costs_the_same_however_many(
    as_user, garden, minah, django_assert_max_num_queries
):
    for number in range(12):
        find_or_create_thread(garden, f"글/{number}")
    client = as_user(minah)
    client.get(f"/settings/embed/{garden.key}/threads/")
    with django_assert_max_num_queries(8):
        response = client.get(f"/settings/embed/{garden.key}/threads/")
    assert len(response.context["threads"]) == 12


def test_staff_close_a_site_in_the_administration(garden, wind):
    from accounts.tests.factories import make_person

    admin = make_person("admin", "관리", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(admin)
    assert client.get("/admin/embed/embedsite/").status_code == 200
    assert client.get("/admin/embed/embedthread/").status_code == 200
    client.post(f"/admin/embed/embedsite/{garden.pk}/delete/", {"post": "yes"})
    assert not EmbedSite.objects.exists()
