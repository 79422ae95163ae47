"""Fetching from other servers: the whole takes no longer than it may, also over TLS."""

import datetime
import gzip
import socket
import ssl
import threading

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import fetch as fetching
from config.fetch import FetchRefused, NameUnknown, NotPublic, TooSlow, fetch, post

pytestmark = pytest.mark.one_engine

NAME = "public.example"
DRIP_SECONDS = 0.05
DRIPS = 200
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nmadang"


@pytest.fixture
def serve(monkeypatch):
    """Start a server on this machine under a public name; each connection gets ``speak``."""
    ends = []

    def start(speak, wrap=lambda connection: connection) -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def run():
            try:
                connection, _address = listener.accept()
                with connection, wrap(connection) as spoken:
                    spoken.recv(1000)
                    speak(spoken)
            except OSError:
                pass  # the other side has gone, or nobody came

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        ends.append((listener, thread))
        return listener.getsockname()[1]

    def resolve(host, port, *_rest, **_options):
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    yield start
    for listener, thread in ends:
        listener.shutdown(socket.SHUT_RDWR)  # wakes it if nobody came
        listener.close()
        thread.join(timeout=DRIP_SECONDS * DRIPS)
        assert not thread.is_alive()


def drip(connection) -> None:
    waits = threading.Event()
    for _byte in range(DRIPS):
        connection.sendall(b"a")
        waits.wait(DRIP_SECONDS)


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "begins", [b"", b"HTTP/1.1 200 OK\r\nX-Word: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"],
    ids=["status", "headers", "body"],
)  # fmt: skip
def test_a_server_that_drips_is_left_when_the_time_is_over(serve, begins):
    def speak(connection):
        connection.sendall(begins)
        drip(connection)

    port = serve(speak)
    with pytest.raises((FetchRefused, httpx.TimeoutException)):
        fetch(f"http://{NAME}:{port}/a.png", seconds=0.4, schemes=("http",))


