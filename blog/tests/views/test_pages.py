"""What every page has: a title, one layout, messages once, its language, tokens in its forms."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from blog import actions
from blog.models import Page
from blog.tests.factories import make_article, make_note
from config.actions import change_site_settings

pytestmark = pytest.mark.django_db


def title_of(response) -> str:
    return re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1].strip()


@pytest.mark.behaviour("UX-01")
def test_every_page_has_its_own_title_and_the_sites(as_user, client, minah):
    change_site_settings(title_ko="느티나무", tagline_ko="함께 쓰는 곳")
    actions.save_page(Page(slug="about", title_ko="소개", source_ko="글"))
    post = make_article(minah, tags=["도커"])
    note = make_note(minah, "짧은 글이다")
    assert title_of(client.get("/")) == "느티나무 · 함께 쓰는 곳"
    paths = ["/explore/", "/tags/", "/topics/", "/about/", "/tags/도커/", "/nothing-here/"]
    paths += [post.get_absolute_url(), note.get_absolute_url(), "/@minah/archive/"]
    html = {"accept": "text/html"}
    titles = [title_of(client.get(path, headers=html)) for path in paths]
    signed_in = as_user(minah)
    titles += [title_of(signed_in.get(path)) for path in ("/write/", "/drafts/")]
    for path, title in zip([*paths, "/write/", "/drafts/"], titles, strict=True):
        page, site = title.rsplit(" · ", 1)
        assert page and site in {"느티나무", "마당"}, path
    assert len(set(titles)) == len(titles)


def test_every_page_that_search_engines_list_says_once_what_it_is(client, minah):
    change_site_settings(title_ko="느티나무", tagline_ko='함께 "쓰는" 곳')
    actions.save_page(Page(slug="about", title_ko="소개", source_ko="글"))
    post = make_article(minah, source="# 밥\n\n국수를 먹었다.", tags=["도커"])
    said = {}
    paths = ["/", "/explore/", "/trending/", "/tags/", "/topics/", "/about/", "/tags/도커/"]
    for path in [*paths, post.get_absolute_url(), "/@minah/", "/@minah/archive/"]:
        html = client.get(path).content.decode()
        found = re.findall(r'<meta name="description" content="([^"]+)">', html)
        assert len(found) == 1, path
        said[path] = found[0]
    assert said["/"] == "함께 &quot;쓰는&quot; 곳"
    assert said["/tags/도커/"] == "#도커 · 함께 &quot;쓰는&quot; 곳"
    assert said["/@minah/"] == minah.name
    assert len({said[path] for path in paths}) == len(paths), "each says its own"


@pytest.mark.behaviour("UX-03")
def test_home_greets_by_name_and_explore_has_its_own_heading(as_user, minah):
    client = as_user(minah)
    heading = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
    home = heading.search(client.get("/").content.decode())[1]
    explore = heading.search(client.get("/explore/").content.decode())[1]
    assert "미나" in home
    assert explore.strip() and explore != home


@pytest.mark.behaviour("UX-02")
def test_the_header_offers_what_the_reader_may_do(as_user, client, minah):
    visitor = client.get("/explore/").content.decode()
    for path in ("/explore/", "/auth/login/", "/auth/signup/"):
        assert f'href="{path}"' in visitor
    assert 'href="/write/"' not in visitor.split("<main")[0]
    member = as_user(minah).get("/explore/").content.decode()
    for path in ("/write/", "/@minah/", "/drafts/", "/settings/profile/"):
        assert f'href="{path}"' in member
    assert 'action="/auth/logout/"' in member
    assert 'href="/auth/login/"' not in member


@pytest.mark.behaviour("UX-04")
def test_a_message_shows_once_and_as_a_status(as_user, minah):
    client = as_user(minah)
    client.post("/", {"source": "짧은 글", "visibility": "public"})
    first = client.get("/").content.decode()
    assert 'role="status"' in first
    assert "notice--success" in first
    assert "notice--success" not in client.get("/").content.decode()


@pytest.mark.behaviour("X-09")
def test_forms_carry_a_token_and_cached_pages_none(as_user, client, minah):
    visitor = client.get("/explore/")
    assert "csrfmiddlewaretoken" not in visitor.content.decode()
    assert not visitor.cookies
    assert visitor.headers["Cache-Control"] == "public, max-age=30"
    member = as_user(minah).get("/write/")
    assert "csrfmiddlewaretoken" in member.content.decode()
    assert member.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("I18-01", "I18-02")
def test_language_is_the_accounts_then_the_cookies_then_the_browsers(as_user, client, minah):
    def language(**headers) -> str:
        return re.search(
            r'<html lang="(\w+)"', client.get("/tags/", headers=headers).content.decode()
        )[1]

    assert language() == "ko"
    assert language(**{"accept-language": "de, es-MX;q=0.8, en;q=0.5"}) == "es"
    client.cookies["django_language"] = "ja"
    assert language(**{"accept-language": "es"}) == "ja"
    User.objects.filter(pk=minah.pk).update(language="en")
    client.force_login(minah)
    assert language(**{"accept-language": "es"}) == "en"


@pytest.mark.behaviour("I18-16")
def test_one_language_can_be_forced_on_everybody(client, db, settings):
    settings.FORCE_LANGUAGE = "ja"
    assert (
        '<html lang="ja"'
        in client.get("/tags/", headers={"accept-language": "es"}).content.decode()
    )


@pytest.mark.behaviour("I18-07")
def test_a_text_in_another_language_says_so(client, minah):
    post = make_article(minah, "English here", source="All of this is English.", language="en")
    html = client.get(post.get_absolute_url(), headers={"accept-language": "ko"}).content.decode()
    assert '<html lang="ko"' in html
    assert re.search(r'<(article|div|h1)[^>]* lang="en"', html)


@pytest.mark.behaviour("I18-08", "I18-10")
def test_times_are_written_in_the_readers_language_and_zone(client, minah):
    post = make_article(minah, published_at=datetime(2026, 11, 20, 5, 45, tzinfo=UTC))
    url = post.get_absolute_url()
    korean = client.get(url, headers={"accept-language": "ko"}).content.decode()
    assert 'datetime="2026-11-20T05:45:00Z"' in korean
    assert "2026년 11월 20일 오후 2:45" in korean
    client.cookies["madang_time_zone"] = "Europe/Madrid"
    assert (
        "2026년 11월 20일 오전 6:45"
        in client.get(url, headers={"accept-language": "ko"}).content.decode()
    )


@pytest.mark.behaviour("BL-61")
def test_verification_tags_come_from_the_settings_of_the_site(client, db):
    change_site_settings(naver_verification="네이버-표식", google_verification="g-1")
    html = client.get("/").content.decode()
    assert '<meta name="naver-site-verification" content="네이버-표식">' in html
    assert '<meta name="google-site-verification" content="g-1">' in html


@pytest.mark.behaviour("UX-21")
def test_icons_and_manifest_are_ours(client, db):
    manifest = client.get("/manifest.webmanifest").json()
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert client.get("/favicon.ico").headers["Location"].startswith("/static/")
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon
    for name in ("favicon.ico", "favicon.svg", "apple-touch-icon.png"):
        assert finders.find(f"madang/icons/{name}"), name


@pytest.mark.behaviour("I18-11")
def test_peoples_text_is_never_translated(client, minah):
    post = make_article(minah, "Settings", source="Sign in")
    html = client.get(post.get_absolute_url(), headers={"accept-language": "ja"}).content.decode()
    assert ">Settings</h1>" in re.sub(r"\s+<", "<", re.sub(r">\s+", ">", html))
    assert "<p>Sign in</p>" in html


def test_error_pages_render_without_anything():
    for status in (400, 403, 404, 405, 410, 413, 429, 451, 500, 503):
        assert "<h1" in render_to_string(f"errors/{status}.html", {})


@pytest.mark.behaviour("I18-04")
@pytest.mark.parametrize(
    ("language", "sign_in"),
    [("ko", "로그인"), ("en", "Sign in"), ("es", "Iniciar sesión"), ("ja", "ログイン")],
)
def test_labels_errors_and_reasons_follow_the_reader(client, db, language, sign_in):
    headers = {"accept-language": language, "accept": "text/html"}
    assert sign_in in client.get("/explore/", headers=headers).content.decode()
    refused = client.post("/auth/signup/", {"username": "sae"}, headers=headers).content.decode()
    assert f'<html lang="{language}"' in refused
    with translation.override(language):
        assert gettext("Type your e-mail address.") in refused
    reason = client.get("/write/", headers=headers, follow=True).content.decode()
    with translation.override(language):
        assert gettext("Sign in first, then you come back here.") in reason
