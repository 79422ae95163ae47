"""What people do with the parts: to write, to sign in, to decide."""

from playwright.sync_api import Locator, Page, expect


def root_form(page: Page) -> Locator:
    """The form below all comments."""
    return page.locator("madang-comments section > div > form")


def comment(page: Page, text: str) -> Locator:
    """The comment itself that says ``text``, without its answers."""
    return page.locator("madang-comments article").filter(has=page.locator(".text", has_text=text))


def below(page: Page, text: str) -> Locator:
    """What is open below the comment that says ``text``."""
    article = page.locator(".text", has_text=text)
    item = page.locator("madang-comments li").filter(
        has=page.locator("> article").filter(has=article)
    )
    return item.last.locator("> div")


def say_as_guest(page: Page, name: str, text: str, *, shown: str = "") -> None:
    """Write and send a comment without signing in; it is shown as ``shown``."""
    form = root_form(page)
    form.get_by_label("이름").fill(name)
    form.get_by_label("댓글 쓰기").fill(text)
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(comment(page, shown or text)).to_be_visible()


def sign_in(page: Page) -> None:
    """Take part as the member whose session the browser has."""
    with page.expect_popup() as opened:
        root_form(page).get_by_role("button", name="로그인").click()
    agree(opened.value)
    expect(root_form(page)).to_contain_text("님으로 참여하고 있어요")


def agree(window: Page) -> None:
    """Press the button of our window; it closes by itself."""
    if not window.is_closed():
        with window.expect_event("close"):
            window.locator("main form button[type=submit]").first.click()


def say(page: Page, text: str) -> None:
    """Write and send a comment as a member."""
    form = root_form(page)
    form.get_by_label("댓글 쓰기").fill(text)
    form.get_by_role("button", name="댓글 쓰기").click()
    expect(comment(page, text)).to_be_visible()


def tool(page: Page, text: str, name: str) -> Locator:
    """The tool ``name`` of the comment that says ``text``; the menu is opened if it is in there."""
    article = comment(page, text)
    found = article.locator(f"[data-do={name}]")
    expect(found).to_be_attached()
    if not found.is_visible():
        article.locator("summary").click()
    return found


def number(page: Page) -> Locator:
    """The heading with its number."""
    return page.locator("madang-comments h2")
