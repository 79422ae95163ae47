"""Roles: every page of the administration × everybody who may come (AD-01, AD-02)."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from accounts.actions import change_groups
from accounts.models import User
from accounts.tests.factories import make_person
from config.tests.test_guard_urls import (  # noqa: F401
    ROUTES,
    Route,
    db,
    samples_of,
    whole_world,
    world,
)
from moderation.actions.rules import built_in_version
from moderation.models import BlockedSource
from moderation.roles import (
    ADMINISTRATOR,
    EDITOR,
    MODERATOR,
    rights_of_roles,
)
from moderation.tests.factories import make_editor, make_moderator, make_staff
from social.actions import block_person

pytestmark = pytest.mark.one_engine

ADMIN = tuple(route for route in ROUTES if route.route.startswith("admin/"))
STANDARD = re.compile(
    r"admin:(?P<app>[a-z]+)_(?P<model>[a-z]+)_(?P<page>changelist|add|change|delete|history)"
)
DECIDES = "moderation.add_decision"
ANY_STAFF, SUPERUSER = "any staff", "superuser"

OWN_PAGES: dict[str, str] = {
    **dict.fromkeys(
        (
            *("admin:index", "admin:password_change", "admin:jsi18n"),
            *("admin:password_change_done", "admin:view_on_site", "admin:app_list"),
        ),
        ANY_STAFF,
    ),
    "admin:auth_user_password_change": "accounts.change_user",
    "admin:moderation_dashboard": DECIDES,
    "admin:moderation_logentry_export": "moderation.view_logentry",
    "admin:moderation_logentry_verify": "moderation.view_logentry",
    "admin:search_generation_rebuild": "search.change_generation",
    "admin:moderation_rule_act": "moderation.change_rule",
    "admin:moderation_rule_switch": "moderation.change_rule",
    "admin:moderation_rule_trial": "moderation.view_rule",
    **{
        f"admin:moderation_takedown_{name}": "moderation.view_takedown"
        for name in ("evidence", "file")
    },
}
"""Route that is no standard page of a model → the right that it takes."""

OWN_BEGINNINGS = {"admin:moderation_case_": DECIDES}
"""Beginning of a route's name → the right, where many are of one kind."""

EXCUSED = {
    "admin:login": "it is the way in",
    "admin:logout": "it is the way out, and leads whoever is out already away",
    "admin:autocomplete": "without the name of a field it refuses everybody",
    "admin:": "an address without a page: it leads to the page with its name",
}
"""Route → why it is not asked."""

OTHER_RIGHT = {
    **{
        f"admin:moderation_case_{page}": DECIDES
        for page in ("changelist", "change", "history", "add", "delete")
    },
    "admin:moderation_logentry_history": "moderation.view_logentry",
}
"""Standard page → another right than the one of its model."""

ROLES = (MODERATOR, EDITOR, ADMINISTRATOR)
OUTSIDERS = ("nobody", "stranger", "blocked", "suspended")


def right_of(route: Route) -> tuple[str, ...] | str:
    """Return the rights of which one opens a page; fails if nobody said for a new page."""
    if route.name in OWN_PAGES:
        return OWN_PAGES[route.name]
    if route.name in OTHER_RIGHT:
        return (OTHER_RIGHT[route.name],)
    for beginning, right in OWN_BEGINNINGS.items():
        if route.name.startswith(beginning):
            return (right,)
    found = STANDARD.fullmatch(route.name)
    if found is None:
        pytest.fail(
            f"The page {route.name!r} of the administration is new: say in OWN_PAGES of"
            f" {__name__} which right it takes."
        )
    app, model, page = found["app"], found["model"], found["page"]
    if app == "auth" and model == "user":
        app = "accounts"
    acts = {"add": ("add",), "delete": ("delete",)}.get(page, ("view", "change"))
    return tuple(f"{app}.{act}_{model}" for act in acts)


class Cast:
    """Those who come, each signed in."""

    def __init__(self, world: Any):  # noqa: F811
        people: dict[str, User | None] = {
            "nobody": None,
            "stranger": make_person("stranger"),
            "blocked": make_person("blocked"),
            "suspended": make_person("suspended", is_staff=True),
            MODERATOR: make_moderator("moderator1"),
            EDITOR: make_editor("editor1"),
            ADMINISTRATOR: make_staff(ADMINISTRATOR, "administrator1", "관리"),
            SUPERUSER: world.sora,
        }
        block_person(people["blocked"], actor=world.sora)
        BlockedSource.objects.get_or_create(kind="link", value="spam.example", note="광고")
        self.people = people
        self.clients = {name: self._client(person) for name, person in people.items()}
        change_groups(people["suspended"], groups=Group.objects.all())
        User.objects.filter(pk=people["suspended"].pk).update(state=User.State.SUSPENDED)

    @staticmethod
    def _client(person: User | None) -> Client:
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        return client


