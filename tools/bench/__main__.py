"""Time our pages and the bare ones in turns, on loopback, and compare.

python -m tools.bench [--sizes 10000] [--engines sqlite postgres] [--rounds 3] [--seconds 1.5]
                      [--pages post timeline] [--folder KEPT] [--json RESULT]

Each size and engine is a throw-away site with made-up people and posts (tools/bench/filling.py), served
by gunicorn with one process; on PostgreSQL with Redis beside it. The bare site is a small Django
application on the same engine. CPU is what the processes of the site, of the database and of Redis
used, by the kernel's count, divided by the requests: unlike requests per second it hardly depends on
what else the machine does. Rounds are interleaved, so that a busy moment meets both; medians are
shown. TEST_POSTGRES_URL and TEST_REDIS_URL name servers on this machine that keep the sites for another
run, as --folder does for SQLite. Linux only.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from redis import Redis

from tools.bench.pages import Pair, Question, pairs
from tools.bench.serving import Site, bare_site, our_site
from tools.engines import Engine, postgres, redis
from tools.processes import LOOPBACK, ROOT

CONNECTIONS = 4
WARM_UP_SECONDS = 0.7
ENGINES = ("sqlite", "postgres")
HEADERS = {"Accept-Language": "ko", "User-Agent": "Mozilla/5.0 bench"}


@dataclass
class Figures:
    """What was measured of one question."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    statements: int = 0
    bytes: int = 0

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def at(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def order(site: Site, question: Question, seconds: float) -> dict:
    headers = HEADERS | question.headers
    if question.is_conditional:
        headers["If-None-Match"] = fetch(site, question)
    return {
        "host": LOOPBACK,
        "port": site.port,
        "paths": [quoted(path) for path in question.paths],
        "headers": headers,
        "method": question.method,
        "body": question.body,
        "status": question.status,
        "seconds": seconds,
        "connections": CONNECTIONS,
    }


def quoted(path: str) -> str:
    return urllib.parse.quote(path, safe="/@?=&%:+")


def fetch(site: Site, question: Question) -> str:
    """Ask once; return the ETag of the answer."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{site.port}{quoted(question.paths[0])}")
    for name, value in (HEADERS | question.headers).items():
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers["ETag"] or ""


def measure(site: Site, question: Question, seconds: float, figures: Figures | None) -> None:
    # What is kept for a moment may have grown old while others were asked.
    fetch(site, question)
    before = site.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.client"],
        input=json.dumps(order(site, question, seconds)),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{question.name}: {done.stderr.strip()}")
    told = json.loads(done.stdout)
    if figures is not None:
        figures.rates.append(told["count"] / seconds)
        figures.costs.append((site.cpu() - before) * 1000 / told["count"])
        figures.latencies += [one * 1000 for one in told["latencies"]]


def count_statements(questions: list[Question], surroundings: dict[str, str]) -> list[dict]:
    """Return for each question the statements of a second request, and the bytes of its answer."""
    asked = [asdict(one) | {"paths": [quoted(path) for path in one.paths[:2]]} for one in questions]
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.queries"],
        input=json.dumps(asked),
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def engines(name: str) -> Iterator[tuple[Engine | None, Engine | None]]:
    if name == "sqlite":
        yield None, None
        return
    with postgres() as database, redis() as cache:
        if database is None or cache is None:
            raise SystemExit("There is no PostgreSQL or no Redis here.")
        with contextlib.closing(Redis.from_url(cache.url)) as one:
            # What another size has kept is not ours.
            one.flushall()
        yield (
            replace(database, pid=database.pid or postmaster_of(database.url)),
            replace(cache, pid=cache.pid or redis_process_of(cache.url)),
        )


def postmaster_of(url: str) -> int:
    """Return the process of a PostgreSQL on this machine that was running before."""
    import psycopg2

    address = url.replace("postgres:", "postgresql:", 1)
    with contextlib.closing(psycopg2.connect(address)) as one, one.cursor() as cursor:
        cursor.execute("SELECT pg_read_file('postmaster.pid')")
        return int(cursor.fetchone()[0].split()[0])


def redis_process_of(url: str) -> int:
    """Return the process of a Redis on this machine that was running before."""
    with contextlib.closing(Redis.from_url(url)) as one:
        return int(one.info("server")["process_id"])


def database_at(server: Engine, name: str) -> tuple[str, bool]:
    """Return the address of a database, and whether it was there before."""
    import psycopg2

    url = f"{server.url.rpartition('/')[0]}/{name}"
    with contextlib.closing(
        psycopg2.connect(server.url.replace("postgres:", "postgresql:", 1))
    ) as one:
        one.autocommit = True
        with one.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone():
                return url, True
            cursor.execute(f"CREATE DATABASE {name}")
    return url, False


def run(engine: str, size: int, wanted: argparse.Namespace, folder: Path) -> dict:
    """Measure one size on one engine; return what was found."""
    place = folder / f"{engine}-{size}"
    with engines(engine) as (database, cache), contextlib.ExitStack() as stack:
        if database:
            url, is_filled = database_at(database, f"bench_{size}")
            bare_url, is_bare_filled = database_at(database, "bench_bare")
            others = [database.pid, cache.pid]
        else:
            url, bare_url, others = f"sqlite:///{place}/madang.sqlite3", "", []
            is_bare_filled = False
            is_filled = (place / "madang.sqlite3").exists()
        ours = stack.enter_context(
            our_site(
                url, posts=size, folder=place, redis=cache, engines=others, is_filled=is_filled
            )
        )
        bare = stack.enter_context(
            bare_site(bare_url, redis=cache, engines=others, is_filled=is_bare_filled)
        )
        chosen = [
            pair
            for pair in pairs(ours)
            if not wanted.pages or any(word in pair.ours.name for word in wanted.pages)
        ]
        return time_in_turns(chosen, ours, bare, wanted)


def time_in_turns(chosen: list[Pair], ours: Site, bare: Site, wanted: argparse.Namespace) -> dict:
    found = [(pair, Figures(), Figures()) for pair in chosen]
    for pair, _mine, _its in found:
        measure(ours, pair.ours, WARM_UP_SECONDS, None)
        measure(bare, pair.bare, WARM_UP_SECONDS, None)
    for _ in range(wanted.rounds):
        for pair, mine, its in found:
            measure(ours, pair.ours, wanted.seconds, mine)
            measure(bare, pair.bare, wanted.seconds / 2, its)
    counted = count_statements([pair.ours for pair in chosen], ours.surroundings)
    bare_counted = count_statements([pair.bare for pair in chosen], bare.surroundings)
    rows = []
    for (pair, mine, its), told, bare_told in zip(found, counted, bare_counted, strict=True):
        rows.append(
            {
                "name": pair.ours.name,
                "goal": pair.goal,
                "rate": mine.rate,
                "p50": mine.at(0.5),
                "p95": mine.at(0.95),
                "p99": mine.at(0.99),
                "cost": mine.cost,
                "bare_cost": its.cost,
                "ratio": its.cost / mine.cost,
                "statements": told["statements"],
                "bare_statements": bare_told["statements"],
                "kB": told["bytes"] / 1000,
            }
        )
    return {"rows": rows, "memory": ours.memory(), "bare_memory": bare.memory()}


def report(engine: str, size: int, result: dict) -> int:
    """Print the table; return how many goals were missed."""
    missed = 0
    print(f"\n{engine}, {size:,} posts; one web process, {CONNECTIONS} connections")
    print(
        f"{'':26}{'req/s':>7}{'p50':>7}{'p95':>7}{'p99':>7} ms  {'CPU ms':>7}{'bare':>7}"
        f"{'ratio':>7}{'goal':>6}{'SQL':>5}{'bare':>5}{'kB':>7}"
    )
    for row in result["rows"]:
        is_missed = row["goal"] is not None and row["ratio"] < row["goal"]
        missed += is_missed
        goal = f"{row['goal']:.2f}" if row["goal"] else ""
        print(
            f"{row['name']:26}{row['rate']:7.0f}{row['p50']:7.1f}{row['p95']:7.1f}{row['p99']:7.1f}"
            f"     {row['cost']:7.2f}{row['bare_cost']:7.2f}{row['ratio']:7.2f}{goal:>6}"
            f"{row['statements']:5}{row['bare_statements']:5}{row['kB']:7.1f}"
            f"{' !' if is_missed else ''}"
        )
    print(f"web process: {result['memory']:.0f} MB (bare {result['bare_memory']:.0f} MB)")
    return missed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--pages", nargs="+", help="only those with one of these words in the name")
    parser.add_argument("--folder", type=Path, help="keep the sites of SQLite here for another run")
    parser.add_argument("--json", type=Path, help="write what was found here, too")
    wanted = parser.parse_args(arguments)
    if not Path("/proc/self/stat").exists():
        print("make bench reads processor time from /proc: Linux only.", file=sys.stderr)
        return 1
    results: dict[str, dict] = {}
    with contextlib.ExitStack() as stack:
        folder = wanted.folder or Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="madang-bench-", ignore_cleanup_errors=True)
            )
        )
        for engine in wanted.engines:
            for size in wanted.sizes:
                result = run(engine, size, wanted, folder.resolve())
                report(engine, size, result)
                results[f"{engine} {size}"] = result
    if wanted.json:
        wanted.json.write_text(json.dumps(results, indent=1))
    print(
        "\nratio: the bare page's CPU divided by ours (1.00 = as cheap as the bare page); ! misses its"
        f" goal. CPU: web, database and Redis.\nMedians of {wanted.rounds} rounds of {wanted.seconds} s."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
