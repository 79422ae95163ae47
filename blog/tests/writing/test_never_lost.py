"""No character is lost: real tabs that are killed, cut off, signed out, or two at a time.

``MADANG_LOSS_RUNS`` sets how many random runs are made, ``MADANG_LOSS_SEED`` the first one's seed
(2 from 0 unless set; see docs/writing.md).
"""

import os
import random
import re
import signal

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import TimeoutError as BrowserTimeout
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Draft, Post, Revision
from blog.tests.factories import make_article, make_draft
from blog.tests.test_browser import sign_in
from blog.working_copy import working_copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

RUNS = int(os.environ.get("MADANG_LOSS_RUNS", "2"))
FIRST_SEED = int(os.environ.get("MADANG_LOSS_SEED", "0"))
WORDS = "가을 무와 **벌레(먹은)**를 도커로 ㅋㅋㅋ 새벽 세시의 디스크 👩‍👩‍👧 https://example.com/가 끝.".split()
JOURNAL_WITHIN = 1100  # milliseconds: the promise is one second
LONGEST_RUN = 400  # seconds
PATIENCE = 3000  # milliseconds
SAVE_WITHIN = 7000  # the promise is five seconds; a loaded machine gets two more


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def tab(chromium_page, live_server, minah):
    """A tab of 미나, and a function that opens another in the same browser."""
    sign_in(chromium_page, live_server, minah)
    return chromium_page


def end_every_session() -> None:
    """Sign everybody out, whether sessions are in the table alone or in a cache before it."""
    Session.objects.all().delete()
    cache.clear()


def source(page):
    return page.locator("textarea[name=source]")


def write(page, text: str) -> None:
    source(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


def state(page) -> str:
    return page.locator("[data-writing]").get_attribute("data-state") or ""


def all_texts(post: Post | None) -> list[str]:
    """Every place where the text of ``post`` may stand on the site."""
    if post is None:
        return []
    post.refresh_from_db()
    kept = list(Revision.objects.filter(post=post).values_list("source", flat=True))
    return [working_copy(post).source, post.source, *kept]


def crash(page) -> None:
    """Kill the process of the tab, as the system does when memory runs out."""
    own = page.context.new_cdp_session(page)
    target = own.send("Target.getTargetInfo")["targetInfo"]["targetId"]
    devtools = page.context.browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    with page.expect_event("crash"):
        for process in processes:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)
    # What is left is the sad face. Page.close() would ask it, and may wait for ever.
    with page.expect_event("close"):
        devtools.send("Target.closeTarget", {"targetId": target})
    devtools.detach()


@pytest.fixture(autouse=True)
def ends_some_time():
    """Fail instead of waiting for ever for a browser that died in an unusual way."""

    def give_up(_number, _frame):
        raise TimeoutError("The browser does not answer.")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST_RUN)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.behaviour("BL-08")
def test_typing_is_in_the_journal_within_a_second_and_on_the_site_within_five(tab, live_server):
    tab.goto(f"{live_server.url}/write/")
    tab.fill("input[name=title]", "새벽에 쓴 글")
    write(tab, "첫 줄이다.\n")
    tab.wait_for_timeout(JOURNAL_WITHIN)
    kept = tab.evaluate("madangJournal.of('minah').then((all) => all.map((e) => e.fields.source))")
    saved = Draft.objects.values_list("source", flat=True)
    assert "첫 줄이다.\n" in [*kept, *saved]
    wait_saved_text(tab, "첫 줄이다.\n")
    assert re.search(r"/write/\d+/$", tab.url)
    write(tab, "둘째 줄.\n")
    wait_saved_text(tab, "첫 줄이다.\n둘째 줄.\n")
    tab.reload()
    assert source(tab).input_value() == "첫 줄이다.\n둘째 줄.\n"


def wait_saved_text(page, text: str) -> None:
    """Wait until the site has exactly ``text``, as the page itself believes too."""
    for _step in range(SAVE_WITHIN // 200):
        page.wait_for_timeout(200)
        if state(page) == "saved" and Draft.objects.filter(source=text).exists():
            return
    stored = list(Draft.objects.values_list("source", flat=True))
    raise AssertionError(f"not saved: {stored}, state {state(page)}")


@pytest.mark.behaviour("BL-09", "BL-08")
def test_saving_never_disturbs_a_syllable_and_waits_for_it(tab, live_server, minah):
    post = make_draft(minah, source="글: ")
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    sent = []
    tab.on("request", lambda r: sent.append(r.post_data) if r.url.endswith("/save/") else None)
    source(tab).focus()
    tab.keyboard.press("Control+End")
    devtools = tab.context.new_cdp_session(tab)

    def compose(text: str) -> None:
        devtools.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )

    for stage in ("ㅎ", "하", "한", "한", "한", "한"):
        compose(stage)
        tab.wait_for_timeout(700)
    assert sent == [], "a save left while the syllable was being composed"
    devtools.send("Input.insertText", {"text": "한"})
    for stage in ("ㄱ", "그", "글"):
        compose(stage)
        tab.wait_for_timeout(120)
    assert source(tab).input_value() == "글: 한글"
    # The last syllable of a sentence rests in the composition: a pause saves what is seen.
    wait_saved_text(tab, "글: 한글")
    devtools.send("Input.insertText", {"text": "글"})
    assert source(tab).input_value() == "글: 한글"


