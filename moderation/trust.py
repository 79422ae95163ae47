"""How trust is earned (SO-45): time and words that nobody had to take away. Three levels, 0 to 2."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from blog.models import Comment, Post

HIGHEST = 2
UPHELD_COUNTS_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Step:
    """What a level takes: days since sign-up, published things."""

    level: int
    days: int
    items: int
    is_spotless: bool = False


STEPS = (Step(2, days=30, items=20, is_spotless=True), Step(1, days=3, items=3))


def earned_level(person: User, *, has_upheld: bool) -> int:
    """Return the level that ``person`` earned by behaviour alone."""
    days = (timezone.now() - person.joined_at).days
    for step in STEPS:
        if days < step.days or (step.is_spotless and has_upheld):
            continue
        if count_items(person, most=step.items) >= step.items:
            return step.level
    return 0


def count_items(person: User, *, most: int) -> int:
    """Return how many things of ``person`` are published, counting no further than ``most``."""
    posts = Post.objects.filter(author=person, status="published", visibility="public")
    number = posts.exclude(kind=Post.Kind.THREAD).order_by()[:most].count()
    if number < most:
        said = Comment.objects.filter(author=person, status="published").order_by()
        number += said[: most - number].count()
    return number
