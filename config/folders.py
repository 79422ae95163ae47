"""What the site writes to: whoever may not is told at start whose it is, and what to do about it.

A mounted folder keeps the owner that it has outside; a process with another user id would come up
and fail at the first upload.
"""

import os
from pathlib import Path

from config.env import Environment

PERMISSIONS = 0o7777


def written_paths(env: Environment) -> dict[str, Path]:
    """Return each file or folder that this process has to write, by the variable that names it."""
    paths = {"VAR_DIR": env.VAR_DIR}
    if not env.S3_BUCKET:
        paths["MEDIA_ROOT"] = env.MEDIA_ROOT
    if not env.LOG_TO_STDOUT:
        paths["LOG_FILE"] = env.LOG_FILE
    if env.DATABASE["ENGINE"].endswith("sqlite3"):
        paths["DATABASE_URL"] = Path(env.DATABASE["NAME"])
    socket_folder = Path(env.WEB_BIND.removeprefix("unix:")).parent
    # systemd makes it for the web process alone, when that starts.
    if env.WEB_BIND.startswith("unix:") and _is_seen(socket_folder):
        paths["WEB_BIND"] = socket_folder
    return paths


def foreign_paths(env: Environment) -> list[str]:
    """Return one sentence for each of them that this process may not write, or make."""
    if env.SERVERLESS:
        return []
    found: dict[Path, str] = {}
    for variable, wanted in written_paths(env).items():
        path = next(one for one in (wanted, *wanted.absolute().parents) if _is_seen(one))
        needed = os.W_OK | os.X_OK if path.is_dir() else os.W_OK
        if not os.access(path, needed, effective_ids=True):
            found.setdefault(path, _complaint(variable, path))
    return list(found.values())


def _is_seen(path: Path) -> bool:
    try:
        path.stat()
    except OSError:  # not there, or in a folder that this user may not enter
        return False
    return True


def _complaint(variable: str, path: Path) -> str:
    user, group = os.geteuid(), os.getegid()
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return f"{variable} needs a place that can be written: {path} is mounted read-only."
    status = path.stat()
    # Nobody shall run a site as root because a folder was made by root.
    instead = f", or run the site as user {status.st_uid}" if status.st_uid else ""
    return (
        f"{variable} needs {path}, which belongs to user {status.st_uid}, group {status.st_gid} "
        f"(mode {status.st_mode & PERMISSIONS:o}); this process is user {user}, group {group}, "
        f"and may not write there: chown -R {user}:{group} {path}{instead}."
    )
