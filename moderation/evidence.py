"""Private evidence of a request: what kind of file its bytes are, whatever it is called."""

from typing import NamedTuple

EVIDENCE_MAX_BYTES = 5 * 1024 * 1024
NAME_MAX_LENGTH = 120
_LOOKED_AT = 12  # bytes


class FileKind(NamedTuple):
    """One kind of file that is taken."""

    ending: str
    media_type: str


PDF = FileKind("pdf", "application/pdf")
PNG = FileKind("png", "image/png")
JPEG = FileKind("jpg", "image/jpeg")
WEBP = FileKind("webp", "image/webp")
TEXT = FileKind("txt", "text/plain; charset=utf-8")
KINDS = (PDF, PNG, JPEG, WEBP, TEXT)


def file_kind(content: bytes) -> FileKind | None:
    """Return which kind ``content`` is; None for what is not taken."""
    start = content[:_LOOKED_AT]
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    return TEXT if _is_text(content) else None


def kind_of_stored(name: str) -> FileKind:
    """Return the kind of a file that was stored under ``name``."""
    ending = name.rpartition(".")[2]
    return next((one for one in KINDS if one.ending == ending), TEXT)


def _is_text(content: bytes) -> bool:
    if not content or b"\x00" in content:
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
