"""Guests on a page elsewhere: they read and write, and nothing they typed is lost."""

import pytest
from playwright.sync_api import expect

from blog.models import Comment
from embed.actions import change_site
from embed.tests.browser.parts import (
    agree,
    below,
    comment,
    number,
    root_form,
    say_as_guest,
    sign_in,
    tool,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

COUNTED = "댓글 1"


@pytest.mark.behaviour("EM-01", "EM-10")
def test_a_guest_comments_the_owner_approves_and_others_read_it(read, minah):
    guest = read()
    expect(guest.locator("madang-comments")).to_contain_text("아직 댓글이 없어요")
    say_as_guest(guest, "지나가던 사람", "물새 사진이 **정말** 좋아요! 🦆", shown="물새")
    said = comment(guest, "물새 사진이")
    expect(said).to_contain_text("승인을 기다리는 중")
    expect(said).to_contain_text("글쓴이가 승인하면 다른 사람에게도 보여요")
    expect(said).to_be_focused()
    expect(said.locator("strong")).to_have_text("정말")
    other = read()
    expect(other.locator("madang-comments")).to_contain_text("아직 댓글이 없어요")
    owner = read(minah)
    expect(comment(owner, "물새")).to_have_count(0)
    sign_in(owner)
    tool(owner, "물새", "approve").click()
    expect(comment(owner, "물새")).not_to_contain_text("승인을 기다리는 중")
    expect(number(owner)).to_have_text(COUNTED)
    other.reload()
    expect(comment(other, "물새")).to_contain_text("지나가던 사람")
    expect(comment(other, "물새")).to_contain_text("손님")
    expect(number(other)).to_have_text(COUNTED)


@pytest.mark.behaviour("EM-10")
def test_a_guest_mends_a_comment_and_takes_it_back(read):
    page = read()
    say_as_guest(page, "하늘", "오타가 있어여")
    tool(page, "오타가", "edit").click()
    field = below(page, "오타가").get_by_label("고치기")
    expect(field).to_be_focused()
    expect(field).to_have_value("오타가 있어여")
    field.fill("이제 오타가 없어요")
    field.press("Control+Enter")
    expect(comment(page, "이제 오타가 없어요")).to_be_visible()
    expect(comment(page, "이제 오타가 없어요")).to_contain_text("고침")
    assert Comment.objects.get().source == "이제 오타가 없어요"
    tool(page, "이제", "remove").click()
    question = page.get_by_role("group", name="이 댓글을 지울까요? 되돌릴 수 없어요.")
    expect(question.get_by_role("button", name="취소")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(tool(page, "이제", "remove")).to_be_focused()
    page.keyboard.press("Enter")
    question.get_by_role("button", name="지우기").click()
    expect(comment(page, "이제")).to_have_count(0)
    expect(number(page)).to_be_focused()
    assert not Comment.objects.filter(status="waiting").exists()


@pytest.mark.behaviour("EM-10")
def test_what_is_missing_is_said_at_its_field(read):
    page = read()
    form = root_form(page)
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(form.get_by_label("이름")).to_be_focused()
    expect(form.get_by_label("이름")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("alert")).to_have_text("이곳을 채워 주세요.")
    expect(form.locator("label:has(input) + [role=alert]")).to_be_visible()
    page.keyboard.type("하늘")
    page.keyboard.press("Enter")
    expect(form.get_by_label("댓글 쓰기")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(form.get_by_label("댓글 쓰기")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("label:has(textarea) + [role=alert]")).to_be_visible()
    assert not Comment.objects.exists()


@pytest.mark.behaviour("EM-10", "UX-27")
def test_an_answer_that_got_lost_loses_no_text_and_doubles_none(read):
    page = read()
    lost = []

    def lose_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/comments/", lose_answer)
    form = root_form(page)
    form.get_by_label("이름").fill("하늘")
    form.get_by_label("댓글 쓰기").fill("기차 안에서 써요")
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(form.get_by_role("alert")).to_contain_text("연결이 끊겼어요")
    expect(form.get_by_label("댓글 쓰기")).to_have_value("기차 안에서 써요")
    assert lost == [201]
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(comment(page, "기차 안에서 써요")).to_be_visible()
    expect(form.get_by_label("댓글 쓰기")).to_have_value("")
    assert Comment.objects.count() == 1


@pytest.mark.behaviour("EM-13", "UX-27")
def test_a_refusal_is_told_in_the_words_of_the_server_and_keeps_the_text(read, site, minah):
    page = read()
    form = root_form(page)
    form.get_by_label("이름").fill("하늘")
    form.get_by_label("댓글 쓰기").fill("아직 열려 있나요?")
    change_site(site, actor=minah, allows_guests=False)
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(form.get_by_role("alert")).to_contain_text("로그인")
    expect(form.get_by_label("댓글 쓰기")).to_have_value("아직 열려 있나요?")
    assert not Comment.objects.exists()


@pytest.mark.behaviour("UX-27")
def test_leaving_with_an_unsent_text_asks_first_and_sending_it_ends_that(read, host):
    page = read()
    asked = []

    def note(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", note)
    root_form(page).get_by_label("이름").fill("하늘")
    root_form(page).get_by_label("댓글 쓰기").fill("아직 쓰는 중")
    page.evaluate("location.href = '/elsewhere/'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(root_form(page).get_by_label("댓글 쓰기")).to_have_value("아직 쓰는 중")
    say_as_guest(page, "하늘", "다 썼어요")
    page.reload()
    assert asked == ["beforeunload"]


@pytest.mark.behaviour("EM-09", "EM-10")
def test_where_guests_may_not_write_sending_signs_in_and_goes_on(read, site, minah, junho):
    change_site(site, actor=minah, allows_guests=False)
    page = read(junho)
    expect(root_form(page).get_by_label("이름")).to_be_hidden()
    root_form(page).get_by_label("댓글 쓰기").fill("회원이에요")
    with page.expect_popup() as opened:
        root_form(page).get_by_role("button", name="댓글 쓰기").click()
    agree(opened.value)
    expect(comment(page, "회원이에요")).to_be_visible()
    assert Comment.objects.get().author == junho


@pytest.mark.behaviour("EM-01", "EM-03")
def test_nothing_is_stored_about_a_reader(read, host, live_server):
    page = read()
    say_as_guest(page, "하늘", "흔적 없이")
    assert page.context.cookies() == []
    kept = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(kept) == [0, 0, ""]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
