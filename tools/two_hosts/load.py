"""Readers and writers who go on whatever happens, and note what they were told."""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PAUSE = 0.05
TIMEOUT = 25


@dataclass(frozen=True)
class Answer:
    """What one request came to: a status, or 0 where the connection failed."""

    moment: float
    kind: str
    status: int
    seconds: float


@dataclass
class Load:
    """Requests by several threads until ``stop``."""

    url: str
    tokens: list[str]
    paths: list[str]
    cookies: list[str]
    answers: list[Answer] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    """Text of a note that was acknowledged → its key."""

    unsure: set[str] = field(default_factory=set)
    """Texts whose answer never came: they may be stored or not, but not twice."""

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._threads = [
            *(threading.Thread(target=self._write, args=(token,)) for token in self.tokens),
            *(threading.Thread(target=self._read, args=(cookie,)) for cookie in self.cookies),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, kind: str, method: str, path: str, headers: dict, body: bytes | None = None):
        began = time.monotonic()
        status, text = 0, b""
        host = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        with self._lock:
            self.answers.append(Answer(began, kind, status, time.monotonic() - began))
        return status, text

    def _read(self, cookie: str) -> None:
        headers = {"Accept-Language": "ko", "User-Agent": "Mozilla/5.0 two hosts"}
        if cookie:
            headers["Cookie"] = cookie
        kind = "read, member" if cookie else "read"
        for path in itertools.cycle(self.paths):
            if self._is_over.wait(PAUSE):
                return
            self._ask(kind, "GET", path, headers)

    def _write(self, token: str) -> None:
        """Write notes; what failed is sent again under the same key, as a good program does."""
        while not self._is_over.wait(PAUSE * 4):
            number = next(self._numbers)
            text = f"두 서버에서 쓴 글 {number:06d}"
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"two-hosts-{number}",
            }
            body = json.dumps({"kind": "note", "body": text, "status": "published"}).encode()
            for _ in range(40):
                status, told = self._ask("write", "POST", "/api/v1/posts/", headers, body)
                if status == 201:
                    self.written[text] = json.loads(told)["id"]
                    self.unsure.discard(text)
                    break
                self.unsure.add(text)
                if self._is_over.wait(0.5):
                    return

    def summary(self, since: float, until: float) -> dict[str, tuple[Counter, float]]:
        """Return {kind: (answers by status, slowest seconds)} of requests that began in that time."""
        found: dict[str, tuple[Counter, float]] = {}
        for one in self.answers:
            if since <= one.moment < until:
                counts, slowest = found.get(one.kind, (Counter(), 0.0))
                counts[one.status] += 1
                found[one.kind] = counts, max(slowest, one.seconds)
        return found
