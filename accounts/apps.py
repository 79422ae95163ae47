"""Who people are."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import actions, receivers  # noqa: F401
        from config import buffers

        buffers.register_flusher("last-seen", actions.flush_last_seen)
