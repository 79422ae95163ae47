"""What may go wrong between people."""

from config.exceptions import DomainError


class CannotFollowSelf(DomainError):
    code = "cannot_follow_self"


class CannotBlockSelf(DomainError):
    code = "cannot_block_self"
