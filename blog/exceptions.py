"""What may go wrong with writing."""

from config.exceptions import DomainError, PermissionRefused


class EmptyPost(DomainError):
    code = "empty_post"


class TextTooLong(DomainError):
    code = "too_long"


class SlugRefused(DomainError):
    code = "slug_refused"


class SlugTaken(DomainError):
    code = "slug_taken"


class TagRefused(DomainError):
    code = "tag_refused"


class TooManyTags(DomainError):
    code = "too_many_tags"


class NotTheAuthor(PermissionRefused):
    code = "not_the_author"


class PostNotDeleted(DomainError):
    code = "not_deleted"
    status = 409
