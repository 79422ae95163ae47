"""Every address of the API, every method, every kind of visitor: who is refused, and how.

Bodies are made from the description: one that would do, one with keys of other people's things, an
empty one and one of nonsense. Whoever has no right to a row changes none of it, whatever they send.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import resolve
from rest_framework.test import APIClient
from zeal import zeal_ignore

from accounts import actions
from accounts.models import User
from accounts.scopes import EMBED_SCOPES, MEMBER_SCOPES, SCOPES
from accounts.tests.factories import make_person, make_unconfirmed_person
from config.api import ANYONE
from config.tests.api.bodies import EMPTY, GREEDY, NONSENSE, PLAUSIBLE, body_of, request_of
from config.tests.api_client import require_described
from config.tests.test_guard_urls import (  # noqa: F401
    ROUTES,
    Route,
    Watch,
    db,
    samples_of,
    whole_world,
    world,
)
from config.tests.world import World

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

ROOT, DOCS, EMBED = "api/v1/", "api/v1/docs/", "/api/v1/embed/"
API_ROUTES = tuple(
    route for route in ROUTES if route.route.startswith(ROOT) and not route.route.startswith(DOCS)
)
GARDEN, ELSEWHERE = "https://garden.example", "https://elsewhere.example"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

UNTOUCHED_BY_A_BLOCK = {
    **dict.fromkeys(("v1:tag", "v1:tag_follow", "v1:topic"), "these belong to the site"),
    **dict.fromkeys(
        ("v1:embed_site", "v1:embed_counts", "v1:embed_challenge", "v1:embed_search"),
        "what every reader of that page gets, with a token or without",
    ),
    "v1:block": "who is blocked may block, too",
    "DELETE v1:post_bookmark": "204 for every number there is or not: one's own mark is gone",
}
"""Route's name (and method) → why somebody who is blocked gets there what a stranger gets."""

OPEN_TO_THE_UNCONFIRMED = {
    "POST v1:people": "a token says nothing there: anybody may sign up",
    "POST v1:series": "a series is seen by nobody else until something in it is published",
    "POST v1:images": "drafts have pictures",
    "POST v1:confirmation": "this is how one confirms it",
    **dict.fromkeys(
        (
            *("PATCH v1:preferences", "PATCH v1:my_notification_settings", "PUT v1:avatar"),
            *("POST v1:exports", "POST v1:read_notifications", "PUT v1:post_bookmark"),
            "POST v1:my_mails_again",
        ),
        "it is about oneself alone",
    ),
    **dict.fromkeys(
        ("PUT v1:block", "PUT v1:mute", "POST v1:my_muted_terms"),
        "everybody may keep others away from themselves",
    ),
}
"""Method and route's name → why somebody may do it before the address is confirmed (AP-19).

DELETE is open: it takes back, and gives nothing to others.
"""

COUNTED = ("_count", "_at", "_on")
"""Ends of columns that move when others do something: numbers, and when it was."""

NEWS = {"social_inbox", "social_event"}
"""Tables that say what happened to somebody: they follow what others do."""

GONE_WITH_ONES_OWN = {"blog_commentlike", "blog_commenttext", "social_webhookdelivery"}
"""Tables of what hangs on a comment or webhook, and goes when its owner takes it back."""

OWNERS = (
    *("owner_id", "author_id", "person_id", "user_id", "reporter_id"),
    *("follower_id", "blocker_id", "muter_id", "sender_id"),
)
"""Columns that say whose a row is."""


@dataclass
class Visitor:
    """Somebody who asks, with the bodies that are tried and the scopes of the token."""

    name: str
    person: User | None = None
    key: str = ""
    bodies: tuple[str, ...] = (PLAUSIBLE, EMPTY)
    scopes: tuple[str, ...] = ()

    def ask(self, method: str, path: str, origin: str = GARDEN, **options: Any) -> Any:
        """Return the answer; its description is checked."""
        client = APIClient()
        if self.key:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.key}")
        if path.startswith(EMBED) and origin:
            options["HTTP_ORIGIN"] = origin
        if "data" in options:
            response = getattr(client, method.lower())(path, **options)
        else:
            response = client.generic(method, path, **options)
        if getattr(response, "streaming", False):
            b"".join(response.streaming_content)
            # Not response.close(): that says the request is over, and ends the connection too.
            for closer in response._resource_closers:
                closer()
        require_described(method, response)
        return response


