"""Documents and labelled queries as files: JSON lines, plain or compressed."""

import bz2
import gzip
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

FOLDER = Path(__file__).parent.parent / "evaluation"
OPENERS = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """A document as a file tells it; ``body`` is Markdown."""

    id: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    author: str = ""
    author_name: str = ""
    language: str = ""
    published_at: datetime = LONG_AGO


@dataclass(frozen=True)
class Question:
    """A query, its class, and the documents that answer it.

    ``excluded`` must not come among the first ten; one of ``first`` belongs on top.
    """

    query: str
    kind: str
    relevant: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()


def default_file(name: str) -> Path:
    """Return the shipped file of documents or queries. Raises FileNotFoundError."""
    for path in sorted(FOLDER.glob(f"{name}.jsonl*")):
        return path
    raise FileNotFoundError(FOLDER / f"{name}.jsonl")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines. Raises OSError, ValueError."""
    opener: Any = OPENERS.get(path.suffix, open)
    file: TextIO
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read_records(path: Path) -> list[Record]:
    """Return the documents of a file."""
    return [
        Record(
            id=str(row["id"]),
            title=row.get("title", ""),
            body=row.get("body", ""),
            tags=tuple(row.get("tags") or ()),
            author=row.get("author") or "",
            author_name=row.get("author_name") or "",
            language=row.get("lang") or "",
            published_at=_moment(row.get("published_at")),
        )
        for row in read_lines(path)
    ]


def read_questions(path: Path) -> list[Question]:
    """Return the labelled queries of a file."""
    return [
        Question(
            query=row["query"],
            kind=row["class"],
            relevant=_ids(row.get("relevant")),
            excluded=_ids(row.get("excluded")),
            first=_ids(row.get("first")),
        )
        for row in read_lines(path)
    ]


def _ids(value: Any) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset(str(one) for one in (value if isinstance(value, list) else [value]))


def _moment(text: str | None) -> datetime:
    if not text:
        return LONG_AGO
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
