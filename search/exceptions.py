"""What may go wrong with finding."""

from config.exceptions import DomainError, PermissionRefused


class SynonymsRefused(DomainError):
    code = "synonyms_refused"


class NotOfTheStaff(PermissionRefused):
    """Only staff keep the index and its words."""


class RebuildUnderWay(DomainError):
    """An index is being built by somebody else."""

    code = "rebuild_under_way"


class RebuildIncomplete(DomainError):
    """The new index is not what the site says; the former one goes on answering."""

    code = "rebuild_incomplete"
