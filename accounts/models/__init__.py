"""Tables of accounts: people, what they were called before, their long work, their archives."""

from accounts.models.archives import ArchivedRow, ArchiveImport, CarriedRecord
from accounts.models.jobs import UNFINISHED, Job
from accounts.models.mails import DelayedMail
from accounts.models.people import (
    AVATAR_SIZES,
    DISPLAY_NAME_MAX_LENGTH,
    GENERATED_AVATAR,
    HANDLE_RENAME_DAYS,
    LINKS_PER_PERSON,
    FormerHandle,
    User,
    new_key,
)
from accounts.models.tokens import AccessToken

__all__ = [
    "AVATAR_SIZES",
    "DISPLAY_NAME_MAX_LENGTH",
    "GENERATED_AVATAR",
    "HANDLE_RENAME_DAYS",
    "LINKS_PER_PERSON",
    "UNFINISHED",
    "AccessToken",
    "ArchiveImport",
    "ArchivedRow",
    "CarriedRecord",
    "DelayedMail",
    "FormerHandle",
    "Job",
    "User",
    "new_key",
]
