"""Make the secrets that one machine's containers share, once: `python -m deploy.docker.make_secrets FOLDER`.

A file that is there stays as it is: another password would lock the site out of its database, and
another key would end every session.
"""

import os
import secrets
import sys
from pathlib import Path

PASSWORD = "database_password"  # noqa: S105


def make_secrets(folder: Path) -> list[str]:
    """Write what is missing, for this user alone; return the names. Raises OSError."""
    made = []

    def make(name: str, text: str) -> None:
        path = folder / name
        if not path.exists():
            write(path, text)
            made.append(name)

    make("secret_key", secrets.token_urlsafe(64))
    make(PASSWORD, secrets.token_urlsafe(32))
    password = (folder / PASSWORD).read_text(encoding="ascii")
    make("database_url", f"postgres://madang:{password}@database:5432/madang")
    return made


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all: half a password would be kept for ever."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def main(folder: Path) -> int:
    try:
        made = make_secrets(folder)
    except OSError as error:
        owner = folder.stat() if folder.exists() else None
        belongs = f" It belongs to user {owner.st_uid}, group {owner.st_gid}." if owner else ""
        sys.stderr.write(f"User {os.geteuid()} cannot use {folder}: {error}.{belongs}\n")
        return 1
    sys.stdout.write(f"Made: {', '.join(made)}.\n" if made else "The secrets are there already.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