@dataclass
class Scene:
    """The world, those who come, and its rows as they are before anybody asks."""

    world: World
    visitors: dict[str, Visitor]
    rows: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)


def with_token(name: str, person: User, scopes=MEMBER_SCOPES, origin: str = "", **options: Any):
    """Return a visitor with a new token of ``person``."""
    _held, key = actions.make_token(person, name=name, scopes=scopes, origin=origin, seconds=9999)
    return Visitor(name, person, key, scopes=tuple(scopes), **options)


@pytest.fixture(scope="module")
def whole_scene(whole_world, django_db_blocker):  # noqa: F811
    """The world with its visitors, made once."""
    with django_db_blocker.unblock():
        stranger = make_person("stranger", "나그네")
        unconfirmed, suspended = make_unconfirmed_person("sae"), make_person("jinwoo", "진우")
        greedy, all_bodies = (PLAUSIBLE, GREEDY), (PLAUSIBLE, GREEDY, EMPTY, NONSENSE)
        visitors = [
            Visitor("nobody", bodies=(PLAUSIBLE, NONSENSE)),
            with_token("stranger", stranger, bodies=all_bodies),
            with_token("blocked", whole_world.taeo, bodies=greedy),
            with_token("member", whole_world.junho, bodies=greedy),
            with_token("owner", whole_world.minah, bodies=all_bodies),
            with_token("staff", whole_world.sora, tuple(SCOPES), bodies=(PLAUSIBLE,)),
            with_token("unconfirmed", unconfirmed, bodies=(PLAUSIBLE,)),
            with_token("suspended", suspended, bodies=(PLAUSIBLE,)),
            with_token("embed", stranger, EMBED_SCOPES, origin=GARDEN, bodies=(PLAUSIBLE,)),
            with_token("narrow", stranger, ("notifications",), bodies=(PLAUSIBLE,)),
        ]
        # After the token was made, as in life.
        User.objects.filter(pk=suspended.pk).update(state=User.State.SUSPENDED)
        scene = Scene(whole_world, {one.name: one for one in visitors})
        scene.rows = {table: rows_in(table) for table in tables()}
        yield scene


@pytest.fixture
def scene(db, whole_scene, settings):  # noqa: F811
    settings.LIMITS_FACTOR = 10_000
    return whole_scene


# Rows ---------------------------------------------------------------------------------------------


def tables() -> list[str]:
    """Return every table that a model has, those between two models too."""
    models = apps.get_models(include_auto_created=True)
    return [model._meta.db_table for model in models if model._meta.managed]


def rows_in(table: str) -> dict[Any, dict[str, Any]]:
    """Return primary key → row of ``table`` as it is now."""
    model = next(
        one
        for one in apps.get_models(include_auto_created=True)
        if one._meta.db_table == table and not one._meta.proxy
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row[model._meta.pk.column]: row for row in rows}


def touched(scene: Scene, written: set[str], visitor: Visitor) -> list[str]:
    """Return what of others' rows was changed or is gone."""
    own = visitor.person.pk if visitor.person else None
    found = []
    for table in sorted((written & set(scene.rows)) - NEWS):
        now = rows_in(table)
        for pk, row in scene.rows[table].items():
            changed = _difference(row, now.get(pk))
            is_own = table == User._meta.db_table and pk == own
            is_own = is_own or any(own is not None and row.get(name) == own for name in OWNERS)
            if changed == ["gone"] and table in GONE_WITH_ONES_OWN and visitor.name == "member":
                continue
            if changed and not is_own:
                found.append(f"{table} {pk}: {', '.join(changed)}")
    return found


def _difference(row: dict[str, Any], now: dict[str, Any] | None) -> list[str]:
    if now is None:
        return ["gone"]
    return [
        name for name, value in row.items() if now[name] != value and not name.endswith(COUNTED)
    ]


