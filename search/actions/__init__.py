"""The only code that changes the index and what belongs to it, by noun."""

from search.actions.building import drop_old_index, rebuild_index
from search.actions.checking import check_index
from search.actions.draining import drain_outbox
from search.actions.erasing import erase_entries
from search.actions.outbox import enqueue, has_due_rows, release_claims, retry_failed
from search.actions.query_log import flush_queries, forget_old_queries, refresh_popular_queries
from search.actions.sweeping import repair_index, sweep_index, sweep_until_clean
from search.actions.synonyms import checked_words, delete_synonym, save_synonym

__all__ = [
    "check_index",
    "checked_words",
    "delete_synonym",
    "drain_outbox",
    "drop_old_index",
    "enqueue",
    "erase_entries",
    "flush_queries",
    "forget_old_queries",
    "has_due_rows",
    "rebuild_index",
    "refresh_popular_queries",
    "release_claims",
    "repair_index",
    "retry_failed",
    "save_synonym",
    "sweep_index",
    "sweep_until_clean",
]
