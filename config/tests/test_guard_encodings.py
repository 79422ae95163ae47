"""Text files are UTF-8 wherever the site runs: the locale of a machine never decides (OP-50)."""

import ast
import os
import subprocess
import sys

import pytest

from config.env import ROOT
from config.tests.sources import all_sources
from config.tests.test_logs import _environment

pytestmark = [pytest.mark.one_engine, pytest.mark.guard, pytest.mark.behaviour("OP-50")]

READS_TEXT = {"read_text": 0, "write_text": 1}
"""Methods of paths, and after how many arguments the encoding comes."""
RUNS = {"run", "Popen", "check_output", "check_call", "call"}


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {one.arg: one.value for one in call.keywords if one.arg}


def mode_of(call: ast.Call, position: int) -> str:
    given = keywords(call).get("mode")
    if given is None and len(call.args) > position:
        given = call.args[position]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "r"


def complaint(call: ast.Call) -> str:
    """Return what is wrong with ``call``; empty if it does not depend on the locale."""
    named = keywords(call)
    if "encoding" in named or None in {one.arg for one in call.keywords}:
        return ""
    function = call.func
    if isinstance(function, ast.Name):
        if function.id == "open" and "b" not in mode_of(call, 1):
            return "open() without encoding"
        if function.id in {"NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"}:
            return "" if "b" in mode_of(call, 0) or not (call.args or "mode" in named) else "text"
        return "TextIOWrapper without encoding" if function.id == "TextIOWrapper" else ""
    if not isinstance(function, ast.Attribute):
        return ""
    name = function.attr
    if name in READS_TEXT and len(call.args) <= READS_TEXT[name]:
        return f"{name}() without encoding"
    if name == "open" and isinstance(function.value, ast.Call):
        made = function.value.func
        if isinstance(made, ast.Name) and made.id == "Path" and "b" not in mode_of(call, 0):
            return "Path.open() without encoding"
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if owner == "subprocess" and name in RUNS and {"text", "universal_newlines"} & set(named):
        return f"subprocess.{name}(text=True) without encoding"
    if owner == "io" and name in {"open", "TextIOWrapper"} and "b" not in mode_of(call, 1):
        return f"io.{name}() without encoding"
    if owner == "tempfile" and "File" in name and "mode" in named and "b" not in mode_of(call, 0):
        return f"tempfile.{name}() without encoding"
    return ""


def test_no_code_of_ours_leaves_the_encoding_to_the_locale():
    found = [
        f"{source.at(node)} {problem}"
        for source in all_sources()
        if "tests" not in source.parts
        for node in source.nodes
        if isinstance(node, ast.Call) and (problem := complaint(node))
    ]
    assert not found, 'Say encoding="utf-8":\n' + "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "open('a')",
        "open('a', 'w')",
        "path.read_text()",
        "path.write_text('가')",
        "Path('a').open()",
        "io.TextIOWrapper(raw)",
        "subprocess.run(['a'], text=True)",
        "tempfile.NamedTemporaryFile(mode='w')",
    ],
)
def test_such_code_would_be_found(code):
    (call,) = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)][:1]
    assert complaint(call)


@pytest.mark.parametrize(
    "code",
    [
        "open('a', 'rb')",
        "open('a', encoding='utf-8')",
        "path.read_text('utf-8')",
        "path.write_text('가', encoding='utf-8')",
        "read_text(kind, pk)",
        "archive.open('a')",
        "subprocess.run(['a'])",
    ],
)
def test_other_code_is_left_alone(code):
    (call,) = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)][:1]
    assert not complaint(call)


# Tried ----------------------------------------------------------------------------------------------

ROUND = """
import io, django
django.setup()
from django.core.management import call_command
from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from django.test import Client
minah = make_person("minah", "\\ubbf8\\ub098")
make_article(minah, title="\\ubd04\\ub0a0\\uc758 \\uc0b0\\ucc45")
page = Client().get("/@minah/")
assert page.status_code == 200 and "\\ubd04\\ub0a0\\uc758" in page.content.decode(), page.status_code
call_command("check")
"""
POOR = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "POSIX", "LANG": "ko_KR.cp949", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.thorough
@pytest.mark.parametrize("locale", POOR, ids=["C", "POSIX"])
def test_the_site_runs_under_a_locale_without_hangul(locale, tmp_path, empty_database):
    """Python is told to make any file that it opens without an encoding an error."""
    database = tmp_path / "own.sqlite3"
    database.write_bytes(empty_database.read_bytes())
    environment = _environment(tmp_path) | locale
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONWARNDEFAULTENCODING": "1",
        "PYTHONWARNINGS": "",
    }
    names = ("config", "accounts", "social", "blog", "search", "embed", "moderation")
    begin = "import warnings\n" + "".join(
        f"warnings.filterwarnings('error', category=EncodingWarning, module=r'{name}\\b')\n"
        for name in names
    )
    run = subprocess.run(
        [sys.executable, "-c", begin + ROUND],
        cwd=ROOT,
        env=environment | {"HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )
    assert run.returncode == 0, run.stderr
