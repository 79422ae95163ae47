"""Make a laptop's site ready to serve: tables, texts, static files, and a demo on an empty site.

Runs in a process of its own so that the one which watches the servers stays small. Every step
looks first and does nothing where nothing is stale: a second start costs about a second.
"""

import hashlib
import io
import os
import sys
import time
from pathlib import Path

from tools.bootstrap import say
from tools.catalogues import compile_stale

STEPS = 4


def step(number: int, korean: str, english: str) -> None:
    say(f"[{number}/{STEPS}] {korean}", english)


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        step(1, "데이터베이스가 최신이에요", "the database is up to date")
        return
    step(1, f"데이터베이스 표를 만들어요 ({len(plan)})", "applying migrations")
    call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Collect and compress static files unless the same set was collected before."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256(repr(settings.STORAGES).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = Path(settings.VAR_DIR) / "static.sha256"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        step(3, "정적 파일이 최신이에요", "static files are up to date")
        return
    step(3, "정적 파일을 모아요", "collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest.hexdigest())


def load_demo() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    if get_user_model().objects.exists() or "load_demo" not in get_commands():
        step(4, "쓰던 자료를 그대로 열어요", "keeping your data")
        return
    step(4, "시범 글과 사람들을 넣어요", "loading the demo people and posts")
    call_command("load_demo", verbosity=0)


def demo_logins() -> str:
    """Return the text that tells how to sign in to the demo, or an empty one."""
    from django.contrib.auth import get_user_model
    from django.core.management import CommandError, call_command, get_commands

    if "load_demo" not in get_commands():
        return ""
    if not get_user_model().objects.filter(handle="minah").exists():
        return ""
    out = io.StringIO()
    try:
        call_command("load_demo", show_logins=True, stdout=out)
    except (CommandError, TypeError):
        return ""
    return out.getvalue().strip()


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
    step(2, "번역을 준비했어요", f"catalogues ready ({compiled} compiled)")
    collect_static()
    load_demo()
    Path(settings.VAR_DIR, "logins.txt").write_text(demo_logins(), encoding="utf-8")
    if "--timing" in sys.argv:
        print(f"{time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
