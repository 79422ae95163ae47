"""The sheet in a browser: toolbar, preview, find, counter, uploads, full screen, and no scripts."""

import re

import pytest
from playwright.sync_api import expect

from blog.models import Draft, Post
from blog.tests.factories import make_article
from config.text import count_graphemes, reading_minutes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

BUTTONS = [
    ("[data-md-button=header-2]", "마당", "## 마당"),
    ("[data-md-button=bold]", "마당", "**마당**"),
    ("[data-md-button=italic]", "마당", "_마당_"),
    ("[data-md-button=strikethrough]", "마당", "~~마당~~"),
    ("[data-md-button=quote]", "마당", "> 마당"),
    ("[data-md-button=code]", "마당", "`마당`"),
    ("[data-md-button=link]", "마당", "[마당](url)"),
    ("[data-md-button=unordered-list]", "하나\n둘", "- 하나\n- 둘"),
    ("[data-md-button=ordered-list]", "하나\n둘", "1. 하나\n2. 둘"),
    ("[data-md-button=task-list]", "하나\n둘", "- [ ] 하나\n- [ ] 둘"),
]


@pytest.mark.behaviour("UX-22")
def test_every_button_of_the_toolbar_does_and_undoes_its_work(tab, field):
    for button, before, after in BUTTONS:
        field.fill(before)
        field.select_text()
        tab.locator(button).click()
        expect(field).to_have_value(after)
        tab.keyboard.press("Control+z")
        expect(field).to_have_value(before)
    field.fill("")
    tab.locator("[data-insert=table]").click()
    expect(field).to_have_value(re.compile(r"^\| .+ \| .+ \| .+ \|\n\| --- \|"))
    field.fill("고마워요")
    tab.locator("[data-md-button=mention]").click()
    expect(field).to_have_value(re.compile("@"))


def test_the_toolbar_is_one_stop_and_every_button_has_a_name_and_room(tab, field):
    buttons = tab.locator(".editor__tools button:visible")
    for button in buttons.all():
        box = button.bounding_box()
        assert (box["width"], box["height"]) >= (44, 44)
        assert button.inner_text().strip()
    first = tab.locator("[data-toolbar] button").first
    first.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.dataset.mdButton") == "bold"
    tab.keyboard.press("Home")
    assert tab.evaluate("document.activeElement.dataset.mdButton") == "header-2"


@pytest.mark.behaviour("BL-16")
def test_the_preview_is_what_publishing_shows(tab, field, live_server, minah):
    source = "## 마당\n\n**장고(Django)**를 배운다.\n\n| 가 | 나 |\n| --- | --- |\n| 1 | 2 |\n"
    post = make_article(minah, source=source)
    field.fill(source)
    prose = tab.locator("[data-preview-prose]")
    expect(prose.locator("table")).to_be_visible()
    shown = prose.inner_html()
    parsed = "html => new DOMParser().parseFromString(html, 'text/html').body.innerHTML"
    assert shown.strip() == tab.evaluate(parsed, post.html).strip()
    # An answer that comes too late, or never, leaves the last good one.
    tab.route("**/write/preview/", lambda route: route.abort())
    field.fill(f"{source}\n새 문단")
    expect(tab.locator("[data-preview-note]")).not_to_be_empty()
    expect(prose.locator("table")).to_be_visible()


def test_the_preview_keeps_pictures_that_did_not_change(tab, field):
    field.fill("## 하나\n\n글\n\n## 둘")
    prose = tab.locator("[data-preview-prose]")
    expect(prose.locator("h2")).to_have_count(2)
    prose.locator("h2").last.evaluate("heading => (heading.isTheSame = true)")
    field.fill("## 하나\n\n글이 바뀌었다\n\n## 둘")
    expect(prose).to_contain_text("바뀌었다")
    assert prose.locator("h2").last.evaluate("heading => heading.isTheSame")


