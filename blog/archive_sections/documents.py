"""Posts of an archive as Markdown with front matter, for people and for other programs."""

from typing import Any

import yaml

from accounts.archive.schema import to_moment
from accounts.archive.sections import Record
from blog.archive_sections.images import text_for_people

WIDEST = 10_000_000  # columns: no line of the front matter is folded
SLUG_SHOWN = 60  # code points of a file name


def markdown_of(record: Record) -> list[tuple[str, bytes]]:
    """Return the files that say what a record of a post says."""
    name = _file_name(record)
    found = [(f"markdown/{name}.md", _document(record, record["title"], record["source"]))]
    draft = record["draft"]
    if draft and draft["is_changed"]:
        found.append(
            (f"markdown/{name}.draft.md", _document(record, draft["title"], draft["source"]))
        )
    return found


def _file_name(record: Record) -> str:
    day = (record["published_at"] or record["at"])[:10]
    words = record["slug"][:SLUG_SHOWN].strip("-") or record["kind"]
    # Names may repeat, GUIDs do not.
    return f"{day}-{words}-{record['key'].replace('-', '')}"


def _document(record: Record, title: str, source: str) -> bytes:
    cover = record["cover"]
    values: dict[str, Any] = {
        "title": title,
        "date": to_moment(record["published_at"] or record["at"]),
        "lastmod": to_moment(record["edited_at"]),
        "draft": record["status"] != "published" or None,
        "slug": record["slug"],
        "tags": record["tags"],
        "series": record["series"] or "",
        "excerpt": record["excerpt"],
        "cover": f"../images/{cover}/" if cover else "",
        "language": record["language"],
        "visibility": record["visibility"],
        "license": record["license"],
        "canonical_url": record["canonical_url"],
        "comments": None if record["is_open_to_comments"] else False,
        "kind": record["kind"],
        "guid": record["key"],
    }
    kept = {name: value for name, value in values.items() if value not in ("", None, [])}
    head = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=WIDEST)
    return f"---\n{head}---\n{text_for_people(source)}".encode()
