"""Whether guests comment under a post, and whether what they say waits first.

The site's settings decide; of threads under pages of other sites whoever registers a rule:

    register_rule("thread", rule)
"""

from collections.abc import Callable
from typing import NamedTuple

from blog.models import Post
from config.selectors import site_settings


class GuestRule(NamedTuple):
    """What guests may do under one post."""

    are_allowed: bool
    needs_approval: bool = True


_rules: dict[str, Callable[[Post], GuestRule]] = {}


def register_rule(kind: str, rule: Callable[[Post], GuestRule]) -> None:
    """Let ``rule`` decide for posts of ``kind``; called by ``AppConfig.ready``."""
    _rules[kind] = rule


def guest_rule_of(post: Post) -> GuestRule:
    """Return what guests may do under ``post``."""
    if rule := _rules.get(post.kind):
        return rule(post)
    if post.is_thread:
        return GuestRule(are_allowed=False)
    return GuestRule(are_allowed=site_settings().allows_guest_comments)
