"""Roles of the staff: groups with the least rights that their work takes (AD-02)."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate

MODERATOR = "moderator"
EDITOR = "editor"
ADMINISTRATOR = "administrator"
SHIPPED = (MODERATOR, EDITOR, ADMINISTRATOR)

_VIEW = ("view",)
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    MODERATOR: {
        "moderation.case": ("view", "change"),
        "moderation.decision": ("view", "add", "change"),
        "moderation.appeal": ("view", "change"),
        "moderation.takedown": ("view", "change"),
        "moderation.logentry": _VIEW,
        "moderation.rule": _VIEW,
        "moderation.ruleversion": _VIEW,
        "moderation.blockedsource": ("view", "add", "change", "delete"),
        "social.report": _VIEW,
        "accounts.user": _VIEW,
        "blog.post": _VIEW,
        "blog.comment": _VIEW,
        "blog.series": _VIEW,
        "blog.image": _VIEW,
        "embed.embedsite": _VIEW,
        "embed.embedthread": _VIEW,
    },
    EDITOR: {
        "blog.topic": ("view", "add", "change", "delete"),
        "blog.page": ("view", "add", "change", "delete"),
        "blog.announcement": ("view", "add", "change", "delete"),
        "blog.tag": ("view", "change"),
        "blog.tagalias": _VIEW,
        "blog.postredirect": ("view", "delete"),
        "blog.oldpath": ("view", "delete"),
        "search.synonym": ("view", "add", "change", "delete"),
        "search.queryday": _VIEW,
    },
}
"""Group → ``app.model`` → what it may. Administrators have ``is_superuser`` or the group ADMINISTRATOR:
everything in OURS but NOBODYS. Groups and their rights are given by ``is_superuser`` alone."""

OURS = ("accounts", "social", "blog", "search", "embed", "moderation", "config")
NOBODYS = frozenset(
    f"moderation.{act}_{model}"
    for model in ("logentry", "chainhead")
    for act in ("add", "change", "delete")
)
"""Rights that no role has: the log is only ever added to, by acts."""


def connect(sender: AppConfig) -> None:
    """Keep the groups in step after migrations."""
    post_migrate.connect(settle_roles, sender=sender, dispatch_uid="moderation-roles")


def settle_roles(using: str = "default", **kwargs: Any) -> None:
    """Make the groups and give them the rights they lack; rights added by hand stay. Idempotent.

    Django makes the rights of each app after its migrations; this comes last of all.
    """
    from django.contrib.auth.models import Group

    if "auth_group_permissions" not in connections[using].introspection.table_names():
        return
    keys = _keys_of_rights(using)
    wanted = {
        role: {keys[name] for name in rights} for role, rights in rights_of_roles(keys).items()
    }
    groups = {group.name: group for group in Group.objects.using(using).filter(name__in=wanted)}
    link = Group.permissions.through
    had: dict[str, set[int]] = {role: set() for role in wanted}
    rows = link.objects.using(using).filter(group__name__in=wanted)
    for role, key in rows.values_list("group__name", "permission_id"):
        had[role].add(key)
    for role in wanted.keys() - groups.keys():
        groups[role] = Group.objects.using(using).create(name=role)
    link.objects.using(using).bulk_create(
        [
            link(group_id=groups[role].pk, permission_id=key)
            for role, rights in wanted.items()
            for key in sorted(rights - had[role])
        ],
        ignore_conflicts=True,
    )


def rights_of_roles(known: Iterable[str]) -> dict[str, set[str]]:
    """Return group → its rights as ``app.codename``, of those that there are."""
    rights = {
        role: {
            f"{app}.{act}_{model}"
            for label, acts in models.items()
            for app, model in [label.split(".")]
            for act in acts
        }
        for role, models in RIGHTS.items()
    }
    rights[ADMINISTRATOR] = {
        name for name in known if name.partition(".")[0] in OURS and name not in NOBODYS
    }
    return rights


def _keys_of_rights(using: str) -> dict[str, int]:
    """Return the keys of all rights; those of an app whose turn comes later are made now."""
    keys = _read_keys(using)
    lacking = {
        name.partition(".")[0]
        for rights in rights_of_roles(keys).values()
        for name in rights
        if name not in keys
    }
    if lacking:
        from django.contrib.auth.management import create_permissions

        for label in lacking:
            create_permissions(apps.get_app_config(label), verbosity=0, using=using)
        keys = _read_keys(using)
    return keys


def _read_keys(using: str) -> dict[str, int]:
    from django.contrib.auth.models import Permission

    rows = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    return {f"{label}.{codename}": pk for label, codename, pk in rows}
