"""The write page in a real browser, with the input method that Korean is typed with."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.tests.cast import *  # noqa: F403


class Typist:
    """Types Hangul the way an input method does: the syllable is composed, then committed."""

    def __init__(self, page):
        self.page = page
        self.devtools = page.context.new_cdp_session(page)

    def compose(self, *stages: str) -> None:
        """Leave the last of ``stages`` composed and not committed."""
        for stage in stages:
            self.devtools.send(
                "Input.imeSetComposition",
                {"text": stage, "selectionStart": len(stage), "selectionEnd": len(stage)},
            )

    def commit(self, text: str) -> None:
        self.devtools.send("Input.insertText", {"text": text})

    def press_while_composing(self, key: str, code: str, modifiers: int = 0) -> None:
        """Press a key as browsers report it during a composition: keyCode 229."""
        for kind in ("rawKeyDown", "keyUp"):
            self.devtools.send(
                "Input.dispatchKeyEvent",
                {
                    "type": kind,
                    "key": key,
                    "code": code,
                    "windowsVirtualKeyCode": 229,
                    "modifiers": modifiers,
                },
            )

    def is_composing(self) -> bool:
        return self.page.evaluate("madangEditor.isComposing()")


@pytest.fixture
def tab(chromium_page, live_server, minah):
    """미나's tab on an empty sheet."""
    client = Client()
    client.force_login(minah)
    chromium_page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )
    chromium_page.goto(f"{live_server.url}/write/")
    chromium_page.wait_for_function("Boolean(window.madangEditor?.count)")
    chromium_page.evaluate("madangLater()")
    return chromium_page


@pytest.fixture
def field(tab):
    return tab.locator("#id_source")


@pytest.fixture
def typist(tab, field):
    field.click()
    return Typist(tab)


@pytest.fixture
def picture(tmp_path):
    """A file that is a small picture."""
    from PIL import Image

    path = tmp_path / "그림.png"
    Image.new("RGB", (40, 30), (11, 110, 95)).save(path, "PNG")
    return path