@pytest.mark.behaviour("BL-12")
def test_a_crashed_tab_offers_its_text_with_a_diff_and_takes_nothing_by_itself(
    tab, live_server, minah
):
    post = make_draft(minah, source="저장된 글")
    context = tab.context
    context.route("**/save/", lambda route: route.abort())
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    write(tab, " 그리고 저장되지 못한 글")
    tab.wait_for_timeout(JOURNAL_WITHIN)
    crash(tab)
    context.unroute("**/save/")
    again = context.new_page()
    again.goto(f"{live_server.url}/write/{post.pk}/")
    offer = again.locator(".writing [data-restore]")
    expect(offer).to_be_visible()
    assert source(again).input_value() == "저장된 글"
    offer.locator("[data-act=compare]").click()
    expect(offer.locator("ins")).to_contain_text("저장되지 못한 글")
    offer.locator("[data-act=restore]").click()
    expect(source(again)).to_have_value("저장된 글 그리고 저장되지 못한 글")
    wait_saved_text(again, "저장된 글 그리고 저장되지 못한 글")
    again.reload()
    expect(again.locator(".writing [data-restore]")).to_be_hidden()


@pytest.mark.behaviour("BL-11", "BL-08")
def test_signed_out_while_writing_the_text_stays_and_saving_goes_on_after_sign_in(
    tab, live_server, minah
):
    tab.goto(f"{live_server.url}/write/")
    tab.fill("input[name=title]", "로그아웃된 글")
    write(tab, "로그인이 끊겨도 ")
    wait_saved_text(tab, "로그인이 끊겨도 ")
    end_every_session()
    write(tab, "글은 남는다.")
    notice = tab.locator("[data-notice]")
    expect(notice).to_be_visible()
    assert notice.get_attribute("data-kind") == "signed-out"
    assert notice.locator("a").first.get_attribute("target") == "_blank"
    tab.reload()  # even now
    tab.wait_for_url("**/auth/login/**")
    sign_in(tab, live_server, minah)
    tab.goto(f"{live_server.url}/write/{Post.objects.get().pk}/")
    tab.locator("[data-act=restore]").click()
    wait_saved_text(tab, "로그인이 끊겨도 글은 남는다.")


@pytest.mark.behaviour("BL-11")
def test_an_expired_token_is_renewed_without_a_word(tab, live_server, minah):
    post = make_draft(minah, source="처음")
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    tab.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    write(tab, " 그 다음")
    wait_saved_text(tab, "처음 그 다음")
    expect(tab.locator("[data-notice]")).to_be_hidden()


@pytest.mark.behaviour("BL-08", "UX-27")
def test_without_a_network_writing_goes_on_and_is_saved_when_it_is_back(tab, live_server, minah):
    post = make_draft(minah, source="땅 위에서 ")
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    tab.context.set_offline(True)
    write(tab, "지하철에서 ")
    expect(tab.locator("[data-notice]")).to_be_visible()
    assert tab.locator("[data-notice]").get_attribute("data-kind") == "offline"
    write(tab, "다시 땅 위에서")
    tab.context.set_offline(False)
    wait_saved_text(tab, "땅 위에서 지하철에서 다시 땅 위에서")
    expect(tab.locator("[data-notice]")).to_be_hidden()


@pytest.mark.behaviour("BL-10")
def test_two_tabs_are_brought_together_and_neither_loses_a_word(tab, live_server, minah):
    post = make_draft(minah, source="첫째 문단.\n\n둘째 문단.\n")
    other = tab.context.new_page()
    for page in (tab, other):
        page.goto(f"{live_server.url}/write/{post.pk}/")
    # The other tab saves first; this one has typed too.
    tab.route("**/save/", lambda route: route.abort())
    write(tab, "\n이 탭의 문단.\n")
    source(other).focus()
    other.keyboard.press("Control+Home")
    other.keyboard.insert_text("저 탭의 문단.\n\n")
    wait_saved_text(other, "저 탭의 문단.\n\n첫째 문단.\n\n둘째 문단.\n")
    tab.unroute("**/save/")
    notice = tab.locator("[data-notice]")
    expect(tab.locator("[data-writing][data-state=conflict]")).to_be_attached(timeout=15_000)
    notice.locator("[data-act=merge]").click()
    dialog = tab.locator("dialog[open]")
    result = dialog.locator("[data-result]")
    expect(result).to_have_value("저 탭의 문단.\n\n첫째 문단.\n\n둘째 문단.\n\n이 탭의 문단.\n")
    dialog.locator("[data-act=take]").click()
    wait_saved_text(tab, "저 탭의 문단.\n\n첫째 문단.\n\n둘째 문단.\n\n이 탭의 문단.\n")
    expect(notice).to_be_hidden()


