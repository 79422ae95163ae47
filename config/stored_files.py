"""Uploaded files, wherever they are kept: a disk or a bucket."""

import logging

from django.core.files import File
from django.core.files.storage import Storage, default_storage
from django.utils.translation import gettext as _

from config.exceptions import StorageUnavailable

logger = logging.getLogger(__name__)


def open_stored(name: str) -> File:
    """Return the stored file of that name, open for reading.

    Raises FileNotFoundError, and StorageUnavailable (503) when the storage does not answer.
    """
    try:
        file = default_storage.open(name)
        file.file  # noqa: B018 a bucket is asked only now
    except FileNotFoundError:
        raise
    except Exception as error:  # each storage has errors of its own
        logger.exception("storage_unavailable")
        raise StorageUnavailable(
            _("Stored files cannot be read just now. Please try again in a moment.")
        ) from error
    return file


def folders_in(storage: Storage, folder: str) -> set[str]:
    """Return the names of the folders in ``folder``; empty where there is none yet."""
    try:
        return set(storage.listdir(folder)[0])
    except FileNotFoundError:
        return set()