def asked(client: Client, path: str) -> tuple[int, str]:
    """Return status and where it leads, and undo what came of it."""
    with transaction.atomic(), zeal_ignore():
        response = client.get(path)
        if response.status_code == 405:
            response = client.post(path)
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", "")


def is_in(answer: tuple[int, str]) -> bool:
    """Whether a page let somebody in, whatever it then had to say."""
    status, location = answer
    return status < 500 and status != 403 and "/login" not in location


def samples(route: Route, world: Any) -> dict[str, object]:  # noqa: F811
    """Return what stands in the places of ``route``: the key of a row, or what the guard says."""
    if route.name.startswith("admin:moderation_case_") and route.parameters != ("object_id",):
        appeal = world.decision.appeal.pk
        pk = appeal if route.name.endswith("answer") else world.decision.pk
        return {"kind": "person", "pk": world.junho.pk if "kind" in route.parameters else pk}
    if route.name.startswith("admin:moderation_rule_") and "number" in route.parameters:
        version = built_in_version("links")
        return {"object_id": version.rule_id, "number": version.number, "act": "start"}
    return samples_of(route, world)[0]


@pytest.fixture
def cast(world):  # noqa: F811
    return Cast(world)


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.behaviour("AD-01", "AD-02")
def test_every_page_is_open_to_those_whose_role_says_so_and_to_nobody_else(world, cast):  # noqa: F811
    known = {f"{one.content_type.app_label}.{one.codename}" for one in all_rights()}
    rights = rights_of_roles(known)
    broken, seen = [], 0
    for route in ADMIN:
        if route.name in EXCUSED or "<url>" in route.route:
            continue
        if not route.name:  # an address that only leads to a page with a name
            if asked(cast.clients[SUPERUSER], route.path({}))[0] not in {301, 302}:
                broken.append(f"{route.route} has no name and is a page: give it one")
            continue
        wanted = right_of(route)
        path = route.path(samples(route, world))
        answers = {name: asked(client, path) for name, client in cast.clients.items()}
        seen += 1
        for name, answer in answers.items():
            if answer[0] >= 500:
                broken.append(f"{route.name} as {name}: {answer[0]}")
        broken += [
            f"{route.name} lets {name} in: {answers[name]}"
            for name in OUTSIDERS
            if is_in(answers[name])
        ]
        is_open = is_in(answers[SUPERUSER])
        for role in ROLES:
            has_right = wanted == ANY_STAFF or bool(rights[role] & set(wanted_names(wanted)))
            should = is_open and has_right
            if is_in(answers[role]) != should:
                broken.append(
                    f"{route.name} as {role}: {answers[role]}, should be"
                    f" {'open' if should else 'closed'} ({wanted})"
                )
    assert seen > 100
    assert not broken, "\n".join(broken)


def wanted_names(wanted: tuple[str, ...] | str) -> tuple[str, ...]:
    return (wanted,) if isinstance(wanted, str) else wanted


def all_rights():
    return Permission.objects.select_related("content_type")


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.behaviour("AD-01")
def test_the_signed_out_go_to_the_sign_in_of_the_site_and_members_are_refused(world, cast):  # noqa: F811
    for path in ("/admin/", "/admin/blog/topic/", "/admin/moderation/case/"):
        page = cast.clients["nobody"].get(path, follow=True)
        assert page.redirect_chain[-1][0].startswith(reverse("account_login")), path
        assert page.status_code == 200
        for name in ("stranger", "blocked"):
            assert cast.clients[name].get(path, follow=True).status_code == 403, path


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.behaviour("AD-01")
def test_pages_of_the_administration_carry_the_strict_policy(world, cast):  # noqa: F811
    for path in ("/admin/", "/admin/moderation/logentry/", "/admin/blog/topic/add/"):
        page = cast.clients[SUPERUSER].get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        text = page.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text), path
        assert not re.search(r"\son[a-z]+=\"", text), path
