"""Who people are."""

from allauth.usersessions.apps import UserSessionsConfig as AllauthSessionsConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import actions, jobs, probes, receivers  # noqa: F401
        from config import buffers

        jobs.register("probe", label=_("Test run"), run=probes.count_seconds)
        buffers.register_flusher("last-seen", actions.flush_last_seen)


class UserSessionsConfig(AllauthSessionsConfig):
    """allauth's list of sessions, kept by our receivers.

    Its own receiver opens every session of a person at each sign-in to see whether it is over;
    here that is the work of the night (accounts.clear_expired_sessions).
    """

    default = False

    def ready(self) -> None:
        """Connect nothing."""
