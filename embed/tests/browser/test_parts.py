"""Reactions, search, numbers; languages, themes, widths; pages without scripts or rights."""

import json
import re

import pytest
from playwright.sync_api import expect

from blog import actions
from blog.models import Comment
from blog.tests.factories import make_article
from embed.actions import alias_thread, find_or_create_thread
from embed.models import EmbedThread
from embed.tests.browser.hosts import COMMENTS
from embed.tests.browser.parts import comment, root_form, say_as_guest, sign_in
from search.actions import drain_outbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

KEY = "2026/강가-산책"
LONG = "https://example.com/" + "가나다라" * 50 + " " + "ㅋ" * 200
ALL = "<madang-reactions></madang-reactions><madang-search></madang-search>" + COMMENTS


@pytest.fixture
def thread(site):
    return find_or_create_thread(site, KEY, page_title="강가 산책")


@pytest.mark.behaviour("EM-01", "EM-11")
def test_guests_and_members_react_once(read, host, junho):
    address = host.show(body="<madang-reactions></madang-reactions>")
    page = read(address=address)
    button = page.locator("madang-reactions button")
    expect(button).to_have_text("좋아요")
    button.click()
    expect(button).to_have_text("좋아요1")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_have_text("좋아요")
    member = read(junho, host.show(body=ALL))
    sign_in(member)
    member.locator("madang-reactions button").click()
    expect(member.locator("madang-reactions button")).to_have_text("좋아요1")
    assert EmbedThread.objects.get().post.like_count == 1


@pytest.mark.behaviour("EM-01", "EM-12")
def test_search_finds_what_the_owner_wrote_in_public(read, host, minah, junho):
    make_article(minah, "🦆 물새 관찰", source="강가에서 물새를 한참 바라봤다.")
    make_article(minah, "나만 보는 글", source="물새에게 쓰는 편지", visibility="private")
    make_article(junho, "다른 사람의 글", source="물새와 물고기")
    drain_outbox()
    page = read(address=host.show(body="<madang-search></madang-search>"))
    field = page.get_by_role("searchbox", name="검색")
    field.fill("물새")
    field.press("Enter")
    results = page.locator("madang-search .found li")
    expect(results).to_have_count(1)
    expect(results).to_contain_text("물새 관찰")
    expect(results.locator("mark").first).to_have_text("물새")
    expect(page.get_by_role("status").filter(has_text="1개 찾았어요")).to_be_visible()
    field.fill("두루미")
    field.press("Enter")
    expect(page.get_by_role("status").filter(has_text="찾은 글이 없어요.")).to_be_visible()


@pytest.mark.behaviour("EM-01", "EM-07", "EM-08")
def test_numbers_of_many_pages_come_by_one_request(visit, host, site, thread, minah):
    actions.write_comment(thread.post, actor=minah, source="하나")
    actions.write_comment(thread.post, actor=minah, source="둘")
    alias_thread(thread, actor=minah, key="old/river")
    keys = ["/2026/%EA%B0%95%EA%B0%80-%EC%82%B0%EC%B1%85/", f"/{KEY}/", "old/river", "없는 글"]
    keys += [f"post/{number}" for number in range(96)]
    spans = "".join(f'<span data-madang-count="{key}">·</span>' for key in keys)
    asked = []
    page = visit(at=[host.origin])
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host.show("/list/", body=spans))
    shown = page.locator("[data-madang-count]")
    expect(shown.nth(0)).to_have_text("2")
    assert shown.all_text_contents() == ["2", "2", "2"] + ["0"] * 97
    assert len([url for url in asked if "/counts/" in url]) == 1


@pytest.mark.behaviour("EM-08")
def test_a_page_that_names_itself_keeps_its_thread_at_another_path(read, host, thread, minah):
    actions.write_comment(thread.post, actor=minah, source="옮겨도 남아요")
    body = f'<madang-comments data-thread="{KEY}"></madang-comments>'
    page = read(address=host.show("/moved/somewhere.html", body=body))
    expect(comment(page, "옮겨도 남아요")).to_be_visible()


@pytest.mark.behaviour("EM-14", "UX-16")
def test_without_scripts_a_link_leads_to_a_plain_page_with_a_form(
    read, host, site, thread, minah, live_server
):
    actions.write_comment(thread.post, actor=minah, source="스크립트 없이도 읽혀요")
    link = f'<a href="{live_server.url}/embed/{site.key}/threads/{KEY}/">댓글 읽고 쓰기</a>'
    address = host.show(body=f"<madang-comments>{link}</madang-comments>")
    page = read(address=address, java_script_enabled=False)
    page.get_by_role("link", name="댓글 읽고 쓰기").click()
    expect(page.locator("#comments")).to_contain_text("스크립트 없이도 읽혀요")
    page.locator("input[name=name]").fill("하늘")
    page.locator("textarea").fill("저도요")
    assert page.locator("#comments form").count() >= 1


