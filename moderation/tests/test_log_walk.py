"""No act lacks its row of the log (SO-42, X-03): every form of the administration is filled and
sent, every call of the API of moderation is made, and what changes without a row is named.

New pages are walked by themselves. A page on which something can be changed, but which the walk does
not manage to change, fails as well: then it says nothing, and somebody has to look.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from accounts.tests.factories import make_person
from config.tests.api.bodies import PLAUSIBLE, body_of, request_of
from config.tests.api.test_rights import rows_in, tables
from config.tests.api_client import api_client
from config.tests.test_guard_urls import (  # noqa: F401
    ROUTES,
    Route,
    Watch,
    db,
    samples_of,
    whole_world,
    world,
)
from moderation.models import ChainHead, LogEntry
from moderation.tests.factories import make_decision, make_moderator, make_report
from moderation.tests.form_walk import Form, forms_in, ways_to_fill
from moderation.tests.test_roles_walk import EXCUSED, samples

pytestmark = pytest.mark.one_engine

LOG_TABLES = {"moderation_logentry", "moderation_chainhead"}
BESIDE = {
    "django_session": "where somebody stands in the site, no content",
    "django_admin_log": "Django's own notes, which nothing reads",
    "usersessions_usersession": "one's own devices",
    "config_storedanswer": "what a repeated request is answered",
}
"""Table → why a change of it needs no row."""

ONES_OWN = {
    "admin:logout": "one's own session",
    "admin:password_change": "one's own password",
    "admin:jsi18n": "texts of scripts",
    "admin:login": "it is the way in",
}
"""Page → why what is done there is no act of staff."""

NOTHING_TO_CHANGE: dict[str, str] = {}
"""Model whose page of a row has a form that changes nothing by this walk → why."""

DEEPEST = 3
WALKED = tuple(
    route
    for route in ROUTES
    if route.route.startswith("admin/")
    and "<url>" not in route.route
    and route.name not in {*EXCUSED, *ONES_OWN}
)


@dataclass
class Walk:
    """What was sent, what it changed, and what lacks its row."""

    world: Any
    rows: dict[str, dict[Any, dict[str, Any]]]
    acts: set[str] = field(default_factory=set)
    silent: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    sent: int = 0

    def send(self, client: Client, path: str, filled: dict[str, Any], said: str) -> HttpResponse:
        """Send one filled form, look at every row, and take it back."""
        self.sent += 1
        watch, response = Watch(), HttpResponse(status=500)
        # A browser would be signed out by some acts; what they did is taken back, so is that.
        cookies = deepcopy(getattr(client, "cookies", None))
        with transaction.atomic():
            last = head()
            try:
                with transaction.atomic(), connection.execute_wrapper(watch), zeal_ignore():
                    response = client.post(path, filled)
                    if getattr(response, "streaming", False):
                        b"".join(response.streaming_content)
            except Exception as error:
                self.broken.append(f"{said}: {type(error).__name__}: {str(error)[:200]}")
            found = self.differences(watch.tables)
            written = LogEntry.objects.filter(number__gt=last).values_list("act", flat=True)
            self.acts |= set(written)
            if response.status_code >= 500:
                self.broken.append(f"{said}: {response.status_code}")
            if found:
                self.changed.add(path)
                if not written:
                    self.silent.append(f"{said}: {', '.join(found[:4])}")
            transaction.set_rollback(True)
        client.cookies = cookies
        return response

    def differences(self, written: set[str]) -> list[str]:
        """Return the rows that are not as they were, of all tables but those beside."""
        found = []
        for table in sorted((written & set(self.rows)) - set(BESIDE) - LOG_TABLES):
            now, before = rows_in(table), self.rows[table]
            found += [f"{table} {pk}" for pk in now.keys() ^ before.keys()]
            found += [f"{table} {pk}" for pk in now.keys() & before.keys() if now[pk] != before[pk]]
        return found


def head() -> int:
    return ChainHead.objects.values_list("number", flat=True).first() or 0


@pytest.fixture
def walk(world, settings):  # noqa: F811
    """The world with more to decide about, and all its rows."""
    settings.LIMITS_FACTOR = 10_000
    with zeal_ignore():
        make_decision(world.sora, "hold", ("post", world.note.pk))
        make_report(make_person("reporter1"), "comment", world.comment.pk)
    return Walk(world, {table: rows_in(table) for table in tables()})


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def forms_of(response: HttpResponse) -> list[Form]:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or getattr(response, "streaming", False):
        return []
    return forms_in(response.content.decode())


def walk_page(walk: Walk, client: Client, path: str, seen: set, label: str) -> None:
    """Send every form of a page in every way, and those of the pages that ask once more."""
    with transaction.atomic(), zeal_ignore():
        page = client.get(path)
        transaction.set_rollback(True)
    if page.status_code == 405:
        walk.send(client, path, {"post": "yes"}, f"POST {label}")
        return
    for form in forms_of(page):
        walk_form(walk, client, path, form, seen, label, depth=1)


def walk_form(
    walk: Walk, client: Client, at: str, form: Form, seen: set, label: str, depth: int
) -> None:
    path = urljoin(at, form.action or at)
    if not path.startswith("/admin/") or path.startswith("/admin/logout"):
        return
    if "/password_change/" in path:
        return
    key = (client, depth, *form.key, path.partition("?")[0])
    if key in seen:
        return
    seen.add(key)
    for filled in ways_to_fill(form):
        told = {name: values for name, values in filled.items() if name != "csrfmiddlewaretoken"}
        short = {name: values[0][:20] for name, values in told.items() if name in {"action", "act"}}
        answer = walk.send(client, path, told, f"{label} {short or ''}")
        if depth < DEEPEST and answer.status_code == 200:
            asking = [one for one in forms_of(answer) if is_asking(one)]
            for one in asking:
                inner = {*seen} if "action" in told else seen
                walk_form(walk, client, path, one, inner, f"{label} {short or ''}", depth + 1)


def is_asking(form: Form) -> bool:
    """Whether a form asks once more before something is done."""
    return bool({one.name for one in form.fields} & {"confirmed", "post"})


def pages(world, who: str) -> Iterator[tuple[Route, str]]:  # noqa: F811
    for route in WALKED:
        try:
            values = samples(route, world)
        except pytest.fail.Exception:
            continue  # the guard of addresses asks for its samples; forms lead there, too
        yield route, "/" + route.path(values).lstrip("/")
        if route.name == "admin:moderation_case_open":
            # Requests for a takedown are answered on the page of their own case.
            case = world.takedown.case
            yield route, reverse(route.name, args=[case.target_kind, case.target_id])


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.behaviour("SO-42", "X-03", "AD-11")
@pytest.mark.parametrize("who", ["superuser", "moderator"])
def test_no_form_of_the_administration_changes_anything_without_a_row(walk, world, who):  # noqa: F811
    person = world.sora if who == "superuser" else make_moderator("moderator1")
    walk.rows["accounts_user"] = rows_in("accounts_user")
    walk.rows["accounts_user_groups"] = rows_in("accounts_user_groups")
    client, seen = signed_in(person), set()
    for route, path in pages(world, who):
        walk_page(walk, client, path, seen, route.name)
    assert not walk.broken, "\n".join(dict.fromkeys(walk.broken))
    assert not walk.silent, "\n".join(dict.fromkeys(walk.silent))
    assert walk.sent > 50
    assert {"hold", "undo", "note", "assign", "dismiss"} <= walk.acts
    if who == "superuser":
        assert not unchanged_models(walk), "\n".join(unchanged_models(walk))


def unchanged_models(walk: Walk) -> list[str]:
    """Return the models that staff may change, of which the walk changed nothing."""
    request = type("Request", (), {"user": walk.world.sora, "GET": {}, "POST": {}})()
    found = []
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        beginning = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        may = any(
            (
                page.has_add_permission(request),
                page.has_change_permission(request),
                page.has_delete_permission(request),
            )
        )
        if may and not any(path.startswith(beginning) for path in walk.changed):
            found.append(label)
    return sorted(set(found) - set(NOTHING_TO_CHANGE))


# Programs -----------------------------------------------------------------------------------------


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.behaviour("SO-42", "AP-52")
def test_no_call_of_the_api_of_moderation_changes_anything_without_a_row(walk, world):  # noqa: F811
    with transaction.atomic():
        jisu = make_moderator("moderator1")
        client = api_client(jisu, scopes=["moderation"])
        walk.rows = {table: rows_in(table) for table in tables()}
        made = 0
        for route in (one for one in ROUTES if one.name.startswith("v1:moderation_")):
            path = "/" + route.path(samples_of(route, world)[0]).lstrip("/")
            _media, schema = request_of("POST", path)
            if not schema:
                continue
            for body in bodies(schema, world):
                before, last = len(walk.silent), head()
                answer = send_json(walk, client, path, body, route.name)
                made += answer.status_code < 300
                assert len(walk.silent) == before, walk.silent
                assert head() == last
        assert made >= 8
        assert {"hold", "remove", "warn", "dismiss", "undo", "grant_appeal"} <= walk.acts
        transaction.set_rollback(True)


def bodies(schema: dict[str, Any], world) -> Iterator[dict[str, Any]]:  # noqa: F811
    """Yield bodies that do: every kind of decision about a text and about a person."""
    plain = body_of(PLAUSIBLE, schema, world) | {"category": "spam", "text": "까닭"}
    plain = {name: value for name, value in plain.items() if name in schema["properties"]}
    plain.pop("until", None)
    if "kind" not in schema["properties"]:
        for truth in (True, False):
            yield plain | ({"grants": truth, "answer": "네"} if "grants" in plain else {})
        return
    for kind in ("dismiss", "approve", "warn", "hold", "remove", "restore", "limit", "suspend"):
        for target in (("post", world.article.pk), ("person", world.junho.pk)):
            yield plain | {"kind": kind, "target": {"kind": target[0], "id": target[1]}}


def send_json(walk: Walk, client, path: str, body: dict[str, Any], said: str) -> HttpResponse:
    class Json:
        @staticmethod
        def post(where: str, filled: dict[str, Any]) -> HttpResponse:
            return client.post(where, filled, format="json")

    return walk.send(Json(), path, body, said)


# Does the walk see? -------------------------------------------------------------------------------


@pytest.mark.guard
@pytest.mark.thorough
def test_a_change_without_a_row_would_be_seen(walk, world):  # noqa: F811
    class Quiet:
        @staticmethod
        def post(path: str, filled: dict[str, Any]) -> HttpResponse:
            apps.get_model("blog.Topic").objects.filter(pk=world.topic.pk).update(position=99)
            return HttpResponse()

    walk.send(Quiet(), "/admin/blog/topic/", {}, "quiet")
    assert walk.silent == [f"quiet: blog_topic {world.topic.pk}"]


@pytest.mark.guard
def test_forms_are_read_as_a_browser_reads_them():
    html = """<form method="post" action="/x/"><input name="a" value="1"><input type="checkbox"
      name="b"><select name="c"><option value=""></option><option value="p" selected></option>
      <option value="q"></option></select><textarea name="d">words</textarea>
      <button name="go" value="1">go</button><button name="go" value="2">go</button></form>
      <form><input name="z"></form>"""
    (form,) = forms_in(html)
    ways = list(ways_to_fill(form))
    assert {"a": ["1"], "c": ["p"], "d": ["words"], "go": ["1"]} in ways
    assert any(one.get("c") == ["q"] for one in ways)
    assert any(one.get("b") == ["on"] for one in ways)
    assert any(one["go"] == ["2"] for one in ways)
