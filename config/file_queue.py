"""The embedded broker: waiting messages as files, each seen only when it is whole.

kombu's own transport writes into the file that a reader may take at the same moment, and one that
cannot be read ends the worker. Here a message is written aside and renamed, and one that cannot be
read is put away for the operator while the others go on.
"""

import logging
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
SCHEME = "files"
"""``CELERY_BROKER_URL`` is ``files://``; the folders are those of kombu's transport."""

UNREADABLE = "unreadable"


class Channel(filesystem.Channel):
    """Puts and takes whole files; the rest is kombu's."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        """Store a message; raises ChannelError where the disk refuses."""
        # By the clock, not since the machine started: the order holds over a restart.
        name = f"{time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        target = Path(self.data_folder_out, name)
        partial = target.with_name(f"{name}.part")
        try:
            partial.write_bytes(dumps(payload).encode())
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise ChannelError(f"Cannot store the message {target}") from error

    def _get(self, queue: str) -> dict[str, Any]:
        """Take the oldest message; raises Empty."""
        ending = f".{queue}.msg"
        waiting = Path(self.data_folder_in)
        taken = Path(self.processed_folder)
        for name in sorted(path.name for path in waiting.iterdir()):
            if not name.endswith(ending):
                continue
            mine = taken / name
            try:
                (waiting / name).rename(mine)
            except FileNotFoundError:
                continue  # somebody was faster
            content = mine.read_bytes()
            try:
                payload = loads(content.decode())
            except ValueError:
                put_away(mine)
                continue
            mine.unlink()
            return payload
        raise Empty


class Transport(filesystem.Transport):
    """What Celery finds under ``files://``."""

    Channel = Channel
    driver_type = driver_name = SCHEME


def put_away(message: Path) -> None:
    """Keep a message that cannot be read where nobody takes it again, and say so."""
    place = message.parent.parent / UNREADABLE
    place.mkdir(exist_ok=True)
    message.replace(place / message.name)
    logger.error("queue_message_unreadable", extra={"message_file": message.name})


def register() -> None:
    """Make ``files://`` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
