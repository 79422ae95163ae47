"""Every page, by GET and POST, and every kind of visitor: who gets in, and what nobody can change.

The API has its own walk (``config/tests/api/test_rights.py``). Here seven people who are not 미나 ask
for what is hers (and for what is somebody else's where she has none). A new page fails until one of
the tables says for whom it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test import Client
from zeal import zeal_ignore

from accounts.models import User
from blog.tests.factories import make_person
from config.tests.api.test_rights import rows_in, tables, touched
from config.tests.test_guard_urls import (  # noqa: F401
    ROUTES,
    Watch,
    db,
    samples_of,
    whole_world,
)
from config.tests.who_may import (
    ANY_STAFF,
    GETS,
    KINDS,
    LOCKED,
    NOTHING,
    POSTS,
    STATED,
    Expected,
    expected,
)
from config.tests.world import World, signed_in

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

PAGES = [route for route in ROUTES if not route.route.startswith("api/")]
WALKED = ("nobody", "stranger", "blocked", "suspended", "limited", "unconfirmed", "staff")
"""Staff: may enter the administration, and has no right there."""

LIKE = dict(zip(WALKED, WALKED, strict=True)) | {
    "suspended": "nobody",
    "limited": "stranger",
    "unconfirmed": "stranger",
}
SIGNED_IN = {"stranger", "blocked", "limited", "unconfirmed", "staff"}

MAY_BE_TOUCHED = {
    "social:unsubscribe": {"accounts_user"},  # the signed link is the right (RFC 8058)
    "social:report": {"moderation_case"},  # its case says that reports wait
    # Whoever has the receipt takes the request back (SO-50).
    "moderation:withdraw_takedown": {"moderation_case", "moderation_takedown"},
}
"""Route → tables in which it changes others' rows."""

ONES_OWN = {"django_session", "accounts_user", "account_emailaddress", "usersessions_usersession"}
"""Tables without a column that says whose a row is; the session of a visitor is theirs."""


# Who asks -----------------------------------------------------------------------------------------

FORM = {
    **dict.fromkeys(("text", "source", "title", "body", "note", "message"), "훔친 글"),
    "name": "훔친 이름",
    "alt": "훔친 그림",
    "reason": "까닭",
    "category": "spam",
    "handle": "minah",
    "password": "x",
    "visibility": "public",
    "days": "7",
    "next": "/",
    **dict.fromkeys(("version", "revision", "post", "object_id", "pk"), "1"),
}
"""Something for the fields of most forms, so that more is tried than an empty form."""


@dataclass
class Visitor:
    """Somebody with a session, or nobody."""

    name: str
    person: User | None = None
    session: str = ""

    def ask(self, method: str, path: str) -> Any:
        client = Client()
        if self.session:
            client.cookies[site.SESSION_COOKIE_NAME] = self.session
        return client.post(path, FORM) if method == "POST" else client.get(path)


@dataclass
class Scene:
    """The world, those who come, and its rows as they are before anybody asks."""

    world: World
    visitors: dict[str, Visitor]
    rows: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def whole_scene(whole_world, django_db_blocker):  # noqa: F811
    """The world with its visitors, made once."""
    with django_db_blocker.unblock():
        people = {
            "stranger": make_person("stranger", "나그네"),
            "blocked": whole_world.taeo,
            "suspended": make_person("jinwoo", "진우"),
            "limited": make_person("haneul", "하늘"),
            "unconfirmed": make_person("sae", "새내기"),
            "staff": make_person("dohan", "도한", is_staff=True),
        }
        people["unconfirmed"].emailaddress_set.update(verified=False)
        visitors = {"nobody": Visitor("nobody")} | {
            name: Visitor(name, person, signed_in(person)) for name, person in people.items()
        }
        # After they came in, as in life.
        for name in ("suspended", "limited"):
            User.objects.filter(pk=people[name].pk).update(state=name)
        scene = Scene(whole_world, visitors)
        scene.rows = {name: rows_in(name) for name in tables()}
        yield scene


@pytest.fixture
def scene(db, whole_scene, settings):  # noqa: F811
    settings.LIMITS_FACTOR = 10_000
    return whole_scene