@pytest.mark.behaviour("BL-10")
def test_a_real_clash_is_chosen_by_its_author_and_the_rest_is_kept(tab, live_server, minah):
    post = make_draft(minah, source="밥을 먹었다.")
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    actions.save_draft(post, actor=minah, changes={"source": "국수를 먹었다."})
    source(tab).fill("죽을 먹었다.")
    expect(tab.locator("[data-writing][data-state=conflict]")).to_be_attached(timeout=15_000)
    tab.locator("[data-act=merge]").click()
    dialog = tab.locator("dialog[open]")
    expect(dialog.locator(".merge__hunk")).to_have_count(1)
    dialog.locator("input[value=theirs]").check()
    expect(dialog.locator("[data-result]")).to_have_value("국수를 먹었다.")
    dialog.locator("input[value=mine]").check()
    dialog.locator("[data-act=take]").click()
    wait_saved_text(tab, "죽을 먹었다.")
    assert Revision.objects.filter(source="국수를 먹었다.").exists()


def test_a_button_waits_for_the_save_and_publishes_the_last_letter(tab, live_server, minah):
    tab.goto(f"{live_server.url}/write/")
    tab.fill("input[name=title]", "바로 펴낸 글")
    write(tab, "끝까지 다 쓴 글.")
    tab.locator("button[name=intent][value=publish]").first.click()
    tab.wait_for_url("**/@minah/**")
    assert Post.objects.get().source == "끝까지 다 쓴 글."
    assert Post.objects.count() == 1


def test_enter_in_the_title_never_publishes_schedules_or_discards(tab, live_server, minah):
    post = make_article(minah, source="나온 글")
    actions.save_draft(post, actor=minah, changes={"source": "고치는 중"})
    tab.goto(f"{live_server.url}/write/{post.pk}/")
    tab.locator("input[name=title]").press("Enter")
    tab.wait_for_timeout(1500)
    post.refresh_from_db()
    assert (post.status, post.source, post.draft.source) == ("published", "나온 글", "고치는 중")
    assert post.draft.is_changed


# Random runs


