"""Archives for tests: written, read back, and what their manifest says."""

import hashlib
import json
import zipfile
from pathlib import Path

from accounts import actions
from accounts.archive.arriving import run_step
from accounts.archive.departing import write_archive
from accounts.models import ArchiveImport, User, new_key


def write(person: User, folder: Path) -> Path:
    """Return the finished archive of ``person``."""
    return write_archive(User.objects.get(pk=person.pk), folder / new_key())["path"]


def manifest_of(path: Path) -> dict[str, str]:
    """Return {name: sum} of the payload."""
    with zipfile.ZipFile(path) as opened:
        name = next(one for one in opened.namelist() if one.endswith("/manifest-sha256.txt"))
        lines = opened.read(name).decode().splitlines()
    return {line[66:]: line[:64] for line in lines}


def payload_of(path: Path) -> dict[str, bytes]:
    """Return {name inside of data/: content}."""
    with zipfile.ZipFile(path) as opened:
        return {
            name.partition("/data/")[2]: opened.read(name)
            for name in opened.namelist()
            if "/data/" in name
        }


def records_of(path: Path, section: str) -> list[dict]:
    return json.loads(payload_of(path)[f"{section}.json"])


def bring(path: Path, owner: User, *steps: str) -> ArchiveImport:
    """Bring an archive in, step by step as the jobs do; by default read it and bring it in."""
    run = actions.open_archive_import(actor=owner, name=path.name, path=path)
    for step in steps or ("read", "bring"):
        do(run, step)
    return run


def do(run: ArchiveImport, step: str) -> ArchiveImport:
    run_step(run, step)
    run.refresh_from_db()
    return run


def rewritten(path: Path, target: Path, change=None, *, sums: bool = True) -> Path:
    """Return a copy of an archive in which ``change(files)`` did what it liked.

    ``files`` is {name: content} inside of the one folder. With ``sums`` the manifests fit again.
    """
    with zipfile.ZipFile(path) as opened:
        base = opened.namelist()[0].partition("/")[0]
        files = {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}
    if change is not None:
        change(files)
    if sums:
        for name, wanted in (
            ("manifest-sha256.txt", lambda one: one.startswith("data/")),
            (
                "tagmanifest-sha256.txt",
                lambda one: not one.startswith("data/") and "tagmanifest" not in one,
            ),
        ):
            files[name] = "".join(
                f"{hashlib.sha256(content).hexdigest()}  {one}\n"
                for one, content in sorted(files.items())
                if wanted(one)
            ).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(f"{base}/{name}", content)
    return target


def change_records(section: str, change):
    """Return a change for ``rewritten``: ``change(records)`` of one section, in place."""

    def apply(files: dict[str, bytes]) -> None:
        name = f"data/{section}.json"
        records = json.loads(files[name])
        changed = change(records)
        files[name] = json.dumps(records if changed is None else changed).encode()

    return apply
