"""What staff say about words that mean the same."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from search.exceptions import NotOfTheStaff, SynonymsRefused
from search.models import Synonym
from search.synonyms import SEPARATOR, forget_synonyms, split_words

WORDS_MAX = 20
WORD_MAX_LENGTH = 40  # code points


@transaction.atomic
def save_synonym(
    synonym: Synonym, *, actor: User, words: str, is_one_way: bool, is_active: bool
) -> Synonym:
    """Store one row of words, new or changed. Raises NotOfTheStaff, SynonymsRefused."""
    _require_staff(actor)
    if synonym.pk is not None:
        synonym = Synonym.objects.select_for_update().get(pk=synonym.pk)
    synonym.words = f"{SEPARATOR} ".join(checked_words(words))
    synonym.is_one_way = is_one_way
    synonym.is_active = is_active
    synonym.changed_at = timezone.now()
    synonym.save()
    transaction.on_commit(forget_synonyms)
    return synonym


@transaction.atomic
def delete_synonym(synonym: Synonym, *, actor: User) -> None:
    """Delete one row of words. Idempotent. Raises NotOfTheStaff."""
    _require_staff(actor)
    Synonym.objects.filter(pk=synonym.pk).delete()
    transaction.on_commit(forget_synonyms)


def checked_words(text: str) -> list[str]:
    """Return the words of a row. Raises SynonymsRefused if they are too few, many or long."""
    words = split_words(text)
    if len(words) < 2:
        raise SynonymsRefused(_("Write at least two different words."), field="words")
    if len(words) > WORDS_MAX:
        raise SynonymsRefused(
            ngettext(
                "There is room for %(limit)s word.",
                "There is room for %(limit)s words.",
                WORDS_MAX,
            )
            % {"limit": WORDS_MAX},
            field="words",
        )
    if any(len(word) > WORD_MAX_LENGTH for word in words):
        raise SynonymsRefused(
            ngettext(
                "A word may have %(limit)s character.",
                "A word may have %(limit)s characters.",
                WORD_MAX_LENGTH,
            )
            % {"limit": WORD_MAX_LENGTH},
            field="words",
        )
    return words


def _require_staff(actor: User) -> None:
    if not actor.is_staff:
        raise NotOfTheStaff(_("Only the site's staff can change this."))
