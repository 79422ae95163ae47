"""Roles of the staff: groups with the least rights that their work takes (AD-02)."""

from django.apps import apps
from django.db.models.signals import post_migrate

MODERATOR = "moderator"
EDITOR = "editor"
ADMINISTRATOR = "administrator"

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
        "blog.postredirect": _VIEW,
        "blog.oldpath": _VIEW,
        "search.synonym": ("view", "add", "change", "delete"),
        "search.queryday": _VIEW,
    },
}
"""Group → ``app.model`` → what it may. Administrators may everything (``is_superuser``) or have the
group ADMINISTRATOR, which is all of the others and the rest of the administration."""


def connect(sender) -> None:
    """Keep the groups in step after migrations."""
    post_migrate.connect(settle_roles, sender=sender, dispatch_uid="moderation-roles")


def settle_roles(**kwargs) -> None:
    """Make the groups and give them their rights; rights added by hand stay."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    using = kwargs.get("using", "default")
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    every = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.using(using).select_related("content_type")
    }
    for role, models in RIGHTS.items():
        group, _is_new = Group.objects.using(using).get_or_create(name=role)
        wanted = [
            every[f"{label.split('.')[0]}.{act}_{label.split('.')[1]}"]
            for label, acts in models.items()
            for act in acts
        ]
        group.permissions.add(*wanted)
    own = [one for name, one in every.items() if name.partition(".")[0] in OURS]
    group, _is_new = Group.objects.using(using).get_or_create(name=ADMINISTRATOR)
    group.permissions.add(*own)


OURS = ("accounts", "social", "blog", "search", "embed", "moderation", "config")
