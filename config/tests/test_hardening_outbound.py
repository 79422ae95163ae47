"""The gate of ``config.fetch``: however a private address is written, nobody is led there (OP-54)."""

import httpx
import pytest

from config import fetch as fetching
from config.fetch import FetchRefused, NotPublic, fetch, is_public, post
from config.tests.test_fetch import ANSWER, NAME, leads_to, serve  # noqa: F401

pytestmark = [pytest.mark.behaviour("OP-54"), pytest.mark.one_engine]

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1"),
    *("192.168.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.8"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16", "192.88.99.1"),
    *("::", "::1", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"),
    *("2001:0:7f00:1::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00::1", "fd00:ec2::254"),
    *("ff02::1", "2001:db8::1", "100::1", "5f00::1", "4000::1"),
    *("", "madang", "1.2.3", "12345"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_spelling_of_a_private_address_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_everybody_reaches_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
        *("①②⑦.⓪.⓪.①", "127。0。0。1", "localhost", "LOCALHOST", "2852039166", "3232235521"),
    ],
)
def test_numbers_in_odd_clothes_are_judged_as_what_they_lead_to(host, monkeypatch):
    import socket

    # The real resolver, which asks nobody for numbers.
    monkeypatch.undo()
    for ask in (
        lambda: fetch(f"http://{host}/", schemes=("http",), seconds=1),
        lambda: post(f"http://{host}/", b"", headers={}, max_bytes=1, seconds=1, schemes=("http",)),
    ):
        with pytest.raises((FetchRefused, socket.gaierror)):
            ask()


def redirecting(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://inside.example/", "private network"),
        ("//inside.example/", "private network"),
        ("ftp://public.example/", "only http"),
        ("file:///etc/passwd", "only http"),
        ("gopher://public.example/", "only http"),
        ("http://me:secret@public.example/", "without credentials"),
        ("http://public.example:25/", "other things than HTTP"),
        ("http://public.example:99999/", "not an address"),
        ("http://[::1/", "Invalid URL"),
    ],
)
def test_each_redirect_goes_through_the_gate(serve, monkeypatch, to, reason):  # noqa: F811
    port = serve(lambda connection: connection.sendall(redirecting(to)))
    known = fetching.socket.getaddrinfo

    def resolve(host, port, *rest, **options):
        if host == "inside.example":
            return [(2, 1, 6, "", ("10.0.0.1", port))]
        return known(host, port)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    with pytest.raises((FetchRefused, httpx.HTTPError), match=reason):
        fetch(f"http://{NAME}:{port}/a.png", redirects=3, schemes=("http",))


def test_redirects_end(serve):  # noqa: F811
    port = serve(lambda connection: connection.sendall(redirecting("/again")))
    with pytest.raises(FetchRefused, match="redirects"):
        fetch(f"http://{NAME}:{port}/a.png", schemes=("http",))


def test_a_name_is_asked_once_and_what_it_says_later_counts_nothing(serve, monkeypatch):  # noqa: F811
    port = serve(lambda connection: connection.sendall(ANSWER))
    asked = []

    def rebind(host, port, *_rest, **_options):
        if host == "127.0.0.1":  # connecting asks for the number itself
            return [(2, 1, 6, "", (host, port))]
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", rebind)
    assert fetch(f"http://{NAME}:{port}/a.png", schemes=("http",)) == (200, b"madang")
    assert asked == [NAME]


def test_one_private_address_among_public_ones_is_enough(leads_to):  # noqa: F811
    leads_to("8.8.8.8", "10.0.0.1")
    with pytest.raises(NotPublic):
        fetch(f"https://{NAME}/")


@pytest.mark.parametrize("port", [22, 25, 53, 110, 389, 445, 631])
def test_only_web_ports_are_asked_below_1024(leads_to, port):  # noqa: F811
    leads_to("8.8.8.8")
    with pytest.raises(FetchRefused, match="other things than HTTP"):
        fetch(f"https://{NAME}:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://public.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://public.example\r\nHost: inside/",
        "https://",
        "",
        "https://public.example:x/",
    ],
)
def test_what_is_no_web_address_goes_nowhere(leads_to, url):  # noqa: F811
    leads_to("10.0.0.1")
    with pytest.raises(FetchRefused):
        fetch(url)


def test_an_endless_answer_is_left_at_its_limit(serve):  # noqa: F811
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
    port = serve(lambda connection: connection.sendall(head + b"x" * 300_000))
    with pytest.raises(FetchRefused, match="more than 1000 bytes"):
        fetch(f"http://{NAME}:{port}/a.png", max_bytes=1000, schemes=("http",))
