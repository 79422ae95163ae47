"""Keeping the place kind: cases, decisions, their log, rules against spam, trust."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        from accounts import standing
        from moderation import actions, erasure, notices, roles, subjects
        from moderation.actions import people
        from social import reportables

        erasure.register()
        notices.register()
        subjects.register()
        reportables.watch(actions.take_in_report)
        standing.register(people.standing_of)
        roles.connect(self)
