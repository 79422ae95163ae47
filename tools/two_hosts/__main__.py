"""Serve one site from two hosts, kill its parts under load, and see what was lost.

python -m tools.two_hosts [--seconds 15] [--kept FOLDER]

Hosts are network namespaces of this machine: two of ours (web, worker and beat on each), a PostgreSQL
primary and a streaming replica, Redis, an OpenSearch test server, and nginx in front. What ends is
started again, as systemd would do it; a host that loses its power stays off until it is switched on.
Readers and writers go on all the time. At the end every note that was acknowledged has to be there
once, and search and the replica have to know it all. What waited has to be done, and jobs that died with
their worker have to be given up by the clock, after ten to fifteen minutes, and to be done when they are
begun again: so this takes twenty minutes. Needs root, PostgreSQL, Redis and nginx.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tools.two_hosts.load import Load
from tools.two_hosts.network import network
from tools.two_hosts.site import Site

HOSTS = ("primary", "replica", "redis", "search", "first", "second", "edge")
PREPARE = """
import json, sys
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.actions import make_token
from accounts.models import User
from blog.models import Post
people = [User.objects.get(handle=handle) for handle in ("minah", "junho", "taeo")]
tokens = [make_token(person, name="two hosts", seconds=86400)[1] for person in people]
def sign_in(person):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
posts = Post.objects.public().articles().select_related("author")[:8]
print(json.dumps({"tokens": tokens, "cookies": [sign_in(one) for one in people[:2]],
  "paths": ["/", "/explore/", "/@minah/", "/feed.atom", *(post.get_absolute_url() for post in posts)]}))
"""
COUNT = """
import json
from accounts.models import Job
from blog.models import Post
from collections import Counter
notes = Counter(Post.objects.filter(source__startswith="두 서버에서").values_list("source", flat=True))
print(json.dumps({"notes": notes}))
"""
JOBS = """
import json
from accounts.models import Job
from collections import Counter
print(json.dumps(Counter(Job.objects.filter(kind="probe").values_list("state", flat=True))))
"""
AGAIN = """
from accounts import actions
from accounts.models import Job
for job in Job.objects.filter(kind="probe", state="failed"):
    actions.retry_job(job)
"""
QUEUE = """
from accounts import actions
from accounts.models import User
for person in User.objects.filter(handle__in=("minah", "junho", "taeo", "sora")):
    actions.start_job(actor=person, kind="probe", params={"seconds": 4})
