"""What the sheet loads only when it is needed works as if it had been there from the start."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

LOADED = """() => performance.getEntriesByType("resource").map(
  (one) => new URL(one.name).pathname).filter((path) => path.endsWith(".js"))"""


@pytest.fixture
def untouched(tab):
    """The sheet as it opens: nobody has moved yet."""
    tab.reload()
    tab.wait_for_function("Boolean(window.madangEditor?.count)")
    return tab


def files_of(page) -> str:
    return " ".join(path.rpartition("/")[2] for path in page.evaluate(LOADED))


def write(page, text: str) -> None:
    """Put ``text`` on the sheet and select it, without any sign of a person."""
    page.evaluate(
        "text => { const {source} = madangEditor; source.value = text; source.setSelectionRange(0, text.length); }",
        text,
    )


@pytest.mark.behaviour("UX-29")
def test_the_sheet_opens_with_what_it_needs_and_the_rest_follows_the_first_movement(untouched):
    assert "saving.js" in files_of(untouched)
    late = ("editor.js", "find.js", "uploads.js", "merging.js", "htmx.min.js")
    assert not [name for name in late if name in files_of(untouched)]
    untouched.mouse.move(200, 200)
    expect(untouched.locator("html")).to_have_attribute("data-later", "done")
    assert [name for name in late if name in files_of(untouched)] == list(late[:3])
    assert not untouched.locator("template[data-later]:not([data-for])").count()


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("[data-md-button=bold]", "**마당**"),
        ("[data-md-button=quote]", "> 마당"),
        ("[data-insert=table]", re.compile(r"^마당\n\n\| .+ \|\n\| --- \|")),
    ],
)
def test_a_tool_acts_once_though_it_is_the_first_thing_pressed(untouched, button, after):
    write(untouched, "마당")
    untouched.locator(button).dispatch_event("click")
    expect(untouched.locator("#id_source")).to_have_value(after)
    expect(untouched.locator("html")).to_have_attribute("data-later", "done")


def test_find_and_the_whole_screen_open_though_they_are_the_first_thing_pressed(untouched):
    untouched.locator("[data-find-toggle]").dispatch_event("click")
    expect(untouched.locator("[data-find]")).to_be_visible()
    untouched.reload()
    untouched.wait_for_function("Boolean(window.madangEditor?.count)")
    untouched.locator("[data-full-toggle]").dispatch_event("click")
    expect(untouched.locator("form.editor--full")).to_be_visible()


def test_a_script_that_does_not_arrive_is_asked_for_again(untouched):
    field = untouched.locator("#id_source")
    untouched.route("**/vendor/editor/editor.js", lambda route: route.abort())
    write(untouched, "마당")
    untouched.evaluate("madangLater()")
    assert untouched.locator("template[data-later]").count() > 5, "what is built on it waits too"
    field.press_sequentially(" 안")
    expect(field).to_have_value(re.compile(" 안$"))
    untouched.unroute("**/vendor/editor/editor.js")
    write(untouched, "마당")
    untouched.locator("[data-md-button=bold]").click()
    expect(field).to_have_value("**마당**")
    expect(untouched.locator("html")).to_have_attribute("data-later", "done")
