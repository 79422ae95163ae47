"""A mail server that keeps what it is given (RFC 5321, as much of it as smtplib speaks)."""

import email
import email.policy
import socketserver
import threading


class Letters:
    """Listens on loopback; ``texts`` are the mails that came, decoded."""

    def __init__(self):
        self.raw: list[bytes] = []
        letters = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

            def handle(self) -> None:
                self.say("220 trial")
                for line in self.rfile:
                    word = line[:4].upper()
                    if word == b"DATA":
                        self.say("354 go on")
                        letters.raw.append(self.read_data())
                        self.say("250 kept")
                    elif word == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 trial")

            def read_data(self) -> bytes:
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line[1:] if line.startswith(b"..") else line)
                return b"".join(lines)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.server_address[1]

    def texts(self) -> list[str]:
        """Return the plain part of every mail."""
        parsed = [email.message_from_bytes(one, policy=email.policy.default) for one in self.raw]
        return [one.get_body(("plain",)).get_content() for one in parsed]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
