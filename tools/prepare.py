"""Make a laptop's site ready to serve: tables, texts, static files, and a demo on an empty site.

Runs in a process of its own so that the one which watches the servers stays small. Every step
looks first and does nothing where nothing is stale. For SQLite the whole outcome is remembered by
what it was made from, so that the next start need not even import Django.
"""

import hashlib
import io
import os
import sys
import textwrap
import time
from pathlib import Path

from config import env as environment
from config.env import Environment
from tools.bootstrap import say
from tools.catalogues import compile_stale

STEPS = 4
ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "accounts", "social", "blog", "search", "embed", "moderation")
MADE_FROM = (
    "requirements.txt",
    "config/settings/*.py",
    "config/env.py",
    *(f"{app}/migrations/*.py" for app in APPS),
    *(f"{app}/static/**/*" for app in APPS),
    "locale/*/LC_MESSAGES/*.[pm]o",
)


def step(number: int, korean: str, english: str) -> None:
    say(f"[{number}/{STEPS}] {korean}", english)


def migrate() -> None:
    from config.care import preparing
    from config.care.locks import one_at_a_time

    with one_at_a_time(print):
        pending = preparing.pending_migrations()
        if pending:
            step(1, f"데이터베이스 표를 만들어요 ({len(pending)})", "applying migrations")
        else:
            step(1, "데이터베이스가 최신이에요", "the database is up to date")
        preparing.bring_up_to_date(pending, tell=lambda line: None)


def close_to_others() -> None:
    """Let nobody else of this machine read the database: it holds messages and addresses."""
    from django.db import connection

    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for path in (Path(name), Path(f"{name}-wal"), Path(f"{name}-shm")):
            if path.is_file():
                path.chmod(path.stat().st_mode & ~0o007)


def collect_static() -> None:
    """Collect and compress static files unless the same set was collected before."""
    from config.care import static_files

    if static_files.is_current():
        step(3, "정적 파일이 최신이에요", "static files are up to date")
        return
    step(3, "정적 파일을 모아요", "collecting static files")
    static_files.collect(clears=True)


def load_demo() -> None:
    """Fill an empty site, or finish what an interrupted start left half full."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    unfinished = Path(settings.VAR_DIR) / "demo-unfinished"
    is_wanted = unfinished.exists() or not get_user_model().objects.exists()
    if not is_wanted or "load_demo" not in get_commands():
        step(4, "쓰던 자료를 그대로 열어요", "keeping your data")
        return
    step(4, "시범 글과 사람들을 넣어요", "loading the demo people and posts")
    unfinished.touch()
    call_command("load_demo", stdout=io.StringIO())
    unfinished.unlink()


def demo_logins() -> str:
    """Return the text that tells how to sign in to the demo, or an empty one."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    if "load_demo" not in get_commands():
        return ""
    if not get_user_model().objects.filter(handle="minah").exists():
        return ""
    out = io.StringIO()
    call_command("load_demo", show_logins=True, stdout=out)
    return textwrap.dedent(out.getvalue()).strip()


def outcome(env: Environment) -> str:
    """Return a fingerprint of everything that preparing reads and of the database file itself.

    Empty where only the database can tell whether it is up to date.
    """
    database = Path(str(env.DATABASE["NAME"]))
    if not env.DATABASE["ENGINE"].endswith("sqlite3") or not database.is_file():
        return ""
    digest = hashlib.sha256(f"{database} {database.stat().st_ino}\n".encode())
    if not (env.STATIC_ROOT / "staticfiles.json").is_file():
        return ""
    for pattern in MADE_FROM:
        for path in sorted(ROOT.glob(pattern)):
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_prepared(env: Environment) -> bool:
    """Tell whether the last run left nothing to do for this one."""
    stamp = env.VAR_DIR / "prepared.sha256"
    return stamp.is_file() and stamp.read_text() == outcome(env) != ""


def main() -> int:
    started = time.monotonic()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    import django
    from django.conf import settings

    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True)
    compiled = compile_stale()
    django.setup()
    migrate()
    close_to_others()
    step(2, "번역을 준비했어요", f"catalogues ready ({compiled} compiled)")
    collect_static()
    load_demo()
    Path(settings.VAR_DIR, "logins.txt").write_text(demo_logins(), encoding="utf-8")
    Path(settings.VAR_DIR, "prepared.sha256").write_text(outcome(environment.load()))
    if "--timing" in sys.argv:
        print(f"{time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
