"""Reading for the desk: what waits, and everything that helps to decide about one thing."""

from moderation.desk.dossier import Dossier, dossier_of
from moderation.desk.queue import Filters, counts, filters_in, neighbours, queue_page

__all__ = [
    "Dossier",
    "Filters",
    "counts",
    "dossier_of",
    "filters_in",
    "neighbours",
    "queue_page",
]
