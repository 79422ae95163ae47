"""A mail server of our own that says what a test tells it to (RFC 5321)."""

import socketserver
import threading


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port; ``answers`` maps a verb (RCPT, DATA …) to what is said to it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.answers: dict[str, str] = {}
        self.received: list[str] = []
        self.visits = 0

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *problem):
        self.shutdown()
        self.server_close()


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self.server.visits += 1
        self.say("220 mail.example")
        while line := self.rfile.readline().decode():
            verb = line.split(maxsplit=1)[0].upper().rstrip(":") if line.strip() else ""
            if verb == "QUIT":
                self.say("221 bye")
                break
            refusal = self.server.answers.get(verb)
            if refusal:
                self.say(refusal)
            elif verb == "DATA":
                self.say("354 go on")
                self.server.received.append(self.message())
                self.say(self.server.answers.get("END", "250 thanks"))
            else:
                self.say("250 fine")

    def message(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) != ".\r\n":
            lines.append(line)
        return "".join(lines)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
