"""What people write."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Writing")

    def ready(self) -> None:
        from blog import actions
        from config import buffers

        buffers.register_flusher("views", actions.flush_view_counts)
