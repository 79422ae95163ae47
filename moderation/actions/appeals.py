"""What authors answer to decisions, and what comes of it (SO-44)."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.text import clean, count_graphemes, is_blank
from moderation.actions.cases import locked_case, settle_case
from moderation.actions.chain import write_log
from moderation.actions.deciding import undo_decision
from moderation.actions.telling import tell_of_answer
from moderation.exceptions import AppealRefused, NotYourAppeal
from moderation.models import Appeal, Case, Decision
from moderation.models.decisions import ANSWER_DAYS, TEXT_MAX_LENGTH
from moderation.policies import can_appeal, can_review, other_moderators, require_moderator
from moderation.waiting import Moments


@transaction.atomic
def appeal_decision(decision: Decision, *, actor: User, text: str) -> Appeal:
    """Ask that somebody looks again, once for each decision (SO-44). Raises AppealRefused."""
    text = clean(text).strip()
    case = locked_case((decision.target_kind, decision.target_id))
    decision = Decision.objects.select_related("owner").get(pk=decision.pk)
    if not can_appeal(actor, decision):
        raise AppealRefused(_("An appeal to this decision is not possible (any more)."))
    if is_blank(text):
        raise AppealRefused(_("Say why the decision is wrong."), field="text")
    if count_graphemes(text) > TEXT_MAX_LENGTH:
        raise AppealRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": TEXT_MAX_LENGTH}, field="text"
        )
    now = timezone.now()
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                decision=decision, text=text, created_at=now, due_at=now + timedelta(ANSWER_DAYS)
            )
    except IntegrityError as error:
        raise AppealRefused(_("You have appealed to this decision before.")) from error
    settle_case(case)
    return appeal


@transaction.atomic
def answer_appeal(appeal: Appeal, *, actor: User, grants: bool, answer: str = "") -> Appeal:
    """Grant an appeal, which undoes the decision, or refuse it with an answer.

    Raises NotAModerator, NotYourAppeal, AppealRefused.
    """
    require_moderator(actor)
    decision = appeal.decision
    case = locked_case((decision.target_kind, decision.target_id))
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    if not appeal.is_open:
        raise AppealRefused(_("This appeal was answered before."))
    if not can_review(actor, decision):
        raise NotYourAppeal(_("You cannot decide about yourself or what is yours."))
    if decision.actor_id == actor.pk and other_moderators(actor).exists():
        raise NotYourAppeal(_("Somebody else decides about what you decided."))
    answer = clean(answer).strip()
    if not grants and is_blank(answer):
        raise AppealRefused(_("Tell the author why the decision stays."), field="answer")
    if count_graphemes(answer) > TEXT_MAX_LENGTH:
        raise AppealRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": TEXT_MAX_LENGTH}, field="answer"
        )
    appeal.state = Appeal.State.GRANTED if grants else Appeal.State.REFUSED
    appeal.answer, appeal.decided_by, appeal.decided_at = answer, actor, timezone.now()
    appeal.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    tell_of_answer(appeal)
    if grants and not decision.is_undone:
        undo_decision(decision, actor=actor, reason=answer)
    settle_case(case)
    write_log(
        "grant_appeal" if grants else "refuse_appeal",
        actor=actor,
        target=(decision.target_kind, decision.target_id),
        before={"appeal": Appeal.State.OPEN},
        after={"appeal": appeal.state},
        reason=answer,
        decision_id=decision.pk,
    )
    return appeal


def moments_of_appeals(case: Case) -> Moments:
    """Return the appeal that waits at a case; one to a decision that was undone asks nothing."""
    open_ones = Appeal.objects.filter(
        decision__case=case, decision__undone_at=None, state=Appeal.State.OPEN
    )
    return list(open_ones.order_by("pk").values_list("created_at", "due_at"))