def test_both_sides_scroll_together_and_do_not_push_each_other(tab, field):
    paragraphs = "\n\n".join(f"## 마디 {n}\n\n" + "긴 문단이다. " * 40 for n in range(12))
    field.fill(paragraphs)
    pane = tab.locator("[data-preview]")
    expect(pane.locator("h2.editor__preview-label ~ .prose h2")).to_have_count(12)
    field.hover()
    tab.mouse.wheel(0, 1500)
    tab.wait_for_timeout(400)
    text_top = field.evaluate("box => box.scrollTop")
    pane_top = pane.evaluate("box => box.scrollTop")
    assert text_top > 1000
    assert pane_top > 300
    tab.wait_for_timeout(400)
    assert field.evaluate("box => box.scrollTop") == text_top
    pane.hover()
    tab.mouse.wheel(0, -20000)
    tab.wait_for_timeout(400)
    assert field.evaluate("box => box.scrollTop") == 0


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_sheet_fits_and_the_preview_is_a_button_away(tab, field, width):
    tab.set_viewport_size({"width": width, "height": 740})
    field.fill("## 마당\n\n" + "ㅋ" * 300)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(overflow) <= 0
    preview = tab.locator("[data-preview]")
    if width < 1200:
        expect(preview).to_be_hidden()
        tab.locator("[data-preview-toggle]").click()
        expect(field).to_be_hidden()
    expect(preview.locator(".prose h2")).to_be_visible()
    assert tab.evaluate(overflow) <= 0
    tab.locator("[data-preview-toggle]").click()
    expect(preview).to_be_hidden()
    expect(field).to_be_visible()


@pytest.mark.behaviour("UX-24")
def test_the_counter_counts_as_the_server_does(tab, field):
    text = "# 제목 한글\n👨‍👩‍👧‍👦 don't re-use 3.14 한자漢字 かな café e\u0301\n" * 40
    field.fill(text)
    counted = tab.evaluate("madangEditor.count(madangEditor.source.value)")
    assert counted["characters"] == count_graphemes(text)
    assert counted["minutes"] == reading_minutes(text)
    assert counted["words"] == len(text.split())
    expect(tab.locator("[data-counts]")).to_contain_text(str(counted["words"]))
    tab.evaluate("madangEditor.source.value = '가'.repeat(950000)")
    field.press("End")
    tab.keyboard.type("!")
    expect(tab.locator("[data-limit-note]")).to_contain_text("49,999")


def test_find_and_replace_compare_in_nfc_and_can_be_undone(tab, field):
    source = "한글 도커, \u1112\u1161\u11ab\u1100\u1173\u11af 도커. Docker docker"
    field.fill(source)
    field.press("Control+f")
    tab.keyboard.type("한글")
    count = tab.locator("[data-find-count]")
    expect(count).to_contain_text("2")
    tab.locator("[data-find-with]").fill("우리말")
    tab.locator("[data-find-act=replace-all]").click()
    expect(field).to_have_value("우리말 도커, 우리말 도커. Docker docker")
    field.press("Control+z")
    expect(field).to_have_value(source)
    tab.locator("[data-find-what]").fill("docker")
    expect(count).to_contain_text("2")
    tab.locator("[data-find-case]").check()
    expect(count).to_contain_text("1")
    tab.locator("[data-find-pattern]").check()
    tab.locator("[data-find-what]").fill("도(커")
    expect(count).to_contain_text(tab.locator("#editor").get_attribute("data-say-pattern"))
    tab.locator("[data-find-what]").fill("(도)커")
    tab.locator("[data-find-with]").fill("$1자기")
    tab.locator("[data-find-act=replace]").click()
    expect(field).to_have_value(re.compile("도자기"))
    tab.keyboard.press("Escape")
    expect(tab.locator("[data-find]")).to_be_hidden()
    assert tab.url.endswith("/write/") or "/write/" in tab.url


