"""How people relate."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    name = "social"
    verbose_name = _("Relations")

    def ready(self) -> None:
        from social import (  # noqa: F401
            archive_sections,
            erasure,
            notice_texts,
            receivers,
            reportables,
        )

        notice_texts.register()
        archive_sections.register()
        erasure.register()
        reportables.register()
