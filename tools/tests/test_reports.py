"""What the tools print is what happened."""

import gettext
from collections import Counter

import polib
import pytest

from tools import behaviours, catalogues, test

pytestmark = pytest.mark.one_engine


def run_with(**counts: int) -> test.Run:
    run = test.Run("engine")
    run.counts = Counter(counts)
    return run


def test_the_closing_line_adds_both_engines():
    line = test.closing_line([run_with(passed=12, skipped=1), run_with(passed=13)], 61.5)
    assert line.strip("= ") == "25 passed, 1 skipped in 61.50s"


def test_the_closing_line_shows_a_failure_first():
    line = test.closing_line([run_with(passed=12, failed=2), run_with(errors=1)], 3)
    assert line.strip("= ") == "2 failed, 12 passed, 1 error in 3.00s"


def test_the_closing_line_does_not_pretend_when_nothing_ran():
    assert "no tests ran" in test.closing_line([], 0)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("===== 3 passed in 0.12s =====", {"passed": 3}),
        ("= 1 failed, 20 passed, 2 warnings in 65.00s (0:01:05) =", {"failed": 1, "passed": 20}),
        ("5 passed, 1 skipped in 2.00s", {"passed": 5, "skipped": 1}),
    ],
)
def test_pytests_closing_line_is_understood(line, counts):
    found = test.CLOSING_LINE.match(line)
    assert found
    assert counts.items() <= {word: int(n) for n, word in test.COUNT.findall(found[1])}.items()


def test_ids_are_read_from_decorators_and_module_marks(tmp_path):
    module = tmp_path / "test_x.py"
    module.write_text(
        "import pytest\n"
        'pytestmark = pytest.mark.behaviour("X-01")\n'
        '@pytest.mark.behaviour("X-02", "X-03")\n'
        "def test_y(): pass\n"
    )
    assert set(behaviours.named_in(module)) == {"X-01", "X-02", "X-03"}


def test_the_list_of_behaviours_has_no_id_twice():
    text = (behaviours.ROOT / "docs" / "behaviours.md").read_text(encoding="utf-8")
    ids = [behaviour for behaviour, _ in behaviours.BEHAVIOUR.findall(text)]
    assert len(ids) == len(set(ids)) == len(behaviours.known_behaviours()) > 400


def test_compiling_writes_what_gettext_reads_and_only_what_is_stale(tmp_path):
    folder = tmp_path / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.append(polib.POEntry(msgid="Write", msgstr="쓰기"))
    catalogue.append(polib.POEntry(msgid="Guess", msgstr="어림", flags=["fuzzy"]))
    catalogue.save(str(folder / "django.po"))
    assert catalogues.compile_stale(tmp_path) == 1
    assert catalogues.compile_stale(tmp_path) == 0
    translation = gettext.translation("django", tmp_path / "locale", ["ko"])
    assert translation.gettext("Write") == "쓰기"
    assert translation.gettext("Guess") == "Guess"
