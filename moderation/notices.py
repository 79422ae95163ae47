"""What is said of decisions, reports and appeals, and what it leads to."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from moderation.models import Decision
from moderation.own import ids_acted_on
from social import notices
from social.models import Report
from social.notices import Target, Telling


def register() -> None:
    """Make the kinds and targets of this app known."""
    notices.register_kind(
        "decision",
        label=gettext_lazy("Decisions of moderators"),
        say=say_decision,
        mail="now",
        icon="alert",
    )
    # The mails of requests for takedowns leave whatever somebody chose (moderation.mails).
    notices.register_kind(
        "takedown",
        label=gettext_lazy("Requests to take something down"),
        say=say_takedown,
        icon="alert",
    )
    notices.register_kind(
        "appeal",
        label=gettext_lazy("Answers to appeals"),
        say=say_appeal,
        mail="now",
        icon="alert",
    )
    notices.register_kind(
        "report",
        label=gettext_lazy("Outcome of reports"),
        say=say_report,
        mail="daily",
        icon="flag",
    )
    notices.register_target("decision", load_decisions)
    notices.register_target("report", load_reports)


def say_decision(telling: Telling) -> str:
    """Return what became of something that is the reader's."""
    words = {"title": telling.target.title}
    match telling.target.form:
        case "undone":
            return _("A decision about “%(title)s” was taken back.") % words
        case "ended":
            return _("A decision about “%(title)s” is over.") % words
        case "approve" | "restore":
            return _("“%(title)s” is shown to readers again.") % words
        case "warn":
            return _("The moderators have something to say about “%(title)s”.") % words
        case "limit" | "suspend" | "ban":
            return _("The moderators decided about your account.")
    return _("“%(title)s” is hidden from readers. Read why, and what you can do.") % words


def say_takedown(telling: Telling) -> str:
    """Return how a request to take down what is the reader's stands."""
    words = {"title": telling.target.title}
    match telling.target.form:
        case "undone" | "ended":
            return _("“%(title)s” is not held any more.") % words
        case "remove":
            return _("“%(title)s” was removed: nobody objected while it was held.") % words
    return (
        _(
            "“%(title)s” is held for 30 days because somebody says it violates their rights."
            " You can object."
        )
        % words
    )


def say_appeal(telling: Telling) -> str:
    """Return that an appeal was answered."""
    return _("Your appeal about “%(title)s” was answered.") % {"title": telling.target.title}


def say_report(telling: Telling) -> str:
    """Return that somebody looked at what the reader reported, and what came of it."""
    if telling.target.form == "acted":
        return _("Thank you for your report. The moderators have acted on it.")
    return _(
        "Thank you for your report. The moderators looked and found nothing against the rules."
    )


def load_decisions(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the decisions about what is the reader's own."""
    rows = Decision.objects.filter(pk__in=ids, owner=person)
    return {
        row.pk: Target(
            reverse("moderation:decision", args=[row.pk]),
            title=row.title,
            form=form_of(row),
        )
        for row in rows
    }


def form_of(decision: Decision) -> str:
    """Return what of a decision a sentence has to say: that it is over, or what it did."""
    if decision.is_undone:
        return "undone"
    return "ended" if decision.ended_at is not None else decision.kind


def load_reports(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the reports that the reader made, with what came of them."""
    rows = list(Report.objects.filter(pk__in=ids, reporter=person))
    acted = ids_acted_on(rows)
    url = reverse("moderation:reports")
    return {row.pk: Target(url, form="acted" if row.pk in acted else "none") for row in rows}
