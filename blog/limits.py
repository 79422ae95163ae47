"""How often somebody may write, save and answer, whichever door they come through."""

from django.utils.translation import gettext as _

from accounts.models import User
from config import limits
from config.exceptions import TooManyRequests

HOUR = 3600  # seconds
NOTES_AN_HOUR = 60
SAVES_AN_HOUR = 600
AUTOSAVES_AN_HOUR = 3600
PREVIEWS_AN_HOUR = 7200
COMPARISONS_AN_HOUR = 600
PINS_AN_HOUR = 120
REACTIONS_AN_HOUR = 300
COMMENTS_AN_HOUR = 60
GUEST_COMMENTS_AN_HOUR = 20  # of one network
DECISIONS_AN_HOUR = 300
NEW_SERIES_AN_HOUR = 60
SERIES_CHANGES_AN_HOUR = 1200
UPLOADS_AN_HOUR = 300
FETCHES_AN_HOUR = 60
DESCRIPTIONS_AN_HOUR = 600  # each renders all posts that show the image again
LINKED_TRANSLATIONS_AN_HOUR = 300
MACHINE_TRANSLATIONS_AN_HOUR = 600  # that were asked for, most of them stored already
TAKEN_AN_HOUR = 120


def count_note(user: User) -> None:
    """Count a note of ``user``. Raises TooManyRequests."""
    _count("write-note", user.pk, NOTES_AN_HOUR)


def count_save(user: User) -> None:
    """Count that ``user`` saves, publishes or changes a text by hand. Raises TooManyRequests."""
    _count("save-article", user.pk, SAVES_AN_HOUR)


def count_autosave(user: User) -> None:
    """Count that an editor of ``user`` saves by itself. Raises TooManyRequests."""
    _count("autosave", user.pk, AUTOSAVES_AN_HOUR)


def count_preview(user: User) -> None:
    """Count that ``user`` looks how a text would be shown. Raises TooManyRequests."""
    _count("preview", user.pk, PREVIEWS_AN_HOUR)


def count_comparison(user: User) -> None:
    """Count that ``user`` compares or merges two texts. Raises TooManyRequests."""
    _count("compare", user.pk, COMPARISONS_AN_HOUR)


def count_pin(user: User) -> None:
    """Count that ``user`` pins or unpins a post. Raises TooManyRequests."""
    _count("pin-post", user.pk, PINS_AN_HOUR)


def count_reaction(user: User) -> None:
    """Count a like or bookmark of ``user``, or that one is taken back. Raises TooManyRequests."""
    _count("react", user.pk, REACTIONS_AN_HOUR)


def count_comment(user: User) -> None:
    """Count that ``user`` comments or changes a comment. Raises TooManyRequests."""
    _count("comment", user.pk, COMMENTS_AN_HOUR)


def count_guest_comment(network: str) -> None:
    """Count a comment of somebody without an account. Raises TooManyRequests."""
    _count("guest-comment", network, GUEST_COMMENTS_AN_HOUR)


def count_comment_decision(user: User) -> None:
    """Count what ``user`` decides about comments under own posts. Raises TooManyRequests."""
    _count("decide-comment", user.pk, DECISIONS_AN_HOUR)


def count_new_series(user: User) -> None:
    """Count that ``user`` starts a series. Raises TooManyRequests."""
    _count("new-series", user.pk, NEW_SERIES_AN_HOUR)


def count_series_change(user: User) -> None:
    """Count that ``user`` changes a series or its order. Raises TooManyRequests."""
    _count("change-series", user.pk, SERIES_CHANGES_AN_HOUR)


def count_upload(user: User) -> None:
    """Count one picture that ``user`` sends, by whichever form. Raises TooManyRequests."""
    _count_image("store-image", user, UPLOADS_AN_HOUR)


def count_fetch(user: User) -> None:
    """Count one picture that ``user`` lets us fetch from another server. Raises TooManyRequests."""
    _count_image("fetch-image", user, FETCHES_AN_HOUR)


def count_description(user: User) -> None:
    """Count that ``user`` describes an image. Raises TooManyRequests."""
    _count("describe-image", user.pk, DESCRIPTIONS_AN_HOUR)


def count_linked_translation(user: User) -> None:
    """Count that ``user`` links or unlinks a translation. Raises TooManyRequests."""
    _count("link-translation", user.pk, LINKED_TRANSLATIONS_AN_HOUR)


def count_machine_translation(user: User) -> None:
    """Count that ``user`` asks for a machine's translation. Raises TooManyRequests."""
    _count("translate", user.pk, MACHINE_TRANSLATIONS_AN_HOUR)


def count_take_out(who: int | str) -> None:
    """Count a file that ``who``, a member or a network, takes along. Raises TooManyRequests."""
    _count("take-out", who, TAKEN_AN_HOUR)


def _count_image(act: str, user: User, most: int) -> None:
    try:
        _count(act, user.pk, most)
    except TooManyRequests as error:
        detail = _("That were many images in an hour. Please go on a little later.")
        raise TooManyRequests(detail, retry_after=error.retry_after) from error


def _count(act: str, who: int | str, most: int) -> None:
    limits.consume(act, who, limit=most, seconds=HOUR)
