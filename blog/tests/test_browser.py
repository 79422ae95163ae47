"""What only a browser can show: layout, policy, one origin, pages without scripts, composition."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog.models import Post
from blog.tests.factories import make_article, make_note

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]
LONG_URL = "https://example.com/" + "a" * 200
STRESS = f"""ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ

{LONG_URL}

| 하나 | 둘 | 셋 | 넷 | 다섯 | 여섯 | 일곱 | 여덟 | 아홉 | 열 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| {"긴낱말" * 8} | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | {"끝낱말" * 8} |

```python title="길다.py"
print("{"가" * 300}")
```

## 첫째 마디

- [x] 한 일
- [ ] 할 일

## 둘째 마디

그림 없이 끝[^1].

## 셋째 마디

[^1]: 각주다.
"""


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


def sign_in(page, live_server, person) -> None:
    """Give the tab the session of ``person``."""
    client = Client()
    client.force_login(person)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )


@pytest.mark.behaviour("UX-08", "UX-28", "X-07")
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_hard_text_does_not_break_the_layout(chromium_page, live_server, minah, width):
    post = make_article(minah, "가나다라마바사" * 12, source=STRESS, tags=["도커"])
    note = make_note(minah, "ㅋ" * 250 + f" {LONG_URL}")
    chromium_page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/explore/", "/tags/", post.get_absolute_url(), note.get_absolute_url()):
        chromium_page.goto(f"{live_server.url}{path}")
        assert chromium_page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), (path, width)
    chromium_page.goto(f"{live_server.url}{post.get_absolute_url()}")
    box = chromium_page.locator(".table-scroll")
    assert box.evaluate("element => element.scrollWidth >= element.clientWidth")
    measure = chromium_page.evaluate(
        """() => {
            const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
            const paragraph = document.querySelector(".prose p").getBoundingClientRect();
            return paragraph.width / rem;
        }"""
    )
    assert measure <= 42.01


@pytest.mark.behaviour("BL-25", "UX-28")
def test_code_can_be_copied(chromium_page, live_server, minah):
    post = make_article(minah, source="```python\nprint('안녕')\n```\n")
    chromium_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chromium_page.goto(f"{live_server.url}{post.get_absolute_url()}")
    chromium_page.locator(".code-block button").click()
    assert chromium_page.evaluate("navigator.clipboard.readText()").strip() == "print('안녕')"


@pytest.mark.behaviour("UX-16")
def test_writing_and_reading_need_no_script(chromium_browser, live_server, minah):
    context = chromium_browser.new_context(java_script_enabled=False, locale="ko-KR")
    page = context.new_page()
    sign_in(page, live_server, minah)
    page.goto(f"{live_server.url}/write/")
    page.fill("input[name=title]", "스크립트 없이 쓴 글")
    page.fill("textarea[name=source]", "**굵게(bold)**도 된다.\n\n" + "가" * 50)
    page.fill("input[name=tags]", "도커, 한글")
    page.click("button[name=intent][value=preview]")
    expect(page.locator("strong", has_text="굵게(bold)")).to_have_count(1)
    page.click("button[name=intent][value=publish]")
    expect(page.locator("h1")).to_contain_text("스크립트 없이 쓴 글")
    assert page.url.endswith(Post.objects.get().get_absolute_url())
    page.goto(f"{live_server.url}/")
    page.fill("textarea[name=source]", "짧은 글도 된다 #한글")
    page.locator("form:has(textarea[name=source]) button").first.click()
    expect(page.locator("main")).to_contain_text("짧은 글도 된다 #한글")
    context.close()


@pytest.mark.behaviour("UX-20", "I18-03")
def test_language_and_theme_change_in_the_footer_and_stay(chromium_page, live_server, minah):
    post = make_article(minah)
    chromium_page.goto(f"{live_server.url}{post.get_absolute_url()}")
    html = chromium_page.locator("html")
    assert html.get_attribute("lang") == "ko"
    chromium_page.locator("footer form[action='/theme/'] [value=dark]").click()
    expect(html).to_have_attribute("data-theme", "dark")
    assert chromium_page.url.endswith(post.get_absolute_url())
    paper = chromium_page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(22, 21, 19)"


@pytest.mark.behaviour("BL-09", "UX-22")
def test_shortcuts_wait_while_a_syllable_is_composed(chromium_page, live_server, minah):
    sign_in(chromium_page, live_server, minah)
    chromium_page.goto(f"{live_server.url}/")
    field = chromium_page.locator("textarea[name=source]")
    field.click()
    devtools = chromium_page.context.new_cdp_session(chromium_page)
    for stage in ("ㅎ", "하", "한"):
        devtools.send(
            "Input.imeSetComposition",
            {"text": stage, "selectionStart": len(stage), "selectionEnd": len(stage)},
        )
    devtools.send("Input.insertText", {"text": "한"})
    for key in ("n", "?", "/"):
        chromium_page.keyboard.press(key)
    assert field.input_value() == "한n?/"
    assert chromium_page.url == f"{live_server.url}/"


@pytest.mark.behaviour("UX-24", "UX-25")
def test_the_counter_counts_what_people_see_and_unsent_text_returns(
    chromium_page, live_server, minah
):
    sign_in(chromium_page, live_server, minah)
    chromium_page.goto(f"{live_server.url}/")
    field = chromium_page.locator("textarea[name=source]")
    field.fill("👨‍👩‍👧‍👦한글")
    counter = chromium_page.locator(".composer .counter").first
    expect(counter).to_contain_text("3")
    chromium_page.wait_for_timeout(600)
    chromium_page.goto(f"{live_server.url}/explore/")
    chromium_page.goto(f"{live_server.url}/")
    expect(field).to_have_value("")
    chromium_page.locator(".restore button").first.click()
    expect(field).to_have_value("👨‍👩‍👧‍👦한글")


@pytest.mark.behaviour("I18-09", "I18-10")
def test_times_are_in_the_readers_zone(chromium_browser, live_server, minah):
    post = make_article(minah)
    context = chromium_browser.new_context(locale="ko-KR", timezone_id="America/New_York")
    page = context.new_page()
    page.goto(f"{live_server.url}{post.get_absolute_url()}")
    for _attempt in range(100):
        zone = [c for c in context.cookies() if c["name"] == settings.TIME_ZONE_COOKIE_NAME]
        if zone:
            break
        page.wait_for_timeout(50)
    assert zone and "New_York" in zone[0]["value"]
    page.reload()
    stamp = page.locator("article time").first
    assert stamp.get_attribute("datetime").endswith("Z")
    assert page.locator("html").get_attribute("data-time-zone") == "America/New_York"
    context.close()


def test_on_a_phone_the_settings_start_at_the_present_page(chromium_page, live_server, minah):
    sign_in(chromium_page, live_server, minah)
    chromium_page.set_viewport_size({"width": 360, "height": 740})
    chromium_page.goto(f"{live_server.url}/settings/import/")
    expect(chromium_page.locator(".settings__nav [aria-current]")).to_be_in_viewport(ratio=0.9)
    chromium_page.goto(f"{live_server.url}/settings/profile/")
    expect(chromium_page.locator(".settings__nav [aria-current]")).to_be_in_viewport(ratio=0.9)
