"""Sites built by Jekyll and Hugo from the lines of docs/embed.md, served by nginx as it says there."""

import re
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Page, expect

from blog.models import Comment
from blog.tests.factories import make_article
from embed.actions import register_site
from embed.models import EmbedSite, EmbedThread
from embed.tests.browser.parts import (
    below,
    comment,
    number,
    say,
    say_as_guest,
    sign_in,
    tool,
)
from embed.tests.browser.servers import GUIDE, SITES, Nginx, build, example, program
from search.actions import drain_outbox
from tools.processes import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

LINES = (
    ("jekyll", "_includes/madang_head.html"),
    ("jekyll", "_includes/madang.html"),
    ("hugo", "layouts/partials/madang_head.html"),
    ("hugo", "layouts/partials/madang.html"),
)
INK = {"light": "rgb(29, 27, 24)", "dark": "rgb(236, 231, 223)"}


class Built(NamedTuple):
    """A site as a generator left it, served at an origin of its own."""

    generator: str
    origin: str
    post: str
    title: str
    key: str
    madang: str
    site: EmbedSite


@pytest.fixture(params=["jekyll", "hugo"])
def built(request, live_server, tmp_path, minah):
    """One of the two sites and Madang behind one nginx, each with its own host name and port."""
    for name in ("nginx", request.param):
        program(name)
    pages, talk = free_port(), free_port()
    origin, madang = f"http://127.0.0.1:{pages}", f"http://localhost:{talk}"
    site = register_site(actor=minah, name="강가의 기록", origins=[origin])
    out = build(request.param, tmp_path, madang, site.key, origin)
    servers = example("A host name of its own")
    for plain, own in (
        (
            "listen 443 ssl;\n    server_name blog.example",
            f"listen 127.0.0.1:{pages};\n    server_name 127.0.0.1",
        ),
        (
            "listen 443 ssl;\n    server_name talk.example",
            f"listen 127.0.0.1:{talk};\n    server_name localhost",
        ),
        ("root /srv/blog", f"root {out}"),
        ("https://talk.example", madang),
        ("http://127.0.0.1:8000", live_server.url),
    ):
        assert plain in servers
        servers = servers.replace(plain, own)
    nginx = Nginx(tmp_path, servers)
    nginx.start(f"{origin}/", f"{madang}/healthz")
    post = {"jekyll": "/2026/강가-산책/", "hugo": "/posts/된장국/"}[request.param]
    title = {"jekyll": "강가 산책", "hugo": "된장국"}[request.param]
    yield Built(request.param, origin, origin + post, title, post.strip("/"), madang, site)
    nginx.stop()


def guest_and_owner(visit, built: Built, minah) -> tuple[Page, Page]:
    at = [built.origin, built.madang]
    guest = visit(at=at)
    guest.goto(built.post)
    owner = visit(at=at)
    owner.context.add_cookies(session_of(minah, built.madang))
    owner.goto(built.post)
    return guest, owner


def session_of(person, madang: str) -> list[dict[str, str]]:
    from django.conf import settings

    from config.tests.world import signed_in

    return [{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(person), "url": madang}]


@pytest.mark.behaviour("EM-01", "EM-08", "EM-09", "EM-10", "EM-13", "EM-17")
def test_the_whole_story_on_a_site_of_a_generator(built, visit, minah, junho):
    guest, owner = guest_and_owner(visit, built, minah)
    expect(guest.locator("h1")).to_have_text(built.title)
    say_as_guest(guest, "하늘", "잘 읽었어요")
    assert EmbedThread.objects.get().key == built.key
    assert EmbedThread.objects.get().page_title == built.title
    tool(guest, "잘 읽었어요", "edit").click()
    below(guest, "잘 읽었어요").get_by_label("고치기").fill("정말 잘 읽었어요")
    below(guest, "잘 읽었어요").get_by_role("button", name="저장").click()
    expect(comment(guest, "정말 잘 읽었어요")).to_contain_text("고침")
    sign_in(owner)
    tool(owner, "정말 잘", "approve").click()
    expect(number(owner)).to_have_text("댓글 1")
    member = visit(at=[built.origin, built.madang])
    member.context.add_cookies(session_of(junho, built.madang))
    member.goto(built.post)
    expect(comment(member, "정말 잘")).to_contain_text("손님")
    sign_in(member)
    tool(member, "정말 잘", "answer").click()
    below(member, "정말 잘").get_by_role("textbox").fill("저도요")
    member.keyboard.press("Control+Enter")
    expect(comment(member, "저도요")).to_be_visible()
    say(member, "지울 말")
    tool(member, "지울 말", "remove").click()
    member.get_by_role("group").get_by_role("button", name="지우기").click()
    expect(comment(member, "지울 말")).to_have_count(0)
    owner.reload()
    sign_in(owner)
    tool(owner, "저도요", "hide").click()
    expect(comment(owner, "저도요")).to_contain_text("다른 독자에게 숨김")
    guest.locator("madang-reactions button").click()
    expect(guest.locator("madang-reactions button")).to_have_text("좋아요1")
    guest.reload()
    expect(comment(guest, "정말 잘")).to_be_visible()
    expect(comment(guest, "저도요")).to_have_count(0)
    guest.goto(f"{built.origin}/")
    entry = guest.get_by_role("listitem").filter(has_text=built.title)
    expect(entry.locator("[data-madang-count]")).to_have_text("1")


