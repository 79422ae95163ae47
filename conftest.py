"""What every test has: an empty cache, no network beyond this machine, and a browser on request."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools.chromium_flags import FLAGS

LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "testserver", ""}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    *FLAGS,
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
SERVER_TIMEOUT = 10  # seconds
BROWSER_TIMEOUT = 10_000  # milliseconds; a loaded machine is slow, a broken page stays broken


def pytest_addoption(parser):
    parser.addoption(
        "--second-engine",
        action="store_true",
        help="leave out what does not depend on the database (one_engine): another run shows it",
    )


def pytest_configure(config):
    _use_own_redis_database()
    _count_answers()
    _let_tests_empty_the_log()


def _use_own_redis_database() -> None:
    """Give each parallel process a Redis database of its own: a test empties the whole of it."""
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker or not settings.REDIS_URL:
        return
    number = int(worker.removeprefix("gw")) + 1
    own = re.sub(r"/\d+$", "", settings.REDIS_URL.rstrip("/")) + f"/{number}"
    settings.REDIS_URL = own
    settings.CACHES["default"]["LOCATION"] = own


def _let_tests_empty_the_log() -> None:
    """Let the tables be emptied between tests that commit.

    Triggers refuse to delete rows of the log of moderation, and so they refuse ``flush``, as they
    should on a site. Here they are away for as long as it runs, in its own transaction.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations as Postgres

    # The base comes first: the two import each other.
    from django.db.backends.sqlite3.base import DatabaseWrapper

    for operations in (Postgres, DatabaseWrapper.ops_class):
        _unguard_while_emptying(operations)


def _unguard_while_emptying(operations) -> None:
    from moderation.schema import LOG, statements_to_guard, statements_to_unguard

    sql_flush = operations.sql_flush

    def flush(self, style, tables, **options):
        statements = sql_flush(self, style, tables, **options)
        if not statements or LOG not in tables:
            return statements
        vendor = self.connection.vendor
        return [*statements_to_unguard(vendor), *statements, *statements_to_guard(vendor)]

    operations.sql_flush = flush


# No network -----------------------------------------------------------------------------------


class NetworkIsOff(OSError):
    """A test tried to reach another machine."""


def _refuse_other_machines(address) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode()
    if host in LOOPBACK_NAMES or host.startswith("127.") or host == "::1":
        return
    raise NetworkIsOff(f"Tests do not reach the network: {host}")


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Refuse every connection and name look-up that leaves this machine."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_getaddrinfo = socket.getaddrinfo

    def connect(self, address):
        _refuse_other_machines(address)
        return real_connect(self, address)

    def connect_ex(self, address):
        _refuse_other_machines(address)
        return real_connect_ex(self, address)

    def getaddrinfo(host, *args, **kwargs):
        _refuse_other_machines((host or "",))
        return real_getaddrinfo(host, *args, **kwargs)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


# A clean start ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def empty_cache():
    """Start with nothing cached: rate limits, counters and pages of another test are not ours."""
    from django.core.cache import cache

    from config import buffers, kept_pages, limits

    cache.clear()
    # Windows begin with the test: none that fills a limit up depends on what the clock shows.
    limits.EPOCH = int(time.time())
    buffers.drain("views")
    # What another test wrote was rolled back, and nobody told.
    kept_pages.forget()
    # What these hold for some seconds was in the cache that is empty now, or in another site.
    for held in ("config.health", "blog.audience"):
        if held in sys.modules:
            sys.modules[held].forget()
    yield
    cache.clear()


@pytest.fixture
def no_kept_pages(settings):
    """Make every page anew: for tests of what a view does or what it costs."""
    settings.KEEPS_PAGES = False


@pytest.fixture(autouse=True)
def original_language():
    """Leave the thread's language and time zone as they were found."""
    from django.utils import timezone, translation

    yield
    translation.deactivate()
    timezone.deactivate()


# A site of its own ----------------------------------------------------------------------------


TABLES = "MADANG_TEST_TABLES"
"""Variable that names a file of tables which an outer run has made."""


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """The path of an SQLite file with all tables and no rows of ours, made once for all processes.

    For tests that run the site in processes of its own: they copy it.
    """
    if TABLES in os.environ:
        return Path(os.environ[TABLES])
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path, making = folder / "tables.sqlite3", folder / "tables.making"
    with open(folder / "tables.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            environment = {
                name: value for name, value in os.environ.items() if name != "REDIS_URL"
            } | {
                "DATABASE_URL": f"sqlite:///{making}",
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
            }
            command = [sys.executable, "manage.py", "migrate", "-v0"]
            subprocess.run(command, cwd=Path(__file__).parent, env=environment, check=True)
            making.rename(path)
    return path


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Begin an SQLite test database as a copy of ``empty_database``: migrating takes half a minute."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    tables = request.getfixturevalue("empty_database")
    creation = connection.creation

    def copy_tables(verbosity, autoclobber, keepdb=False):
        shutil.copy(tables, creation._get_test_db_name())

    creation._create_test_db = copy_tables


