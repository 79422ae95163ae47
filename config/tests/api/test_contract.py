"""What version 1 promises is kept: nothing goes away, and the documents say what the code says.

What is new is written down by MADANG_WRITE_CONTRACT=1, which stores no break of what was promised:

    MADANG_WRITE_CONTRACT=1 make test-sqlite ARGS="config/tests/api/test_contract.py"
"""

import copy
import json
import os
import re

import pytest
from django.core.management import call_command

from config.api import ApiView
from config.api.described import TAGS, operations
from config.api.documents import api_schema, api_views
from config.env import ROOT
from config.tests.api import contract
from config.tests.sources import APPS

pytestmark = pytest.mark.one_engine

IS_WRITING = os.environ.get("MADANG_WRITE_CONTRACT") == "1"
WHO = re.compile(r"(?:Anyone|Members|Staff|The|Its|Who|Whoever)\b[^:]*: \S")
"""How a summary begins: who may."""

KINDS_WITHOUT_A_STORED_ANSWER = {
    "Challenge": "made anew for each who asks",
}
"""Component that a single GET answers with → why no whole answer of it is stored."""


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(api_schema(), default=str))


@pytest.fixture(scope="module")
def stored():
    if IS_WRITING and not contract.STORED.exists():
        _write(contract.skeleton())
    return json.loads(contract.STORED.read_text(encoding="utf-8"))


def _write(skeleton):
    text = json.dumps(skeleton, ensure_ascii=False, indent=1, sort_keys=True)
    contract.STORED.write_text(text + "\n", encoding="utf-8")


# Only more ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-17")
def test_what_was_promised_is_still_there(stored):
    assert not list(contract.breaks(stored, contract.skeleton()))


@pytest.mark.behaviour("AP-17")
def test_what_is_new_is_written_down(stored):
    skeleton = contract.skeleton()
    if IS_WRITING and not list(contract.breaks(stored, skeleton)):
        _write(skeleton)
        return
    assert skeleton == stored, "see the head of config/tests/api/test_contract.py"


def _without(skeleton, *path):
    changed = copy.deepcopy(skeleton)
    *way, last = path
    place = changed
    for name in way:
        place = place[name]
    if isinstance(place, list):
        place.remove(last)
    else:
        del place[last]
    return changed


@pytest.mark.parametrize(
    "path",
    [
        ("operations", "GET /api/v1/posts/"),
        ("operations", "GET /api/v1/posts/", "parameters", "query tag"),
        ("schemas", "Post", "fields", "title"),
        ("schemas", "Post", "required", "title"),
        ("schemas", "PostInput", "fields", "body"),
        ("schemas", "VisibilityEnum", "values", "unlisted"),
        ("schemas", "PostPage"),
    ],
    ids=lambda path: " ".join(path),
)
def test_taking_something_away_is_noticed(path):
    skeleton = contract.skeleton()
    assert list(contract.breaks(skeleton, _without(skeleton, *path)))
    # …and giving it was none.
    grown = list(contract.breaks(_without(skeleton, *path), skeleton))
    assert not grown or path[-2] == "required"


def test_asking_for_more_and_giving_null_are_noticed():
    skeleton = contract.skeleton()
    demanding, emptier = copy.deepcopy(skeleton), copy.deepcopy(skeleton)
    demanding["schemas"]["PostInput"]["required"].append("title")
    assert list(contract.breaks(skeleton, demanding)) == ["PostInput.title is required now"]
    emptier["schemas"]["Post"]["fields"]["title"] = "string or null"
    assert list(contract.breaks(skeleton, emptier)) == ["Post.title was string, is string or null"]


# What each operation says ---------------------------------------------------------------------------


@pytest.mark.behaviour("AP-16")
def test_the_description_is_valid_and_made_without_a_warning(tmp_path):
    call_command(
        "spectacular",
        api_version="v1",
        validate=True,
        fail_on_warn=True,
        file=str(tmp_path / "schema.yaml"),
    )


def test_every_operation_says_who_may(document):
    silent = {
        f"{method.upper()} {path}": one["summary"]
        for path, method, one in operations(document)
        if not WHO.match(one["summary"])
    }
    assert not silent, "\n".join(f"{one}: {text}" for one, text in silent.items())


def test_every_operation_has_a_known_tag_a_name_of_its_own_and_an_answer(document):
    names = [one["operationId"] for _path, _method, one in operations(document)]
    assert len(names) == len(set(names))
    for path, method, one in operations(document):
        assert set(one["tags"]) <= set(TAGS), f"{path}: add its tag to config/api/described.py"
        good = {status for status in one["responses"] if status.startswith(("2", "3"))}
        assert good, f"{method} {path}"
        for status in good - {"204", "304"}:
            answer = one["responses"][status]
            assert answer.get("content") or status.startswith("3"), f"{method} {path} {status}"


@pytest.mark.behaviour("AP-04")
def test_every_method_of_every_view_names_its_scope():
    for _path, _name, view in api_views():
        methods = {name.upper() for name in view.http_method_names if hasattr(view, name)}
        assert issubclass(view, ApiView)
        assert methods - {"OPTIONS", "HEAD"} == set(view.scopes), view.__name__


def _stored_objects():
    """Yield the keys of every stored object, those on pages of lists too."""
    for app in APPS:
        for path in (ROOT / app).glob("**/responses/v1/*.json"):
            answer = json.loads(path.read_text(encoding="utf-8"))
            yield set(answer)
            yield from (set(one) for one in answer.get("results", []) if isinstance(one, dict))


@pytest.mark.behaviour("AP-16")
def test_a_whole_answer_of_every_kind_is_stored(document):
    found = list(_stored_objects())
    schemas = document["components"]["schemas"]
    missing = set()
    for _path, method, one in operations(document):
        content = one["responses"].get("200", {}).get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if method != "get" or not name or name.endswith("Page"):
            continue
        required = set(schemas[name].get("required", []))
        known = set(schemas[name].get("properties", {}))
        if not any(required <= keys <= known for keys in found):
            missing.add(name)
    assert missing == set(KINDS_WITHOUT_A_STORED_ANSWER), ", ".join(sorted(missing))


# The page ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-13", "AP-05")
@pytest.mark.parametrize("name", ["limits", "scopes", "codes"])
def test_a_table_of_the_page_says_what_the_code_says(name):
    text = contract.PAGE.read_text(encoding="utf-8")
    if IS_WRITING:
        text = contract.with_tables(text)
        contract.PAGE.write_text(text, encoding="utf-8")
    assert contract.table_in(text, name) == contract.tables()[name]


def test_the_page_names_only_calls_that_there_are(document):
    text = contract.PAGE.read_text(encoding="utf-8")
    known = {re.sub(r"\{\w+\}", "{}", path) for path in document["paths"]}
    for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`? ]*)", text):
        assert re.sub(r"\{\w+\}", "{}", f"/api/v1{path}") in known, f"{method} {path}"
