"""Ghost: the JSON that Settings → Export writes (versions 1 to 5), with its pictures if they are there.

The text is taken as HTML where the export has it, else from Lexical or Mobiledoc. Members, newsletters
and settings are not posts and are not read. The file is read whole: Ghost writes it as one line.
"""

import html
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from blog.importers.bundles import Bundle, FileTooLarge
from blog.importers.ghost_text import lexical_html, mobiledoc_html
from blog.importers.html_text import html_to_markdown
from blog.importers.records import ImportedPost, Report
from blog.importers.rewriting import addresses
from config.text import clean_line, nfc

FILE_MOST = 128 * 1024 * 1024
HOME = "__GHOST_URL__"
STATUSES = {"published": "published", "sent": "published", "scheduled": "scheduled"}
EDITED_AFTER = timedelta(minutes=1)


class GhostReader:
    """Reads Ghost's JSON."""

    kind = "ghost"

    def recognises(self, bundle: Bundle) -> bool:
        """Return whether there is an export of Ghost in ``bundle``."""
        return any(True for _name in export_files(bundle))

    def read(
        self, bundle: Bundle, report: Report, *, zone: tzinfo | None = None
    ) -> Iterator[ImportedPost]:
        """Yield the posts; pages are named and left out."""
        for name in export_files(bundle):
            try:
                data = json.loads(bundle.read(name, FILE_MOST).decode("utf-8-sig"))
            except FileTooLarge:
                report.note(name, 0, _("larger than 128 MB: not read"))
            except json.JSONDecodeError as error:
                report.note(name, error.lineno, f"JSON: {error.msg}")
            except (ValueError, RecursionError) as error:
                report.note(name, 0, f"JSON: {type(error).__name__}")
            else:
                yield from _Export(bundle, name, _tables(data), report).read()


def export_files(bundle: Bundle) -> Iterator[str]:
    """Yield the names of the exports in ``bundle``."""
    for name in bundle.names(".json"):
        head = bundle.head(name, 65536).lstrip(b"\xef\xbb\xbf \r\n\t")
        if (
            head.startswith(b"{")
            and b'"data"' in head
            and (b'"db"' in head[:200] or (b'"meta"' in head[:200] and b'"version"' in head[:400]))
        ):
            yield name


