"""Keeping the place kind: cases, decisions, their log, rules against spam, trust."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = _("Moderation")
    quiet_writes = {
        "moderation_case": (),
        "moderation_casenote": (),
        "moderation_learnedwords": (),
        "moderation_screening": (),
        "moderation_screeningband": (),
        "moderation_seendomain": (),
        "moderation_takedownmail": (),
    }

    def ready(self) -> None:
        from accounts import standing
        from blog import absences
        from config.care import preparing
        from moderation import (
            actions,
            archive_sections,
            counters,
            doctor,
            doors,
            erasure,
            jobs,
            mails,
            notices,
            roles,
            schema,
            site_parts,
            subjects,
            takedowns,
            waiting,
        )
        from moderation.actions import people
        from social import reportables

        pre_migrate.connect(
            schema.remove_before_migrations, sender=self, dispatch_uid="moderation-guards-remove"
        )
        post_migrate.connect(
            schema.install_after_migrations, sender=self, dispatch_uid="moderation-guards-install"
        )
        preparing.register_upkeep(schema.install_guards)
        archive_sections.register()
        counters.register()
        doctor.register()
        site_parts.register()
        doors.register()
        erasure.register()
        jobs.register()
        mails.register()
        notices.register()
        subjects.register()
        reportables.watch(actions.take_in_report, prepare=actions.hold_case)
        standing.register(people.standing_of)
        waiting.register("has_appeal", actions.moments_of_appeals)
        waiting.register("has_takedown", actions.moments_of_takedowns)
        absences.register(takedowns.absence_of)
        roles.connect(self)
