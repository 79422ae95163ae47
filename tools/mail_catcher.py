"""Show on the terminal every mail that the site sends: a mail server that delivers nothing.

Run beside the site: ``python -m tools.mail_catcher`` (port 8025), and start that with
``MAIL_SERVER=127.0.0.1 MAIL_PORT=8025``.
"""

import socketserver
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

PORT = 8025
LONGEST_LINE = 10_000  # bytes


class MailCatcher(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP (RFC 5321) as a sender needs, and keeps what it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = PORT, host: str = "127.0.0.1"):
        self.mails: list[EmailMessage] = []
        super().__init__((host, port), Conversation)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def keep(self, content: bytes) -> None:
        """Take one mail in."""
        self.mails.append(message_from_bytes(content, policy=policy.default))


class Conversation(socketserver.StreamRequestHandler):
    """One sender."""

    server: MailCatcher

    def handle(self) -> None:
        self.say("220 mail-catcher")
        while line := self.rfile.readline(LONGEST_LINE):
            verb = line.strip().split(b" ")[0].split(b":")[0].upper()
            if verb == b"QUIT":
                self.say("221 bye")
                return
            if verb == b"EHLO":
                self.say("250-mail-catcher\r\n250 8BITMIME")
            elif verb == b"DATA":
                self.say("354 go on")
                self.server.keep(self.read_mail())
                self.say("250 kept")
            elif verb in {b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP"}:
                self.say("250 fine")
            else:
                self.say("502 not here")

    def read_mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b".\r\n", b".\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class PrintingCatcher(MailCatcher):
    """Shows each mail as people read it."""

    def keep(self, content: bytes) -> None:
        super().keep(content)
        mail = self.mails[-1]
        body = mail.get_body(("plain", "html"))
        print(f"\n── {mail['Subject']}\n   {mail['From']} → {mail['To']}\n", flush=True)
        print(body.get_content() if body else "(empty)", flush=True)


def main() -> int:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    with PrintingCatcher(port) as catcher:
        print(f"127.0.0.1:{port}  MAIL_SERVER=127.0.0.1 MAIL_PORT={port}  (Ctrl-C)", flush=True)
        try:
            catcher.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
