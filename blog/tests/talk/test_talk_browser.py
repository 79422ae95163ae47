"""Talking in a real browser: nothing moves the page, nothing typed is lost."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Comment
from blog.tests.factories import make_article, make_note
from blog.tests.talk.factories import say
from config.tests.world import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def junho(transactional_db):
    return make_person("junho", "준호")


def enter(page, person, server) -> None:
    """Sign ``person`` in without the form."""
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(person), "url": server.url}]
    )


@pytest.mark.behaviour("BL-51", "BL-56", "UX-25")
def test_one_comments_answers_and_edits_in_place(chromium_page, live_server, minah, junho):
    page, post = chromium_page, make_article(minah)
    root = say(minah, post, "먼저 물어볼게요")
    enter(page, junho, live_server)
    page.goto(post.get_absolute_url())
    field = page.locator(f"#comment-{post.pk}-source")
    field.fill("새 댓글이에요")
    page.locator(f"#comment-{post.pk}-form button").click()
    expect(page.locator("#threads > .comment")).to_have_count(2)
    expect(page.locator("#comment-number")).to_have_text("2")
    expect(field).to_have_value("")
    page.locator(f"#comment-{root.pk}-answer").click()
    answer = page.locator(f"#answer-{root.pk}-source")
    expect(answer).to_be_focused()
    answer.fill("답을 쓰다가")
    page.locator(f"#answer-{root.pk} [data-close-answer]").click()
    expect(answer).to_have_count(0)
    expect(page.locator(f"#comment-{root.pk}-answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(answer).to_be_focused()
    answer.fill("  ")
    page.locator(f"#answer-{root.pk} button[type=submit]").click()
    expect(page.locator(f"#answer-{root.pk} .error-summary")).to_be_visible()
    page.locator(f"#answer-{root.pk}-source").fill("이제 답이에요")
    page.locator(f"#answer-{root.pk} button[type=submit]").click()
    said = page.locator(f"#comment-{root.pk} .comment__answers .comment")
    expect(said).to_contain_text("이제 답이에요")
    said.locator(".comment__menu summary").click()
    said.get_by_role("link", name="고치기").or_(said.locator('[href$="/edit/"]')).first.click()
    said.locator("textarea").fill("고친 답이에요")
    said.locator("button[type=submit]").click()
    expect(said.locator(".comment__text")).to_have_text("고친 답이에요")
    page.reload()
    expect(page.locator(".restore")).to_have_count(0)
    expect(page.locator("#comment-number")).to_have_text("3")
    assert Comment.objects.count() == 3


@pytest.mark.behaviour("BL-54", "BL-56", "UX-22")
def test_likes_and_bookmarks_change_in_place_and_keep_the_focus(
    chromium_page, live_server, minah, junho
):
    page, note = chromium_page, make_note(minah)
    comment = say(minah, note)
    enter(page, junho, live_server)
    page.goto(note.get_absolute_url())
    for name in (f"post-{note.pk}-like", f"post-{note.pk}-bookmark", f"comment-{comment.pk}-like"):
        button = page.locator(f"#{name}")
        expect(button).to_have_attribute("aria-pressed", "false")
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(button).to_be_focused()
    note.refresh_from_db()
    assert note.like_count == 1
    page.goto("/explore/")
    button = page.locator(f"#post-{note.pk}-like")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.goto("/bookmarks/")
    state = page.locator(".kept button")
    state.click()
    expect(state).to_have_attribute("aria-pressed", "true")


@pytest.mark.behaviour("SO-34")
def test_typing_an_at_sign_proposes_people(chromium_page, live_server, minah, junho):
    page, post = chromium_page, make_note(minah)
    enter(page, junho, live_server)
    page.goto(post.get_absolute_url())
    field = page.locator(f"#comment-{post.pk}-source")
    field.press_sequentially("안녕하세요 @min")
    option = page.get_by_role("option", selected=True)
    expect(option).to_contain_text("미나")
    field.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    field.press_sequentially("a")
    expect(option).to_contain_text("@minah")
    field.press("Enter")
    expect(field).to_have_value("안녕하세요 @minah")
    expect(page.get_by_role("option")).to_have_count(0)
    field.press_sequentially("님")
    page.locator(f"#comment-{post.pk}-form button").click()
    expect(page.locator(".comment__text .mention")).to_have_text("@minah")


@pytest.mark.behaviour("UX-16", "BL-52")
def test_without_scripts_all_of_it_works(chromium_browser, live_server, minah, junho):
    post = make_article(minah)
    comment = say(junho, post, "숨겨질 말")
    context = chromium_browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="ko-KR"
    )
    page = context.new_page()
    enter(page, minah, live_server)
    page.goto(post.get_absolute_url())
    page.locator(f"#comment-{comment.pk}-answer").click()
    page.locator("textarea").fill("스크립트 없이 답해요")
    page.locator(".comment-form button").click()
    expect(page.locator(f"#comment-{comment.pk} .comment__answers")).to_contain_text(
        "스크립트 없이"
    )
    page.locator(f"#comment-{comment.pk}-said .comment__menu summary").click()
    page.locator(f'form[action="/comments/{comment.pk}/hide/"] button').click()
    expect(page.locator(".notice--success")).to_be_visible()
    page.locator(f"#post-{post.pk}-like").click()
    expect(page.locator(f"#post-{post.pk}-like")).to_have_attribute("aria-pressed", "true")
    context.close()
    comment.refresh_from_db()
    assert comment.is_hidden
    assert actions.unlike_post(post, actor=minah)