def _tables(data: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the tables, wherever this version of Ghost put them."""
    if isinstance(data, dict) and isinstance(data.get("db"), list) and data["db"]:
        data = data["db"][0]
    tables = data.get("data") if isinstance(data, dict) else None
    if not isinstance(tables, dict):
        return {}
    return {
        name: [row for row in rows if isinstance(row, dict)]
        for name, rows in tables.items()
        if isinstance(rows, list)
    }


class _Export:
    """The posts of one file."""

    def __init__(self, bundle: Bundle, name: str, tables: dict[str, list[dict]], report: Report):
        self.bundle = bundle
        self.name = name
        self.tables = tables
        self.report = report
        self.home = self._home()
        self.tags = {row.get("id"): row for row in tables.get("tags", [])}
        self.users = {row.get("id"): _text(row, "name") for row in tables.get("users", [])}
        self.meta = {row.get("post_id"): row for row in tables.get("posts_meta", [])}
        self.images = {
            tail: member for member in bundle.names() if (tail := member.partition("images/")[2])
        }

        self.files = {
            tail: member
            for member in bundle.names()
            if (tail := f"/{member}".partition("/content/")[2] or member)
        }

    def _home(self) -> str:
        """The address of the blog, if any post or setting names it."""
        for row in self.tables.get("settings", []):
            if row.get("key") == "url" and isinstance(row.get("value"), str):
                return row["value"].rstrip("/")
        return ""

    def read(self) -> Iterator[ImportedPost]:
        if host := urlsplit(self.home).hostname:
            self.report.host(host)
        # What stands before every address of the blog itself.
        self.report.host(HOME.lower())
        posts_tags = _sorted_links(self.tables.get("posts_tags", []), "tag_id")
        posts_authors = _sorted_links(self.tables.get("posts_authors", []), "author_id")
        for number, row in enumerate(self.tables.get("posts", []), 1):
            path = f"{self.name}#{_text(row, 'slug') or number}"
            if row.get("type") == "page" or row.get("page") in (1, True):
                self.report.skip(path, f"{_text(row, 'title')}: {_('page, not a post')}")
                continue
            authors = [self.users.get(key, "") for key in posts_authors.get(row.get("id"), [])]
            author = next(filter(None, [*authors, self.users.get(row.get("author_id"), "")]), "")
            tags = [self.tags.get(key, {}) for key in posts_tags.get(row.get("id"), [])]
            yield self._post(row, path, tags, author)

    def _post(self, row: dict, path: str, tags: list[dict], author: str) -> ImportedPost:
        problems: list[tuple[int | None, str]] = []
        source = self._source(row, problems)
        meta = self.meta.get(row.get("id"), row)
        status = STATUSES.get(_text(row, "status"), "draft")
        published = _moment(row.get("published_at")) if status != "draft" else None
        created = _moment(row.get("created_at")) or published
        edited = _moment(row.get("updated_at"))
        shown = published or created
        slug = nfc(_text(row, "slug"))
        cover = _text(row, "feature_image") or _text(row, "image")
        attachments, missing = self._attachments(
            [*(one.url for one in addresses(source) if one.is_picture), cover]
        )
        attachments |= self._files(source)
        alts = {cover: _text(meta, "feature_image_alt")} if _text(meta, "feature_image_alt") else {}
        for url in missing:
            words = _("picture not found: %(name)s")
            problems.append((None, words % {"name": url.replace(f"{HOME}/", "")[:120]}))
        if row.get("featured") in (1, True):
            problems.append((None, _("it was featured: pin it here if you want that")))
        return ImportedPost(
            key=f"ghost:{_text(row, 'uuid') or row.get('id') or slug}"[:300],
            path=path,
            title=clean_line(_text(row, "title")) or _("Untitled"),
            source=source,
            created_at=created,
            published_at=published,
            edited_at=edited if shown and edited and edited > shown + EDITED_AFTER else None,
            status=status,
            visibility=_visibility(row, problems),
            slug=slug,
            # Ghost's own marks for machines begin with #.
            tags=[
                _text(tag, "name")
                for tag in tags
                if _text(tag, "name")
                and tag.get("visibility") != "internal"
                and not _text(tag, "name").startswith("#")
            ],
            excerpt=_text(row, "custom_excerpt") or _text(meta, "meta_description"),
            language=_language(row),
            cover=cover if cover in attachments else "",
            author_name=author,
            canonical_url=_text(row, "canonical_url").replace(HOME, self.home),
            old_paths=[f"/{slug}/"] if slug else [],
            names=[slug] if slug else [],
            attachments=attachments,
            alts=alts,
            problems=problems,
        )

    def _source(self, row: dict, problems: list[tuple[int | None, str]]) -> str:
        written = _text(row, "html")
        if not written.strip():
            for name, convert in (("lexical", lexical_html), ("mobiledoc", mobiledoc_html)):
                if _text(row, name):
                    try:
                        document = json.loads(row[name])
                        written = convert(document, lambda words: problems.append((None, words)))
                    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
                        problems.append(
                            (None, _("its text cannot be read: %(name)s") % {"name": name})
                        )
                    if written.strip():
                        break
        if not written.strip() and _text(row, "plaintext"):
            written = "".join(
                f"<p>{html.escape(part, quote=False)}</p>"
                for part in _text(row, "plaintext").split("\n\n")
            )
        markdown = html_to_markdown(written, lambda line, words: problems.append((None, words)))
        # Links to other posts are paths; pictures keep the mark until they are found.
        return (
            markdown.replace(f"]({HOME}/content/", f"]({HOME}\0")
            .replace(f"]({HOME}/", "](/")
            .replace("\0", "/content/")
        )

    def _files(self, source: str) -> dict[str, str]:
        """Return the files beside the export that the text links to: they cannot come."""
        found = {}
        for one in addresses(source):
            tail = nfc(unquote(one.url.partition("?")[0]).partition("/content/")[2])
            if not one.is_picture and tail in self.files:
                found[one.url] = self.files[tail]
        return found

    def _attachments(self, urls: list[str]) -> tuple[dict[str, str], list[str]]:
        """Return where the pictures are, and those of the blog itself that are not there.

        The export does not say where the blog was, so its own pictures must lie beside it.
        """
        found = {}
        for url in filter(None, urls):
            path = unquote(url.partition("?")[0])
            _before, mark, tail = path.partition("/content/images/")
            if mark:
                parts = tail.split("/")
                if parts[0] == "size" and len(parts) > 2:
                    tail = "/".join(parts[2:])  # a smaller copy that Ghost made
                if member := self.images.get(nfc(tail)):
                    found[url] = member
                    continue
                if HOME in url and not self.home:
                    found[url] = ""
                    continue
            address = url.replace(HOME, self.home)
            address = f"{self.home}{address}" if address.startswith("/") else address
            found[url] = address
        missing = [url for url, target in found.items() if not target]
        return {url: target for url, target in found.items() if target}, missing


def _sorted_links(rows: list[dict], key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[tuple[int, Any]]] = defaultdict(list)
    for row in rows:
        order = row.get("sort_order")
        found[row.get("post_id")].append((order if isinstance(order, int) else 0, row.get(key)))
    return {
        post: [value for _order, value in sorted(pairs, key=lambda pair: pair[0])]
        for post, pairs in found.items()
    }


def _text(row: dict, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """Ghost writes ISO times in UTC; its first versions milliseconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, tz=UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _visibility(row: dict, problems: list[tuple[int | None, str]]) -> str:
    wished = _text(row, "visibility") or "public"
    if wished == "members":
        problems.append((None, _("it was for members: here it is for followers")))
        return "followers"
    if wished != "public":
        problems.append((None, _("it was for paying members: only you can read it here")))
        return "private"
    return "public"


def _language(row: dict) -> str:
    base = (_text(row, "locale") or _text(row, "language")).split("-")[0].lower()
    # Old versions wrote en_US for everybody.
    return base if "_" not in base and base in dict(settings.LANGUAGES) else ""
