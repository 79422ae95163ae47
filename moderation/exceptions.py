"""What may go wrong at the desk."""

from config.exceptions import DomainError, PermissionRefused


class NotAModerator(PermissionRefused):
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
