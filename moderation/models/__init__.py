"""What staff look at, what they decided, and the log of it."""

from moderation.models.cases import Case, CaseNote
from moderation.models.decisions import Appeal, Decision, HiddenThing
from moderation.models.log import ChainHead, LogEntry
from moderation.models.rules import (
    BlockedSource,
    LearnedWords,
    Rule,
    RuleVersion,
    Screening,
    ScreeningBand,
    SeenDomain,
)
from moderation.models.standing import TrustSetting
from moderation.models.takedowns import Takedown, TakedownMail

__all__ = [
    "Appeal",
    "BlockedSource",
    "Case",
    "CaseNote",
    "ChainHead",
    "Decision",
    "HiddenThing",
    "LearnedWords",
    "LogEntry",
    "Rule",
    "RuleVersion",
    "Screening",
    "ScreeningBand",
    "SeenDomain",
    "Takedown",
    "TakedownMail",
    "TrustSetting",
]
