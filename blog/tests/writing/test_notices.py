"""What the write page says and offers when a save, or a publication, does not go through."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Draft, Image, Post, Revision
from blog.tests.factories import make_draft
from blog.tests.test_browser import sign_in
from blog.tests.views.test_writing import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]
SOON = 15_000  # milliseconds


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def tab(chromium_page, live_server, minah):
    """A tab of 미나."""
    sign_in(chromium_page, live_server, minah)
    return chromium_page


def open_editor(tab, post: Post | None = None):
    """Open the write page; returns the field of the text."""
    tab.goto(f"/write/{post.pk}/" if post else "/write/")
    tab.wait_for_function("Boolean(window.madangEditor?.count)")
    tab.evaluate("madangLater()")
    return tab.locator("#id_source")


def notice_of(tab, kind: str):
    notice = tab.locator(f"[data-notice][data-kind={kind}]")
    expect(notice).to_be_visible(timeout=SOON)
    return notice


def word(tab, name: str) -> str:
    """Return a text that the page holds for its scripts."""
    return tab.locator("[data-writing]").get_attribute(f"data-{name}")


@pytest.fixture
def conflict(tab, minah):
    """The dialog of a text that was changed here and elsewhere."""
    post = make_draft(minah, source="밥을 먹었다.\n\n비가 왔다.\n\n끝.")
    field = open_editor(tab, post)
    actions.save_draft(post, actor=minah, changes={"source": "국수를 먹었다.\n\n눈이 왔다.\n\n끝."})
    field.fill("죽을 먹었다.\n\n우박이 왔다.\n\n끝.")
    notice_of(tab, "conflict").locator("[data-act=merge]").click()
    dialog = tab.locator("dialog[open]")
    expect(dialog.locator(".merge__hunk")).to_have_count(2)
    return dialog


@pytest.mark.behaviour("BL-10")
def test_taking_the_other_side_keeps_the_own_text_first(tab, conflict):
    field = tab.locator("#id_source")
    tab.route("**/save/", lambda route: route.abort())
    conflict.locator("[data-act=theirs]").click()
    expect(conflict.locator("[data-not-kept]")).to_be_visible()
    expect(field).to_have_value(re.compile("죽을"))
    tab.unroute("**/save/")
    conflict.locator("[data-act=theirs]").click()
    expect(field).to_have_value("국수를 먹었다.\n\n눈이 왔다.\n\n끝.")
    assert Revision.objects.filter(source__startswith="죽을 먹었다.").count() == 1
    expect(tab.locator("[data-notice]")).to_be_hidden()


@pytest.mark.behaviour("BL-10")
def test_what_is_written_into_the_result_by_hand_survives_every_choice(conflict):
    result = conflict.locator("[data-result]")
    first, second = conflict.locator(".merge__hunk").all()
    expect(result).to_have_value("죽을 먹었다.\n\n우박이 왔다.\n\n끝.")
    result.fill("죽을 먹었다. 아주 맛있게.\n\n우박이 왔다.\n\n끝.")
    second.locator("input[value=theirs]").check()
    expect(result).to_have_value(
        re.compile(r"^죽을 먹었다\. 아주 맛있게\.\n\n눈이 왔다\.\n\n끝\.$")
    )
    first.locator("input[value=theirs]").check()
    expect(result).to_have_value(re.compile(r"^국수를 먹었다\. 아주 맛있게\.\n\n눈이"))
    # A stretch that was itself changed by hand is left alone, and says so.
    result.fill("팥국수를 먹었다. 아주 맛있게.\n\n함박눈이 왔다.\n\n끝.")
    first.locator("input[value=mine]").click()
    expect(conflict.locator("[data-by-hand]")).to_be_visible()
    expect(result).to_have_value("팥국수를 먹었다. 아주 맛있게.\n\n함박눈이 왔다.\n\n끝.")
    expect(first.locator("input[value=theirs]")).to_be_checked()
    conflict.locator("[data-act=take]").click()
    expect(conflict).to_have_count(0)


@pytest.mark.behaviour("BL-11")
def test_somebody_else_who_signs_in_is_named_as_such(tab, live_server, minah):
    field = open_editor(tab, make_draft(minah, source="미나의 글"))
    sign_in(tab, live_server, make_person("junho", "준호"))
    tab.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    field.fill("미나의 글을 더 쓴다")
    notice_of(tab, "other-person")
    assert Draft.objects.filter(source="미나의 글을 더 쓴다").count() == 0
    tab.context.clear_cookies()
    notice_of(tab, "signed-out")
    sign_in(tab, live_server, minah)
    expect(tab.locator("[data-writing][data-state=saved]")).to_be_attached(timeout=SOON)
    assert Draft.objects.get().source == "미나의 글을 더 쓴다"


@pytest.mark.behaviour("UX-27")
@pytest.mark.parametrize("is_typed", [True, False])
def test_a_publication_that_did_not_happen_is_said_until_it_does(tab, minah, is_typed):
    post = make_draft(minah, "곧 나올 글")
    field = open_editor(tab, post)
    tab.context.set_offline(True)
    if is_typed:
        field.fill("전철에서 고친 글")
    tab.locator("button[name=intent][value=publish]").click()
    notice = notice_of(tab, "offline")
    expect(notice).to_contain_text(word(tab, "say-not-published"))
    tab.context.set_offline(False)
    again = notice_of(tab, "again")
    expect(again).to_contain_text(word(tab, "say-not-published"))
    assert not Post.objects.get().is_published
    tab.locator("button[name=intent][value=publish]").click()
    tab.wait_for_url("**/@minah/**")
    assert Post.objects.get().is_published


@pytest.mark.behaviour("BL-19")
def test_a_text_that_was_deleted_elsewhere_goes_on_as_a_new_one(tab, minah):
    post = make_draft(minah, "지워진 글", source="처음")
    field = open_editor(tab, post)
    actions.delete_post(post, actor=minah)
    field.fill("지운 줄 모르고 쓴 글")
    notice = notice_of(tab, "gone")
    actions.restore_post(post, actor=minah)
    notice.locator("[data-act=retry]").click()
    expect(tab.locator("[data-writing][data-state=saved]")).to_be_attached(timeout=SOON)
    assert Draft.objects.get().source == "지운 줄 모르고 쓴 글"
    actions.delete_post(post, actor=minah)
    field.fill("또 쓴 글")
    notice_of(tab, "gone").locator("[data-act=as-new]").click()
    tab.wait_for_url(lambda url: f"/write/{post.pk}/" not in url)
    new = Post.objects.exclude(pk=post.pk).get()
    assert (new.status, new.draft.source, new.draft.title) == ("draft", "또 쓴 글", "지워진 글")
    tab.wait_for_function("Boolean(window.madangEditor?.count)")
    expect(tab.locator(".writing [data-restore]")).to_be_hidden()


@pytest.mark.behaviour("BL-12")
def test_a_restore_offer_tells_what_differs_besides_the_text(tab, minah):
    post = make_draft(minah, "같은 글", source="같은 글")
    field = open_editor(tab, post)
    tab.context.route("**/save/", lambda route: route.abort())
    tab.locator("#id_tags").fill("새 태그")
    notice_of(tab, "server")
    context = tab.context
    tab.close()
    again = context.new_page()
    field = open_editor(again, post)
    offer = again.locator(".writing [data-restore]")
    expect(offer).to_be_visible()
    expect(offer.locator("[data-restore-when]")).to_have_text(re.compile(r"\d{4}년 .*(오전|오후)"))
    offer.locator("[data-act=compare]").click()
    expect(offer.locator("[data-difference] li")).to_have_text("태그: — → 새 태그")
    expect(offer.locator(".diff")).to_have_count(0)
    expect(field).to_have_value("같은 글")


@pytest.mark.behaviour("UX-05")
def test_a_refused_save_names_its_field(tab, minah):
    open_editor(tab, make_draft(minah))
    tab.locator("#id_title").fill("가" * 201)
    expect(notice_of(tab, "refused")).to_contain_text("제목: ")


def test_an_empty_page_is_not_sent(tab, minah):
    field = open_editor(tab)
    tab.locator("#id_tags").fill("태그만")
    for intent in ("save", "publish"):
        tab.locator(f".editor__bar button[name=intent][value={intent}]").click()
        expect(notice_of(tab, "empty")).to_contain_text(word(tab, "say-empty"))
    field.fill("이제 썼다")
    expect(tab.locator("[data-notice]")).to_be_hidden()
    tab.locator(".editor__bar button[name=intent][value=save]").click()
    tab.wait_for_url(re.compile(r"/write/\d+/"))
    assert Post.objects.count() == 1


@pytest.mark.behaviour("BL-47")
def test_the_description_of_a_cover_is_saved_like_any_other_word(tab, minah, tmp_path):
    path = tmp_path / "표지.png"
    path.write_bytes(png())
    field = open_editor(tab)
    field.fill("표지가 있는 글")
    tab.locator("#details > summary").click()
    tab.locator("#id_cover").set_input_files(path)
    expect(tab.locator(".editor__cover")).to_be_visible()
    tab.locator("#id_cover_alt").fill("초록 네모")
    expect(tab.locator("[data-writing][data-state=kept]")).to_be_attached(timeout=SOON)
    expect(tab.locator("[data-writing][data-state=saved]")).to_be_attached(timeout=SOON)
    assert Image.objects.get().alt == "초록 네모"
    tab.reload()
    expect(tab.locator("#id_cover_alt")).to_have_value("초록 네모")
