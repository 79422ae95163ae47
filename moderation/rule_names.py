"""Rules that come with the program, as people read them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SPAM = "spam"
FIRST_WORDS = "first-words"
THREE_REPORTS = "three-reports"

NAMES: dict[str, Any] = {
    SPAM: _("Looks like advertising"),
    FIRST_WORDS: _("First words of somebody new"),
    THREE_REPORTS: _("Reported by several trusted members"),
}
REASONS: dict[str, Any] = {
    SPAM: _(
        "The site took this for advertising by how it was sent and what it links to. A person looks"
        " at it; if that was wrong, it is shown without your doing anything."
    ),
    FIRST_WORDS: _(
        "What new members write waits until somebody has looked at it. You need not do anything."
    ),
    THREE_REPORTS: _(
        "Several members reported this. It is hidden until somebody has looked at it."
    ),
}
"""What an author reads where no person gave a reason."""


def name_of(rule: str) -> str:
    """Return what a rule is called: built-in ones in the reader's language, others as staff say."""
    return str(NAMES.get(rule, rule))


def version_name_of(version: str) -> str:
    """Return what a version is called whose text is a rule's name and a number ("spam 1")."""
    rule, _space, number = version.rpartition(" ")
    return f"{name_of(rule)} {number}" if rule else version


def reason_of(rule: str) -> str:
    """Return why a rule holds things, in words for the author."""
    return str(REASONS.get(rule, REASONS[SPAM]))
