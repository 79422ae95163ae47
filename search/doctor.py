"""What the doctor looks at in search: engine, analyser, index."""

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from config.care import doctor, upgrading
from config.care.doctor import WARNING, Finding
from search import actions
from search.state import search_state

NAMED_AT_MOST = 3
COUNTED_AT_MOST = 1000


def register() -> None:
    """Make the checks of this app known."""
    doctor.register("search", look)
    upgrading.register_hint(hints_after_upgrade)


def look() -> Iterator[Finding]:
    """Yield what is wrong with search, and whether the index is what the site says."""
    state = search_state()
    if state.problems:
        yield Finding(
            WARNING,
            _("Search says: %(problems)s.") % {"problems": ", ".join(state.problems)},
            _("Searches find less, or not what was written lately."),
            _("docs/search.md says what each word means and how to mend it."),
        )
    found = list(islice(actions.check_index(), COUNTED_AT_MOST))
    if found:
        yield Finding(
            WARNING,
            _("The index differs from the site in %(count)d places, for example: %(first)s")
            % {"count": len(found), "first": "; ".join(map(str, found[:NAMED_AT_MOST]))},
            _("Searches find what is gone, or miss what is there."),
            _("Run manage.py search_reindex; the site may run meanwhile."),
        )


def hints_after_upgrade() -> Iterator[str]:
    """Yield what is to be done where the new code reads texts in another way."""
    if "index_by_another_analyzer" in search_state().problems:
        yield _("Texts are analysed in another way now: run manage.py search_reindex.")
