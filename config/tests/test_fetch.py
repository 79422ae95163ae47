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
from config.fetch import FetchRefused, fetch

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
