"""The threat model names modules, tests and limits that are there."""

import re

import pytest

from config.tests.sources import ROOT, all_sources

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
MOST_LINES = 200
NAMED = re.compile(r"`([\w./-]+/[\w./-]+(?:\.\w+|/))`")
CONSTANTS = re.compile(r"^\| [^|]+ \| [^|]+ \| (`[^|]+`) \|", re.M)
OF_OTHERS = frozenset(
    "limit_request_line limit_request_fields limit_request_field_size DATA_UPLOAD_MAX_NUMBER_FIELDS"
    " DATA_UPLOAD_MAX_NUMBER_FILES".split()
)
"""Limits of gunicorn and Django that we leave as they are."""


def test_every_module_and_test_that_is_named_exists():
    named = {name for name in NAMED.findall(PAGE) if not name.startswith("/")}
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_threat_has_a_test_beside_it():
    table = PAGE.partition("## Threats and defences")[2].partition("## Limits")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "**" not in line][2:]
    assert len(rows) > 20
    assert [row for row in rows if "/test_" not in row.rsplit("|", 2)[1]] == []


def test_every_limit_has_its_constant():
    table = PAGE.partition("## Limits")[2].partition("## What is left")[0]
    names = {name for cell in CONSTANTS.findall(table) for name in re.findall(r"`(\w+)`", cell)}
    assert len(names) > 15
    code = "\n".join(source.text for source in all_sources() if not source.is_test)
    missing = {name for name in names - OF_OTHERS if not re.search(rf"^{name}\b.*=", code, re.M)}
    assert not missing, f"docs/threat-model.md names limits that are gone: {sorted(missing)}"


def test_it_stays_short():
    assert len(PAGE.splitlines()) <= MOST_LINES