@pytest.mark.behaviour("EM-14")
def test_where_we_cannot_be_reached_the_link_stays_and_one_may_try_again(read, host, live_server):
    link = f'<a href="{live_server.url}/embed/">댓글 읽고 쓰기</a>'
    address = host.show(body=f"<madang-comments>{link}</madang-comments>")
    page = read(address=address)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("연결이 끊겼어요")
    expect(page.get_by_role("link", name="댓글 읽고 쓰기")).to_be_visible()
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="다시 시도").click()
    expect(page.locator("madang-comments")).to_contain_text("아직 댓글이 없어요")


@pytest.mark.behaviour("EM-03", "EM-04")
def test_an_origin_that_is_not_listed_reads_nothing_and_writes_nothing(
    visit, host, stranger, site, thread, minah
):
    actions.write_comment(thread.post, actor=minah, source="우리끼리 하는 말")
    stranger.site = site.key
    page = visit(at=[stranger.origin])
    page.goto(stranger.show(body=ALL))
    expect(page.locator("madang-comments").get_by_role("alert")).to_be_visible()
    expect(comment(page, "우리끼리")).to_have_count(0)
    attempts = """async ([api, key]) => {
      const at = `${api}/api/v1/embed/${key}/threads/2026/x/`;
      const results = [];
      const tries = [
        [at, {}],
        [`${at}comments/`, {}],
        [`${at}comments/`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"body":"x"}' }],
        [`${at}comments/`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: '{"body":"x"}' }],
        [`${at}reaction/`, { method: "PUT", body: "{}" }],
        [`${at}comments/`, { method: "POST", mode: "no-cors", body: '{"body":"x"}', credentials: "include" }],
      ];
      for (const [url, options] of tries) {
        try {
          const response = await fetch(url, options);
          results.push([response.type, response.status, await response.text()]);
        } catch (error) {
          results.push("refused");
        }
      }
      return results;
    }"""
    results = page.evaluate(attempts, [stranger.madang, site.key])
    assert results == ["refused"] * 5 + [["opaque", 0, ""]]
    assert Comment.objects.count() == 1
    assert EmbedThread.objects.count() == 1


@pytest.mark.behaviour("EM-09")
def test_the_window_opens_for_no_origin_that_is_not_listed(visit, stranger, site, junho):
    page = visit(junho)
    answer = page.goto(f"{stranger.madang}/embed/sign-in/?site={site.key}&origin={stranger.origin}")
    assert answer.status == 403


@pytest.mark.behaviour("EM-15")
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ko-KR", "아직 댓글이 없어요"),
        ("en", "Nobody has said anything yet."),
        ("es", "Nadie ha dicho nada todavía."),
        ("ja", "まだコメントはありません。"),
        ("fr", "Nobody has said anything yet."),
    ],
    ids=["ko", "en", "es", "ja", "other"],
)
def test_the_parts_speak_the_language_of_the_page(read, host, lang, words):
    page = read(address=host.show(lang=lang))
    expect(page.locator("madang-comments")).to_contain_text(words)


@pytest.mark.behaviour("EM-15")
def test_errors_come_in_the_language_of_the_page(read, host, site, minah):
    page = read(address=host.show(lang="es"))
    page.route("**/challenge/", lambda route: route.fulfill(json={"challenge": "x", "bits": 1}))
    form = root_form(page)
    form.get_by_label("Nombre").fill("Ana")
    form.get_by_label("Escribir un comentario").fill("Hola")
    form.get_by_role("button", name="Comentar").click()
    alert = form.get_by_role("alert")
    expect(alert).not_to_be_empty()
    # Untranslated texts fall back to English; a Korean one would be the reader's browser speaking.
    assert not re.search("[가-힣]", alert.inner_text())


LIGHT_INK, DARK_INK = "rgb(29, 27, 24)", "rgb(236, 231, 223)"


@pytest.mark.behaviour("EM-15", "UX-20")
def test_the_parts_take_the_side_of_the_page_and_follow_when_it_changes(read, host):
    page = read(color_scheme="dark")
    drawn = page.locator("madang-comments .root")
    expect(drawn).to_have_css("color", DARK_INK)
    page.emulate_media(color_scheme="light")
    expect(drawn).to_have_css("color", LIGHT_INK)
    # A page that is dark by a class of its own, whatever the system says.
    page.evaluate("document.body.className = 'night'")
    expect(drawn).to_have_css("color", DARK_INK)
    page.evaluate("document.querySelector('madang-comments').dataset.theme = 'light'")
    expect(drawn).to_have_css("color", LIGHT_INK)
    page.evaluate("document.body.className = ''")
    page.evaluate("document.querySelector('madang-comments').dataset.theme = 'dark'")
    expect(drawn).to_have_css("color", DARK_INK)


@pytest.mark.behaviour("EM-15", "UX-20")
def test_a_style_sheet_of_the_page_that_comes_late_is_followed(read, host):
    host.style_delay = 1.5
    page = read(address=host.show(body_class="night"))
    expect(page.locator("madang-comments .root")).to_have_css("color", DARK_INK)


