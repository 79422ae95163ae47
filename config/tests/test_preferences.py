"""Language, time zone and theme: account, then cookie, then browser, then site."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from blog.tests.factories import make_article, make_person
from config.middleware import choose_language, choose_theme, choose_time_zone

pytestmark = pytest.mark.django_db
ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
COOKIE = "django_language"


def ask(rf, *, accept: str = "", cookies: dict[str, str] | None = None):
    request = rf.get("/", **({"HTTP_ACCEPT_LANGUAGE": accept} if accept else {}))
    request.COOKIES.update(cookies or {})
    return request


@pytest.mark.behaviour("I18-01", "I18-02")
@pytest.mark.parametrize(
    ("account", "cookie", "accept", "language"),
    [
        ("", "", "", "ko"),
        ("", "", "*", "ko"),
        ("", "", "fr-FR,fr;q=0.9", "ko"),
        ("", "", "en", "en"),
        ("", "", "es-MX", "es"),
        ("", "", "en-US,en;q=0.9", "en"),
        ("", "", "ja-JP", "ja"),
        ("", "", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("", "", "en;q=0.5, ja;q=0.9", "ja"),
        ("", "", "fr;q=1, es;q=0.3", "es"),
        ("", "", "en;q=0, ja;q=0.1", "ja"),
        ("", "es", "en", "es"),
        ("", "tlh", "en", "en"),
        ("", "es-MX", "", "es"),
        ("ja", "es", "en", "ja"),
        ("xx", "es", "en", "es"),
    ],
)
def test_the_language_is_chosen_in_order(rf, account, cookie, accept, language):
    request = ask(rf, accept=accept, cookies={COOKIE: cookie} if cookie else {})
    user = User(language=account) if account else None
    assert choose_language(request, user) == language


@pytest.mark.behaviour("X-14")
@given(accept=st.text(max_size=120), cookie=st.text(max_size=40))
def test_any_wish_is_answered_with_one_of_our_languages(accept, cookie):
    from django.test import RequestFactory

    request = ask(RequestFactory(), cookies={COOKIE: cookie})
    request.META["HTTP_ACCEPT_LANGUAGE"] = accept
    assert choose_language(request, None) in {"ko", "en", "es", "ja"}


@pytest.mark.behaviour("I18-16")
def test_one_language_can_be_forced(rf, settings):
    settings.FORCE_LANGUAGE = "ja"
    request = ask(rf, accept="en", cookies={COOKIE: "es"})
    assert choose_language(request, User(language="ko")) == "ja"


@pytest.mark.behaviour("I18-09")
@pytest.mark.parametrize(
    ("account", "cookie", "zone"),
    [
        ("", "", "Asia/Seoul"),
        ("", "Europe/Madrid", "Europe/Madrid"),
        ("America/Lima", "Europe/Madrid", "America/Lima"),
        ("", "Mars/Olympus", "Asia/Seoul"),
        ("Mars/Olympus", "Europe/Madrid", "Europe/Madrid"),
        ("", "../../etc/passwd", "Asia/Seoul"),
        ("", "/etc/localtime", "Asia/Seoul"),
        ("", "Asia", "Asia/Seoul"),
        ("", "a\x00b", "Asia/Seoul"),
        ("", "한국", "Asia/Seoul"),
        ("", "x" * 5000, "Asia/Seoul"),
    ],
)
def test_the_time_zone_is_chosen_in_order(rf, account, cookie, zone):
    request = ask(rf, cookies={"madang_time_zone": cookie} if cookie else {})
    assert choose_time_zone(request, User(time_zone=account) if account else None).key == zone


@pytest.mark.behaviour("UX-20")
@pytest.mark.parametrize(
    ("account", "cookie", "theme"),
    [
        (None, "", "system"),
        (None, "dark", "dark"),
        (None, "light", "light"),
        (None, "pink", "system"),
        ("light", "dark", "light"),
        ("system", "dark", "system"),
    ],
)
def test_the_theme_is_chosen_in_order(rf, account, cookie, theme):
    request = ask(rf, cookies={"madang_theme": cookie} if cookie else {})
    assert choose_theme(request, User(theme=account) if account else None) == theme


@pytest.mark.behaviour("I18-01", "I18-02")
def test_the_page_follows(client):
    response = client.get("/explore/", HTTP_ACCEPT_LANGUAGE="es-MX,es;q=0.9")
    assert '<html lang="es"' in response.content.decode()
    assert response.headers["Content-Language"] == "es"
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.behaviour("I18-03")
def test_a_visitor_switches_the_language_and_stays_on_the_page(client):
    response = client.post("/language/", {"language": "en", "next": "/tags/?page=2"}, **ORIGIN)
    assert response.status_code == 302
    assert response.headers["Location"] == "/tags/?page=2"
    assert client.cookies[COOKIE].value == "en"
    assert client.cookies[COOKIE]["samesite"] == "Lax"
    assert '<html lang="en"' in client.get("/explore/").content.decode()


@pytest.mark.behaviour("I18-03")
def test_a_member_switches_the_language_of_the_account(client):
    junho = make_person("junho", "준호")
    client.force_login(junho)
    client.post("/language/", {"language": "ja", "next": "/"}, **ORIGIN)
    junho.refresh_from_db()
    assert junho.language == "ja"
    elsewhere = Client()
    elsewhere.force_login(junho)
    response = elsewhere.get("/explore/", HTTP_ACCEPT_LANGUAGE="en")
    assert '<html lang="ja"' in response.content.decode()


@pytest.mark.behaviour("I18-03")
def test_the_footer_offers_every_language(client):
    html = client.get("/explore/").content.decode()
    assert 'action="/language/"' in html
    for language in ("ko", "en", "es", "ja"):
        assert f'name="language" value="{language}"' in html


@pytest.mark.behaviour("UX-20")
def test_a_theme_is_remembered_and_rendered_by_the_server(client):
    client.post("/theme/", {"theme": "dark", "next": "/explore/"}, **ORIGIN)
    assert 'data-theme="dark"' in client.get("/explore/").content.decode()
    junho = make_person("junho", "준호")
    client.force_login(junho)
    client.post("/theme/", {"theme": "light"}, **ORIGIN)
    junho.refresh_from_db()
    assert junho.theme == "light"


@pytest.mark.behaviour("I18-09")
def test_the_browsers_time_zone_is_remembered_and_used(client):
    response = client.post("/time-zone/", {"time_zone": "America/Lima"}, **ORIGIN)
    assert (response.status_code, response.content) == (204, b"")
    assert client.cookies["madang_time_zone"].value == "America/Lima"
    assert 'data-time-zone="America/Lima"' in client.get("/explore/").content.decode()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/language/", {"language": "tlh"}),
        ("/language/", {}),
        ("/theme/", {"theme": "pink"}),
        ("/time-zone/", {"time_zone": "Mars/Olympus"}),
        ("/time-zone/", {"time_zone": "\x00"}),
    ],
)
def test_what_is_not_offered_is_not_remembered(client, path, data):
    response = client.post(path, data, **ORIGIN)
    assert response.status_code in {204, 302}
    assert not client.cookies


SWITCHES = [
    ("/language/", {"language": "en"}),
    ("/theme/", {"theme": "dark"}),
    ("/time-zone/", {"time_zone": "Asia/Tokyo"}),
]


@pytest.mark.parametrize(("path", "data"), SWITCHES)
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://testserver.evil.example"},
        {"HTTP_ORIGIN": "http://evil.example/testserver"},
        {"HTTP_ORIGIN": "http://testserver@evil.example"},
        {"HTTP_ORIGIN": "http://testserver:8080"},
        {"HTTP_ORIGIN": "http://[oops"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "http://testserver/"},
        {"HTTP_REFERER": "https://evil.example/?http://testserver/"},
        {},
    ],
)
def test_another_sites_page_changes_nothing(path, data, headers):
    client = Client(enforce_csrf_checks=True)
    response = client.post(path, data, **headers)
    assert response.status_code == 403
    assert not client.cookies


@pytest.mark.parametrize(("path", "data"), SWITCHES)
@pytest.mark.parametrize("headers", [ORIGIN, {"HTTP_REFERER": "http://testserver/explore/?a=1"}])
def test_our_own_page_needs_no_token(path, data, headers):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, data, **headers).status_code in {204, 302}
    assert client.cookies


@pytest.mark.behaviour("AC-13")
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
@pytest.mark.parametrize("path", ["/language/", "/theme/"])
def test_a_switch_never_leaves_the_site(client, path, target):
    response = client.post(path, {"next": target}, **ORIGIN)
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize(("path", "data"), SWITCHES)
def test_a_get_changes_nothing(client, path, data):
    assert client.get(path, data).status_code == 405
    assert not client.cookies


@pytest.mark.behaviour("I18-11")
def test_peoples_text_is_the_same_in_every_language(client):
    post = make_article(make_person("minah", "미나"), title="Home")
    for language in ("ko", "en", "es", "ja"):
        client.cookies[COOKIE] = language
        html = client.get(post.get_absolute_url()).content.decode()
        assert ">Home</h1>" in html
