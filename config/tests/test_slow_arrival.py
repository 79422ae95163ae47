"""A page that arrives in pieces: what is painted early stands where it stays."""

import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from blog.tests.factories import make_article, make_draft, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

PAUSE = 0.25  # seconds from one piece to the next, in which a browser paints what it has
CUTS = ("site-header__tools", "data-badge", "page-head__title", "bottom-bar__item")
LARGEST_SHIFT = 0.001
WATCH = """window.shift = 0;
window.moved = new Set();
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    shift += entry.value;
    for (const {node} of entry.sources) moved.add(node?.className || node?.nodeName);
  }
}).observe({type: "layout-shift", buffered: true});"""


def pieces_of(html: str) -> list[str]:
    """Cut ``html`` behind the beginnings of parts whose place depends on what follows in them."""
    body = html.index("<body")
    places = {html.find(mark, body) for mark in CUTS} | {html.rfind(mark) for mark in CUTS}
    ends = [html.find(">", place) + 1 for place in sorted(places - {-1})]
    return [html[start:end] for start, end in zip([0, *ends], [*ends, len(html)], strict=True)]


@pytest.fixture
def slow_copy(live_server):
    """Call it with a page of the live server: the address of a copy that arrives in pieces."""
    copies: list[list[str]] = []

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.removeprefix("/copies/")
            if name == self.path:
                self.hand_on()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            for piece in copies[int(name)]:
                self.wfile.write(piece.encode())
                self.wfile.flush()
                time.sleep(PAUSE)

        def hand_on(self):
            try:
                with urllib.request.urlopen(live_server.url + self.path) as answer:
                    self.send_response(200)
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                    self.end_headers()
                    self.wfile.write(answer.read())
            except urllib.error.HTTPError as error:
                self.send_error(error.code)

        def log_message(self, *args):
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def copy(html: str) -> str:
        copies.append(pieces_of(html))
        return f"http://127.0.0.1:{server.server_port}/copies/{len(copies) - 1}"

    yield copy
    server.shutdown()
    server.server_close()


@pytest.mark.behaviour("UX-28")
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_moves_while_a_page_arrives(chromium_browser, slow_copy, width):
    minah = make_person("minah", "민아")
    make_article(minah, "바람이 부는 마당에서")
    make_draft(minah, title="아직 쓰는 글")
    client = Client()
    client.force_login(minah)
    for path in ("/drafts/", "/search/"):
        html = client.get(path).content.decode()
        assert len(pieces_of(html)) > 4, "there was nothing to cut"
        with chromium_browser.new_context(viewport={"width": width, "height": 800}) as context:
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(slow_copy(html))
            shift, moved = page.evaluate("[shift, [...moved]]")
            for part in (".site-header", ".page-head", ".site-footer", ".bottom-bar"):
                for shown in page.locator(part).all():
                    assert shown.evaluate("one => getComputedStyle(one).opacity") == "1", part
        assert shift <= LARGEST_SHIFT, f"{path} at {width} px: {moved}"
