"""Moving in: folders of Markdown from other blogs.

``plan_import`` reads a folder and writes nothing; ``apply_plan`` stores what the plan says.
"""

from blog.importers.applying import apply_plan
from blog.importers.planning import plan_import
from blog.importers.plans import ImportPlan, Outcome, PlannedPost, Problem

__all__ = ["ImportPlan", "Outcome", "PlannedPost", "Problem", "apply_plan", "plan_import"]
