"""Members and owners on a page elsewhere: the window, the key of ten minutes, what they may do."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import PASSWORD, make_person
from blog import actions
from blog.models import Comment
from embed.actions import find_or_create_thread
from embed.tests.browser.parts import (
    agree,
    below,
    comment,
    number,
    root_form,
    say,
    sign_in,
    tool,
)

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "2026/강가-산책"


@pytest.fixture
def thread(site):
    return find_or_create_thread(site, KEY, page_title="강가 산책")


@pytest.fixture
def said(thread, minah):
    """What 미나 said under the page."""
    return actions.write_comment(thread.post, actor=minah, source="다녀오신 분 계세요?")


@pytest.mark.behaviour("EM-09", "EM-13")
def test_a_member_answers_edits_and_deletes(read, said, junho):
    page = read(junho)
    sign_in(page)
    tool(page, "다녀오신", "answer").click()
    form = below(page, "다녀오신")
    expect(form.get_by_label("미나 님에게 답글")).to_be_focused()
    page.keyboard.type("저요! @minah 님도 다음에 같이 가요")
    page.keyboard.press("Control+Enter")
    expect(comment(page, "저요!")).to_be_focused()
    assert Comment.objects.get(author=junho).parent == said
    expect(number(page)).to_have_text("댓글 2")
    mention = comment(page, "저요!").get_by_role("link", name="@minah")
    assert mention.get_attribute("href").startswith("http://localhost:")
    tool(page, "저요!", "edit").click()
    below(page, "저요!").get_by_label("고치기").fill("저도 다녀왔어요")
    below(page, "저요!").get_by_role("button", name="저장").click()
    expect(comment(page, "저도 다녀왔어요")).to_contain_text("고침")
    tool(page, "저도", "remove").click()
    page.get_by_role("button", name="지우기").last.click()
    expect(comment(page, "저도")).to_have_count(0)
    expect(number(page)).to_have_text("댓글 1")
    expect(comment(page, "다녀오신")).to_be_focused()


@pytest.mark.behaviour("EM-09", "EM-10")
def test_a_text_that_was_begun_is_there_again_after_cancelling_and_changing_ones_mind(
    read, said, junho
):
    page = read(junho)
    sign_in(page)
    tool(page, "다녀오신", "answer").click()
    form = below(page, "다녀오신")
    form.get_by_role("textbox").fill("아직 쓰는 중")
    form.get_by_role("button", name="취소").click()
    expect(tool(page, "다녀오신", "answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(form.get_by_role("textbox")).to_have_value("아직 쓰는 중")


@pytest.mark.behaviour("EM-09")
def test_who_is_not_signed_in_with_us_signs_in_in_the_window(read, said):
    haneul = make_person("haneul", "하늘", password=PASSWORD)
    page = read()
    with page.expect_popup() as opened:
        root_form(page).get_by_role("button", name="로그인").click()
    window = opened.value
    window.locator("[name=login]").fill("haneul")
    window.locator("[name=password]").fill(PASSWORD)
    window.locator("main form button[type=submit]").first.click()
    window.wait_for_url("**/embed/sign-in/**")
    agree(window)
    expect(root_form(page)).to_contain_text("하늘 님으로 참여하고 있어요")
    say(page, "이제 들어왔어요")
    assert Comment.objects.get(author=haneul).source == "이제 들어왔어요"


@pytest.mark.behaviour("EM-09")
def test_a_window_that_is_closed_changes_nothing_and_says_so(read, said, junho):
    page = read(junho)
    root_form(page).get_by_label("댓글 쓰기").fill("고민하는 중")
    with page.expect_popup() as opened:
        root_form(page).get_by_role("button", name="로그인").click()
    opened.value.close()
    expect(root_form(page).get_by_role("alert")).to_contain_text("먼저 로그인해 주세요")
    expect(root_form(page).get_by_label("댓글 쓰기")).to_have_value("고민하는 중")


@pytest.mark.behaviour("EM-09")
def test_after_ten_minutes_sending_asks_once_more_and_goes_on(read, said, junho):
    page = read(junho)
    page.clock.install()
    page.reload()
    sign_in(page)
    root_form(page).get_by_label("댓글 쓰기").fill("천천히 쓴 댓글")
    page.clock.fast_forward("11:00")
    with page.expect_popup() as opened:
        root_form(page).get_by_role("button", name="댓글 쓰기").click()
    agree(opened.value)
    expect(comment(page, "천천히 쓴 댓글")).to_be_visible()
    assert Comment.objects.get(author=junho).source == "천천히 쓴 댓글"


@pytest.mark.behaviour("EM-09")
def test_signing_out_forgets_the_key_on_this_page(read, said, junho):
    page = read(junho)
    sign_in(page)
    root_form(page).get_by_role("button", name="로그아웃").click()
    expect(root_form(page).get_by_label("이름")).to_be_visible()
    assert page.context.cookies(page.url) == []


@pytest.mark.behaviour("EM-11", "BL-54")
def test_a_member_likes_a_comment_and_takes_it_back(read, said, junho):
    page = read(junho)
    sign_in(page)
    like = tool(page, "다녀오신", "like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text("1")
    expect(like).to_be_focused()
    page.keyboard.press("Enter")
    expect(like).to_have_attribute("aria-pressed", "false")
    said.refresh_from_db()
    assert said.like_count == 0


@pytest.mark.behaviour("EM-13")
def test_the_owner_hides_shows_pins_and_refuses_in_place(read, said, thread, minah, junho):
    actions.write_comment(thread.post, actor=junho, source="숨길 만한 말")
    actions.write_guest_comment(thread.post, name="광고", source="여기로 오세요")
    page = read(minah)
    sign_in(page)
    tool(page, "숨길", "hide").click()
    expect(comment(page, "숨길")).to_contain_text("다른 독자에게 숨김")
    expect(comment(page, "숨길")).to_be_focused()
    assert Comment.objects.get(author=junho).is_hidden
    tool(page, "숨길", "show").click()
    expect(comment(page, "숨길")).not_to_contain_text("다른 독자에게 숨김")
    tool(page, "숨길", "pin").click()
    expect(comment(page, "숨길")).to_contain_text("고정한 댓글")
    tool(page, "숨길", "unpin").click()
    expect(comment(page, "숨길")).not_to_contain_text("고정한 댓글")
    tool(page, "여기로", "refuse").click()
    page.get_by_role("group").get_by_role("button", name="거절").click()
    expect(comment(page, "여기로")).to_have_count(0)
    assert not Comment.objects.filter(guest_name="광고", status="waiting").exists()


@pytest.mark.behaviour("EM-13")
def test_a_member_has_no_tools_of_the_owner(read, said, junho):
    page = read(junho)
    sign_in(page)
    expect(comment(page, "다녀오신").locator("[data-do=answer]")).to_be_visible()
    expect(comment(page, "다녀오신").locator("summary")).to_have_count(0)
    expect(comment(page, "다녀오신").locator("[data-do=edit]")).to_have_count(0)


@pytest.mark.behaviour("EM-07", "EM-13")
def test_deep_answers_stand_flat_and_further_pages_come_on_request(read, thread, minah, junho):
    said = actions.write_comment(thread.post, actor=minah, source="층 0")
    for level in range(1, 7):
        writer = junho if level % 2 else minah
        said = actions.write_comment(thread.post, actor=writer, source=f"층 {level}", parent=said)
    for turn in range(50):
        actions.write_comment(thread.post, actor=junho, source=f"줄 {turn}.")
    page = read()
    items = page.locator("madang-comments article")
    expect(items).to_have_count(50)
    expect(comment(page, "층 6")).to_contain_text("@준호")
    depth = "(node) => { let n = 0; for (let at = node; at; at = at.parentElement) n += at.localName === 'ol'; return n; }"
    assert comment(page, "층 6").evaluate(depth) == 5
    page.get_by_role("button", name="더 보기").click()
    expect(items).to_have_count(57)
    expect(items.nth(50)).to_be_focused()
    expect(page.get_by_role("button", name="더 보기")).to_have_count(0)


@pytest.mark.behaviour("EM-15", "UX-22")
def test_a_syllable_that_is_being_typed_is_never_sent(read, said, junho):
    page = read(junho)
    sign_in(page)
    field = root_form(page).get_by_label("댓글 쓰기")
    field.focus()
    cdp = page.context.new_cdp_session(page)
    for text in ("ㅎ", "하", "한"):
        cdp.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    field.dispatch_event(
        "keydown", {"key": "Enter", "ctrlKey": True, "isComposing": True, "keyCode": 229}
    )
    page.wait_for_timeout(300)
    assert not Comment.objects.filter(author=junho).exists()
    expect(field).to_have_value("한")
    cdp.send("Input.insertText", {"text": "한글"})
    field.press("Control+Enter")
    expect(comment(page, "한글")).to_be_visible()
    assert Comment.objects.get(author=junho).source == "한글"
