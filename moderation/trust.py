"""How trust is earned (SO-45): time and words that nobody had to take away. Three levels, 0 to 2.

Counted for many people at once: so many queries for a page of people as for one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from blog.models import Comment, Post
from moderation.models import Decision, TrustSetting

HIGHEST = 2
UPHELD_COUNTS_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Step:
    """What a level takes: days since sign-up, published things."""

    level: int
    days: int
    items: int


STEPS = (Step(2, days=30, items=20), Step(1, days=3, items=3))


@dataclass
class Facts:
    """What the level of one person follows from.

    ``upheld``: when something was decided against them, once for each thing of theirs, and each
    time where it was about themselves. ``set_at``: when staff set a level.
    """

    items: int = 0
    upheld: list[datetime] = field(default_factory=list)
    set_at: datetime | None = None


def levels_of(people: Iterable[User]) -> dict[int, int]:
    """Return {key: the level that each of ``people`` has by the facts}; the same queries for many.

    What staff set stands, and what the operator gave is where behaviour goes on from. Each thing
    about which was decided against somebody lately takes one step.
    """
    people = list(people)
    facts = facts_about(people)
    return {person.pk: level_by(facts[person.pk], person) for person in people}


def level_by(facts: Facts, person: User) -> int:
    """Return the level of ``person`` by ``facts``."""
    since = timezone.now() - UPHELD_COUNTS_FOR
    if facts.set_at is not None and person.trust_given is not None:
        since, level = max(since, facts.set_at), person.trust_given
    else:
        level = max(earned_level(facts, person), person.trust_given or 0)
    return max(0, level - sum(moment > since for moment in facts.upheld))


def earned_level(facts: Facts, person: User) -> int:
    """Return the level that behaviour alone earned, before what was decided takes any."""
    days = (timezone.now() - person.joined_at).days
    for step in STEPS:
        if days >= step.days and facts.items >= step.items:
            return step.level
    return 0


def next_step(person: User) -> Step | None:
    """Return what the next level of ``person`` takes; None at the highest."""
    return next((step for step in reversed(STEPS) if step.level > person.trust_level), None)


def facts_about(people: Iterable[User]) -> dict[int, Facts]:
    """Return {key: facts} of ``people``, in four queries however many they are."""
    keys = [person.pk for person in people]
    facts: dict[int, Facts] = defaultdict(Facts)
    for person, number in (_count_posts(keys) + _count_comments(keys)).items():
        facts[person].items = number
    for person, moments in _upheld(keys).items():
        facts[person].upheld = moments
    settings = TrustSetting.objects.filter(person__in=keys, level__isnull=False)
    for person, moment in settings.values_list("person_id", "set_at"):
        facts[person].set_at = moment
    return facts


def _count_posts(keys: list[int]) -> Counter[int]:
    """Count public posts that went out since their author came: what was moved in is no proof."""
    posts = Post.objects.filter(status="published", visibility="public")
    posts = posts.exclude(kind=Post.Kind.THREAD).filter(published_at__gte=F("author__joined_at"))
    return _count_by_author(posts, keys)


def _count_comments(keys: list[int]) -> Counter[int]:
    """Count comments that everybody reads."""
    is_open = Q(post__visibility="public") | Q(post__kind=Post.Kind.THREAD)
    said = Comment.objects.filter(is_open, status="published", is_hidden=False)
    said = said.filter(post__status="published", created_at__gte=F("author__joined_at"))
    return _count_by_author(said, keys)


def _count_by_author(rows: QuerySet, keys: list[int]) -> Counter[int]:
    counted = rows.filter(author__in=keys).order_by().values("author").annotate(n=Count("pk"))
    return Counter(dict(counted.values_list("author", "n")))


def _upheld(keys: list[int]) -> dict[int, list[datetime]]:
    """Return when something was decided that counts, the latest time for each thing."""
    since = timezone.now() - UPHELD_COUNTS_FOR
    rows = Decision.objects.filter(owner__in=keys, created_at__gt=since).upheld().order_by("pk")
    found: dict[int, dict[tuple, datetime]] = defaultdict(dict)
    for row in rows.values_list("owner", "created_at", "target_kind", "target_id", "pk"):
        owner, moment, kind, target, pk = row
        thing = (kind, pk) if kind == "person" else (kind, target)
        found[owner][thing] = moment
    return {owner: list(moments.values()) for owner, moments in found.items()}