class Run:
    """One author, one article, and whatever goes wrong; afterwards every word must be somewhere."""

    def __init__(self, page, live_server, author, seed: int):
        self.random = random.Random(seed)
        self.page, self.live_server, self.author = page, live_server, author
        self.context = page.context
        self.seed = seed
        self.typed: list[str] = []  # each stretch is unique, so that each can be looked for
        self.post: Post | None = None
        if self.random.random() < 0.5:
            self.post = make_article(author, f"나온 글 {seed}", source="나온 글.\n")
        elif self.random.random() < 0.5:
            self.post = make_draft(author, f"쓰던 글 {seed}", source="쓰던 글.\n")
        self.address = f"/write/{self.post.pk}/" if self.post else "/write/"
        self.open()

    def open(self) -> None:
        self.page.goto(f"{self.live_server.url}{self.address}")
        self.page.locator("textarea[name=source]").wait_for()

    def type(self, page=None) -> None:
        page = page or self.page
        words = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 6)))
        stretch = f"〔{self.seed}-{len(self.typed)}〕{words}\n"
        self.typed.append(stretch)
        write(page, stretch)
        page.wait_for_timeout(self.random.choice([0, 30, 200, 900, 2500]))

    def rest(self) -> None:
        """The promise is the journal within a second: what came later may go with the crash."""
        self.page.wait_for_timeout(JOURNAL_WITHIN)

    def where(self) -> str:
        found = re.search(r"/write/(\d+)/", self.page.url)
        return f"/write/{found[1]}/" if found else "/write/"

    # What goes wrong

    def kill_the_tab(self) -> None:
        self.rest()
        self.address = self.where()
        crash(self.page)
        self.page = self.context.new_page()
        self.open()

    def close_the_tab(self) -> None:
        self.rest()
        self.address = self.where()
        self.page.close()
        self.page = self.context.new_page()
        self.open()

    def kill_the_server(self) -> None:
        """Nothing answers for a while, then a gateway says 502, then all is well."""
        self.context.route("**/write/**", lambda route: route.abort("connectionrefused"))
        self.type()
        self.page.wait_for_timeout(self.random.choice([300, 2500]))
        self.context.unroute("**/write/**")
        self.context.route("**/save/", lambda route: route.fulfill(status=502, body="<h1>502</h1>"))
        self.type()
        self.page.wait_for_timeout(self.random.choice([300, 2500]))
        self.context.unroute("**/save/")

    def lose_an_answer(self) -> None:
        """The save arrives, its answer does not."""
        self.page.evaluate(
            """() => {
                const real = window.fetch;
                window.giveBack = () => { window.fetch = real; };
                window.fetch = async (url, options) => {
                    const answer = await real(url, options);
                    if (String(url).endsWith("/save/")) throw new TypeError("the answer is lost");
                    return answer;
                };
            }"""
        )
        self.type()
        self.page.wait_for_timeout(2500)
        self.page.evaluate("window.giveBack()")

    def cut_the_network(self) -> None:
        self.context.set_offline(True)
        self.type()
        self.page.wait_for_timeout(self.random.choice([300, 2500]))
        if self.random.random() < 0.3:
            self.rest()
            self.address = self.where()
            crash(self.page)
            self.context.set_offline(False)
            self.page = self.context.new_page()
            self.open()
        self.context.set_offline(False)

    def sign_out(self) -> None:
        end_every_session()
        self.type()
        self.page.wait_for_timeout(self.random.choice([300, 2500]))
        sign_in(self.page, self.live_server, self.author)

    def edit_in_a_second_tab(self) -> None:
        self.type()
        address = self.where()
        other = self.context.new_page()
        other.goto(f"{self.live_server.url}{address}")
        self.type(other)
        self.type()
        other.wait_for_timeout(self.random.choice([300, 4000]))
        other.wait_for_timeout(JOURNAL_WITHIN)
        other.close()

    MISHAPS = (
        kill_the_tab,
        close_the_tab,
        kill_the_server,
        lose_an_answer,
        cut_the_network,
        sign_out,
        edit_in_a_second_tab,
    )

    def settle(self) -> None:
        """Do what an author would: bring text back, bring versions together, wait."""
        quiet = 0
        for _step in range(80):
            self.page.wait_for_timeout(250)
            dialog = self.page.locator("dialog[open]")
            try:
                if dialog.count():
                    for radio in dialog.locator("input[value=both]").all():
                        radio.check(timeout=PATIENCE)
                    dialog.locator("[data-act=take]").click(timeout=PATIENCE)
                elif not self._press("merge", "load") and state(self.page) in {"saved", "kept"}:
                    self._press("restore")
                elif state(self.page) == "signed-out":
                    # Also where a late answer to the ended session took the new cookie away.
                    sign_in(self.page, self.live_server, self.author)
                    self._press("retry")
                elif state(self.page) not in {"saved", "saving", "kept", "conflict"}:
                    self._press("retry")
            except BrowserTimeout:
                pass  # it mended itself while we reached for the button
            quiet = quiet + 1 if self._is_at_rest() else 0
            if quiet == 3:
                return
        raise AssertionError(f"run {self.seed} does not come to rest: {state(self.page)}")

    def _press(self, *acts: str) -> bool:
        for act in acts:
            button = self.page.locator(f".writing [data-act={act}]")
            if button.is_visible():
                button.click(timeout=PATIENCE)
                return True
        return False

    def _is_at_rest(self) -> bool:
        offers = self.page.locator(".writing [data-act]:visible").count()
        return state(self.page) == "saved" and not offers

    def lost(self) -> list[str]:
        posts = Post.objects.filter(author=self.author)
        texts = [text for post in posts for text in all_texts(post)]
        texts.append(source(self.page).input_value())
        kept = self.page.evaluate(
            "madangJournal.of('minah').then((all) => all.map((entry) => entry.fields.source))"
        )
        everything = "\0".join([*texts, *kept])
        return [stretch for stretch in self.typed if stretch.strip() not in everything]


@pytest.mark.behaviour("X-02", "BL-08", "BL-10", "BL-11", "BL-12")
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + RUNS))
def test_whatever_goes_wrong_no_word_is_lost(chromium_browser, live_server, minah, seed):
    context = chromium_browser.new_context(base_url=live_server.url, locale="ko-KR")
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, live_server, minah)
    run = Run(page, live_server, minah, seed)
    mishaps = []
    for _round in range(run.random.randint(1, 3)):
        for _stretch in range(run.random.randint(1, 3)):
            run.type()
        mishap = run.random.choice(Run.MISHAPS)
        mishaps.append(mishap.__name__)
        mishap(run)
        if mishap in (Run.kill_the_tab, Run.close_the_tab, Run.edit_in_a_second_tab):
            run.settle()
    run.type()
    run.settle()
    lost = run.lost()
    context.close()
    assert not lost, (seed, mishaps, lost)
