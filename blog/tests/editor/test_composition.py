"""Nothing acts while a Hangul syllable is being composed (BL-09), and all acts right after."""

import re

import pytest
from playwright.sync_api import expect

from blog.models import Post
from blog.tests.factories import make_article

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.django_db(transaction=True),
    pytest.mark.behaviour("BL-09"),
]

CONTROL, SHIFT = 2, 8
SHORTCUTS = [
    ("b", "KeyB", CONTROL),
    ("i", "KeyI", CONTROL),
    ("k", "KeyK", CONTROL),
    ("e", "KeyE", CONTROL),
    ("s", "KeyS", CONTROL),
    ("f", "KeyF", CONTROL),
    ("/", "Slash", CONTROL),
    ("Enter", "Enter", CONTROL),
    ("H", "KeyH", CONTROL | SHIFT),
    ("X", "KeyX", CONTROL | SHIFT),
    (">", "Period", CONTROL | SHIFT),
    ("&", "Digit7", CONTROL | SHIFT),
    ("*", "Digit8", CONTROL | SHIFT),
    ("(", "Digit9", CONTROL | SHIFT),
    ("U", "KeyU", CONTROL | SHIFT),
    ("P", "KeyP", CONTROL | SHIFT),
    ("F", "KeyF", CONTROL | SHIFT),
    ("Escape", "Escape", 0),
    ("Enter", "Enter", 0),
    ("Tab", "Tab", 0),
    ("ArrowDown", "ArrowDown", 0),
]


@pytest.mark.behaviour("UX-22")
def test_no_shortcut_acts_on_a_syllable_under_way(tab, field, typist):
    saves = []
    tab.evaluate("addEventListener('madang:save', () => (window.savesAsked = true), true)")
    tab.on("request", lambda request: saves.append(request.url))
    typist.commit("안녕")
    typist.compose("ㅎ", "하", "한")
    for key, code, modifiers in SHORTCUTS:
        typist.press_while_composing(key, code, modifiers)
        assert field.input_value() == "안녕한", f"{code} changed the text"
        assert typist.is_composing(), f"{code} ended the composition"
    expect(tab.locator("dialog[open]")).to_have_count(0)
    expect(tab.locator("[data-find]")).to_be_hidden()
    expect(tab.locator("#details")).not_to_have_attribute("open", "")
    assert tab.evaluate("document.querySelector('.editor--full')") is None
    assert tab.evaluate("window.savesAsked") is None
    typist.compose("한", "하느", "하늘")
    typist.commit("하늘")
    assert field.input_value() == "안녕하늘"


def test_every_shortcut_acts_once_the_syllable_is_done(tab, field, typist):
    typist.compose("ㄱ", "그", "글")
    typist.commit("글")
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Control+b")
    assert field.input_value() == "**글**"
    tab.keyboard.press("Control+z")
    assert field.input_value() == "글"


@pytest.mark.parametrize("name", ["bold", "link", "quote", "table", "mention", "unordered-list"])
def test_a_button_never_cuts_the_syllable_under_way(tab, field, typist, name):
    button = tab.locator(f"[data-md-button={name}], [data-insert={name}]")
    typist.compose("ㅎ", "하", "한")
    # A script's click leaves the composition alive, as an input method of a touch screen may.
    button.evaluate("button => button.click()")
    assert field.input_value() == "한"
    typist.compose("한", "하나")
    typist.commit("하나")
    assert field.input_value() == "하나"
    # A mouse ends the composition first; then the button has a whole syllable.
    typist.compose("ㄷ", "두", "둘")
    button.click()
    assert "하나둘" in field.input_value().replace("*", "").replace("[", "").replace("@", "")


@pytest.mark.behaviour("BL-16")
def test_the_preview_refreshes_beside_a_composition_and_leaves_it_alone(tab, field, typist):
    typist.commit("## 마당\n\n")
    typist.compose("ㅅ", "소", "손")
    expect(tab.locator("[data-preview-prose] h2")).to_have_text("마당")
    expect(tab.locator("[data-preview-prose]")).to_contain_text("손")
    assert typist.is_composing()
    typist.compose("손", "소님")
    typist.commit("소님")
    assert field.input_value() == "## 마당\n\n소님"
    expect(tab.locator("[data-preview-prose]")).to_contain_text("소님")