# The walk -----------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of one call."""

    status: int
    code: str
    written: set[str]
    problem: str = ""
    touched: list[str] = field(default_factory=list)


def tried(scene: Scene, visitor: Visitor, method: str, path: str, **options: Any) -> Outcome:
    """Ask, look at what changed, and undo it."""
    watch = Watch()
    with transaction.atomic():
        try:
            # Two people are told of an answer, one query each: nothing that grows.
            with connection.execute_wrapper(watch), zeal_ignore():
                response = visitor.ask(method, path, **options)
        except Exception as error:
            outcome = Outcome(500, "", watch.tables, f"{type(error).__name__}: {error}"[:400])
        else:
            outcome = Outcome(response.status_code, _code_of(response), watch.tables)
            if watch.tables:
                outcome.touched = touched(scene, watch.tables, visitor)
        transaction.set_rollback(True)
    if outcome.status >= 500 and outcome.code not in {"search_down", "translation_unavailable"}:
        outcome.problem = outcome.problem or f"answered {outcome.status}"
    return outcome


def _code_of(response: Any) -> str:
    kind = response.headers.get("Content-Type", "")
    is_problem = kind == "application/problem+json" and response.content
    return json.loads(response.content)["code"] if is_problem else ""


def calls(visitor: Visitor, method: str, path: str, world: World) -> Iterator[dict[str, Any]]:  # noqa: F811
    """Yield what is sent in each call."""
    media_type, schema = request_of(method, path)
    for kind in visitor.bodies if schema else visitor.bodies[:1]:
        body = body_of(kind, schema, world)
        if kind == NONSENSE and "file" not in body:
            body["모르는 이름"] = ["\u0000"]
        is_form = media_type.startswith("multipart") and kind in {PLAUSIBLE, GREEDY}
        yield {"data": body, "format": "multipart" if is_form else "json"}


@pytest.mark.thorough
@pytest.mark.behaviour("AP-03", "AP-04", "AP-07", "AP-19")
@pytest.mark.parametrize("route", API_ROUTES, ids=lambda route: route.label)
def test_everybody_gets_what_is_theirs_and_no_more(route, scene):
    broken = []
    for values in samples_of(route, scene.world):
        path = route.path(values)
        view = resolve(unquote(path)).func.view_class
        broken += odd_methods_broken(scene, view, path)
        for method in filter(view.scopes.__contains__, ("GET", *UNSAFE)):
            first: dict[str, Outcome] = {}
            for name, visitor in scene.visitors.items():
                walk = safe_calls if method == "GET" else unsafe_calls
                outcomes, found = walk(scene, route, visitor, view, method, path)
                broken += found
                if outcomes:
                    first[name] = outcomes[0]
            broken += block_broken(route, first, f"{method} {unquote(path)}")
    assert not broken, "\n".join(dict.fromkeys(broken))


def odd_methods_broken(scene: Scene, view: Any, path: str) -> list[str]:
    """Return which methods that the view does not have are answered by anything but 405."""
    broken, missing = [], {"GET", *UNSAFE, "PAGE", "INITIAL"} - set(view.scopes)
    for method in sorted(missing):
        # Another origin's page is told so first.
        got = tried(scene, scene.visitors["nobody"], method, path)
        if got.status != 405 or got.written:
            broken.append(f"{method} {path}: {got.status} {got.problem}, not 405")
    return broken


Walked = tuple[list[Outcome], list[str]]


def safe_calls(
    scene: Scene, route: Route, visitor: Visitor, view: Any, method: str, path: str
) -> Walked:
    """Return what came of GET, and what is wrong with it and HEAD."""
    said = f"{path} as {visitor.name}"
    got = tried(scene, visitor, "GET", path)
    broken = [f"GET {said}: {got.problem}"] if got.problem else []
    broken += refusal_broken(visitor, view, "GET", got, f"GET {said}")
    if got.written:
        broken.append(f"GET {said} wrote to {sorted(got.written)}")
    if visitor.name in {"nobody", "owner"}:
        head = tried(scene, visitor, "HEAD", path)
        if head.problem or head.written or head.status != got.status:
            broken.append(f"HEAD {said}: {head.status} after {got.status} {head.problem}")
    return [got], broken


