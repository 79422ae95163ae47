"""A storage without paths and folders, as a bucket is: code that needs either fails here."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import connection
from django.utils import timezone


class Killed(BaseException):
    """The process ends here: no ``except Exception`` cleans up."""


class WatchedStorage(Storage):
    """Notes whether a transaction was open at each write; fails when told to; ages on demand."""

    def __init__(self):
        self.held: dict[str, tuple[bytes, object]] = {}
        self.was_in_transaction: list[bool] = []
        self.failure: BaseException | None = None
        self.writes_left: int | None = None
        self.is_down = False

    def fail_after(self, writes: int | None, failure: BaseException | None = None) -> None:
        self.writes_left, self.failure = writes, failure

    def grow_old(self, **age: int) -> None:
        self.held = {
            name: (data, moment - timedelta(**age)) for name, (data, moment) in self.held.items()
        }

    def files(self) -> list[str]:
        return sorted(self.held)

    # What Django asks of a storage
    def _save(self, name, content):
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise self.failure
            self.writes_left -= 1
        self.was_in_transaction.append(connection.in_atomic_block)
        self.held[name] = (content.read(), timezone.now())
        return name

    def _open(self, name, mode="rb"):
        if self.is_down:
            raise RuntimeError("The bucket does not answer.")  # none of the errors of a disk
        if name not in self.held:
            raise FileNotFoundError(name)
        return ContentFile(self.held[name][0], name)

    def exists(self, name):
        return name in self.held

    def delete(self, name):
        self.held.pop(name, None)

    def listdir(self, path):
        inside = [
            name.removeprefix(f"{path}/") for name in self.held if name.startswith(f"{path}/")
        ]
        folders = {name.split("/")[0] for name in inside if "/" in name}
        return sorted(folders), sorted(name for name in inside if "/" not in name)

    def size(self, name):
        return len(self.held[name][0])

    def get_modified_time(self, name):
        return self.held[name][1]