@pytest.mark.behaviour("UX-22")
def test_full_screen_and_help_close_by_escape(tab, field):
    field.press("Control+Shift+F")
    expect(tab.locator(".editor--full")).to_be_visible()
    assert tab.evaluate("document.querySelector('.site-header').inert")
    tab.keyboard.press("Escape")
    expect(tab.locator(".editor--full")).to_have_count(0)
    assert not tab.evaluate("document.querySelector('.site-header').inert")
    field.press("Control+/")
    expect(tab.locator("#editor-keys")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#editor-keys")).to_be_hidden()
    field.press("Control+Enter")
    expect(tab.locator("#details")).to_have_attribute("open", "")


def test_shortcuts_work_while_the_korean_layout_is_on(tab, field):
    field.fill("마당")
    field.select_text()
    event = "{key: 'ㅠ', code: 'KeyB', ctrlKey: true, bubbles: true, cancelable: true}"
    field.evaluate(f"field => field.dispatchEvent(new KeyboardEvent('keydown', {event}))")
    expect(field).to_have_value("**마당**")


def test_saving_is_asked_for_by_its_shortcut(tab, field, minah):
    field.fill("지금 저장")
    field.press("Control+s")
    tab.wait_for_url(re.compile(r"/write/\d+/"))
    assert Draft.objects.get().source == "지금 저장"
    assert not Post.objects.get().is_published


@pytest.mark.behaviour("BL-47")
def test_an_image_is_uploaded_described_and_retried_and_no_word_is_lost(tab, field, picture):
    field.fill("앞 문단\n\n뒤 문단")
    field.evaluate("field => field.setSelectionRange(4, 4)")
    tab.route("**/write/images/", lambda route: route.abort())
    tab.locator("[data-image-picker]").set_input_files(picture)
    retry = tab.locator("[data-upload-act=retry]")
    expect(retry).to_be_visible()
    mark = tab.locator("[data-uploads]").get_attribute("data-say-placeholder")
    expect(field).to_have_value(f"앞 문단\n\n![{mark}: 그림.png]()\n\n뒤 문단")
    tab.locator("button[name=intent][value=publish]").last.click()
    expect(tab.locator("[data-unfinished]")).to_be_visible()
    assert not Post.objects.filter(status="published").exists()
    tab.unroute("**/write/images/")
    retry.click()
    expect(tab.locator("[data-picture]")).to_be_visible()
    expect(field).to_have_value(re.compile(r"^앞 문단\n\n!\[\]\(/media/images/\S+\)\n\n뒤 문단$"))
    tab.locator("[data-alt]").fill("초록 [네모]")
    tab.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(r"!\[초록 \\\[네모\\\]\]\(/media/images/"))
    tab.locator("[data-upload-act=remove]").click()
    expect(tab.locator("[data-uploads]")).to_be_hidden()
    expect(field).to_have_value(re.compile("초록"))


@pytest.mark.behaviour("BL-47")
@pytest.mark.parametrize("way", ["paste", "drop"])
def test_images_come_by_paste_and_drop_too(tab, field, way):
    field.evaluate(
        """async (field, way) => {
            const canvas = new OffscreenCanvas(20, 20);
            canvas.getContext("2d").fillRect(0, 0, 20, 20);
            const transfer = new DataTransfer();
            const blob = await canvas.convertToBlob({ type: "image/png" });
            transfer.items.add(new File([blob], "네모.png", { type: "image/png" }));
            const shared = { bubbles: true, cancelable: true };
            field.dispatchEvent(way === "paste"
                ? new ClipboardEvent("paste", { clipboardData: transfer, ...shared })
                : new DragEvent("drop", { dataTransfer: transfer, ...shared }));
        }""",
        way,
    )
    expect(field).to_have_value(re.compile(r"^!\[\]\(/media/images/\S+\)\n$"))


