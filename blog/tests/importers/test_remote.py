"""Pictures on other servers: only with consent, and never from our own network."""

import http.server
import socket
import threading

import pytest
import respx

from accounts.jobs import JobCancelled
from blog.importers import Choices, apply_plan, applying, plan_import
from blog.models import Image, Post
from blog.tests.importers.bundles import bring_in, png, said, write
from config import fetch as fetching
from config.fetch import FetchRefused, fetch

pytestmark = pytest.mark.django_db
CONSENT = Choices(brings_remote_images=True)


@pytest.fixture
def server():
    """A server of this machine; what it is asked for is kept."""
    asked, picture = [], png()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"]))
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(picture if self.path == "/a.png" else b"0" * 100_000)

        def log_message(self, *_words):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    running.asked = asked
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def names(monkeypatch):
    """Say what names resolve to, and which addresses count as public."""

    def say(*addresses: str, public: tuple[str, ...] = ()):
        answers = list(addresses)
        real_resolve = socket.getaddrinfo

        def resolve(host, port, *rest, **options):
            if host in public:  # an address, not a name
                return real_resolve(host, port, *rest, **options)
            address = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(2, 1, 6, "", (address, port))]

        monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
        real = fetching.is_public
        monkeypatch.setattr(
            fetching, "is_public", lambda address: address in public or real(address)
        )

    return say


@pytest.mark.behaviour("BL-73")
def test_without_consent_nothing_is_asked_for(tmp_path, minah, names):
    names("93.184.216.34")
    write(tmp_path, "a.md", "# a\n\n![그림](https://example.com/x.png)\n")
    with respx.mock(assert_all_called=False) as net:
        plan, _outcomes = bring_in(tmp_path, minah)
        assert not net.calls
    assert "https://example.com/x.png" in Post.objects.get().source
    assert "stays a link" in said(plan)


@pytest.mark.behaviour("BL-73")
def test_with_consent_a_copy_is_kept(tmp_path, minah, names):
    names("93.184.216.34")
    write(
        tmp_path,
        "a.md",
        "# a\n\n![그림](https://example.com/x.png) ![](https://example.com/없음.png)\n",
    )
    with respx.mock() as net:
        net.get("https://example.com/x.png").respond(200, content=png())
        net.get(host="example.com").respond(404)
        plan, _outcomes = bring_in(tmp_path, minah, choices=CONSENT)
    post = Post.objects.get()
    assert post.images.get() == Image.objects.get()
    assert "https://example.com/x.png" not in post.source
    assert "https://example.com/없음.png" in post.source
    assert len(plan.problems) == 1


@pytest.mark.behaviour("BL-73")
def test_a_host_that_keeps_us_waiting_is_not_asked_for_every_picture(
    tmp_path, minah, names, monkeypatch
):
    names("93.184.216.34")
    # Whatever comes is too late.
    monkeypatch.setattr(applying, "REMOTE_SECONDS", 0)
    pictures = "".join(f"![](https://example.com/{number}.png)\n" for number in range(10))
    write(tmp_path, "a.md", f"# a\n\n{pictures}")
    ticks = []
    with plan_import(tmp_path) as plan:
        list(apply_plan(plan, author=minah, choices=CONSENT, tick=lambda: ticks.append(1)))
    assert len(ticks) >= 10
    assert said(plan).count("it could not be fetched") == 3
    assert said(plan).count("its server does not answer") == 7


@pytest.mark.behaviour("BL-73")
def test_an_answer_that_says_no_at_once_is_no_dead_host(tmp_path, minah, names):
    names("93.184.216.34")
    pictures = "".join(f"![](https://example.com/{number}.png)\n" for number in range(6))
    write(tmp_path, "a.md", f"# a\n\n{pictures}")
    with respx.mock() as net:
        net.get(host="example.com").respond(404)
        bring_in(tmp_path, minah, choices=CONSENT)
        assert len(net.calls) == 6


def test_it_can_be_stopped_between_two_pictures(tmp_path, minah):
    write(tmp_path, "a.md", "# a\n\n![](1.png) ![](2.png) ![](3.png)\n")
    for number, colour in enumerate(("#000000", "#0b6e5f", "#c03a27"), 1):
        write(tmp_path, f"{number}.png", png(colour))

    def cancelled():
        if Image.objects.exists():
            raise JobCancelled

    with plan_import(tmp_path) as plan, pytest.raises(JobCancelled):
        list(apply_plan(plan, author=minah, tick=cancelled))
    assert Image.objects.count() == 1
    assert not Post.objects.exists()


@pytest.mark.behaviour("BL-73", "OP-54")
def test_our_own_network_is_never_asked(tmp_path, minah, server):
    port = server.server_address[1]
    write(
        tmp_path,
        "a.md",
        f"# a\n\n![](http://127.0.0.1:{port}/a.png) ![](http://localhost:{port}/a.png)"
        f" ![](http://[::1]:{port}/a.png) ![](http://2130706433:{port}/a.png)"
        f" ![](http://169.254.169.254/latest/meta-data/)\n",
    )
    plan, _outcomes = bring_in(tmp_path, minah, choices=CONSENT)
    assert server.asked == []
    assert not Image.objects.exists()
    assert len(plan.problems) == 5


@pytest.mark.behaviour("OP-54")
def test_a_redirect_into_our_network_is_refused(server, names):
    port = server.server_address[1]
    names("127.0.0.1", "10.0.0.1", public=("127.0.0.1",))
    with pytest.raises(FetchRefused, match="private"):
        fetch(
            f"http://public.example:{port}/to/http://inside.example:{port}/a.png",
            redirects=3,
            schemes=("http",),
        )
    assert [path for path, _host in server.asked] == [f"/to/http://inside.example:{port}/a.png"]


@pytest.mark.behaviour("OP-54")
def test_a_name_is_resolved_once_and_what_it_says_later_does_not_matter(server, names):
    port = server.server_address[1]
    # The second answer would be another machine; nothing asks for it.
    names("127.0.0.1", "10.0.0.1", public=("127.0.0.1",))
    status, body = fetch(f"http://public.example:{port}/a.png", schemes=("http",))
    assert (status, body) == (200, png())
    assert server.asked == [("/a.png", f"public.example:{port}")]


@pytest.mark.behaviour("OP-54")
def test_size_redirects_and_time_have_limits(server, names):
    port = server.server_address[1]
    names("127.0.0.1", public=("127.0.0.1",))
    base = f"http://public.example:{port}"
    with pytest.raises(FetchRefused, match="more than"):
        fetch(f"{base}/big", max_bytes=1000, schemes=("http",))
    with pytest.raises(FetchRefused, match="redirects"):
        fetch(f"{base}/to//to//to//a.png", redirects=1, schemes=("http",))
    assert fetch(f"{base}/to//a.png", redirects=1, schemes=("http",))[0] == 200
    with pytest.raises(FetchRefused, match="slow"):
        fetch(f"{base}/a.png", seconds=0, schemes=("http",))


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fc00::1", "0.0.0.0"]
)
def test_a_private_address_in_other_clothes_is_private(address):
    assert not fetching.is_public(address)
