"""Chromium for the checks: found, started without network beyond this machine, one tab a page."""

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tools.bootstrap import stop as refuse
from tools.chromium_flags import FLAGS
from tools.demo_site import DemoSite, NamedPage

NAMES = ("chromium", "chromium-browser", "google-chrome")
LOCALES = {"ko": "ko-KR", "en": "en-US", "es": "es-ES", "ja": "ja-JP"}
LANGUAGE_COOKIE = "django_language"
THEME_COOKIE = "madang_theme"


def find_chromium() -> str:
    """Return the path of a Chromium, or end with what to install."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in NAMES]
    for path in found:
        if path:
            return path
    refuse(
        "크로미엄이 없어요. 설치하거나 CHROMIUM 변수로 위치를 알려 주세요.",
        "No Chromium: install one (apt install chromium) or set CHROMIUM to its path.",
    )
    raise AssertionError


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def cookies_for(site: DemoSite, page: NamedPage, language: str, theme: str) -> dict[str, str]:
    """Return the cookies with which a page is seen in this language and theme."""
    cookies = {LANGUAGE_COOKIE: language, THEME_COOKIE: theme}
    if page.viewer:
        cookies |= site.sign_in(page.viewer, language=language, theme=theme)
    return cookies


@contextlib.contextmanager
def tab(
    browser: Browser, site: DemoSite, cookies: dict[str, str], *, width: int, theme: str
) -> Iterator[BrowserContext]:
    """Open a context that looks like this person's browser."""
    context = browser.new_context(
        base_url=site.url,
        locale=LOCALES[cookies[LANGUAGE_COOKIE]],
        timezone_id="Asia/Seoul",
        viewport={"width": width, "height": 900},
        color_scheme=theme,
    )
    context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in cookies.items()]
    )
    try:
        yield context
    finally:
        context.close()
