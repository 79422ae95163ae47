"""What administrators do with roles; the log has each change (SO-42)."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from moderation.actions.chain import write_log
from moderation.exceptions import NotAModerator, RoleRefused
from moderation.roles import SHIPPED


@transaction.atomic
def save_role(group: Group, *, actor: User, rights: Iterable[Permission]) -> Group:
    """Store a role with its rights. Raises NotAModerator, RoleRefused for another name of ours."""
    _require_administrator(actor)
    is_new = group.pk is None
    before = {} if is_new else _state_of(Group.objects.select_for_update().get(pk=group.pk))
    if before.get("name") in SHIPPED and group.name != before["name"]:
        raise RoleRefused(_("This role belongs to the site and keeps its name."), field="name")
    group.save()
    group.permissions.set(rights)
    after = _state_of(group)
    write_log(
        "role_add" if is_new else "role_change",
        actor=actor,
        target=("role", group.pk),
        before={"rights": before.get("rights", [])},
        after={"rights": after["rights"], "is_renamed": before.get("name") != after["name"]},
    )
    return group


@transaction.atomic
def delete_role(group: Group, *, actor: User) -> None:
    """Delete a role; those who had it lose its rights. Raises NotAModerator, RoleRefused."""
    _require_administrator(actor)
    if group.name in SHIPPED:
        raise RoleRefused(_("This role belongs to the site and cannot be deleted."))
    before, pk = _state_of(group), group.pk
    people = sorted(group.user_set.values_list("pk", flat=True))
    group.delete()
    write_log(
        "role_delete",
        actor=actor,
        target=("role", pk),
        before={"rights": before["rights"], "people": people},
    )


def _require_administrator(actor: User) -> None:
    if not actor.is_superuser:
        raise NotAModerator(_("Only an administrator changes roles."))


def _state_of(group: Group) -> dict:
    rights = group.permissions.values_list("content_type__app_label", "codename")
    return {"name": group.name, "rights": sorted(f"{app}.{name}" for app, name in rights)}
