"""A decision in words for whose the thing is: what, where, by which rule, and what to do now (SO-40).

Never who reported it, and never who of the staff decided.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.text import excerpt
from moderation.models import Appeal, Decision, Takedown
from moderation.models.decisions import APPEAL_DAYS
from moderation.policies import APPEALABLE, can_appeal, is_held_for_takedown
from moderation.rule_names import name_of, reason_of
from moderation.screening.signals import KINDS
from moderation.takedowns import claim_in_words, takedown_of
from moderation.targets import load_subject
from social.models import Report

PASSAGE_LENGTH = 600  # graphemes
Category = Report.Category
Kind = Decision.Kind

TITLES = {
    Kind.APPROVE: gettext_lazy("“%(title)s” was looked at and is shown"),
    Kind.WARN: gettext_lazy("A word about “%(title)s”"),
    Kind.HOLD: gettext_lazy("“%(title)s” is held"),
    Kind.REMOVE: gettext_lazy("“%(title)s” was removed"),
    Kind.LIMIT: gettext_lazy("Your account is limited"),
    Kind.SUSPEND: gettext_lazy("Your account is suspended"),
    Kind.BAN: gettext_lazy("Your account is closed"),
    Kind.RESTORE: gettext_lazy("“%(title)s” is shown again"),
}

MEANINGS = {
    Kind.APPROVE: gettext_lazy("Readers see it as before."),
    Kind.WARN: gettext_lazy("Nothing was hidden. Please read what the moderators say."),
    Kind.HOLD: gettext_lazy("Only you and the moderators see it for now. Nothing was deleted."),
    Kind.REMOVE: gettext_lazy(
        "Only you and the moderators see it. The text itself is still there."
    ),
    Kind.LIMIT: gettext_lazy("You can read and change your settings, but not publish or write."),
    Kind.SUSPEND: gettext_lazy(
        "You cannot sign in, and nobody sees your page. It is all still there."
    ),
    Kind.BAN: gettext_lazy("You cannot sign in, and nobody sees your page."),
    Kind.RESTORE: gettext_lazy("Readers see it as before."),
}

MENDING = {
    Category.SPAM: gettext_lazy(
        "Leave out advertising, repeated links and repeated texts. Then it may be shown."
    ),
    Category.ABUSE: gettext_lazy(
        "Take out what insults or follows somebody. Arguing about the matter is welcome."
    ),
    Category.HATE: gettext_lazy("Take out what puts a group of people down."),
    Category.SEXUAL: gettext_lazy("Take out the sexual passages or pictures."),
    Category.VIOLENCE: gettext_lazy("Take out threats, and pictures that celebrate violence."),
    Category.PRIVACY: gettext_lazy(
        "Take out names, numbers, addresses and pictures of people who did not agree."
    ),
    Category.RIGHTS: gettext_lazy(
        "Take out what belongs to others, or say that you have their permission or quote them."
    ),
    Category.ILLEGAL: gettext_lazy("Take out what the law forbids."),
    Category.OTHER: gettext_lazy("The reason says what to change."),
}
"""Category → what its author can do about it."""

MENDING_SIGNALS = {
    "trap": gettext_lazy("Send it from the page itself, without a program that fills in forms."),
    "haste": gettext_lazy("Take a moment before you send: it came within three seconds."),
    "rate": gettext_lazy("Wait a while between one text and the next."),
    "links": gettext_lazy("Use fewer links, and say in your own words what they lead to."),
    "unseen": gettext_lazy("Say why you link to a site that nobody here has named before."),
    "blocked": gettext_lazy("Take out the link to a site that is blocked here."),
    "shortened": gettext_lazy("Link to the page itself instead of a shortened address."),
    "alike_host": gettext_lazy("Let the words of a link say where it really leads."),
    "same": gettext_lazy("Publish the same text once only."),
    "alike": gettext_lazy("Publish nearly the same text once only."),
    "source": gettext_lazy("It came from a network or a mail address that is blocked here."),
    "mentions": gettext_lazy("Name fewer people in one text."),
    "contact": gettext_lazy("Take out invitations to call or to write somewhere else."),
    "disguise": gettext_lazy("Take out invisible or odd characters inside of words."),
    "first": gettext_lazy("Begin with a text without a link or a contact."),
    "bio": gettext_lazy("Take advertising out of your profile."),
    "words": gettext_lazy("It reads like advertising. Say it in your own words."),
}
"""Signal of a rule → how to mend it."""


class Sign(NamedTuple):
    """One thing that a rule noticed, where, and how to mend it."""

    label: str
    mending: str
    passage: str


class Explained(NamedTuple):
    """A decision as its author reads it. ``state``: stands, undone or ended."""

    decision: Decision
    title: str
    meaning: str
    category: str
    passage: str
    decided_by: str
    reason: str
    mending: str
    signs: tuple[Sign, ...]
    state: str
    url: str
    appeal: Appeal | None
    can_appeal: bool
    appeal_until: Any
    takedown: Takedown | None
    claim: str
    can_object: bool


def explain(decision: Decision, viewer: Any) -> Explained:
    """Return ``decision`` in words; ``viewer`` is whose the thing is, or somebody of the staff."""
    takedown = takedown_of(decision)
    state = states_of([decision])[decision.pk]
    is_over = state != "stands"
    evidence = decision.evidence
    is_hold = is_held_for_takedown(decision)
    return Explained(
        decision=decision,
        title=title_of(decision),
        meaning=str(MEANINGS.get(decision.kind, "")),
        category=decision.get_category_display(),
        passage=passage_of(evidence),
        decided_by=decided_by(decision, takedown),
        reason=reason_for(decision),
        mending="" if is_over or takedown else str(MENDING.get(decision.category, "")),
        signs=signs_of(evidence),
        state=state,
        url=_page_of(decision),
        appeal=appeal_to(decision),
        can_appeal=not is_over and can_appeal(viewer, decision),
        appeal_until=(
            decision.created_at + timedelta(APPEAL_DAYS)
            if decision.kind in APPEALABLE and not is_hold
            else None
        ),
        takedown=takedown,
        claim=claim_in_words(takedown) if takedown else "",
        can_object=(
            takedown is not None
            and takedown.decision_id == decision.pk
            and takedown.state == Takedown.State.ACCEPTED
            and decision.owner_id == getattr(viewer, "pk", None)
        ),
    )


def title_of(decision: Decision) -> str:
    """Return what was decided, as a heading."""
    title = decision.title or _("What you wrote")
    return str(TITLES.get(decision.kind, "%(title)s")) % {"title": title}


def states_of(decisions: Iterable[Decision]) -> dict[int, str]:
    """Return {key: whether each stands, was undone, or is over}; one query for all of them."""
    decisions = list(decisions)
    keys = [one.pk for one in decisions]
    unlifted = set(Decision.objects.filter(pk__in=keys).unlifted().values_list("pk", flat=True))
    return {one.pk: _state_of(one, unlifted) for one in decisions}


def _state_of(decision: Decision, unlifted: set[int]) -> str:
    if decision.is_undone:
        return "undone"
    is_past = decision.until is not None and decision.until <= timezone.now()
    if decision.ended_at is not None or is_past or decision.pk not in unlifted:
        return "ended"
    return "stands"


def decided_by(decision: Decision, takedown: Takedown | None) -> str:
    """Return the rule with its version, or that a person decided: never who."""
    version = decision.rule_version
    if version is not None:
        return _("Rule “%(name)s”, version %(number)s") % {
            "name": name_of(version.rule.name),
            "number": version.number,
        }
    if decision.actor_id is None and takedown is not None:
        return _("The site, because nobody objected in time")
    return _("The moderators")


def reason_for(decision: Decision) -> str:
    """Return why it was decided, in the words of staff or of the rule."""
    if decision.text or decision.rule_version is None:
        return decision.text
    return reason_of(decision.rule_version.rule.name)


def passage_of(evidence: dict[str, Any]) -> str:
    """Return the passage of the author's own text that was looked at."""
    found = evidence.get("passage") or evidence.get("quote") or ""
    return excerpt(str(found), PASSAGE_LENGTH) if isinstance(found, str) else ""


def signs_of(evidence: dict[str, Any]) -> tuple[Sign, ...]:
    """Return what a rule noticed, the weightiest first, with how to mend each."""
    parts = evidence.get("parts")
    if not isinstance(parts, list):
        return ()
    signs = []
    for part in parts:
        name = str(part.get("name", "")) if isinstance(part, dict) else ""
        if name in KINDS:
            passage = part.get("passage")
            signs.append(
                Sign(
                    str(KINDS[name].label),
                    str(MENDING_SIGNALS.get(name, "")),
                    excerpt(passage, PASSAGE_LENGTH) if isinstance(passage, str) else "",
                )
            )
    return tuple(signs)


def appeal_to(decision: Decision) -> Appeal | None:
    """Return the appeal to a decision, if there is one."""
    return Appeal.objects.filter(decision=decision).first()


def _page_of(decision: Decision) -> str:
    """Return where the thing stands, which its author sees also while it is held."""
    if decision.target_kind == "person":
        return ""
    subject = load_subject(decision.target_kind, decision.target_id)
    return subject.url if subject is not None else ""