def unsafe_calls(
    scene: Scene, route: Route, visitor: Visitor, view: Any, method: str, path: str
) -> Walked:
    """Return what came of one method that changes something, and what is wrong with it."""
    said, outcomes, broken = f"{method} {path} as {visitor.name}", [], []
    for sent in calls(visitor, method, path, scene.world):
        got = tried(scene, visitor, method, path, **sent)
        outcomes.append(got)
        if got.problem:
            broken.append(f"{said} with {sent['data']}: {got.problem}")
        is_deciding = visitor.name == "staff" and view.scopes[method] == "moderation"
        if got.touched and visitor.name != "owner" and not is_deciding:
            broken.append(f"{said} with {sent['data']}: changed {got.touched}")
        broken += refusal_broken(visitor, view, method, got, said)
        broken += confirmation_broken(route, visitor, method, got, said)
    if path.startswith(EMBED) and visitor.name in {"nobody", "embed"}:
        for origin in (ELSEWHERE, "null", ""):
            got = tried(scene, visitor, method, path, origin=origin, **sent)
            if (got.status, got.code, got.written) != (403, "origin_refused", set()):
                broken.append(f"{said} from {origin!r}: {got.status} {got.code}")
    return outcomes, broken


def refusal_broken(visitor: Visitor, view: Any, method: str, got: Outcome, said: str) -> list[str]:
    """Return what is wrong with how somebody was turned away by their token."""
    scope = view.scopes[method]
    if getattr(view, "mints_tokens", False) and method == "POST":
        wanted = (401, "not_authenticated")
    elif visitor.name == "suspended":
        wanted = (403, "account_inactive")
    elif visitor.name == "embed" and EMBED not in said:
        wanted = (401, "not_authenticated")
    elif scope == ANYONE:
        return []
    elif not visitor.key:
        wanted = (401, "not_authenticated")
    elif scope not in visitor.scopes:
        wanted = (403, "insufficient_scope")
    else:
        return []
    found = (got.status, got.code)
    broken = [] if found == wanted else [f"{said}: {found}, not {wanted}"]
    if got.written:
        broken.append(f"{said}: refused, but wrote to {sorted(got.written)}")
    return broken


def confirmation_broken(
    route: Route, visitor: Visitor, method: str, got: Outcome, said: str
) -> list[str]:
    """Return where somebody gave something to others before their address was confirmed (AP-19)."""
    is_open = method == "DELETE" or f"{method} {route.name}" in OPEN_TO_THE_UNCONFIRMED
    if visitor.name != "unconfirmed" or got.status >= 300 or is_open:
        return []
    return [f"{said}: {got.status}, though the address is not confirmed"]


def block_broken(route: Route, first: dict[str, Outcome], said: str) -> list[str]:
    """Return where somebody who is blocked gets what a stranger gets."""
    is_excused = {route.name, said.partition(" ")[0] + " " + route.name} & set(UNTOUCHED_BY_A_BLOCK)
    if not route.parameters or is_excused or "@taeo" in said or first["stranger"].status >= 300:
        return []
    status = first["blocked"].status
    return [] if status == 404 else [f"{said}: {status} to who is blocked"]


# Does the guard see? ------------------------------------------------------------------------------


def test_all_of_the_api_is_walked():
    assert len(API_ROUTES) > 80
    assert {"v1:post", "v1:embed_comments", "v1:webhook", "v1:tokens"} <= {
        route.name for route in API_ROUTES
    }


@pytest.mark.thorough
def test_a_change_of_somebody_elses_row_would_be_seen(scene):
    watch, stranger = Watch(), scene.visitors["stranger"]
    with connection.execute_wrapper(watch):
        scene.world.article.__class__.objects.filter(pk=scene.world.article.pk).update(
            title="훔친 글"
        )
        scene.world.comment.__class__.objects.filter(pk=scene.world.comment.pk).delete()
    found = touched(scene, watch.tables, stranger)
    assert f"blog_post {scene.world.article.pk}: title" in found
    assert f"blog_comment {scene.world.comment.pk}: gone" in found
    assert not touched(scene, {"accounts_user"}, stranger)
