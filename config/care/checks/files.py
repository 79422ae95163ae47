"""Files: who owns them, who may read them, whether there is room, what was collected."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.utils.translation import gettext as _

from config.actions import card_file
from config.care import catalogues, static_files
from config.care.doctor import SERIOUS, WARNING, Finding
from config.env import ROOT
from config.selectors import site_settings

LEAST_BYTES = 1024**3
LEAST_BYTES_SERIOUS = 100 * 1024**2
PROBE = "doctor/probe"


def look() -> Iterator[Finding]:
    """Yield what is wrong with folders, rights and owners."""
    var = Path(settings.VAR_DIR)
    if not var.is_dir() or not static_files.is_writable(var):
        yield Finding(
            SERIOUS,
            _("VAR_DIR, %(path)s, is no folder that can be written to.") % {"path": var},
            _("Queue, archives and locks live there."),
            _("Make it and give it to the user who runs the site: chown -R madang: %(path)s")
            % {"path": var},
        )
    yield from _look_at_owners(var)
    yield from _look_at_secrets(var)
    yield from _look_at_storage()


def look_at_disk() -> Iterator[Finding]:
    """Yield every folder of ours that lies on a disk without room."""
    seen = set()
    for folder in (Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT), _database_folder()):
        if folder is None or not folder.is_dir() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        free = shutil.disk_usage(folder).free
        if free < LEAST_BYTES:
            yield Finding(
                SERIOUS if free < LEAST_BYTES_SERIOUS else WARNING,
                _("%(megabytes)d MB are free at %(path)s.")
                % {"megabytes": free // 1024**2, "path": folder},
                _("Without room nothing can be written, and a backup or an upgrade breaks off."),
                _("Remove old backups and logs, or enlarge the disk."),
            )


def _database_folder() -> Path | None:
    if connection.vendor != "sqlite":
        return None
    return Path(str(connection.settings_dict["NAME"])).parent


def _look_at_owners(var: Path) -> Iterator[Finding]:
    own = os.geteuid()
    paths = [var, Path(settings.MEDIA_ROOT), Path(settings.QUEUE_DIR), var / "secret-key"]
    if connection.vendor == "sqlite":
        paths.append(Path(str(connection.settings_dict["NAME"])))
    for path in paths:
        if path.exists() and path.stat().st_uid != own:
            yield Finding(
                SERIOUS if own != 0 else WARNING,
                _("%(path)s belongs to the user %(owner)d; this runs as %(own)d.")
                % {"path": path, "owner": path.stat().st_uid, "own": own},
                _("What one of them writes the other may not change."),
                _("Run the site and its commands as one user (sudo -u, or chown -R the folder)."),
            )
            return


def _look_at_secrets(var: Path) -> Iterator[Finding]:
    secrets = [var / "secret-key", ROOT / ".env"]
    if connection.vendor == "sqlite":
        secrets.append(Path(str(connection.settings_dict["NAME"])))
    for path in secrets:
        # A folder that nobody else may enter guards what is in it.
        if _is_open(path) and all(_may_enter(parent) for parent in path.resolve().parents):
            yield Finding(
                SERIOUS,
                _("Every user of this machine can read %(path)s.") % {"path": path},
                _("It holds what nobody else may know."),
                _("chmod o= %(path)s") % {"path": path},
            )


def _is_open(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & stat.S_IROTH)


def _may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _look_at_storage() -> Iterator[Finding]:
    try:
        name = default_storage.save(PROBE, ContentFile(b"may be deleted\n"))
        default_storage.delete(name)
        if isinstance(default_storage._wrapped, FileSystemStorage):
            Path(default_storage.path(PROBE)).parent.rmdir()
    except Exception as error:  # each storage has errors of its own
        yield Finding(
            SERIOUS,
            _("Uploads cannot be stored: %(error)s")
            % {"error": f"{type(error).__name__}: {error}"},
            _("Nobody can put a picture into a post."),
            _("Give MEDIA_ROOT to the user who runs the site, or look at the bucket's rights."),
        )
        return
    card = site_settings().card_image
    if card and not default_storage.exists(card_file(card)):
        yield Finding(
            WARNING,
            _("The picture that stands beside links to the site is lost."),
            _("Messengers show an empty place."),
            _("Upload it again under Site settings, or restore MEDIA_ROOT from a backup."),
        )


def look_at_what_was_made() -> Iterator[Finding]:
    """Yield what prepare and upgrade make: collected files, compiled texts."""
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"] and not static_files.is_complete():
        yield Finding(
            SERIOUS,
            _("Static files are not collected at %(path)s.") % {"path": static_files.static_root()},
            _("Pages fail or have no style."),
            _("Run manage.py prepare."),
        )
    if catalogues.stale():
        yield Finding(
            WARNING,
            _("The texts of the interface are older than their translations."),
            _("Some of them are shown in English."),
            _("Run manage.py prepare and restart the site."),
        )
