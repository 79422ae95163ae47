"""Moving in: blogs of other systems, from folders, archives and export files.

``plan_import`` reads a blog and writes nothing; ``apply_plan`` stores what the plan says.
"""

from blog.importers.applying import Choices, apply_plan
from blog.importers.planning import plan_import
from blog.importers.plans import ImportPlan, Outcome, PlannedPost, Problem

__all__ = [
    "Choices",
    "ImportPlan",
    "Outcome",
    "PlannedPost",
    "Problem",
    "apply_plan",
    "plan_import",
]
