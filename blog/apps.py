"""What people write."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Writing")
    quiet_writes = {
        "blog_bookmark": (),
        "blog_comment": ("like_count",),
        "blog_commentlike": (),
        "blog_draft": (),
        "blog_importeditem": (),
        "blog_importrun": (),
        "blog_machinetranslation": (),
        "blog_post": ("comment_count", "like_count"),
        "blog_postday": (),
        "blog_postlike": (),
        "blog_postviewcount": (),
        "blog_previewlink": (),
        "blog_revision": (),
        "blog_seriesfollow": (),
        "blog_tag": ("post_count",),
        "blog_tagfollow": (),
        "blog_translationspending": (),
    }

    def ready(self) -> None:
        from accounts import jobs
        from blog import (  # noqa: F401
            actions,
            archive_sections,
            counters,
            doctor,
            erasure,
            notices,
            posts_export,
            receivers,
            reportables,
            site_parts,
        )
        from blog.actions.telling import told_of_writing
        from blog.importers import starting
        from blog.mails import register_mails
        from config import buffers
        from social import withheld

        register_mails()
        notices.register()
        archive_sections.register()
        counters.register()
        doctor.register()
        site_parts.register()
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
