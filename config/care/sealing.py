"""Files of a backup: written with their checksum, sealed with age where that is asked for.

What is sealed never touches the disk in the open: it is encrypted on the way.
"""

import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from config.care.exceptions import CareRefused, WrongChecksum

PIECE = 1024 * 1024
SEALED = ".age"
MISSING = (
    "Encryption needs one more package: pip install --require-hashes -r requirements-encryption.txt"
)


class Stored(NamedTuple):
    """A file of a backup: what it holds, in the open."""

    size: int
    sha256: str


class Readable(Protocol):
    """Gives bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


def _age() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise CareRefused(MISSING) from error
    return pyrage


def read_recipients(given: Sequence[str]) -> list[Any]:
    """Return age's recipients: ``age1…``, or an SSH key that begins with ``ssh-``."""
    if not given:
        return []
    age = _age()
    found = []
    for text in given:
        kind = age.ssh if text.startswith("ssh-") else age.x25519
        try:
            found.append(kind.Recipient.from_str(text.strip()))
        except age.RecipientError as error:
            raise CareRefused(f"{text!r} is no public key of age: {error}.") from error
    return found


def read_identities(path: Path | None) -> list[Any]:
    """Return the secret keys in a file of ``age-keygen``, or one SSH key without a passphrase."""
    if path is None:
        return []
    age = _age()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CareRefused(f"The key file cannot be read: {error}.") from error
    try:
        if data.startswith(b"-----BEGIN"):
            return [age.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode().splitlines()]
        keys = [line for line in lines if line and not line.startswith("#")]
        found = [age.x25519.Identity.from_str(key) for key in keys]
    except (age.IdentityError, ValueError) as error:
        raise CareRefused(f"{path} holds no secret key of age: {error}.") from error
    if not found:
        raise CareRefused(f"{path} holds no secret key of age.")
    return found


def is_full(error: BaseException) -> bool:
    """Return whether a disk, a quota or a limit of size said no."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EFBIG,
        }:
            return True
        if "disk is full" in str(error) or "No space left" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Counted:
    """Passes on what is read and knows its size and hash."""

    def __init__(self, source: Readable):
        self.source = source
        self.size = 0
        self.digest = hashlib.sha256()
        self.problem: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            data = self.source.read(size)
        except Exception as error:
            self.problem = error
            raise
        self.size += len(data)
        self.digest.update(data)
        return data

    @property
    def stored(self) -> Stored:
        return Stored(self.size, self.digest.hexdigest())


class _Written:
    """Passes on what is written, knows its size and hash, and remembers what went wrong."""

    def __init__(self, target: BinaryIO | None):
        self.target = target
        self.size = 0
        self.digest = hashlib.sha256()
        self.problem: Exception | None = None

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        if self.target is not None:
            try:
                self.target.write(data)
            except Exception as error:
                self.problem = error
                raise
        return len(data)

    def flush(self) -> None:
        if self.target is not None:
            self.target.flush()

    @property
    def stored(self) -> Stored:
        return Stored(self.size, self.digest.hexdigest())


def new_file(path: Path) -> BinaryIO:
    """Open a new file that nobody else may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def store(source: Readable, path: Path, recipients: Sequence[Any]) -> Stored:
    """Write all of ``source`` to ``path``, or sealed to ``path`` with ``.age`` behind it."""
    counted = _Counted(source)
    if not recipients:
        with new_file(path) as target:
            while data := counted.read(PIECE):
                target.write(data)
        return counted.stored
    with new_file(sealed(path)) as target:
        written = _Written(target)
        try:
            _age().encrypt_io(counted, written, list(recipients))
        except Exception as error:
            # The library tells of errors in words alone.
            raise (counted.problem or written.problem or error) from None
    return counted.stored


def sealed(path: Path) -> Path:
    """Return where ``path`` lies when it is sealed."""
    return path.with_name(path.name + SEALED)


def unstore(path: Path, target: BinaryIO | None, identities: Sequence[Any]) -> Stored:
    """Read a file of a backup, sealed or not, into ``target`` (None: only read it).

    Raises CareRefused without the right key, WrongChecksum for what was cut or changed.
    """
    written = _Written(target)
    if path.is_file():
        with path.open("rb") as source:
            while data := source.read(PIECE):
                written.write(data)
        return written.stored
    if not sealed(path).is_file():
        raise WrongChecksum(f"{path.name} is missing.")
    if not identities:
        raise CareRefused(
            "This backup is encrypted: name the file of your secret key (--identity)."
        )
    age = _age()
    with sealed(path).open("rb") as source:
        try:
            age.decrypt_io(source, written, list(identities))
        except age.DecryptError as error:
            if "No matching keys" in str(error):
                raise CareRefused("This backup is encrypted to another key.") from error
            raise WrongChecksum(f"{path.name} was cut or changed: {error}.") from error
        except OSError as error:
            if written.problem is not None:
                raise written.problem from None
            raise WrongChecksum(f"{path.name} was cut or changed: {error}.") from error
    return written.stored


def check(path: Path, wanted: Stored, found: Stored) -> None:
    """Refuse a file that is not what the manifest says. Raises WrongChecksum."""
    if found.size != wanted.size:
        raise WrongChecksum(f"{path.name} has {found.size} bytes instead of {wanted.size}.")
    if found.sha256 != wanted.sha256:
        raise WrongChecksum(f"{path.name} has another checksum than the manifest says.")
