"""Finding it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")
    quiet_writes = {
        "search_documenta": (),
        "search_documentb": (),
        "search_generation": (),
        "search_popularquery": (),
        "search_queryday": (),
        "search_synonym": (),
        "search_terma": (),
        "search_termb": (),
        "search_waiting": (),
    }

    derived_tables = {
        "search_documenta": "entries are made of posts, comments, people, tags and series",
        "search_documentb": "the second slot of entries",
        "search_generation": "which slot answers, and how far the other one is built",
        "search_popularquery": "counted each night from what was searched",
        "search_terma": "the words of the entries",
        "search_termb": "the second slot of words",
        "search_waiting": "what has to be indexed again; triggers write it",
    }

    def ready(self) -> None:
        from accounts import erasure
        from config import buffers, preloading
        from config.care import preparing
        from search import actions, doctor, schema
        from search.analysis import loading

        pre_migrate.connect(
            schema.remove_before_migrations, sender=self, dispatch_uid="search-schema-remove"
        )
        post_migrate.connect(
            schema.install_after_migrations, sender=self, dispatch_uid="search-schema-install"
        )
        preparing.register_upkeep(schema.install)
        doctor.register()
        # After all others: what they delete leaves entries that only this one finds.
        erasure.register("index", actions.erase_entries, order=900)
        buffers.register_flusher("queries", actions.flush_queries)
        preloading.register_loader("analyser", loading.preload)
