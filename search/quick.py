"""Beside the posts: the people, tags and series that a query names."""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from search.engines import get_engine
from search.generations import live_slot
from search.hits import Hit, hits_of
from search.plan import Plan
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
    engine, slot = get_engine(), live_slot()
    found = {}
    for kind in KINDS:
        criteria = replace(criteria_of(plan, viewer, kind), languages=())
        ids = engine.find(slot, criteria, limit=SHOWN)
        if hits := hits_of(kind, ids, results.tokens, viewer):
            found[kind] = hits
    return found


def _is_plain(plan: Plan) -> bool:
    filters = any(group.is_filter for group in plan.groups)
    return not (
        filters or plan.excluded or plan.phrases or plan.languages or plan.after or plan.before
    )
