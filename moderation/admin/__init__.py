"""What staff see of moderation in the administration; each module registers its own."""

from moderation.admin import dashboard, desk, groups, log, rules, takedowns

__all__ = ["dashboard", "desk", "groups", "log", "rules", "takedowns"]
