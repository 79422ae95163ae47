"""Time search at a hundred thousand and a million posts, on SQLite and PostgreSQL.

python -m tools.bench_search [--sizes 100000 1000000] [--engines sqlite postgres] [--rounds 3]

Each size and engine is a throw-away site of its own, in a process of its own, with the same posts
(tools/bench_search/corpus.py). Up to --pages-up-to posts there are posts behind the entries, and
whole pages are timed as well. Times are processor time of Python and of the database by the
kernel's count. What misses its target is marked. Linux only.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.bench_search.corpus import Corpus
from tools.engines import postgres
from tools.processes import ROOT

ENGINES = ("sqlite", "postgres")
TARGETS: dict[str, dict[str, tuple[float, float]]] = {
    # Milliseconds (p95) at up to 100,000 posts, and beyond.
    "find|rare": {"sqlite": (30, 80), "postgres": (30, 60)},
    "find|medium": {"sqlite": (30, 80), "postgres": (30, 60)},
    "find|very common": {"sqlite": (60, 150), "postgres": (60, 150)},
    "search|mixed": {"sqlite": (30, 80), "postgres": (30, 60)},
    "count": {"sqlite": (15, 40), "postgres": (15, 40)},
    "suggest": {"sqlite": (30, 50), "postgres": (30, 50)},
    "http|page": {"sqlite": (120, 200), "postgres": (120, 200)},
    "http|suggestions": {"sqlite": (30, 50), "postgres": (30, 50)},
}
SMALL = 100_000
SHARES = {"sqlite": 1.4, "postgres": 1.6}
"""Bytes of entries and words, for each byte of text."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench_search", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages-up-to", type=int, default=SMALL)
    parser.add_argument(
        "--folder",
        type=Path,
        help="where SQLite's sites are kept, and asked again without filling (default: thrown away)",
    )
    parser.add_argument("--rum", action="store_true", help="create the extension on PostgreSQL")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.one:
        return measure(wanted, wanted.one[0], int(wanted.one[1]))
    missed = 0
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch(wanted.folder))
        server = stack.enter_context(postgres()) if "postgres" in wanted.engines else None
        for size in wanted.sizes:
            results = {}
            for engine in wanted.engines:
                if engine == "postgres" and server is None:
                    raise SystemExit("There is no PostgreSQL here.")
                site = folder / f"{engine}-{size}"
                url = server.url.replace("/postgres", f"/search_{size}") if server else ""
                if engine == "sqlite":
                    url = f"sqlite:///{site}.sqlite3"
                else:
                    make_database(server.url, f"search_{size}", has_rum=wanted.rum)
                results[engine] = run(engine, size, url, site, arguments)
            missed += report(size, results)
    return 1 if missed else 0


@contextlib.contextmanager
def scratch(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="madang-bench-search-") as folder:
        yield Path(folder)


def make_database(server: str, name: str, *, has_rum: bool) -> None:
    import psycopg2

    for database, lines in (
        (server, [f"CREATE DATABASE {name}"]),
        (server.replace("/postgres", f"/{name}"), ["CREATE EXTENSION rum"] if has_rum else []),
    ):
        with contextlib.closing(
            psycopg2.connect(database.replace("postgres:", "postgresql:", 1))
        ) as one:
            one.autocommit = True
            with one.cursor() as cursor:
                for line in lines:
                    cursor.execute(line)


def run(engine: str, size: int, url: str, site: Path, arguments: list[str]) -> dict:
    """Fill and measure one site in a process of its own."""
    site.mkdir(exist_ok=True)
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEBUG": "off",
        "DATABASE_URL": url,
        "SEARCH_ENGINE": engine,
        "VAR_DIR": str(site),
        "BENCH_RESULT": str(site / "result.json"),
    }
    command = [sys.executable, "-m", "tools.bench_search", *arguments, "--one", engine, str(size)]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    return json.loads((site / "result.json").read_text())


def measure(wanted: argparse.Namespace, engine: str, size: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    # All modules now: filling takes long, and they may change meanwhile.
    import config.urls  # noqa: F401
    import search.selectors
    import search.suggesting  # noqa: F401
    from tools.bench_search.asking import ask
    from tools.bench_search.filling import fill

    def say(line: str) -> None:
        print(f"{engine}, {size:,} posts: {line}", flush=True)

    corpus, has_pages = Corpus(size), size <= wanted.pages_up_to
    counts = Path(os.environ["VAR_DIR"]) / f"counts-{'posts' if has_pages else 'entries'}"
    if engine == "sqlite" and counts.with_suffix(".json").exists():
        say("filled before")
        corpus.load_counts(counts)
        figures = json.loads(counts.with_suffix(".json").read_text())
    else:
        if engine == "sqlite":
            Path(settings.DATABASES["default"]["NAME"]).unlink(missing_ok=True)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        figures = fill(corpus, has_posts=has_pages, say=say)
        corpus.save_counts(counts)
        counts.with_suffix(".json").write_text(json.dumps(figures))
    times = ask(corpus, rounds=wanted.rounds, has_pages=has_pages)
    result = {"figures": figures, "times": times}
    Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(result))
    return 0


def report(size: int, results: dict[str, dict]) -> int:
    """Print p50 / p95 by measure and engine; return how many miss their target."""
    missed = 0
    engines = list(results)
    print(
        f"\n{size:,} posts, ms of processor time{'':17}" + "".join(f"{one:>28}" for one in engines)
    )
    print(f"{'':46}" + f"{'p50      p95   target':>28}" * len(engines))
    for name in results[engines[0]]["times"]:
        cells = ""
        for engine in engines:
            values = results[engine]["times"][name]
            last, target = at(0.95, values), target_of(name, engine, size)
            is_missed = target is not None and last > target
            missed += is_missed
            told = f"{target:5.0f}" if target else "     "
            cells += f"{at(0.5, values):11.1f} {last:8.1f} {told}{' !' if is_missed else '  '}"
        print(f"{name.replace('|', ', '):46}{cells}")
    for engine in engines:
        figures = results[engine]["figures"]
        share = figures["bytes_entries"] / figures["bytes_text"]
        missed += share > SHARES[engine]
        print(
            f"{engine}: {figures['terms']:,.0f} words;"
            f" loaded in {figures['seconds_load']:.0f} s, words and indexes"
            f" {figures['seconds_words']:.0f} s; text {mb(figures['bytes_text'])}, entries with"
            f" their indexes {mb(figures['bytes_entries'])} ({share:.2f} of the text, target"
            f" {SHARES[engine]}), of it the index of words {mb(figures['bytes_words'])};"
            f" vocabulary {mb(figures['bytes_terms'])}"
        )
    return missed


def target_of(name: str, engine: str, size: int) -> float | None:
    for start, targets in TARGETS.items():
        if name.startswith(start):
            return targets[engine][0 if size <= SMALL else 1]
    return None


def at(share: float, values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
