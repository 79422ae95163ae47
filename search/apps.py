"""Finding it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from accounts import erasure
        from config import buffers, preloading
        from search import actions, schema
        from search.analysis import loading

        pre_migrate.connect(
            schema.remove_before_migrations, sender=self, dispatch_uid="search-schema-remove"
        )
        post_migrate.connect(
            schema.install_after_migrations, sender=self, dispatch_uid="search-schema-install"
        )
        # After all others: what they delete leaves entries that only this one finds.
        erasure.register("index", actions.erase_entries, order=900)
        buffers.register_flusher("queries", actions.flush_queries)
        preloading.register_loader("analyser", loading.preload)