# A real browser ---------------------------------------------------------------------------------

_answering = 0
_answering_lock = threading.Lock()


def _count_answers() -> None:
    """Count what the live server's threads are answering at any moment."""
    from django.core.signals import request_finished, request_started

    def move(by: int):
        def receiver(**kwargs):
            global _answering
            if threading.current_thread() is not threading.main_thread():
                with _answering_lock:
                    _answering += by

        return receiver

    request_started.connect(move(+1), weak=False, dispatch_uid="tests.answer_begins")
    request_finished.connect(move(-1), weak=False, dispatch_uid="tests.answer_ends")


@pytest.fixture(autouse=True)
def server_at_rest(request):
    """Let the live server finish what a closed tab asked for before the tables are emptied.

    A save that is under way would hold rows that emptying wants, and the two would wait for each
    other; its row would also turn up in the next test.
    """
    yield
    if "live_server" not in request.fixturenames:
        return
    at_rest, deadline = 0, time.monotonic() + SERVER_TIMEOUT
    while at_rest < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
        at_rest = 0 if _answering > 0 else at_rest + 1


def _find_chromium() -> str:
    named = os.environ.get("CHROMIUM", "")
    found = [named] if named else [shutil.which(name) or "" for name in CHROMIUM_NAMES]
    return next((path for path in found if path), "")


@pytest.fixture(scope="session")
def chromium_browser():
    """A running Chromium, for tests that need contexts of their own."""
    program = _find_chromium()
    if not program:
        if "CI" in os.environ:
            pytest.fail("No Chromium: set CHROMIUM to its path.")
        pytest.skip("No Chromium: set CHROMIUM to its path.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, in which Django would refuse the database.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def chromium_page(chromium_browser, live_server):
    """A Korean reader's tab on the live server; the test fails if the page itself complains.

    Complaints are uncaught exceptions, violations of the content security policy and requests
    that leave our origin.
    """
    context = chromium_browser.new_context(
        base_url=live_server.url,
        locale="ko-KR",
        timezone_id="Asia/Seoul",
        viewport={"width": 1280, "height": 800},
    )
    context.set_default_timeout(BROWSER_TIMEOUT)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))

    def note_console(message):
        if "Content Security Policy" in message.text:
            complaints.append(f"policy: {message.text}")

    def note_request(request):
        if not request.url.startswith((live_server.url, "data:", "blob:", "about:")):
            complaints.append(f"foreign request: {request.url}")

    page.on("console", note_console)
    page.on("request", note_request)
    yield page
    context.close()
    assert not complaints, "\n".join(complaints)


def _is_quick_guard(item) -> bool:
    return item.get_closest_marker("guard") and not item.get_closest_marker("thorough")


def _asks_database(item) -> bool:
    return item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(config, items):
    """Mark what uses a browser, so that ``-m "not browser"`` leaves it out; see --second-engine."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"chromium_browser", "chromium_page"}:
            item.add_marker("browser")
    slow = [item.nodeid for item in items if _is_quick_guard(item) and _asks_database(item)]
    if slow:
        raise pytest.UsageError(
            "A guard that needs a database takes half a minute, and `make check` waits for it. "
            "Mark it thorough, or no guard:\n" + "\n".join(slow)
        )
    if config.getoption("second_engine"):
        parts = {True: [], False: []}
        for item in items:
            parts[item.get_closest_marker("one_engine") is not None].append(item)
        config.hook.pytest_deselected(items=parts[True])
        items[:] = parts[False]


LACKING = re.compile(r"\b(?:here|on this machine)$")
"""How reasons end that speak of what a machine lacks, not of a database."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI, fail what SQLite skips and the second run leaves out: nothing would ever show it."""
    report = yield
    is_once = item.get_closest_marker("one_engine") is not None
    if "CI" in os.environ and is_once and report.skipped and not hasattr(report, "wasxfail"):
        from django.db import connection

        reason = report.longrepr[2]
        if connection.vendor == "sqlite" and not LACKING.search(reason):
            report.outcome = "failed"
            report.longrepr = f"{reason}: no run shows it (one_engine)"
    return report
