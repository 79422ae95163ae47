"""Write a small backup of this version into the tests: python -m tools.released_backup 1.1

Every later version has to restore it (config/tests/care/test_released_backups.py).
"""

import os
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.processes import ROOT

RELEASED = ROOT / "config" / "tests" / "care" / "released"
MOST_BYTES = 300_000


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    target = RELEASED / f"{arguments[0]}.tar.xz"
    with tempfile.TemporaryDirectory(prefix="madang-release-") as folder:
        # Of the machine that makes it nothing shall be told: settings are in a backup.
        for name in [*os.environ]:
            if name not in {"PATH", "HOME", "LANG"}:
                del os.environ[name]
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/madang.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        made = _make(Path(folder))
        RELEASED.mkdir(exist_ok=True)
        with tarfile.open(target, "w:xz") as archive:
            archive.add(made, arcname="backup", filter=_without_owner)
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}: {size} bytes")
    return 0 if size <= MOST_BYTES else 1


def _make(folder: Path) -> Path:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    from config.care.backup import make_backup
    from config.tests.world import make_world

    make_world()
    return make_backup(folder / "backups", tell=print)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
