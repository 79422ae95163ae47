"""What people write."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Writing")

    def ready(self) -> None:
        from accounts import jobs
        from blog import (  # noqa: F401
            actions,
            archive_sections,
            erasure,
            notices,
            posts_export,
            receivers,
            reportables,
        )
        from blog.actions.telling import told_of_writing
        from blog.importers import starting
        from blog.mails import register_mails
        from config import buffers
        from social import withheld

        register_mails()
        notices.register()
        archive_sections.register()
        erasure.register()
        reportables.register()
        withheld.register(told_of_writing)

        buffers.register_flusher("views", actions.flush_view_counts)
        jobs.register(
            starting.JOB_KIND,
            label=_("Moving a blog in"),
            run=starting.perform_job,
            result_url=starting.page_of,
        )
        jobs.register(
            posts_export.POSTS_KIND,
            label=_("Posts as JSON"),
            run=posts_export.perform_posts_export,
            result_url=posts_export.page_of,
        )
