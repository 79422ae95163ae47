"""The only code that changes what staff decide, by noun."""

from moderation.actions.appeals import answer_appeal, appeal_decision, moments_of_appeals
from moderation.actions.bulk import start_bulk_undo, undo_decisions
from moderation.actions.cases import add_case_note, assign_case, refresh_case
from moderation.actions.deciding import decide, undo_decision
from moderation.actions.ending import end_due_decisions
from moderation.actions.erasing import erase_from_moderation
from moderation.actions.judgements import learn_words, prune_screenings, settle_judgements
from moderation.actions.mails import note_takedown_mail_sent
from moderation.actions.reading import note_message_read
from moderation.actions.reports import hold_case, take_in_report
from moderation.actions.rules import (
    activate_rule_version,
    save_rule_version,
    switch_rule,
    try_rule_version,
)
from moderation.actions.sources import block_source, unblock_source
from moderation.actions.standing import grow_trust, set_trust, settle_trust
from moderation.actions.takedown_states import moments_of_takedowns
from moderation.actions.takedowns import (
    accept_takedown,
    ask_takedown,
    note_reading,
    object_to_takedown,
    refuse_takedown,
    reopen_takedown,
    settle_due_takedowns,
    withdraw_takedown,
)

__all__ = [
    "accept_takedown",
    "activate_rule_version",
    "add_case_note",
    "answer_appeal",
    "appeal_decision",
    "ask_takedown",
    "assign_case",
    "block_source",
    "decide",
    "end_due_decisions",
    "erase_from_moderation",
    "grow_trust",
    "hold_case",
    "learn_words",
    "moments_of_appeals",
    "moments_of_takedowns",
    "note_message_read",
    "note_reading",
    "note_takedown_mail_sent",
    "object_to_takedown",
    "prune_screenings",
    "refresh_case",
    "refuse_takedown",
    "reopen_takedown",
    "save_rule_version",
    "set_trust",
    "settle_due_takedowns",
    "settle_judgements",
    "settle_trust",
    "start_bulk_undo",
    "switch_rule",
    "take_in_report",
    "try_rule_version",
    "unblock_source",
    "undo_decision",
    "undo_decisions",
    "withdraw_takedown",
]
