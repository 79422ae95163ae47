"""The embedded broker: waiting messages as files, each seen only when it is whole, each done.

kombu's own transport writes into the file that a reader may take at the same moment, one that
cannot be read ends the worker, and what a killed worker had taken is gone. Here a message is written
aside and renamed. Whoever takes it holds a lock on its file until the task ended; a lock ends with
its process, so that the next look finds what nobody holds and lets it wait again. A message that cannot
be read, or whose worker died MOST_DEATHS times, is put away for the operator while the others go on.
"""

import fcntl
import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any, BinaryIO

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
SCHEME = "files"
"""``CELERY_BROKER_URL`` is ``files://``; the folders are those of kombu's transport."""

UNREADABLE = "unreadable"
MOST_DEATHS = 3
LOOK_SECONDS = 20
"""How often a worker looks for what another one left behind."""


class QoS(virtual.QoS):
    """Lets a message go when its task ended."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.let_go(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue)
        self.channel.let_go(delivery_tag)


class Channel(filesystem.Channel):
    """Puts, takes and holds whole files; the rest is kombu's."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any):
        self._held: dict[str, tuple[BinaryIO, Path]] = {}
        self._unheld: set[str] = set()
        self._looked_at = 0.0
        super().__init__(*args, **kwargs)

    def basic_consume(self, queue: str, no_ack: bool, *args: Any, **kwargs: Any) -> None:
        if no_ack:
            self._unheld.add(queue)
        super().basic_consume(queue, no_ack, *args, **kwargs)

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
        self._look_for_left_ones()
        ending = f".{queue}.msg"
        waiting = Path(self.data_folder_in)
        for name in sorted(path.name for path in waiting.iterdir()):
            if not name.endswith(ending):
                continue
            mine = Path(self.processed_folder, name)
            file = _take(waiting / name, mine)
            if file is None:
                continue
            try:
                payload = loads(file.read().decode())
            except ValueError:
                put_away(mine)
                file.close()
                continue
            tag = payload.get("properties", {}).get("delivery_tag")
            if tag is None or queue in self._unheld:
                mine.unlink()
                file.close()
            else:
                self._held[tag] = (file, mine)
            return payload
        raise Empty

    def let_go(self, delivery_tag: str) -> None:
        """Forget a message whose task ended. Idempotent."""
        file, path = self._held.pop(delivery_tag, (None, None))
        if file is not None and path is not None:
            path.unlink(missing_ok=True)
            file.close()

    def _restore(self, message: Any) -> None:
        """Let a message wait again, at its old place, whose task never began."""
        file, path = self._held.pop(message.delivery_tag, (None, None))
        if file is None or path is None:
            super()._restore(message)
            return
        path.rename(Path(self.data_folder_in, path.name))
        file.close()

    def _look_for_left_ones(self) -> None:
        if time.monotonic() - self._looked_at >= LOOK_SECONDS or not self._looked_at:
            self._looked_at = time.monotonic()
            bring_back(Path(self.processed_folder), Path(self.data_folder_in))


class Transport(filesystem.Transport):
    """What Celery finds under ``files://``."""

    Channel = Channel
    driver_type = driver_name = SCHEME


def _take(path: Path, mine: Path) -> BinaryIO | None:
    """Move a message to ``mine``, locked; return it open, or None if somebody was faster."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    if _lock(file):
        try:
            # Locked before it is there: whoever looks for what was left finds it held.
            path.rename(mine)
            return file
        except FileNotFoundError:
            pass
    file.close()
    return None


def _lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def bring_back(taken: Path, waiting: Path) -> int:
    """Let wait again what a worker took that lives no more; return how many messages."""
    found = 0
    for path in sorted(taken.glob("*.msg")):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # its task ended just now
        with file:
            if not _lock(file) or not path.exists():
                continue
            head, _, rest = path.name.partition(".")
            stem, _, deaths = head.partition("~")
            number = int(deaths or 0) + 1
            if number >= MOST_DEATHS:
                put_away(path, "queue_message_deadly")
                continue
            path.rename(waiting / f"{stem}~{number}.{rest}")
            found += 1
    if found:
        logger.warning("queue_messages_brought_back", extra={"count": found})
    return found


def put_away(message: Path, reason: str = "queue_message_unreadable") -> None:
    """Keep a message that nobody can do where nobody takes it again, and say so."""
    place = message.parent.parent / UNREADABLE
    place.mkdir(exist_ok=True)
    message.replace(place / message.name)
    logger.error(reason, extra={"message_file": message.name})


def register() -> None:
    """Make ``files://`` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
