"""The site in its processes, with Redis and PostgreSQL taken away and given back (OP-17, OP-24)."""

import sys
import time

import pytest

from config.tests.live_site import live_site
from config.tests.postgres_server import needs_postgres
from config.tests.redis_server import needs_redis
from tools.processes import wait_until

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.behaviour("OP-17"),
    pytest.mark.thorough,
    needs_postgres,
    needs_redis,
]
MADE_UP_SECONDS = 120


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with live_site(tmp_path_factory.mktemp("site")) as found:
        yield found


def tell(title: str, answers) -> None:
    """Show what was measured (``-s``)."""
    sys.stdout.write(f"\n{title}\n")
    for what, status, seconds in answers:
        sys.stdout.write(f"  {status} {seconds:6.3f} s  {what}\n")


def test_without_redis_people_read_write_and_sign_in_and_nobody_waits(running):
    site, _postgres, redis = running
    site.use()
    usual = site.use()
    tell("with Redis", usual)
    assert [answer for answer in usual if answer[1] >= 400] == []

    redis.stop()
    first = site.use()
    tell("without Redis, first", first)
    later = site.use()
    tell("without Redis, later", later)
    for answers in (first, later):
        assert [(what, status) for what, status, _ in answers] == [
            (what, status) for what, status, _ in usual
        ]
    # A busy machine is slow by itself: what counts is what Redis costs.
    for (what, _status, seconds), (_what, _also, before) in zip(later, usual, strict=True):
        assert seconds < 1 + 3 * before, what

    member = site.browser()
    member.sign_in("junho")
    word = "구름빵"
    member.send("/", source=f"{word} 레시피를 적어 둔다", visibility="public")
    redis.start()
    time.sleep(5)
    # The sweep comes every ten minutes; the next that is written wakes the worker for all.
    assert [answer for answer in site.use() if answer[1] >= 400] == []
    reader = site.browser()

    def is_found() -> bool:
        time.sleep(1)
        # The word itself is marked in what was found.
        return "레시피를 적어" in reader.get(f"/search/?q={word}").text

    assert wait_until(is_found, seconds=MADE_UP_SECONDS), "the worker took up what waited"
    assert site.is_running()
    assert "redis_back" in site.log()


@pytest.mark.behaviour("OP-24")
def test_without_the_database_pages_say_so_and_come_back_by_themselves(running):
    site, postgres, _redis = running
    browser, program = site.browser(), site.browser()
    program.client.headers["Accept"] = "application/json"
    browser.sign_in("junho")
    postgres.stop()
    time.sleep(31)  # what is kept for half a minute is forgotten
    for path in ("/", f"/posts/{site.post}/", "/settings/profile/", "/auth/login/"):
        answer = browser.get(path)
        tell("without PostgreSQL", browser.answers[-1:])
        assert answer.status_code == 503 or path == "/auth/login/", path
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "10"
            assert "<h1>" in answer.text
            assert "no-store" in answer.headers["Cache-Control"]
        assert browser.answers[-1][2] < 4
    problem = program.get("/api/v1/posts/")
    assert problem.status_code == 503
    assert problem.json()["code"] == "database_unavailable"
    assert site.is_up(), "the process lives"

    postgres.start()
    began = time.monotonic()
    assert wait_until(lambda: browser.get("/settings/profile/").status_code == 200, seconds=30)
    tell("with PostgreSQL again", [("GET /settings/profile/", 200, time.monotonic() - began)])
    assert [answer for answer in site.use() if answer[1] >= 400] == []
    assert site.is_running()
