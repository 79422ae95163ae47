"""The pages of writing on a phone, 360 pixels wide: nothing makes them scroll sideways."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.tests.factories import make_draft
from blog.tests.test_browser import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDE = "긴글자가끊이지않고이어진다" * 12


@pytest.fixture
def phone(tab):
    tab.set_viewport_size({"width": 360, "height": 740})
    return tab


def fits(page) -> bool:
    return page.evaluate(OVERFLOW) <= 0 and page.evaluate("scrollX") == 0


def test_the_list_of_proposals_stays_within_the_paper(phone, field):
    make_person("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "아주 긴 이름을 가진 사람의 이름은 길다")
    phone.evaluate(
        "addEventListener('scroll', () => (window.wentTo = Math.max(window.wentTo ?? 0, scrollX)))"
    )
    field.click()
    phone.keyboard.insert_text("가나다라마바사아자차카타파하 ")
    phone.keyboard.type("@aaa")
    expect(phone.locator(".proposals [role=option]").first).to_be_visible()
    phone.wait_for_timeout(300)
    box = phone.locator(".proposals").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert fits(phone)
    assert not phone.evaluate("window.wentTo")


@pytest.mark.behaviour("BL-12")
def test_a_comparison_scrolls_by_itself(phone, minah):
    post = make_draft(minah, "글", source=f"앞\n\n{WIDE}\n\n뒤")
    actions.name_revision(post, actor=minah, name="가나다라마바사아자차카타파하" * 7)
    actions.save_draft(post, actor=minah, changes={"source": f"앞\n\n{WIDE}다\n\n뒤"})
    phone.goto(f"/write/{post.pk}/revisions/")
    assert fits(phone)
    phone.goto(post.revisions.get().get_absolute_url())
    assert fits(phone)
    diff = phone.locator(".diff")
    assert diff.get_attribute("tabindex") == "0"
    assert diff.bounding_box()["width"] <= 360


@pytest.mark.behaviour("BL-12")
def test_the_comparison_of_a_restore_offer_fits(phone, minah):
    post = make_draft(minah, "글", source="앞")
    phone.goto(f"/write/{post.pk}/")
    phone.context.route("**/save/", lambda route: route.abort())
    phone.locator("#id_source").fill(WIDE)
    expect(phone.locator("[data-notice][data-kind=server]")).to_be_visible(timeout=15_000)
    context = phone.context
    phone.close()
    again = context.new_page()
    again.set_viewport_size({"width": 360, "height": 740})
    again.goto(f"/write/{post.pk}/")
    again.locator("[data-act=compare]").click()
    expect(again.locator(".diff")).to_be_visible()
    assert fits(again)


@pytest.mark.behaviour("BL-10", "BL-13")
def test_the_merge_without_scripts_fits(chromium_browser, live_server, minah):
    post = make_draft(minah, "글", source="앞")
    context = chromium_browser.new_context(
        java_script_enabled=False, locale="ko-KR", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    sign_in(page, live_server, minah)
    page.goto(f"{live_server.url}/write/{post.pk}/")
    actions.save_draft(post, actor=minah, changes={"source": WIDE, "excerpt": WIDE})
    page.fill("#id_source", f"{WIDE}다")
    page.locator(".editor__bar button[name=intent][value=save]").click()
    expect(page.locator(".merge")).to_be_visible()
    scrollable = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert scrollable <= 360


def test_the_bar_is_one_row_of_buttons_and_no_box_has_a_raw_border(phone, minah):
    from datetime import timedelta

    from django.utils import timezone

    post = make_draft(minah)
    actions.schedule_post(post, actor=minah, at=timezone.now() + timedelta(days=2))
    phone.goto(f"/write/{post.pk}/")
    buttons = phone.locator(".editor__bar .button:visible").all()
    assert len({round(button.bounding_box()["y"]) for button in buttons}) == 1
    for button in buttons:
        assert button.evaluate("button => button.clientHeight") < 60  # its words are on one line
    phone.locator("#details > summary").click()
    for fieldset in phone.locator("fieldset.fieldset").all():
        sides = fieldset.evaluate(
            "box => ['Top', 'Right', 'Bottom', 'Left'].map(s => getComputedStyle(box)[`border${s}Width`])"
        )
        assert sides == ["1px", "0px", "0px", "0px"]
    assert fits(phone)
