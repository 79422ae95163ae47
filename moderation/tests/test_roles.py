"""Roles: groups have their rights, and nobody gives themselves or others any (AD-02)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.scopes import SCOPES
from accounts.tests.factories import make_person
from config.tests.api_client import api_client
from moderation.roles import (
    ADMINISTRATOR,
    EDITOR,
    MODERATOR,
    NOBODYS,
    OURS,
    RIGHTS,
    settle_roles,
)
from moderation.tests.factories import make_moderator, make_staff

ROLES = (MODERATOR, EDITOR, ADMINISTRATOR)

# Rights -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.behaviour("AD-02")
def test_groups_have_what_the_table_says_and_no_more():
    names = {
        role: {
            f"{one.content_type.app_label}.{one.codename}"
            for one in Group.objects.get(name=role).permissions.select_related("content_type")
        }
        for role in ROLES
    }
    for role, models in RIGHTS.items():
        table = {
            f"{label.partition('.')[0]}.{act}_{label.partition('.')[2]}"
            for label, acts in models.items()
            for act in acts
        }
        assert names[role] == table
    assert names[ADMINISTRATOR] >= (names[MODERATOR] | names[EDITOR])
    assert "moderation.ban_person" in names[ADMINISTRATOR]
    assert "moderation.ban_person" not in names[MODERATOR]
    assert not names[ADMINISTRATOR] & NOBODYS
    assert {name.partition(".")[0] for name in names[ADMINISTRATOR]} == set(OURS)


@pytest.mark.django_db
def test_groups_are_mended_in_few_queries_and_rights_given_by_hand_stay():
    group = Group.objects.get(name=EDITOR)
    lost = Permission.objects.get(codename="add_topic")
    extra = Permission.objects.get(codename="view_job")
    group.permissions.remove(lost)
    group.permissions.add(extra)
    Group.objects.filter(name=MODERATOR).delete()
    settle_roles()
    assert {lost, extra} <= set(group.permissions.all())
    assert Group.objects.get(name=MODERATOR).permissions.exists()
    with CaptureQueriesContext(connection) as queries:
        settle_roles()
    assert len(queries) <= 4
    assert not [one for one in queries if one["sql"].lstrip().upper().startswith("INSERT")]


@pytest.mark.django_db(transaction=True)
def test_groups_are_there_after_the_tables_were_emptied():
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)
    assert Group.objects.get(name=MODERATOR).permissions.filter(codename="add_decision").exists()


# Nobody lifts themselves --------------------------------------------------------------------------


def rights_now() -> dict[str, Any]:
    """Return everything that says who may what."""
    return {
        "flags": sorted(User.objects.values_list("pk", "is_staff", "is_superuser", "password")),
        "groups": sorted(User.groups.through.objects.values_list("user_id", "group_id")),
        "own": sorted(User.user_permissions.through.objects.values_list("user_id")),
        "roles": sorted(Group.permissions.through.objects.values_list("group_id", "permission_id")),
        "names": sorted(Group.objects.values_list("name", flat=True)),
    }


def greedy_form(person: User) -> dict[str, Any]:
    """What the administrator's own form of a person sends, with everything ticked."""
    return {
        "handle": person.handle,
        "email": person.email,
        "display_name": person.display_name,
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [str(pk) for pk in Group.objects.values_list("pk", flat=True)],
        "user_permissions": [
            str(pk) for pk in Permission.objects.values_list("pk", flat=True)[:50]
        ],
        "state": "active",
        "theme": "system",
        "default_visibility": "public",
        "who_may_message": "everyone",
        "links": "[]",
        "reason": "올려 주세요",
        "password": "x",
        "usable_password": "true",
        "password1": "an0ther-good-Password",
        "password2": "an0ther-good-Password",
    }


@pytest.mark.django_db
@pytest.mark.behaviour("AD-02")
@pytest.mark.parametrize("role", ROLES)
def test_no_role_gives_rights_to_itself_or_to_others(role):
    chief = make_person("root", is_staff=True, is_superuser=True)
    person = make_staff(role, "sora", "소라")
    other, colleague = make_person("junho", "준호"), make_moderator("jisu", "지수")
    client = Client()
    client.force_login(person)
    before = rights_now()
    group = Group.objects.get(name=role)
    tries: list[tuple[str, Callable[[], dict[str, Any]]]] = []
    for target in (person, other, colleague, chief):
        page = reverse("admin:accounts_user_change", args=[target.pk])
        tries.append((page, lambda target=target: greedy_form(target)))
    password = reverse("admin:auth_user_password_change", args=[chief.pk])
    tries.append((password, lambda: greedy_form(chief)))
    everything = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)[:50]]
    for page in (
        reverse("admin:auth_group_add"),
        reverse("admin:auth_group_change", args=[group.pk]),
        reverse("admin:auth_group_delete", args=[group.pk]),
    ):
        tries.append((page, lambda: {"name": "mine", "permissions": everything, "post": "yes"}))
    for page, data in tries:
        client.post(page, data())
    api = api_client(person, scopes=list(SCOPES))
    for path in ("me/", "me/preferences/", f"users/{chief.pk}/"):
        api.patch(path, {"is_staff": True, "is_superuser": True, "groups": [group.pk]})
    for name in ("is_staff", "is_superuser", "groups", "user_permissions"):
        client.post("/settings/profile/", {"display_name": person.display_name, name: "on"})
    after = rights_now()
    # Whoever changes accounts may help a member who lost a password; nobody's rights go along.
    drop = [row[:3] for row in before["flags"]]
    assert [row[:3] for row in after["flags"]] == drop
    assert {name: after[name] for name in ("groups", "own", "roles", "names")} == {
        name: before[name] for name in ("groups", "own", "roles", "names")
    }
    assert User.objects.get(pk=chief.pk).password == chief.password


@pytest.mark.django_db
@pytest.mark.behaviour("AD-02")
def test_a_new_account_made_by_a_role_has_no_rights():
    person = make_staff(ADMINISTRATOR, "sora", "소라")
    client = Client()
    client.force_login(person)
    form = greedy_form(person) | {"handle": "saeyun", "email": "saeyun@example.com"}
    client.post(reverse("admin:accounts_user_add"), form)
    made = User.objects.filter(handle="saeyun").first()
    assert made is not None
    assert not (made.is_staff or made.is_superuser or made.groups.exists())


@pytest.mark.django_db
@pytest.mark.behaviour("AD-02", "AD-09")
def test_a_moderator_changes_neither_names_nor_addresses_nor_passwords():
    sora, minah = make_moderator(), make_person("minah", "미나")
    client = Client()
    client.force_login(sora)
    before = User.objects.filter(pk=minah.pk).values().get()
    form = greedy_form(minah) | {"handle": "other", "email": "other@example.com"}
    client.post(reverse("admin:accounts_user_change", args=[minah.pk]), form)
    client.post(reverse("admin:auth_user_password_change", args=[minah.pk]), form)
    assert User.objects.filter(pk=minah.pk).values().get() == before