"""

WORKERS_KILLED_WITH = 4
"""Jobs that are queued just before both workers are killed."""

GIVEN_UP_SECONDS = 17 * 60
"""A job in a killed worker counts as failed after 10 minutes, and what is due is looked at each 5."""


class Trial:
    """One run: phases, what each one cost, and the count at the end."""

    def __init__(self, site: Site, seconds: float):
        self.site, self.seconds = site, seconds
        self.phases: list[tuple[str, float, float, str]] = []
        told = json.loads(site.manage("shell", "--no-imports", "-c", PREPARE).splitlines()[-1])
        paths = [_quoted(path) for path in told["paths"]]
        self.load = Load(site.url, told["tokens"], paths, ["", *told["cookies"]])

    def phase(self, name: str, act: Callable[[], str | None] | None = None) -> None:
        """Do something, then let the load go on for a while."""
        began = time.monotonic()
        told = (act() if act else None) or ""
        while time.monotonic() - began < self.seconds:
            self.site.keep()
            time.sleep(0.1)
        self.phases.append((name, began, time.monotonic(), told))
        self._tell(self.phases[-1])

    def _tell(self, phase: tuple[str, float, float, str]) -> None:
        name, since, until, told = phase
        print(f"\n{name} ({until - since:.0f} s){f': {told}' if told else ''}", flush=True)
        for kind, (counts, slowest) in sorted(self.load.summary(since, until).items()):
            words = ", ".join(
                f"{_word(status)} {number}" for status, number in sorted(counts.items())
            )
            print(f"  {kind:13} {words}; slowest {slowest:.1f} s", flush=True)

    def count(self) -> list[str]:
        """Return what is wrong in the end."""
        site, load = self.site, self.load
        wrong = []
        found = json.loads(site.manage("shell", "--no-imports", "-c", COUNT).splitlines()[-1])
        notes = found["notes"]
        lost = [text for text in load.written if text not in notes]
        twice = [text for text, number in notes.items() if number > 1]
        print(
            f"\nnotes acknowledged {len(load.written)}, stored {len(notes)}, lost {len(lost)},"
            f" twice {len(twice)}, never answered {len(load.unsure)}"
        )
        if lost or twice:
            wrong.append(f"lost {lost[:3]}, twice {twice[:3]}")
        return wrong


def _word(status: int) -> str:
    return str(status) if status else "no answer"


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/@?=&%:+")


def trial(site: Site, seconds: float) -> list[str]:
    """Set up, break and mend everything; return what was wrong."""
    hosts = site.hosts
    site.start_data()
    print("data ready", flush=True)
    print(site.manage("prepare").strip(), flush=True)
    site.manage("load_demo")
    site.manage("search_reindex")
    for name in ("first", "second"):
        site.start_host(name)
    site.start_edge()
    for name in ("first", "second"):
        site.wait(lambda name=name: site.is_up(name), name)
    one = Trial(site, seconds)
    one.load.start()
    try:
        one.phase("all is well")
        one.phase("the first host loses its power", lambda: hosts["first"].kill())
        one.phase("the first host is switched on", lambda: _revive(site, "first"))
        one.phase("the replica is killed", lambda: hosts["replica"].kill())
        one.phase("the replica is back", lambda: hosts["replica"].revive())
        one.phase("Redis is killed", lambda: hosts["redis"].kill())
        one.phase("Redis is back", lambda: hosts["redis"].revive())
        one.phase("workers are killed at work", lambda: _kill_workers(site))
        # The test server keeps all in memory: what would be a restart of OpenSearch is a cut cable.
        one.phase("search is cut off", lambda: hosts["search"].cut())
        one.phase("search is back", lambda: hosts["search"].join())
        one.phase("the primary is killed", lambda: hosts["primary"].crash())
        one.phase("all is well again")
    finally:
        one.load.stop()
    wrong = one.count()
    wrong += _settled(site, one)
    wrong += _jobs_settled(site)
    bad = [
        answer
        for answer in one.load.answers
        if answer.status not in {200, 201, 301, 304} and not _is_allowed(one, answer)
    ]
    if bad:
        counts = Counter((answer.kind, answer.status) for answer in bad)
        wrong.append(f"errors outside of what is allowed: {dict(counts)}")
    return wrong


ALLOWED = {
    # What was under way on a host that dies may fail; nginx asks the other one for what is safe.
    "the first host loses its power": {0, 502, 504},
    "the primary is killed": {0, 500, 502, 503},
    "all is well again": {503},
}


def _is_allowed(one: Trial, answer) -> bool:
    for name, since, until, _told in one.phases:
        # Requests that began before are cut off by what happens next.
        if since - 2 <= answer.moment < until and answer.status in ALLOWED.get(name, ()):
            return True
    return False


def _revive(site: Site, name: str) -> str:
    site.hosts[name].revive()
    took = site.wait(lambda: site.is_up(name), name)
    return f"serves after {took:.1f} s"


def _kill_workers(site: Site) -> str:
    site.manage("shell", "--no-imports", "-c", QUEUE)
    time.sleep(3)
    for name in ("first", "second"):
        site.hosts[name].crash("worker")
    return "four jobs were queued, both workers were killed three seconds later"


def _settled(site: Site, one: Trial) -> list[str]:
    """Wait until search and the replica know what was written; return what they do not."""
    import psycopg2

    count = "SELECT count(*) FROM blog_post WHERE source LIKE '두 서버에서%'"

    def known(url: str) -> int:
        connection = psycopg2.connect(url.replace("postgres:", "postgresql:", 1))
        try:
            with connection.cursor() as cursor:
                cursor.execute(count)
                return cursor.fetchone()[0]
        finally:
            connection.close()

    wrong = []
    try:
        took = site.wait(lambda: known(site.replica) == known(site.database), "the replica", 60)
        print(f"the replica has it all after {took:.1f} s")
    except (RuntimeError, psycopg2.Error) as error:
        wrong.append(str(error))

    def differences() -> str:
        return site.manage("search_check")

    try:
        took = site.wait(lambda: _finds_nothing(differences), "search", 180)
        print(f"search has it all after {took:.1f} s: {differences().strip().splitlines()[-1]}")
    except RuntimeError as error:
        wrong.append(str(error))
    return wrong


def _jobs_settled(site: Site) -> list[str]:
    """Wait for the jobs whose workers were killed, and begin those again that are given up for it."""

    def jobs() -> Counter[str]:
        said = site.manage("shell", "--no-imports", "-c", JOBS)
        return Counter(json.loads(said.splitlines()[-1]))

    def is_settled() -> bool:
        time.sleep(5)
        site.keep()
        return not {"queued", "running"} & set(jobs())

    try:
        print(f"jobs {dict(jobs())}", flush=True)
        took = site.wait(is_settled, "jobs", GIVEN_UP_SECONDS)
        found = jobs()
        print(f"jobs {dict(found)} after {took:.0f} s more", flush=True)
        site.manage("shell", "--no-imports", "-c", AGAIN)
        took = site.wait(is_settled, "jobs that were begun again", 120)
        again = jobs()
        print(f"jobs {dict(again)} {took:.0f} s after failed ones were begun again")
    except RuntimeError as error:
        return [str(error)]
    if again["done"] < WORKERS_KILLED_WITH or again["failed"] != found["failed"]:
        return [f"jobs: {dict(found)}, then {dict(again)}"]
    return []


def _finds_nothing(differences: Callable[[], str]) -> bool:
    try:
        differences()
    except RuntimeError:
        return False
    return True


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="two_hosts", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=15, help="how long each phase lasts")
    parser.add_argument("--kept", type=Path, help="keep the hosts' files and logs here")
    wanted = parser.parse_args(arguments)
    folder = wanted.kept or Path(tempfile.mkdtemp(prefix="madang-hosts-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        with network(HOSTS, folder) as hosts:
            wrong = trial(Site(hosts, folder), wanted.seconds)
    finally:
        if not wanted.kept:
            shutil.rmtree(folder, ignore_errors=True)
    for line in wrong:
        print(f"✗ {line}")
    print("✓ nothing lost" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
