"""What may go wrong with writing."""

from typing import TYPE_CHECKING

from config.exceptions import DomainError, PermissionRefused

if TYPE_CHECKING:
    from blog.models import Post
    from blog.working_copy import WorkingCopy


class EmptyPost(DomainError):
    code = "empty_post"


class ImageMissing(DomainError):
    """The text still has the mark of an image that never arrived."""

    code = "image_missing"


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


class AddressRefused(DomainError):
    code = "address_refused"


class LanguageTaken(DomainError):
    code = "language_taken"
    status = 409


class Withheld(DomainError):
    """It is kept from readers for the time being, and its page says why (blog.absences)."""

    code = "withheld"
    status = 451


class StaleVersion(DomainError):
    """The text was saved from elsewhere since the editor took it; ``stored`` is what is there."""

    code = "edit_conflict"
    status = 409

    def __init__(self, message: str = "", *, stored: "WorkingCopy", post: "Post"):
        super().__init__(message)
        self.stored = stored
        self.post = post


class PostIsNote(DomainError):
    code = "note_has_no_draft"
    status = 404


class UnreadableBody(DomainError):
    code = "unreadable"


class NotSchedulable(DomainError):
    code = "not_schedulable"


class NotTheAuthor(PermissionRefused):
    code = "not_the_author"


class PostNotDeleted(DomainError):
    code = "not_deleted"
    status = 409


class ImageSpaceFull(DomainError):
    """The images of a person would take more than IMAGE_QUOTA_BYTES."""

    code = "storage_full"
    status = 409


class ImageNotStored(DomainError):
    """The disk is full, or the bucket cannot be reached."""

    code = "image_not_stored"
    status = 503


class ImageNotFetched(DomainError):
    """Another server did not give the image, or may not be asked."""

    code = "image_not_fetched"
    status = 422


class NotTheOwner(PermissionRefused):
    code = "not_the_owner"


class ImportRefused(DomainError):
    code = "import_refused"


class TitleMissing(DomainError):
    code = "title_missing"


class SeriesChanged(DomainError):
    """A series, or a post in it, is not what it was when the page was made."""

    code = "series_changed"
    status = 409


class LanguageUnknown(DomainError):
    """Translations are told apart by language, and a text does not say its own."""

    code = "language_unknown"


class NotAPair(DomainError):
    """Two texts that cannot be translations of each other."""

    code = "not_a_pair"


class NotPinnable(DomainError):
    code = "not_pinnable"
    status = 409


class TooManyPins(DomainError):
    code = "too_many_pins"
    status = 409


class EmptyComment(DomainError):
    code = "empty_comment"


class CommentsClosed(DomainError):
    """The author of the post takes no comments, or the post is not published."""

    code = "comments_closed"
    status = 409


class CommentGone(DomainError):
    """What is answered was deleted or hidden in the meantime."""

    code = "comment_gone"
    status = 409


class CommentNotPinnable(DomainError):
    code = "comment_not_pinnable"
    status = 409


class CommentNotWaiting(DomainError):
    """Somebody decided before, or there was nothing to decide."""

    code = "comment_not_waiting"
    status = 409


class GuestsRefused(PermissionRefused):
    """On this site only members comment."""

    code = "guests_refused"


class NotTranslatable(DomainError):
    """The text is in the wanted language, in none that is known, or too long."""

    code = "not_translatable"
    status = 422


class NotForTranslation(PermissionRefused):
    """What not everybody may read is not given to another service."""

    code = "not_for_translation"


class TranslationUnavailable(DomainError):
    """No provider is set, it is busy, or the budget of the month is used up."""

    code = "translation_unavailable"
    status = 503


class TranslationFailed(DomainError):
    """The provider gave no translation."""

    code = "translation_failed"
    status = 502


class TooManyFollowed(DomainError):
    code = "too_many_followed"
    status = 409


class OwnSeries(DomainError):
    """One's own posts come to the timeline anyway."""

    code = "own_series"
