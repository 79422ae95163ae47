"""Hold a site at most of its processor for a while, and see whether anything breaks or grows.

python -m tools.bench_soak [--posts 10000] [--seconds 600] [--busy 0.7] [--json RESULT]

PostgreSQL, Redis, two web processes and a worker with its scheduler serve a made-up site
(tools/bench/filling.py) while readers, members, programs and writers ask for a mixture of pages. They
pause between requests just as long as keeps the whole machine (load and site together) at the wanted
share of its processor. Each minute is told; in the end it fails if any answer was a 5xx, if anything
that was written is not there, or if a process grew by more than a tenth after the first two minutes.
Linux only.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench.__main__ import database_at, engines, quoted
from tools.bench.serving import Site, our_site
from tools.processes import LOOPBACK, start, stop

THREADS = 8
WARM_UP_MINUTES = 2
GROWN_AT_MOST = 1.10
SEARCHED = ("도커", "배포", "저녁 골목", "커피", "ㅁㅏㄷㅏㅇ", "오류 메시지")
MIXTURE = {
    "post": 34,
    "post made anew": 8,
    "front page": 10,
    "latest": 10,
    "tag": 6,
    "profile": 6,
    "timeline": 10,
    "post, member": 4,
    "search": 3,
    "API list": 4,
    "feed": 2,
    "note": 2,
    "comment": 1,
}


@dataclass
class Answers:
    """What was answered, and how long it took (milliseconds)."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def add(self, kind: str, status: int, began: float) -> None:
        self.statuses[kind, status] += 1
        self.latencies.append((time.perf_counter() - began) * 1000)

    def at(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    @property
    def broken(self) -> int:
        return sum(
            number for (_kind, status), number in self.statuses.items() if not 0 < status < 500
        )


class Load:
    """Readers and writers who pause so that the machine is as busy as wanted."""

    def __init__(self, site: Site, busy: float):
        self.site, self.busy = site, busy
        self.pause = 0.02
        self.minute, self.total = Answers(), Answers()
        self.written: list[str] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(number,)) for number in range(THREADS)
        ] + [threading.Thread(target=self._steer)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def turn_minute(self) -> Answers:
        """Return what was answered since the last time."""
        with self._lock:
            done, self.minute = self.minute, Answers()
        return done

    def _steer(self) -> None:
        before = processor_time()
        while not self._is_over.wait(1.0):
            now = processor_time()
            used = (now[0] - before[0]) / max(now[1] - before[1], 1)
            before = now
            # A little at a time: what is busy now is not what is busy in a second.
            self.pause = min(max(self.pause * (1 + (used - self.busy) * 0.5), 0.0005), 1.0)

    def _ask(self, number: int) -> None:
        pick = random.Random(number)
        connection = http.client.HTTPConnection(LOOPBACK, self.site.port, timeout=60)
        kinds, weights = list(MIXTURE), list(MIXTURE.values())
        while not self._is_over.wait(self.pause * pick.uniform(0.5, 1.5)):
            kind = pick.choices(kinds, weights)[0]
            method, path, headers, body = self._request(kind, pick)
            began = time.perf_counter()
            try:
                connection.request(method, quoted(path), body=body, headers=headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status = 0
                connection.close()
            with self._lock:
                for one in (self.minute, self.total):
                    one.add(kind, status, began)
                if kind == "note" and status == 201:
                    self.written.append(json.loads(body)["body"])

    def _request(
        self, kind: str, pick: random.Random
    ) -> tuple[str, str, dict[str, str], str | None]:
        known = self.site.known
        headers = {"Accept-Language": "ko", "User-Agent": f"Mozilla/5.0 soak {pick.random()}"}
        # Some posts are read far more often than others.
        article = known["articles"][int(len(known["articles"]) * pick.random() ** 3)]
        member = {"Cookie": known["sessions"]["reader-200"]}
        token = {"Authorization": f"Bearer {known['token']}", "Content-Type": "application/json"}
        match kind:
            case "post made anew":
                article += "?fresh="
            case "post, member":
                headers |= member
            case "front page":
                return "GET", "/", headers, None
            case "timeline":
                return "GET", "/", headers | member, None
            case "latest":
                return "GET", "/explore/", headers, None
            case "tag":
                return "GET", f"/tags/꼬리표{pick.randint(1, 50)}/", headers, None
            case "profile":
                return "GET", pick.choice(known["people"]), headers, None
            case "search":
                return "GET", f"/search/?q={pick.choice(SEARCHED)}", headers, None
            case "API list":
                return "GET", "/api/v1/posts/?page_size=20", headers, None
            case "feed":
                return "GET", "/feed.atom", headers, None
            case "note":
                text = f"부하 중에 쓰는 쪽지 {next(self._numbers)} 🌊"
                body = json.dumps({"kind": "note", "body": text})
                return "POST", "/api/v1/posts/", headers | token, body
            case "comment":
                body = json.dumps({"body": f"부하 중에 다는 댓글 {next(self._numbers)}"})
                path = f"/api/v1/posts/{pick.choice(known['keys'])}/comments/"
                return "POST", path, headers | token, body
        return "GET", article, headers, None


def processor_time() -> tuple[int, int]:
    """Return the ticks in which the machine worked so far, and all of them."""
    ticks = [int(one) for one in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


COUNT = """
import json, sys
from blog.models import Post
texts = json.load(sys.stdin)
found = Post.objects.filter(kind="note", source__startswith="부하 중에 쓰는 쪽지").values_list("source", flat=True)
found = list(found)
print(json.dumps({"lost": len(set(texts) - set(found)), "twice": len(found) - len(set(found))}))
"""


def soak(wanted: argparse.Namespace, folder: Path) -> dict:
    """Return what was told of each minute and in all."""
    with engines("postgres") as (database, cache), contextlib.ExitStack() as stack:
        url, is_filled = database_at(database, f"soak_{wanted.posts}")
        site = stack.enter_context(
            our_site(
                url,
                posts=wanted.posts,
                folder=folder,
                redis=cache,
                engines=[database.pid, cache.pid],
                is_filled=is_filled,
                workers=2,
            )
        )
        command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--beat"]
        worker = start([*command, "--loglevel", "WARNING"], env=site.surroundings)
        stack.callback(stop, worker)
        load = Load(site, wanted.busy)
        minutes = []
        load.start()
        try:
            began, before = time.monotonic(), processor_time()
            while time.monotonic() - began < wanted.seconds:
                time.sleep(min(60, max(wanted.seconds - (time.monotonic() - began), 0.1)))
                now, done = processor_time(), load.turn_minute()
                minutes.append(
                    {
                        "requests": sum(done.statuses.values()),
                        "broken": done.broken,
                        "p50": done.at(0.5),
                        "p95": done.at(0.95),
                        "p99": done.at(0.99),
                        "busy": (now[0] - before[0]) / (now[1] - before[1]),
                        "web": site.memory(),
                        "worker": Site(0, {}, [worker.pid]).memory(),
                    }
                )
                before = now
                report(len(minutes), minutes[-1])
        finally:
            load.stop()
        return {
            "minutes": minutes,
            "statuses": {
                f"{kind} {status}": number
                for (kind, status), number in sorted(load.total.statuses.items())
            },
            "broken": load.total.broken,
            "written": len(load.written),
            **site.ask(COUNT, json.dumps(load.written)),
        }


def report(number: int, minute: dict) -> None:
    print(
        f"minute {number:2}: {minute['requests']:6} requests, {minute['broken']} broken, "
        f"p50 {minute['p50']:4.0f} p95 {minute['p95']:4.0f} p99 {minute['p99']:4.0f} ms, "
        f"machine {minute['busy']:4.0%} busy, web {minute['web']:.0f} MB, worker {minute['worker']:.0f} MB",
        flush=True,
    )


def has_grown(minutes: list[dict], name: str) -> bool:
    """Return whether the memory of a process went on growing after it was warm."""
    warm = minutes[WARM_UP_MINUTES:]
    return len(warm) > 1 and warm[-1][name] > warm[0][name] * GROWN_AT_MOST


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__.split("\n")[0])
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--busy", type=float, default=0.7, help="share of the whole machine")
    parser.add_argument("--json", type=Path, help="write what was found here, too")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="madang-soak-", ignore_cleanup_errors=True) as folder:
        result = soak(wanted, Path(folder).resolve())
    for name, number in result["statuses"].items():
        print(f"{name:24}{number:8}")
    print(
        f"{result['written']} notes acknowledged: {result['lost']} lost, {result['twice']} twice."
    )
    if wanted.json:
        wanted.json.write_text(json.dumps(result, indent=1))
    problems = [
        f"{result['broken']} answers were broken." if result["broken"] else "",
        "Notes were lost or came twice." if result["lost"] or result["twice"] else "",
        *(
            f"The {name} went on growing." if has_grown(result["minutes"], name) else ""
            for name in ("web", "worker")
        ),
    ]
    print("\n".join(filter(None, problems)) or "Nothing broke and nothing grew.")
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
