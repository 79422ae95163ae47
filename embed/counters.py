"""What embed stores as numbers, and how each is counted anew (OP-30)."""

from django.db.models import QuerySet

from config.care import recounting
from config.care.recounting import number_of
from embed import actions
from embed.models import EmbedThread, GuestReaction


def register() -> None:
    """Have the reactions of guests counted anew."""
    recounting.register(
        "embed.embedthread.guest_reaction_count", rows=_threads_with_reactions, repair=_repair
    )


def _threads_with_reactions() -> QuerySet:
    return EmbedThread.objects.annotate(counted=number_of(GuestReaction.objects.all(), "thread"))


def _repair(pk: int) -> None:
    thread = EmbedThread.objects.filter(pk=pk).first()
    if thread is not None:
        actions.recount_guest_reactions(thread)
