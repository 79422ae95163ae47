"""Two real PostgreSQL servers, one following the other: it stops, it is late, it comes back (OP-17)."""

import json
import os
import subprocess
import sys
import time

import pytest

from config.tests.postgres_server import needs_postgres, postgres_server, replica_server
from tools.processes import ROOT

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.behaviour("OP-17"),
    pytest.mark.thorough,
    needs_postgres,
]

ASK = """
import json, sys, time
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.test import Client
from config import replica
from blog.models import Post

settings.ALLOWED_HOSTS = ["testserver"]
replica.watch._begin = lambda: None
served = []
def noted(alias):
    def note(run, sql, params, many, context):
        if "blog_post" in sql:
            served.append(alias)
        return run(sql, params, many, context)
    return note

def install(sender, connection, **kwargs):
    wrapper = noted(connection.alias)
    connection.execute_wrappers[:] = [wrapper]

from django.db.backends.signals import connection_created
connection_created.connect(install, weak=False)
browser = Client()

def ask(path):
    served.clear()
    began = time.monotonic()
    response = browser.get(path)
    return {
        "status": response.status_code,
        "seconds": round(time.monotonic() - began, 3),
        "from": sorted(set(served)),
        "text": response.content.decode(),
    }

for line in sys.stdin:
    what, *rest = json.loads(line)
    if what == "ask":
        answer = ask(*rest)
    elif what == "look":
        found = replica.look()
        answer = {"usable": found.is_usable, "lag": found.lag, "problem": found.problem}
    elif what == "write":
        from blog.tests.factories import make_article, make_person
        from accounts.models import User
        author = User.objects.filter(handle="minah").first() or make_person("minah", "민아")
        answer = make_article(author, rest[0]).get_absolute_url()
    elif what == "try to write there":
        try:
            Post.objects.using("replica").update(like_count=1)
            answer = "written"
        except Exception as error:
            answer = str(error)
    print(json.dumps(answer), flush=True)
"""


class Site:
    """A process of the site that answers questions, each with how it was answered."""

    def __init__(self, primary: str, replica: str, folder):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"REDIS_URL", "DATABASE_URL", "DATABASE_POOLER"}
        } | {
            "DATABASE_URL": primary,
            "DATABASE_REPLICA_URL": replica,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASK],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def servers():
    with postgres_server() as primary, replica_server(primary) as following:
        yield primary, following


@pytest.fixture
def site(servers, tmp_path):
    site = Site(servers[0].url, servers[1].url, tmp_path)
    yield site
    site.end()


def wait_for_replica(servers) -> None:
    primary, following = servers
    written = primary.ask("SELECT pg_current_wal_flush_lsn()")
    deadline = time.monotonic() + 30
    while not following.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_pages_come_from_the_replica_while_it_is_there_and_follows(site, servers):
    _primary, following = servers
    site("write", "바람이 부는 마당에서")
    wait_for_replica(servers)
    assert site("look")["usable"] is True
    api = "/api/v1/posts/"
    seen = site("ask", api)
    assert (seen["status"], seen["from"]) == (200, ["replica"])
    assert "바람이 부는 마당" in seen["text"]
    assert "read-only" in site("try to write there")

    # An idle primary is not a late replica.
    time.sleep(2)
    idle = site("look")
    assert idle["usable"] is True
    assert idle["lag"] == 0

    # It stops in the middle: the request that notices is answered by the primary.
    following.stop()
    lost = site("ask", api)
    assert lost["status"] == 200
    assert "default" in lost["from"]
    assert lost["seconds"] < 2
    gone = site("look")
    assert gone["usable"] is False
    after = site("ask", api)
    assert (after["status"], after["from"]) == (200, ["default"])

    # It comes back by itself.
    following.start()
    wait_for_replica(servers)
    assert site("look")["usable"] is True
    assert site("ask", api)["from"] == ["replica"]

    # It stands still although it answers: what is new is not there.
    following.ask("SELECT pg_wal_replay_pause()")
    later = site("write", "새 글은 아직 저쪽에 없다")
    late = site("look")
    assert late["lag"] > 0
    missing = site("ask", later)
    assert missing["status"] == 200, "what the replica does not know yet is asked of the primary"
    time.sleep(11)
    late = site("look")
    assert late["usable"] is False
    assert late["lag"] > 10
    assert "behind" in late["problem"]
    current = site("ask", api)
    assert current["from"] == ["default"]
    assert "새 글은 아직" in current["text"]

    following.ask("SELECT pg_wal_replay_resume()")
    wait_for_replica(servers)
    assert site("look")["usable"] is True
    current = site("ask", api)
    assert current["from"] == ["replica"]
    assert "새 글은 아직" in current["text"]

    # One that became a primary of its own is none to read from.
    following.ask("SELECT pg_promote()")
    assert site("look") == {"usable": False, "lag": None, "problem": "Error: this is no replica"}