@pytest.mark.behaviour("OP-54")
def test_a_handshake_that_drips_is_left_too(serve):
    # The head of a TLS record that promises 16,000 bytes: they come one by one.
    fetching.tls()  # reading the certificates is not part of the time
    port = serve(lambda connection: (connection.sendall(b"\x16\x03\x03\x3e\x80"), drip(connection)))
    with pytest.raises((FetchRefused, httpx.TimeoutException)):
        fetch(f"https://{NAME}:{port}/a.png", seconds=0.4)


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate", "br"])
def test_what_is_packed_is_not_unpacked(serve, encoding):
    packed = gzip.compress(gzip.compress(b"0" * 10_000_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(packed)}"
    port = serve(lambda connection: connection.sendall(f"{head}\r\n\r\n".encode() + packed))
    with pytest.raises(FetchRefused, match="packed"):
        fetch(f"http://{NAME}:{port}/a.png", schemes=("http",))


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize("address", ["minah:secret@public.example", "minah@public.example"])
def test_credentials_in_an_address_are_refused(serve, address):
    port = serve(lambda connection: connection.sendall(ANSWER))
    with pytest.raises(FetchRefused, match="without credentials"):
        fetch(f"http://{address}:{port}/a.png", schemes=("http",))


@pytest.fixture
def certificate(tmp_path):
    """Key and certificate of NAME, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "certificate.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return both


@pytest.mark.behaviour("OP-54")
def test_over_tls_the_certificate_must_be_of_the_name_that_was_asked(
    serve, certificate, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def wrap(connection):
        return context.wrap_socket(connection, server_side=True)

    def answer(connection):
        connection.sendall(ANSWER)

    with pytest.raises(httpx.ConnectError, match="certificate"):
        fetch(f"https://{NAME}:{serve(answer, wrap)}/a.png")
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(fetching, "tls", lambda: trusting)
    assert fetch(f"https://{NAME}:{serve(answer, wrap)}/a.png") == (200, b"madang")
    with pytest.raises(httpx.ConnectError, match="certificate"):
        fetch(f"https://other.example:{serve(answer, wrap)}/a.png")


# Sending ------------------------------------------------------------------------------------------


def send(port: int, content: bytes = b"{}", **options):
    defaults = {"headers": {}, "max_bytes": 100, "seconds": 2, "schemes": ("http",)}
    return post(f"http://{NAME}:{port}/hook", content, **(defaults | options))


def test_a_post_carries_its_body_and_headers(serve):
    heard = []
    port = serve(
        lambda connection: connection.sendall(ANSWER),
        lambda connection: _Listening(connection, heard),
    )
    assert send(port, '{"말":"안녕"}'.encode(), headers={"webhook-id": "msg_1"}) == (200, b"madang")
    said = b"".join(heard)
    assert said.startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"webhook-id: msg_1\r\n" in said and said.endswith('{"말":"안녕"}'.encode())


class _Listening:
    """A connection that notes what it is told."""

    def __init__(self, connection, heard: list[bytes]):
        self.connection, self.heard = connection, heard

    def __enter__(self):
        return self

    def __exit__(self, *_reason):
        self.connection.close()

    def recv(self, size: int) -> bytes:
        # Headers and body may come apart.
        while b"\r\n\r\n" not in b"".join(self.heard) or not self.heard[-1].endswith(b"}"):
            self.heard.append(self.connection.recv(size))
        return self.heard[-1]

    def sendall(self, content: bytes) -> None:
        self.connection.sendall(content)


@pytest.mark.behaviour("OP-54")
def test_a_redirect_of_a_post_is_an_answer_and_no_way(serve):
    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    port = serve(lambda connection: connection.sendall(moved))
    assert send(port).status == 307


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\nX-Word: "], ids=["status", "headers"])
def test_a_post_to_a_server_that_drips_before_it_says_anything_ends(serve, begins):
    port = serve(lambda connection: (connection.sendall(begins), drip(connection)))
    with pytest.raises((TooSlow, httpx.TimeoutException)):
        send(port, seconds=0.4)


@pytest.mark.behaviour("OP-54")
def test_of_a_post_the_status_counts_whatever_becomes_of_the_body(serve):
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n"
    port = serve(lambda connection: (connection.sendall(head), drip(connection)))
    status, body = send(port, seconds=0.5)
    assert status == 201 and 0 < len(body) < 30
    port = serve(lambda connection: connection.sendall(head + b"x" * 9999))
    assert send(port, max_bytes=10) == (201, b"x" * 10)
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    port = serve(lambda connection: connection.sendall(packed))
    assert send(port) == (200, b"")


@pytest.fixture
def leads_to(monkeypatch):
    """Let every name lead to the addresses that a test says."""

    def say(*addresses):
        monkeypatch.setattr(
            fetching.socket,
            "getaddrinfo",
            lambda host, port, *_rest, **_options: [
                (2, 1, 6, "", (one, port)) for one in addresses
            ],
        )

    return say


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("203.0.114.7", "10.0.0.1"),
        ("169.254.169.254",),
        ("::ffff:127.0.0.1",),
        ("fe80::1%eth0",),
    ],
    ids=str,
)
def test_a_post_into_a_private_network_is_refused(leads_to, addresses):
    leads_to(*addresses)
    with pytest.raises(NotPublic):
        send(80)


@pytest.mark.behaviour("OP-54")
def test_a_post_to_this_machine_needs_leave_and_that_opens_nothing_else(leads_to):
    leads_to("127.0.0.1")
    with pytest.raises(httpx.ConnectError):
        send(1, may_be_loopback=True)
    for other in ("10.0.0.1", "169.254.169.254", "0.0.0.0", "::ffff:10.0.0.1"):
        leads_to("127.0.0.1", other)
        with pytest.raises(NotPublic):
            send(1, may_be_loopback=True)


def test_a_post_to_a_name_that_is_not_there_says_so():
    with pytest.raises(NameUnknown):
        post("https://receiver.invalid/", b"", headers={}, max_bytes=1, seconds=1)


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "url", ["http://public.example/", "https://a:b@public.example/", "https:///"]
)
def test_a_post_goes_by_https_without_credentials(url):
    with pytest.raises(FetchRefused, match="without credentials"):
        post(url, b"", headers={}, max_bytes=1, seconds=1)
