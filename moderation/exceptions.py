"""What may go wrong at the desk."""

from blog.exceptions import Withheld
from config.exceptions import DomainError, PermissionRefused


class NotAModerator(PermissionRefused):
    """This takes the right of a moderator, or it is about oneself or an administrator."""

    code = "not_a_moderator"


class DecisionRefused(DomainError):
    """An act does not fit the thing, or a reason is missing or too long."""

    code = "decision_refused"


class AlreadyUndone(DomainError):
    """Each decision can be undone once; another one takes its place."""

    code = "already_undone"
    status = 409


class TargetGone(DomainError):
    """What was to be decided about is not there any more."""

    code = "target_gone"
    status = 409


class AppealRefused(DomainError):
    """Not yours, too late, a second one, or without words."""

    code = "appeal_refused"


class NotYourAppeal(PermissionRefused):
    """Whoever made a decision does not decide what is said against it, if there is somebody else."""

    code = "own_decision"


class TakedownRefused(DomainError):
    """A request lacks something, is not open any more, or is not yours to answer."""

    code = "takedown_refused"


class HeldByTakedown(Withheld):
    """Somebody says that it violates their rights; it is held for the time being (SO-50)."""

    code = "held_by_takedown"


class RuleRefused(DomainError):
    """A version was not tried, a name is taken, or the rule is not staff's to change."""

    code = "rule_refused"


class SourceRefused(DomainError):
    """What was to be blocked is no domain or network, or a note is missing."""

    code = "source_refused"


class RoleRefused(DomainError):
    """A role of the site keeps its name and is not deleted."""

    code = "role_refused"
