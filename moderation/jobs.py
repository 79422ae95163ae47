"""Long work of moderation, made known to accounts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import jobs
from moderation.actions import bulk, log


def register() -> None:
    """Make the kinds of this app known."""
    jobs.register(
        bulk.JOB_KIND,
        label=gettext_lazy("Undoing many decisions"),
        run=bulk.perform_bulk_undo,
        result_url=lambda job: reverse("admin:moderation_logentry_changelist"),
    )
    jobs.register(
        log.JOB_KIND,
        label=gettext_lazy("Verifying the log"),
        run=log.perform_verification,
        result_url=lambda job: reverse("admin:moderation_logentry_changelist"),
    )