def test_a_table_and_a_link_are_pasted_as_markdown(tab, field):
    paste = """(field, [kind, text, plain]) => {
        const transfer = new DataTransfer();
        transfer.setData(kind, text);
        transfer.setData("text/plain", plain);
        field.dispatchEvent(new ClipboardEvent(
            "paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    }"""
    field.focus()
    table = "<table><tr><th>이름<th>값|수</tr><tr><td>가<td>1</tr></table>"
    field.evaluate(paste, ["text/html", f"<meta charset=utf-8><body>{table}", "이름\t값|수"])
    pasted = re.compile(r"^\| 이름 \| 값\\\|수 \|\n\| --- \| --- \|\n\| 가 \| 1 \|")
    expect(field).to_have_value(pasted)
    field.fill("마당을 보세요")
    field.evaluate("field => field.setSelectionRange(0, 2)")
    field.evaluate(paste, ["text/plain", "https://madang.example/", "https://madang.example/"])
    expect(field).to_have_value("[마당](https://madang.example/)을 보세요")
    for address in ("https://velog.io/@minah/한글-제목", "https://마당.한국/글?쪽=1#절"):
        field.fill("마당을 보세요")
        field.evaluate("field => field.setSelectionRange(0, 2)")
        field.evaluate(paste, ["text/plain", address, address])
        expect(field).to_have_value(f"[마당]({address})을 보세요")
        field.press("Control+z")
        expect(field).to_have_value("마당을 보세요")


def test_emoji_are_proposed_in_korean(tab, field):
    field.click()
    tab.keyboard.type(":축하")
    option = tab.locator(".proposals [role=option]").first
    expect(option).to_contain_text("🎉")
    option.click()
    expect(field).to_have_value("🎉")
    tab.keyboard.press("Control+z")
    expect(field).to_have_value(re.compile(":축하"))


@pytest.mark.behaviour("BL-13")
def test_without_scripts_the_sheet_is_one_form(chromium_browser, live_server, minah):
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(minah)
    context = chromium_browser.new_context(java_script_enabled=False, locale="ko-KR")
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/write/")
    expect(page.locator(".editor__tools")).to_be_hidden()
    page.fill("#id_title", "스크립트 없이")
    page.fill("#id_source", "## 마당\n\n그대로")
    page.locator("button[name=intent][value=preview]").click()
    expect(page.locator("[data-preview] .prose h2")).to_have_text("마당")
    expect(page.locator("#id_source")).to_have_value("## 마당\n\n그대로")
    page.locator("button[name=intent][value=publish]").click()
    expect(page.locator("article h1")).to_have_text("스크립트 없이")
    assert Post.objects.get().is_published
    context.close()


@pytest.mark.behaviour("BL-47")
def test_a_mark_that_a_reload_left_behind_is_not_published(tab, field):
    mark = tab.locator("[data-uploads]").get_attribute("data-say-placeholder")
    tab.fill("#id_title", "그림이 오지 않은 글")
    field.fill(f"앞 문단\n\n![{mark}: 하늘.png]()\n\n뒤 문단")
    field.press("Control+s")
    tab.wait_for_url(re.compile(r"/write/\d+/"))
    expect(tab.locator("[data-writing][data-state=saved]")).to_be_attached()
    tab.reload()
    tab.wait_for_function("Boolean(window.madangEditor?.count)")
    tab.evaluate("madangLater()")
    line = tab.locator(".upload--failed")
    expect(line).to_contain_text("하늘.png")
    expect(line.locator("[data-upload-act=retry]")).to_be_hidden()
    tab.locator("button[name=intent][value=publish]").last.click()
    expect(tab.locator("[data-unfinished]")).to_be_visible()
    line.locator("[data-upload-act=takeOut]").click()
    expect(field).to_have_value("앞 문단\n\n\n\n뒤 문단")
    tab.locator("button[name=intent][value=publish]").last.click()
    expect(tab.locator("article h1")).to_have_text("그림이 오지 않은 글")


@pytest.mark.behaviour("BL-47")
def test_a_file_that_can_never_come_is_first_and_not_tried_again(tab, field, picture, tmp_path):
    fake = tmp_path / "가짜.png"
    fake.write_bytes(b"not a picture")
    tab.locator("[data-image-picker]").set_input_files([picture, fake])
    first = tab.locator(".upload").first
    expect(first).to_have_class(re.compile("upload--failed"))
    expect(first).to_contain_text("가짜.png")
    expect(first.locator("[data-upload-act=retry]")).to_be_hidden()
    first.locator("[data-upload-act=takeOut]").click()
    expect(field).not_to_have_value(re.compile("가짜"))
    expect(tab.locator("[data-picture]")).to_be_visible()
