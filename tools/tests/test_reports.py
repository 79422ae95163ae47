"""What the tools print is what happened."""

from collections import Counter

import polib
import pytest

from tools import behaviours, catalogues, test


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


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    folder = tmp_path / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    path = folder / "django.po"

    def write(**entry) -> list[str]:
        po = polib.POFile()
        po.metadata = {"Content-Type": "text/plain; charset=utf-8"}
        po.append(polib.POEntry(**entry))
        po.save(str(path))
        return list(catalogues.problems_of(path))

    return write


def test_a_complete_catalogue_has_no_problem(catalogue):
    assert catalogue(msgid="%(name)s wrote", msgstr="%(name)s님이 썼어요") == []


def test_missing_fuzzy_and_mistyped_texts_are_named(catalogue):
    assert "not translated" in catalogue(msgid="Write", msgstr="")[0]
    assert "fuzzy" in catalogue(msgid="Write", msgstr="쓰기", flags=["fuzzy"])[0]
    problems = catalogue(msgid="%(name)s wrote", msgstr="%(nmae)s님이 썼어요")
    assert any("unknown placeholder %(nmae)s" in problem for problem in problems)


def test_compiling_writes_what_gettext_reads_and_only_what_is_stale(catalogue, tmp_path):
    import gettext

    catalogue(msgid="Write", msgstr="쓰기")
    assert catalogues.compile_stale(tmp_path) == 1
    assert catalogues.compile_stale(tmp_path) == 0
    translation = gettext.translation("django", tmp_path / "locale", ["ko"])
    assert translation.gettext("Write") == "쓰기"
