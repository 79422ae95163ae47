"""Beside the posts: the people, tags and series that a query names."""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from search.engines import get_engine
from search.generations import live_slot
from search.hits import Hit, hits_of
from search.plan import Group, Plan
from search.selectors import Results, criteria_of

KINDS = ("person", "tag", "series")
SHOWN = 3


def quick_hits(results: Results, viewer: User | AnonymousUser) -> dict[str, list[Hit]]:
    """Return up to SHOWN hits of each of KINDS for the plan of ``results``; kinds without are left out.

    Only for plain words: who filters posts looks for posts. Raises EngineDown.
    """
    plan = results.plan
    if not plan.has_words or not _is_plain(plan):
        return {}
    names = _in_names(plan.groups)
    engine, slot = get_engine(), results.slot or live_slot()
    found = {}
    for kind in KINDS:
        criteria = replace(criteria_of(plan, viewer, kind), languages=(), groups=names)
        ids = engine.find(slot, criteria, limit=SHOWN)
        if hits := hits_of(kind, ids, results.tokens, viewer):
            found[kind] = hits
    return found


def _in_names(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Return ``groups`` as names and titles say them: a bio that has the word names nobody."""
    return tuple(
        replace(
            group,
            alternatives=tuple(
                replace(one, tokens=tuple(_in_title(token) for token in one.tokens))
                for one in group.alternatives
            ),
        )
        for group in groups
    )


def _in_title(token: str) -> str:
    return token if token[0] in "^#@" else f"^{token}"


def _is_plain(plan: Plan) -> bool:
    filters = any(group.is_filter for group in plan.groups)
    return not (
        filters or plan.excluded or plan.phrases or plan.languages or plan.after or plan.before
    )
