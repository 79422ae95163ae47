"""Mails off, to a server that only shows them, or over TLS (OP-23)."""

import threading

import pytest
from django.core import mail
from django.core.mail import get_connection

from tools.mail_catcher import MailCatcher, PrintingCatcher

pytestmark = pytest.mark.behaviour("OP-23")


def send(backend: str, **options) -> int:
    connection = get_connection(f"django.core.mail.backends.{backend}.EmailBackend", **options)
    message = mail.EmailMessage(
        "가입을 환영해요", "본문\n.점으로 시작하는 줄\n끝", "a@x.example", ["소라@x.example"]
    )
    message.to = ["sora@x.example"]
    return connection.send_messages([message])


def test_with_mail_off_sending_works_and_sends_nothing():
    assert send("dummy") == 1
    assert not mail.outbox


@pytest.mark.parametrize("kind", [MailCatcher, PrintingCatcher])
def test_a_local_server_shows_what_is_sent(kind, capsys):
    with kind(0) as catcher:
        thread = threading.Thread(target=catcher.serve_forever, daemon=True)
        thread.start()
        assert send("smtp", host="127.0.0.1", port=catcher.port) == 1
        assert send("smtp", host="127.0.0.1", port=catcher.port) == 1
        catcher.shutdown()
        thread.join()
    assert len(catcher.mails) == 2
    shown = catcher.mails[0]
    assert shown["Subject"].strip() == "가입을 환영해요"
    assert ".점으로 시작하는 줄" in shown.get_body(("plain",)).get_content()
    assert ("가입을 환영해요" in capsys.readouterr().out) == (kind is PrintingCatcher)