@pytest.mark.behaviour("EM-12", "EM-15", "EM-17")
def test_search_and_both_themes_on_a_site_of_a_generator(built, visit, minah):
    make_article(minah, "강가의 새들", source="왜가리와 물총새를 보았다.")
    drain_outbox()
    page = visit(at=[built.origin, built.madang], color_scheme="dark")
    page.goto(f"{built.origin}/")
    page.get_by_role("searchbox").fill("물총새")
    page.get_by_role("button", name="검색").click()
    expect(page.locator("madang-search .found li")).to_contain_text("강가의 새들")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("madang-search .root")).to_have_css("color", INK[theme])


@pytest.mark.behaviour("EM-14", "EM-17")
def test_the_link_of_the_templates_works_without_scripts(built, visit):
    page = visit(at=[built.origin, built.madang], java_script_enabled=False)
    page.goto(built.post)
    page.get_by_role("link", name="댓글 읽고 쓰기").click()
    assert page.url.startswith(f"{built.madang}/embed/{built.site.key}/threads/")
    page.locator("#comments input[name=name]").fill("하늘")
    page.locator("#comments textarea").fill("스크립트 없이 써요")
    page.wait_for_timeout(3000)  # who writes faster is taken for a program
    page.locator("#comments form button[type=submit]").click()
    expect(page.locator(".notice--success")).to_be_visible()
    assert Comment.objects.get().post.embed_thread.key == built.key


@pytest.mark.behaviour("EM-03", "EM-04", "EM-06")
def test_only_the_listed_origin_is_let_in_and_no_header_comes_twice(built):
    api = f"{built.madang}/api/v1/embed/{built.site.key}/threads/{built.key}"
    data = {"body": "안녕하세요", "guest": {"name": "하늘", "challenge": "x", "answer": "1"}}
    with httpx.Client(trust_env=False) as client:
        own = client.get(f"{api}/", headers={"Origin": built.origin})
        assert own.headers.get_list("access-control-allow-origin") == [built.origin]
        assert "access-control-allow-credentials" not in own.headers
        for origin in (
            built.madang,
            built.origin.replace("http:", "https:"),
            built.origin.rpartition(":")[0],
            built.origin.replace("127.0.0.1", "127.0.0.2"),
            "null",
        ):
            read = client.get(f"{api}/", headers={"Origin": origin})
            assert "access-control-allow-origin" not in read.headers
            assert read.json()["viewer"] is None or not read.json()["viewer"]["is_member"]
            for method, path in (("POST", "comments"), ("PUT", "reaction")):
                write = client.request(
                    method, f"{api}/{path}/", headers={"Origin": origin}, json=data
                )
                assert write.status_code == 403
                assert write.json()["code"] == "origin_refused"
        assert client.post(f"{api}/comments/", json=data).status_code == 403
    assert not EmbedThread.objects.exists()


@pytest.mark.behaviour("EM-06", "EM-17")
@pytest.mark.parametrize("heading", ["A host name of its own", "A port", "A path"])
def test_nginx_reads_every_example_and_none_adds_cors_headers(tmp_path, heading):
    program("nginx")
    servers = example(heading)
    assert "Access-Control" not in servers
    servers = re.sub(r"listen \d+ ssl", lambda _: f"listen 127.0.0.1:{free_port()}", servers)
    Nginx(tmp_path, servers).check()


@pytest.mark.behaviour("EM-17")
@pytest.mark.parametrize(("generator", "path"), LINES, ids=[path for _, path in LINES])
def test_the_guide_gives_the_lines_that_the_sites_are_built_from(generator, path):
    assert (SITES / generator / path).read_text("utf-8").strip() in GUIDE


@pytest.mark.behaviour("EM-17")
def test_the_guide_gives_the_policy_that_the_pages_of_these_tests_have(host):
    policy = host.policy.replace(host.madang, "https://talk.example")
    assert GUIDE.count(policy) == 2