def test_people_are_proposed_while_composing_and_taken_only_after(tab, field, typist, junho):
    typist.commit("@")
    typist.compose("ㅈ", "주", "준")
    option = tab.locator(".proposals [role=option]")
    expect(option).to_have_count(1)
    typist.press_while_composing("Enter", "Enter")
    typist.press_while_composing("Tab", "Tab")
    typist.press_while_composing("ArrowDown", "ArrowDown")
    option.evaluate("option => option.click()")
    assert field.input_value() == "@준"
    assert typist.is_composing()
    tab.wait_for_timeout(500)  # Enter that ends a syllable has its say no longer
    typist.commit("준")
    expect(tab.locator(".proposals [aria-selected=true]")).to_have_count(1)
    tab.wait_for_timeout(100)
    tab.keyboard.press("Enter")
    assert field.input_value() == "@junho"
    typist.compose("님")
    typist.commit("님")
    assert field.input_value() == "@junho님"
    expect(option).to_have_count(0)


def test_enter_that_ends_a_syllable_takes_the_proposal_in_place_of_a_line_break(
    tab, field, typist, junho
):
    typist.commit("@")
    typist.compose("ㅈ", "주", "준")
    expect(tab.locator(".proposals [aria-selected=true]")).to_have_count(1)
    typist.press_while_composing("Enter", "Enter")
    typist.commit("준")
    # The line break that some input methods send along, after the composition.
    typist.devtools.send("Input.dispatchKeyEvent", {"type": "char", "text": "\r", "key": "Enter"})
    assert field.input_value() == "@junho"


def test_tags_are_proposed_while_composing_and_taken_only_after(tab, typist, minah):
    make_article(minah, tags=["파이썬"])
    tags = tab.locator("#id_tags")
    tags.click()
    typist.compose("ㅍ", "파", "팡")
    option = tab.locator(".proposals [role=option]")
    expect(option).to_have_count(1)
    typist.press_while_composing("Enter", "Enter")
    option.evaluate("option => option.click()")
    assert tags.input_value() == "팡"
    typist.compose("파이")
    typist.commit("파이")
    expect(option).to_have_count(1)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tags.input_value() == "파이썬, "


def test_an_upload_that_arrives_meanwhile_waits_for_the_syllable(tab, field, typist, picture):
    held = []
    tab.route("**/write/images/", lambda route: held.append(route))
    tab.locator("[data-image-picker]").set_input_files(picture)
    mark = f"![{tab.locator('[data-uploads]').get_attribute('data-say-placeholder')}: 그림.png]()\n"
    expect(field).to_have_value(mark)
    field.focus()
    typist.compose("ㄱ", "그")
    held[0].continue_()
    expect(tab.locator("[data-picture]")).to_be_visible()
    assert field.input_value() == f"{mark}그"
    assert typist.is_composing()
    typist.compose("글")
    typist.commit("글")
    expect(field).to_have_value(re.compile(r"^!\[\]\(/media/images/\S+\)\n글$"))
    typist.commit("자")
    assert field.input_value().endswith(")\n글자")


def test_the_search_follows_a_syllable_under_way_and_moves_nothing(tab, field, typist):
    field.fill("페이지네이션을 배운다. 페이지를 넘긴다.")
    tab.keyboard.press("Control+f")
    typist.compose("페이지넹")
    expect(tab.locator("[data-find-count]")).to_contain_text("1")
    expect(tab.locator(".finder--none")).to_have_count(0)
    typist.press_while_composing("Enter", "Enter")
    typist.press_while_composing("Escape", "Escape")
    expect(tab.locator("[data-find]")).to_be_visible()
    typist.compose("페이지네이")
    typist.commit("페이지네이")
    assert tab.locator("[data-find-what]").input_value() == "페이지네이"
    assert field.input_value() == "페이지네이션을 배운다. 페이지를 넘긴다."


def test_publishing_works_after_a_composition_whose_end_the_browser_forgot(tab, field):
    tab.locator("#id_title").fill("끝을 잊은 글자")
    field.fill("끝을 잊은 글자")
    field.dispatch_event("compositionstart")
    tab.locator(".editor__bar button[name=intent][value=publish]").click()
    tab.wait_for_url("**/@minah/**")
    assert Post.objects.get().is_published