@pytest.mark.behaviour("EM-15")
def test_a_host_sets_colours_by_custom_properties(read, host):
    page = read()
    page.evaluate(
        "document.querySelector('madang-comments').style.setProperty('--madang-accent', 'rgb(1, 2, 3)')"
    )
    button = root_form(page).get_by_role("button", name="댓글 쓰기")
    expect(button).to_have_css("background-color", "rgb(1, 2, 3)")


@pytest.mark.behaviour("EM-15", "UX-08")
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_at_360_pixels_nothing_sticks_out(read, host, thread, minah, junho, direction):
    said = actions.write_comment(thread.post, actor=minah, source=LONG)
    for level in range(6):
        writer = minah if level % 2 else junho
        said = actions.write_comment(thread.post, actor=writer, source=f"답 {level}", parent=said)
    address = host.show(body=f'<div dir="{direction}">{ALL}</div>')
    page = read(minah, address, viewport={"width": 360, "height": 740})
    sign_in(page)
    expect(comment(page, "답 5").locator("[data-do=edit]")).to_be_visible()
    comment(page, "답 5").locator("summary").click()
    width = "[document.documentElement.scrollWidth, innerWidth]"
    assert page.evaluate(width) == [360, 360]
    small = page.evaluate(
        """() => [...document.querySelectorAll("madang-comments, madang-reactions, madang-search")]
          .flatMap((part) => [...part.shadowRoot.querySelectorAll("button, summary, input, textarea")])
          .filter((node) => node.checkVisibility())
          .filter((node) => node.getBoundingClientRect().height < 44)
          .map((node) => node.outerHTML)"""
    )
    assert small == []


@pytest.mark.behaviour("EM-15")
def test_everything_has_a_name_and_shows_its_focus(read, host, thread, minah):
    actions.write_comment(thread.post, actor=minah, source="안녕하세요")
    page = read(minah, host.show(body=ALL))
    sign_in(page)
    expect(comment(page, "안녕하세요").locator("[data-do=edit]")).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("madang-comments, madang-reactions, madang-search")]
          .flatMap((part) => [...part.shadowRoot.querySelectorAll("button, summary, input, textarea, a, article, section")])
          .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
          .map((node) => node.outerHTML)"""
    )
    assert nameless == []
    expect(page.get_by_role("region", name="댓글")).to_be_visible()
    expect(page.get_by_role("article", name="미나 님의 댓글")).to_be_visible()
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
              const part = document.activeElement;
              const node = part?.shadowRoot?.activeElement;
              if (!node) return null;
              return [part.localName, node.localName, getComputedStyle(node).outlineStyle];
            }"""
        )
        if state:
            seen.add(tuple(state))
    assert {part for part, _node, _outline in seen} == {
        "madang-comments",
        "madang-reactions",
        "madang-search",
    }
    assert {outline for _part, _node, outline in seen} == {"solid"}


@pytest.mark.behaviour("EM-01")
def test_what_a_comment_says_is_never_run(read, host, thread, minah):
    source = '<img src=x onerror="document.title=1"> <script>document.title=2</script> [링크](javascript:alert(1))'
    actions.write_comment(thread.post, actor=minah, source=source)
    # Most blogs let anything run; here nothing but the part's own cleaning stands in the way.
    host.policy = host.policy.replace("script-src", "script-src 'unsafe-inline'")
    page = read()
    # Even if the server's cleaning failed one day:
    evil = '<p>나쁜 말<img src="x" onerror="document.title=3"><script>document.title=4</script><a href="javascript:document.title=5" onclick="document.title=6">x</a><svg><a xlink:href="javascript:1">y</a></svg></p>'

    def spoil(route):
        answer = route.fetch()
        data = answer.json()
        data["results"][0]["html"] = evil
        data["results"][0]["author"]["name"] = "<b>미나</b>"
        route.fulfill(response=answer, body=json.dumps(data))

    page.route("**/comments/?*", spoil)
    page.route("**/x", lambda route: route.fulfill(status=404))
    page.reload()
    expect(comment(page, "나쁜 말")).to_contain_text("<b>미나</b>")
    comment(page, "나쁜 말").locator(".text a").first.click()
    page.wait_for_timeout(200)
    assert page.title() == "강가 산책"


@pytest.mark.behaviour("EM-10")
def test_a_harder_proof_of_work_leaves_the_page_alive_and_is_right(read, settings):
    settings.EMBED_CHALLENGE_BITS = 17
    page = read()
    page.evaluate(
        """() => {
          window.longest = 0;
          let before = performance.now();
          setInterval(() => {
            window.longest = Math.max(window.longest, performance.now() - before);
            before = performance.now();
          }, 10);
        }"""
    )
    say_as_guest(page, "하늘", "조금 기다렸어요")
    assert page.evaluate("window.longest") < 500
    assert Comment.objects.get().guest_name == "하늘"
