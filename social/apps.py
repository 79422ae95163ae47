"""How people relate."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    name = "social"
    verbose_name = _("Relations")
    quiet_writes = {
        "social_block": (),
        "social_conversation": (),
        "social_conversationside": (),
        "social_event": (),
        "social_follow": (),
        "social_inbox": (),
        "social_message": (),
        "social_mute": (),
        "social_mutedterm": (),
        "social_notification": (),
        "social_notificationcause": (),
        "social_report": (),
        "social_webhook": (),
        "social_webhookdelivery": (),
        "social_withheldcause": (),
    }

    def ready(self) -> None:
        from social import (  # noqa: F401
            archive_sections,
            counters,
            erasure,
            notice_texts,
            receivers,
            reportables,
        )

        notice_texts.register()
        archive_sections.register()
        counters.register()
        erasure.register()
        reportables.register()
