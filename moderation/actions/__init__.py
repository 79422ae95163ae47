"""The only code that changes what staff decide, by noun."""

from moderation.actions.appeals import answer_appeal, appeal_decision
from moderation.actions.cases import add_case_note, assign_case, refresh_case
from moderation.actions.deciding import decide, undo_decision
from moderation.actions.erasing import erase_from_moderation
from moderation.actions.reports import take_in_report
from moderation.actions.standing import grow_trust, set_trust, settle_trust

__all__ = [
    "add_case_note",
    "answer_appeal",
    "appeal_decision",
    "assign_case",
    "decide",
    "erase_from_moderation",
    "grow_trust",
    "refresh_case",
    "set_trust",
    "settle_trust",
    "take_in_report",
    "undo_decision",
]
