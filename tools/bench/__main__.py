"""Time our pages and the bare ones in turns, on loopback, and compare.

python -m tools.bench [--rounds 5] [--seconds 1.5]

Both run under gunicorn with one process, on SQLite. CPU is what the server's processes used, by
the kernel's count, divided by the requests: unlike requests per second it hardly depends on what
else the machine does. Rounds are interleaved, so that a busy moment meets both; medians are shown.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.demo_site import demo_site, quoted
from tools.processes import LOOPBACK, ROOT, free_port, start, stop, wait_until
from tools.run import answers

CONNECTIONS = 4
WARM_UP_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")
# Our page's name (tools/web/pages.json) and the bare page that shows the same.
PAIRS = (
    ("front", "/"),
    ("explore", "/"),
    ("post", "/posts/200/"),
    ("profile", "/authors/1/"),
    ("tag", "/"),
)


@dataclass
class Target:
    """One page on one server, with what was measured."""

    name: str
    port: int
    master: int
    path: str
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def measure(self, seconds: float, *, is_kept: bool = True) -> None:
        before = cpu_seconds(self.master)
        client = [sys.executable, "-m", "tools.bench.client", LOOPBACK, str(self.port)]
        done = subprocess.run(
            [*client, self.path, str(seconds), str(CONNECTIONS)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr.strip()}")
        count = int(done.stdout)
        if is_kept:
            self.rates.append(count / seconds)
            self.costs.append((cpu_seconds(self.master) - before) * 1000 / count)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


def cpu_seconds(master: int) -> float:
    """Return the processor time of a gunicorn master and its workers so far."""
    total = 0
    for pid in [master, *children_of(master)]:
        # The name may hold spaces: count fields after its closing parenthesis.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def bare_site() -> Iterator[tuple[int, int, dict[str, str]]]:
    """Serve the yardstick; yield its port, its process id and its environment."""
    with tempfile.TemporaryDirectory(prefix="madang-bare-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "static").mkdir()
        surroundings = dict(
            os.environ, BARE_FOLDER=folder, DJANGO_SETTINGS_MODULE="tools.bench.bare.settings"
        )
        fill = "import django; django.setup(); from tools.bench.bare.fill import fill; fill()"
        subprocess.run([sys.executable, "-c", fill], cwd=ROOT, env=surroundings, check=True)
        port = free_port()
        web = start(
            [sys.executable, "-m", "gunicorn", "tools.bench.bare.wsgi"]
            + ["--bind", f"{LOOPBACK}:{port}", "--worker-class", "gthread", "--threads", "8"]
            + ["--log-level", "warning", "--no-control-socket"],
            env=surroundings,
        )
        try:
            if not wait_until(
                lambda: answers(f"http://{LOOPBACK}:{port}/hello"), seconds=30, process=web
            ):
                raise RuntimeError("The bare site does not answer.")
            yield port, web.pid, surroundings
        finally:
            stop(web)


def count_queries(paths: list[str], surroundings: dict[str, str]) -> dict[str, list[int]]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.queries", *paths],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    wanted = parser.parse_args(arguments)
    if not Path("/proc/self/stat").exists():
        print("make bench reads processor time from /proc: Linux only.", file=sys.stderr)
        return 1
    with demo_site() as site, bare_site() as (bare_port, bare_pid, bare_surroundings):
        port = int(site.url.rsplit(":", 1)[1])
        ours = {page.name: quoted(page.path) for page in site.pages([name for name, _ in PAIRS])}
        pairs = [("floor", "/healthz", "/hello")]
        pairs += [(name, ours[name], bare) for name, bare in PAIRS if name in ours]
        targets = [
            (Target(name, port, site.web.pid, path), Target(name, bare_port, bare_pid, bare))
            for name, path, bare in pairs
        ]
        for pair in targets:
            for target in pair:
                target.measure(WARM_UP_SECONDS, is_kept=False)
        for _ in range(wanted.rounds):
            for pair in targets:
                for target in pair:
                    target.measure(wanted.seconds)
        queries = count_queries([path for _, path, _ in pairs], site.surroundings)
        bare_queries = count_queries([bare for _, _, bare in pairs], bare_surroundings)
        sizes = {path: size_of(site.url + path) for _, path, _ in pairs}
    rate_titles, cost_titles = f"{'req/s':>7} {'bare':>7}", f"{'CPU ms':>7} {'bare':>7}"
    print(f"\n{'':10} {rate_titles}   {cost_titles}   ratio   SQL (again) bare     kB")
    for madang, bare in targets:
        first, again, _ = queries[madang.path]
        print(
            f"{madang.name:10} {madang.rate:7.0f} {bare.rate:7.0f}   "
            f"{madang.cost:7.2f} {bare.cost:7.2f}   {bare.cost / madang.cost:5.2f}   "
            f"{first:3} {f'({again})':>7} {bare_queries[bare.path][0]:4}  "
            f"{sizes[madang.path] / 1000:6.1f}"
        )
    print(
        "\nratio: the bare page's CPU divided by ours (1.00 = as cheap as the bare page).\n"
        f"Medians of {wanted.rounds} rounds of {wanted.seconds} s, {CONNECTIONS} connections."
    )
    return 0


def size_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return len(answer.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
