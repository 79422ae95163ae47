"""What still has to reach the index, and which index answers."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from search.models.documents import KIND_MAX_LENGTH

MOST_ATTEMPTS = 8
"""After so many failures a row waits for staff, or for the next change of the thing."""


class Waiting(models.Model):
    """Something changed and waits to be indexed, written by database triggers.

    Each change makes a row with a new, higher ``id``, in the transaction of the change itself: it
    is the version of what will be indexed, and a worker deletes the rows that it took. A new row
    replaces older ones of the same thing, but never waits for another transaction that holds one:
    now and then there are two, which is why no constraint forbids it.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=KIND_MAX_LENGTH)
    object_id = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    error = models.TextField(_("error"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("waiting to be indexed")
        verbose_name_plural = _("waiting to be indexed")
        indexes = [
            models.Index(fields=["not_before", "id"], name="search_waiting_due"),
            # The key first: planners take few for many to be of one kind, and would read them all.
            models.Index(fields=["object_id", "kind"], name="search_waiting_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Generation(models.Model):
    """An index from its first row to its end; the live one answers."""

    class Slot(models.TextChoices):
        A = "a", "a"
        B = "b", "b"

    class State(models.TextChoices):
        BUILDING = "building", _("being built")
        LIVE = "live", _("answers searches")
        OLD = "old", _("kept aside")

    slot = models.CharField(max_length=1, choices=Slot.choices, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    analyzer = models.CharField(_("analyser"), max_length=60, blank=True)
    engine = models.CharField(_("engine"), max_length=20, blank=True)
    total = models.PositiveIntegerField(_("to index"), default=0)
    done = models.PositiveIntegerField(_("indexed"), default=0)
    # How far a build came: the kind and the key of the last thing written.
    kind_reached = models.CharField(max_length=KIND_MAX_LENGTH, blank=True)
    id_reached = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    moved_at = models.DateTimeField(_("last moved"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("search index")
        verbose_name_plural = _("search indexes")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state__in=("live", "building")),
                name="search_one_live_one_building",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot} · {self.get_state_display()}"