@dataclass
class Outcome:
    """What came of one call."""

    answer: str
    touched: list[str]


def tried(scene: Scene, visitor: Visitor, method: str, path: str) -> Outcome:
    """Ask, look at what changed, and undo it."""
    watch, changed = Watch(), []
    with transaction.atomic():
        try:
            with connection.execute_wrapper(watch), zeal_ignore():
                response = visitor.ask(method, path)
                if response.streaming:
                    b"".join(response.streaming_content)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"[:300]
        else:
            answer = _answer_of(response)
            changed = touched(scene, watch.tables, visitor) if watch.tables else []
        transaction.set_rollback(True)
    return Outcome(answer, [line for line in changed if line.split()[0] not in ONES_OWN])


def _answer_of(response: Any) -> str:
    where = response.headers.get("Location")
    if where is None:
        return str(response.status_code)
    parts = urlsplit(where)
    if parts.netloc not in {"", "testserver", urlsplit(site.SITE_URL).netloc}:
        return f"another site: {where}"
    return "login" if parts.path.startswith(("/auth/login", "/admin/login")) else "elsewhere"


# The walk -----------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.behaviour("X-09", "AC-46")
@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.label)
def test_everybody_gets_what_is_theirs_and_changes_nothing_of_others(route, scene):
    broken = []
    for values in samples_of(route, scene.world):
        path = route.path(values)
        for method in ("GET", "POST"):
            wanted = expected(method, route.name, route.route)
            assert wanted, f"Say in the tables for whom {method} {route.name!r} is."
            got = {name: tried(scene, scene.visitors[name], method, path) for name in WALKED}
            said = f"{method} {unquote(path)}"
            broken += wrong_answers(wanted, got, method, said)
            broken += wrong_changes(route.name, got, said)
    assert not broken, "\n".join(broken)


def wrong_answers(
    wanted: Expected, got: dict[str, Outcome], method: str, said: str
) -> Iterable[str]:
    """Yield who got something else than they should."""
    if all(outcome.answer in NOTHING for name, outcome in got.items() if name in SIGNED_IN):
        return  # this sample shows that nothing is there
    for name, outcome in got.items():
        allowed = wanted[LIKE[name]]
        if name in {"limited", "unconfirmed"} and method == "POST":
            allowed = allowed | LOCKED  # who may read may not always take part
        if outcome.answer not in allowed:
            yield f"{said} as {name}: {outcome.answer}, not {' or '.join(sorted(allowed))}"


def wrong_changes(name: str, got: dict[str, Outcome], said: str) -> Iterable[str]:
    """Yield what of others' rows was changed."""
    for visitor, outcome in got.items():
        for line in outcome.touched:
            if line.split()[0] not in MAY_BE_TOUCHED.get(name, ()):
                yield f"{said} as {visitor}: changed {line}"


# Does the guard see? ------------------------------------------------------------------------------


def test_every_page_is_in_the_tables():
    """The quick half of the walk: a page that nobody classified is found by ``make check``."""
    missing = [
        f"{method} {route.name or route.route}"
        for route in PAGES
        for method in ("GET", "POST")
        if expected(method, route.name, route.route) is None
    ]
    assert not missing, f"Say in the tables for whom these are: {missing}"


def test_the_tables_name_no_page_that_is_gone():
    names = {route.name or route.route for route in PAGES}
    assert {*GETS, *POSTS, *(name for _method, name in STATED), *ANY_STAFF} <= names


@pytest.mark.thorough
def test_a_change_of_somebody_elses_row_would_be_seen(scene):
    watch, world = Watch(), scene.world
    with connection.execute_wrapper(watch):
        type(world.article).objects.filter(pk=world.article.pk).update(title="훔친 글")
    found = touched(scene, watch.tables, scene.visitors["stranger"])
    assert found == [f"blog_post {world.article.pk}: title"]


def test_an_open_door_would_be_seen():
    got = {name: Outcome("200", []) for name in WALKED}
    assert len(list(wrong_answers(KINDS["OWNER"], got, "GET", "x"))) == len(WALKED)
    assert len(list(wrong_answers(KINDS["MEMBER"], got, "GET", "x"))) == 2
