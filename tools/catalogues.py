"""Message catalogues: compile them without gettext's programs, update them with those.

python -m tools.catalogues compile    make every stale .mo
python -m tools.catalogues update     read new texts from the code (needs xgettext)

That they are complete is a guard: config/tests/test_guard_catalogues.py.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import polib

from config.care.catalogues import catalogues, compile_stale
from tools.processes import ROOT

LANGUAGES = ("ko", "en", "es", "ja")
IGNORED = (".venv", "var", "tools", "docs", "*/tests/*", "conftest.py")


def unfinished(root: Path | None = None) -> list[str]:
    """Return one line for each text that is missing or a guess, in any language."""
    found = []
    for path in catalogues(root or ROOT):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
            if entry.obsolete or (all(texts) and not entry.fuzzy):
                continue
            state = "fuzzy" if entry.fuzzy else "not translated"
            found.append(f"{path.parts[-3]}: {state}: {entry.msgid!r}")
    return found


def start(language: str, root: Path | None = None) -> Path:
    """Make the catalogue of a new language with every text empty; raises FileExistsError."""
    locale = (root or ROOT) / "locale"
    target = locale / language.replace("-", "_") / "LC_MESSAGES" / "django.po"
    if target.exists():
        raise FileExistsError(target)
    catalogue = polib.pofile(str(locale / "en" / "LC_MESSAGES" / "django.po"), encoding="utf-8")
    for entry in catalogue:
        entry.msgstr = ""
        entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
    catalogue.metadata["Language"] = language
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and renamed: an interrupted start leaves no half catalogue.
    partial = target.with_suffix(".po.partial")
    catalogue.save(str(partial))
    partial.replace(target)
    return target


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
        case ["update"]:
            return update() or main(["compile"])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
