"""Comments, reactions and search on sites elsewhere."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmbedConfig(AppConfig):
    name = "embed"
    verbose_name = _("Embedding")
    quiet_writes = {
        "embed_guestreaction": (),
    }

    def ready(self) -> None:
        from accounts import jobs
        from blog import guests
        from blog.models import Post
        from embed import comment_jobs, cors, counters, erasure, policies, site_parts

        cors.connect()
        counters.register()
        site_parts.register()
        erasure.register()
        guests.register_rule(Post.Kind.THREAD, policies.guest_rule)
        jobs.register(
            comment_jobs.IMPORT_KIND,
            label=_("Comments from elsewhere"),
            run=comment_jobs.perform_import,
            result_url=comment_jobs.page_of,
        )
        jobs.register(
            comment_jobs.EXPORT_KIND,
            label=_("Comments of a site"),
            run=comment_jobs.perform_export,
            result_url=comment_jobs.page_of,
        )
