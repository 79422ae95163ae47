"""Every named page in a real browser and two checkers: sizes, markup, accessibility."""

import os
import shutil
import subprocess
import sys

import pytest

from tools.browser import NAMES
from tools.check_web import BUDGETS, Variant, judge_sizes
from tools.demo_site import NamedPage
from tools.processes import ROOT

pytestmark = pytest.mark.one_engine

PROGRAMS = ("node", "npm", "java")


def missing_programs() -> list[str]:
    """Return what has to be installed before the pages can be looked at."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if not any(shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES)):
        missing.append("chromium")
    return missing


@pytest.mark.behaviour("UX-29")
def test_every_named_page_is_small_and_two_checkers_find_nothing():
    if missing := missing_programs():
        if "CI" in os.environ:
            pytest.fail(f"{missing} are not installed")
        pytest.skip(f"needs {', '.join(missing)}")
    done = subprocess.run(
        [sys.executable, "-m", "tools.check_web", "--no-lighthouse", "--in-turn"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("kind", BUDGETS)
def test_a_page_that_is_larger_than_its_budget_is_named(kind):
    variant = Variant(NamedPage("front", "/"), "ko", "light", sizes=dict(BUDGETS))
    judge_sizes(variant)
    assert not variant.problems
    variant.sizes[kind] += 1
    judge_sizes(variant)
    assert variant.problems == [f"{kind}: {BUDGETS[kind] + 1} bytes, budget {BUDGETS[kind]}"]
    assert variant.row().startswith("✗")
