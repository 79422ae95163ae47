"""Message catalogues without gettext's programs: compile what is stale, check what is there.

python -m tools.catalogues compile    make every stale .mo
python -m tools.catalogues check      name every text that a language lacks
python -m tools.catalogues update     read new texts from the code (needs xgettext)
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from tools.processes import ROOT

LANGUAGES = ("ko", "en", "es", "ja")
NAMED = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
IGNORED = (".venv", "var", "tools", "docs", "*/tests/*", "conftest.py")


def catalogues(root: Path = ROOT) -> Iterator[Path]:
    """Yield every ``.po`` of the project."""
    yield from sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def compile_stale(root: Path = ROOT) -> int:
    """Write each ``.mo`` that is missing or older than its ``.po``; return how many."""
    count = 0
    for source in catalogues(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Written aside and renamed: a server that starts meanwhile never reads half a file.
        partial = target.with_suffix(".mo.partial")
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(partial))
        partial.replace(target)
        count += 1
    return count


def problems_of(path: Path) -> Iterator[str]:
    """Yield what is wrong with one catalogue, one line a problem."""
    catalogue = polib.pofile(str(path), encoding="utf-8", check_for_duplicates=True)
    is_source_language = path.parts[-3] == "en"
    for entry in catalogue:
        if entry.obsolete:
            continue
        where = f"{path.relative_to(ROOT)}:{entry.linenum}"
        if entry.fuzzy:
            yield f"{where}: fuzzy: {entry.msgid!r}"
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        # An English catalogue may leave a text empty: the msgid is English already.
        if not all(texts) and not is_source_language:
            yield f"{where}: not translated: {entry.msgid!r}"
            continue
        allowed = set(NAMED.findall(entry.msgid)) | set(NAMED.findall(entry.msgid_plural or ""))
        for text in texts:
            if unknown := set(NAMED.findall(text)) - allowed:
                yield f"{where}: unknown placeholder {', '.join(sorted(unknown))}"
            if not entry.msgid_plural and text and set(NAMED.findall(text)) != allowed:
                yield f"{where}: placeholders differ: {entry.msgid!r}"


def check() -> list[str]:
    """Return every problem of every catalogue; each language must have the same texts."""
    problems: list[str] = []
    texts: dict[str, dict[str, set]] = {}
    for path in catalogues():
        problems.extend(problems_of(path))
        catalogue = polib.pofile(str(path), encoding="utf-8")
        texts.setdefault(path.name, {})[path.parts[-3]] = {
            (entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete
        }
    for name, by_language in texts.items():
        every = set().union(*by_language.values())
        for language in LANGUAGES:
            missing = every - by_language.get(language, set())
            problems.extend(
                f"locale/{language}/LC_MESSAGES/{name}: lacks {text!r}"
                for _, text in sorted(missing, key=str)
            )
    return problems


def update() -> int:
    """Read the texts of code and templates into every catalogue with Django's makemessages."""
    if not shutil.which("xgettext"):
        print(
            "xgettext 프로그램이 없어요 (예: apt install gettext). · "
            "xgettext is missing (for example: apt install gettext).",
            file=sys.stderr,
        )
        return 1
    command = [sys.executable, "manage.py", "makemessages", "--no-wrap", "--no-obsolete"]
    command += ["--add-location=file"]
    command += [part for language in LANGUAGES for part in ("--locale", language)]
    command += [part for name in IGNORED for part in ("--ignore", name)]
    return subprocess.call(command, cwd=ROOT)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["compile"]:
            print(f"{compile_stale()} compiled")
            return 0
        case ["check"]:
            problems = check()
            print("\n".join(problems) or "Catalogues are complete.")
            return 1 if problems else 0
        case ["update"]:
            return update() or main(["compile"])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
