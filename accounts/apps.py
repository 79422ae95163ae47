"""Who people are."""

from allauth.usersessions.apps import UserSessionsConfig as AllauthSessionsConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("People")
    quiet_writes = {
        "accounts_accesstoken": (),
        "accounts_archivedrow": (),
        "accounts_archiveimport": (),
        "accounts_carriedrecord": (),
        "accounts_delayedmail": (),
        "accounts_job": (),
        "accounts_user": (
            "default_language",
            "default_visibility",
            "follower_count",
            "following_count",
            "language",
            "last_login",
            "last_seen_at",
            "mail_bounced_at",
            "mail_choices",
            "password",
            "theme",
            "time_zone",
            "who_may_message",
        ),
    }

    def ready(self) -> None:
        from accounts import (  # noqa: F401
            actions,
            archive_sections,
            doctor,
            erasure,
            jobs,
            probes,
            receivers,
            site_export,
        )
        from accounts.archive import starting
        from config import buffers

        jobs.register("probe", label=_("Test run"), run=probes.count_seconds)
        archive_sections.register()
        doctor.register()
        site_export.register_parts()
        erasure.register("access", actions.erase_access, order=100)
        erasure.register("files", actions.erase_files_of, order=101)
        erasure.allow("accounts.formerhandle.user", "handles stay reserved for good")
        erasure.allow("admin.logentry.user", "the log of staff names who acted, without texts")
        jobs.register(
            starting.EXPORT_KIND,
            label=_("Archive of everything"),
            run=starting.perform_export,
            result_url=starting.export_page,
        )
        jobs.register(
            starting.IMPORT_KIND,
            label=_("Bringing an archive in"),
            run=starting.perform_import,
            result_url=starting.import_page,
        )
        buffers.register_flusher("last-seen", actions.flush_last_seen)


class UserSessionsConfig(AllauthSessionsConfig):
    """allauth's list of sessions, kept by our receivers.

    Its own receiver opens every session of a person at each sign-in to see whether it is over;
    here that is the work of the night (accounts.clear_expired_sessions).
    """

    default = False

    def ready(self) -> None:
        """Connect nothing."""
