"""Four people in four browsers: follow, publish, be told, answer, write to each other, block."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog.models import Post
from blog.tests.test_browser import sign_in
from social.models import Conversation, Follow, Inbox

pytestmark = pytest.mark.django_db(transaction=True)
POLL_MS = 15_000
"""News reach an open page within 10 s; the rest is for a busy machine."""


@pytest.fixture
def people(transactional_db):
    return {
        handle: make_person(handle, name)
        for handle, name in (
            ("minah", "미나"),
            ("junho", "준호"),
            ("hana", "하나"),
            ("taeo", "태오"),
        )
    }


@pytest.fixture
def tabs(chromium_browser, live_server, people):
    """Return a tab of each person, in a browser of their own."""
    contexts = {name: chromium_browser.new_context(base_url=live_server.url) for name in people}
    pages = {}
    for name, context in contexts.items():
        pages[name] = context.new_page()
        pages[name].set_default_timeout(POLL_MS)
        sign_in(pages[name], live_server, people[name])
    yield pages
    for context in contexts.values():
        context.close()


def badge(page, name):
    return page.locator(f'.site-header [data-badge="{name}"] [data-badge-number]')


def expect_badge(page, name, number) -> None:
    if number:
        expect(badge(page, name)).to_have_text(str(number), timeout=POLL_MS)
    else:
        expect(badge(page, name)).to_be_hidden(timeout=POLL_MS)


@pytest.mark.behaviour("SO-01", "SO-07", "SO-15", "SO-23", "SO-27", "SO-30", "BL-51")
def test_four_people_follow_publish_hear_answer_write_and_block(tabs, people, live_server):
    minah, junho, hana, taeo = tabs.values()
    for page in tabs.values():
        page.goto("/")
        expect_badge(page, "unread_notifications", 0)

    # Three follow 미나; her open page hears of it by itself, as one notification.
    for page in (junho, hana, taeo):
        page.goto("/@minah/")
        page.locator('form[action="/@minah/follow/"] button').first.click()
        expect(page.locator('form[action="/@minah/unfollow/"]').first).to_be_visible()
    expect_badge(minah, "unread_notifications", 1)
    minah.goto("/notifications/")
    expect(minah.locator(".told__link").first).to_contain_text("태오")

    # She publishes; her followers have it on their timelines, and 하나 is called by name.
    minah.goto("/")
    minah.locator(".composer textarea").fill("@hana님, 이번 주말 모임은 어디서 할까요? 🌳")
    minah.locator('.composer button[type="submit"]').click()
    expect(minah.locator("main")).to_contain_text("이번 주말 모임은")
    note = Post.objects.get()
    for page in (junho, taeo):
        page.goto("/")
        expect(page.locator("main")).to_contain_text("이번 주말 모임은")
    expect_badge(hana, "unread_notifications", 1)

    # 하나 follows the notification and answers; 미나 hears of it and answers her.
    hana.goto("/notifications/")
    hana.locator(".told__link").first.click()
    expect(hana.locator(".prose, .note").first).to_contain_text("이번 주말 모임은")
    hana.locator(".comment-form textarea").first.fill("도서관 앞마당이 좋겠어요.")
    hana.locator('.comment-form button[type="submit"]').first.click()
    expect(hana.locator("#threads")).to_contain_text("도서관 앞마당")
    expect_badge(minah, "unread_notifications", 2)
    minah.goto(note.get_absolute_url())
    comment = note.comments.get()
    minah.locator(f'#comment-{comment.pk} a[href*="parent={comment.pk}"]').first.click()
    answer = minah.locator(f"#comment-{comment.pk} .comment-form")
    answer.locator("textarea").fill("좋아요, 토요일에 봬요.")
    answer.locator('button[type="submit"]').click()
    expect(minah.locator("#threads")).to_contain_text("토요일에 봬요")
    expect_badge(hana, "unread_notifications", 1)

    # 준호 writes to her; both have the conversation open and see what comes in.
    junho.goto("/messages/@minah/")
    junho.locator("#message-form textarea").fill("저도 가도 될까요?\nhttps://example.com/지도")
    junho.locator("#message-send").click()
    expect(junho.locator("#message-list")).to_contain_text("저도 가도 될까요?")
    expect_badge(minah, "unread_messages", 1)
    minah.goto("/messages/")
    minah.locator('a[href^="/messages/@junho/"]').first.click()
    expect(minah.locator("#message-list")).to_contain_text("저도 가도 될까요?")
    expect_badge(minah, "unread_messages", 0)
    minah.locator("#message-form textarea").fill("그럼요, 같이 가요.")
    minah.locator("#message-send").click()
    expect(junho.locator("#message-list")).to_contain_text("그럼요, 같이 가요.", timeout=POLL_MS)

    # She blocks 태오: neither finds the other any more, and the rest stays as it is.
    minah.goto("/@taeo/block/")
    minah.locator('form[action="/@taeo/block/"] button[type="submit"]').click()
    expect(minah.locator('form[action="/@taeo/unblock/"]')).to_be_visible()
    for path in ("/@minah/", note.get_absolute_url()):
        assert taeo.goto(path).status == 404
    taeo.goto("/")
    expect(taeo.locator("main")).not_to_contain_text("이번 주말 모임은")
    followers = set(
        Follow.objects.filter(followed=people["minah"]).values_list("follower", flat=True)
    )
    assert followers == {people["junho"].pk, people["hana"].pk}
    assert Conversation.objects.get().messages.count() == 2
    for inbox in Inbox.objects.select_related("person"):
        unread = inbox.person.notifications.filter(read_at=None)
        assert inbox.unread_notifications == unread.exclude(kind="message").count()
