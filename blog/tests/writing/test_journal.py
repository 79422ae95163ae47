"""What is typed is in the journal of the browser, for its writer alone, until the site has it."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Draft
from blog.tests.factories import make_draft
from blog.tests.test_browser import sign_in
from blog.tests.writing.test_notices import SOON, notice_of, open_editor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]
KEY_PAUSE = 100  # milliseconds between two keys of a quick writer


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def tab(chromium_page, live_server, minah):
    """A tab of 미나."""
    sign_in(chromium_page, live_server, minah)
    return chromium_page


def journal_of(tab, person: str = "minah") -> list[str]:
    """Return the texts that the journal of this browser holds for ``person``."""
    return tab.evaluate(
        "owner => madangJournal.of(owner).then((all) => all.map((entry) => entry.fields.source))",
        person,
    )


def block_saves(tab) -> None:
    tab.context.route("**/save/", lambda route: route.abort())


def left_behind(tab, post, text: str):
    """Type ``text`` where no save goes through, close the tab; returns a new one."""
    block_saves(tab)
    open_editor(tab, post).fill(text)
    notice_of(tab, "server")
    again = tab.context.new_page()
    tab.close()
    return again


@pytest.mark.behaviour("BL-10", "BL-12")
def test_back_never_puts_old_words_over_what_was_saved_elsewhere(tab, minah):
    post = make_draft(minah, source="처음")
    block_saves(tab)
    open_editor(tab, post).fill("노트북에서 쓴 것")
    notice_of(tab, "server")
    actions.save_draft(post, actor=minah, changes={"source": "전화기에서 쓴 것"})
    tab.goto("/drafts/")
    tab.context.unroute("**/save/")
    tab.go_back()
    offer = tab.locator(".writing [data-restore]")
    expect(offer).to_be_visible()
    field = tab.locator("#id_source")
    expect(field).to_have_value("전화기에서 쓴 것")
    offer.locator("[data-act=restore]").click()
    expect(field).to_have_value("노트북에서 쓴 것")
    notice_of(tab, "conflict")
    assert Draft.objects.get().source == "전화기에서 쓴 것"


@pytest.mark.behaviour("BL-08")
def test_what_is_typed_while_a_save_is_under_way_is_saved_too(tab, minah):
    held = []
    tab.route("**/save/", lambda route: held.append(route), times=1)
    field = open_editor(tab, make_draft(minah, source="처음"))
    with tab.expect_request("**/save/"):
        field.fill("보낸 글")
    field.fill("보낸 글, 그 사이에 쓴 글")

    def is_second(answer) -> bool:
        return answer.url.endswith("/save/") and "그 사이에" in answer.request.post_data

    with tab.expect_response(is_second, timeout=SOON):
        held[0].continue_()
    assert Draft.objects.get().source == "보낸 글, 그 사이에 쓴 글"


@pytest.mark.behaviour("BL-12")
def test_the_journal_of_somebody_else_is_never_offered(tab, live_server, minah):
    again = left_behind(tab, None, "미나만 읽을 글")
    offer = again.locator(".writing [data-restore]")
    sign_in(again, live_server, make_person("junho", "준호"))
    open_editor(again)
    assert journal_of(again, "junho") == []
    expect(offer).to_be_hidden()
    sign_in(again, live_server, minah)
    open_editor(again)
    expect(offer).to_be_visible()


@pytest.mark.behaviour("BL-12")
def test_what_was_typed_before_a_restore_stays_beside_it(tab, minah):
    post = make_draft(minah, source="처음")
    again = left_behind(tab, post, "어제 쓴 글")
    field = open_editor(again, post)
    offer = again.locator(".writing [data-restore]")
    expect(offer).to_be_visible()
    field.fill("오늘 쓴 글")
    offer.locator("[data-act=restore]").click()
    expect(field).to_have_value("어제 쓴 글")
    expect(field).to_be_focused()  # all of the restore is done
    assert "오늘 쓴 글" in journal_of(again)
    offer.locator("[data-act=restore]").click()
    expect(field).to_have_value("오늘 쓴 글")


@pytest.mark.behaviour("BL-08")
def test_one_who_never_pauses_is_in_the_journal_within_a_second(tab, minah):
    tab.clock.install()
    field = open_editor(tab, make_draft(minah, source=""))
    field.focus()
    tab.clock.pause_at(tab.evaluate("Date.now() + 60000"))
    for letter in "쉬지않고이어쓰는글":
        tab.keyboard.insert_text(letter)
        tab.clock.run_for(KEY_PAUSE)
    tab.keyboard.insert_text(".")
    tab.clock.run_for(KEY_PAUSE - 1)
    assert journal_of(tab)[0].startswith("쉬지않고이어쓰")
