"""What may go wrong with sites elsewhere."""

from config.exceptions import DomainError, PermissionRefused


class OriginRefused(PermissionRefused):
    """Where the request comes from is none of the origins of the site."""

    code = "origin_refused"


class SitePaused(PermissionRefused):
    """Staff let the site rest for a while."""

    code = "site_paused"


class OriginInvalid(DomainError):
    """What was given is no exact origin."""

    code = "origin_invalid"


class TooManySites(DomainError):
    code = "too_many_sites"
    status = 409


class SiteInvalid(DomainError):
    """A name is missing, or an address is none."""

    code = "site_invalid"


class NotTheSiteOwner(PermissionRefused):
    code = "not_the_owner"


class KeyRefused(DomainError):
    """What cannot be the key of a thread."""

    code = "key_refused"


class KeyTaken(DomainError):
    """Another thread of the site is called so."""

    code = "key_taken"
    status = 409


class ReactionsOff(PermissionRefused):
    """The site takes no reactions."""

    code = "reactions_off"


class SearchOff(PermissionRefused):
    """The site offers no search."""

    code = "search_off"


class ChallengeFailed(DomainError):
    """The proof of work is wrong, too old, of another site, or was used."""

    code = "challenge_failed"


class EditKeyRefused(PermissionRefused):
    """The key with which a guest mends a comment is wrong or too old."""

    code = "edit_key_refused"


class CommentFileRefused(DomainError):
    """A file with comments is none that is known, is damaged, or too large."""

    code = "comment_file_refused"
