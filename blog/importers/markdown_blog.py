"""Reading a folder of Markdown (Jekyll, Hugo, Zola, Hexo, or plain files); nothing is written."""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from blog.importers import fields
from blog.importers.bundles import Bundle
from blog.importers.conversion import convert
from blog.importers.frontmatter import UNREADABLE, Document, FrontMatterError, read_document
from blog.importers.kinds import (
    Kind,
    date_in_name,
    folder_categories,
    name_of,
    recognise,
    why_left_alone,
)
from blog.importers.linking import POST_SCHEME, old_path_of
from blog.importers.old_addresses import default_addresses
from blog.importers.plans import origin_key
from blog.importers.records import ImportedPost, Report
from blog.importers.rewriting import addresses
from config.text import clean_line, excerpt, graphemes, nfc

logger = logging.getLogger(__name__)
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
FILE_MAX_BYTES = 8 * 1024 * 1024
TIMES_TOO_LONG = 2
"""What other dialects write becomes shorter here, but not by half."""

HEADING = re.compile(r"\A\s*+# ++([^\n]++)")
CLOSED = re.compile(r"(?<=[^ ]) ++#++\Z")
SETEXT = re.compile(r"\A\s*+([^\n]++)\n=++[ \t]*+$", re.M)
PAGES = frozenset({"page", "about", "archive"})


@dataclass
class MarkdownBlog:
    """One folder as it is read."""

    report: Report
    bundle: Bundle
    kind: Kind
    base_path: str

    def __post_init__(self):
        self.folder = self.bundle.root

    def read(self) -> Iterator[ImportedPost]:
        """Yield every post; what cannot be read is reported."""
        for path in [self.folder] if self.bundle.is_file else self.markdown_files():
            relative = nfc(
                self.bundle.name
                if self.bundle.is_file
                else path.relative_to(self.folder).as_posix()
            )
            try:
                post = self._read_file(path, PurePosixPath(relative))
            except FrontMatterError as error:
                self.report.skip(relative, unreadable(str(error)), error.line)
            except OSError as error:
                self.report.skip(relative, unreadable(error.strerror or type(error).__name__))
            except UNREADABLE as error:
                logger.exception("import_unreadable", extra={"path": relative})
                self.report.skip(relative, unreadable(type(error).__name__))
            else:
                if post is not None:
                    yield post

    def markdown_files(self) -> Iterator[Path]:
        """Yield the Markdown files in a fixed order; links to elsewhere are not followed."""
        for root in self.kind.post_roots:
            for place, names, files in os.walk(self.folder / root, followlinks=False):
                here = Path(place)
                names[:] = sorted(name for name in names if self._is_read(here / name))
                relative = PurePosixPath(here.relative_to(self.folder).as_posix())
                if self.kind.name in {"jekyll", "hexo"} and not self.kind.collection_of(relative):
                    continue
                for name in sorted(files):
                    path = here / name
                    if name.lower().endswith(MARKDOWN) and path.is_file() and not path.is_symlink():
                        yield path

    def _is_read(self, place: Path) -> bool:
        why = why_left_alone(self.folder, place, self.kind)
        if why and why != "hidden":
            relative = nfc(place.relative_to(self.folder).as_posix())
            self.report.skip(f"{relative}/", _("made by a program, not written: not read"))
        return not why

    def _skip(self, path: str, reason: str) -> None:
        self.report.skip(path, reason)

    def _read_file(self, path: Path, relative: PurePosixPath) -> ImportedPost | None:
        name = str(relative)
        if path.stat().st_size > FILE_MAX_BYTES:
            return self._skip(name, _("larger than 8 MB: not read"))
        if path.stem == "_index":
            return self._skip(name, _("page of a section"))
        document = read_document(path.read_bytes())
        if len(document.body) > TIMES_TOO_LONG * settings.ARTICLE_MAX_LENGTH:
            return self._skip(name, _("its text is longer than any post here can be"))
        if document.encoding != "utf-8":
            self.report.note(
                name, 0, _("read as %(encoding)s") % {"encoding": document.encoding.upper()}
            )
        if defaults := self.kind.defaults_for(relative):
            document = Document(
                {**defaults, **document.values},
                document.body,
                document.body_line,
                document.encoding,
            )
        if self.kind.name != "plain" and str(document.values.get("layout")) in PAGES:
            return self._skip(name, _("page, not a post"))
        post = self._post(path, relative, document)
        if not post.source.strip():
            return self._skip(name, _("no text"))
        return post

    def _post(self, path: Path, relative: PurePosixPath, document: Document) -> ImportedPost:
        values, name = document.values, str(relative)
        title, body, removed = _title_and_body(values, document.body, relative)

        def report(offset: int, text: str) -> None:
            line = body.count("\n", 0, max(offset, 0)) + document.body_line + removed
            self.report.note(name, line if offset >= 0 else 0, text)

        date = self._date(path, relative, values)
        edited_at = fields.first_moment(values, fields.EDITED, self.kind.zone)
        folders = folder_categories(relative) if self.kind.name == "jekyll" else []
        tags, refused = fields.tag_names(
            values, splits_words=self.kind.name == "jekyll", folders=folders
        )
        for tag in refused:
            self.report.note(name, 0, _("tag left out: %(tag)s") % {"tag": tag})
        is_ours = self.kind.name == "plain" and is_from_here(values)
        source = (
            body
            if is_ours
            else convert(
                body, report, lambda other: f"{POST_SCHEME}{other}", dialect=self.kind.name
            )
        )
        cover = fields.cover_address(values)
        attachments = self._attachments(path, name, source, cover)
        return ImportedPost(
            key=origin_key("markdown", title, name),
            path=name,
            title="".join(graphemes(title)[: settings.TITLE_MAX_LENGTH]),
            source=source,
            created_at=date,
            published_at=date,
            edited_at=edited_at if edited_at and edited_at > date else None,
            status="draft" if is_draft(relative, values) else "published",
            visibility=fields.visibility(values),
            slug=clean_line(str(values.get("slug") or "")) or name_of(relative),
            tags=tags,
            series=fields.series_name(values)[:200],
            excerpt=excerpt(
                fields.first_text(values, fields.EXCERPTS), settings.EXCERPT_MAX_LENGTH - 1
            ),
            language=_language(values),
            canonical_url=fields.first_text(values, ("canonical_url", "canonical", "canonicalURL")),
            cover=cover if cover in attachments else "",
            license=fields.first_text(values, ("license", "licence")) if is_ours else "",
            topic=fields.first_text(values, ("topic",)) if is_ours else "",
            is_open_to_comments=values.get("comments") is not False,
            old_paths=self._old_paths(relative, values, date, title),
            names=[name_of(relative)],
            attachments=attachments,
        )

    def _date(self, path: Path, relative: PurePosixPath, values: dict) -> datetime:
        if fields.has_unreadable_date(values):
            self.report.note(str(relative), 0, _("the date cannot be read"))
        return (
            fields.first_moment(values, fields.DATES, self.kind.zone)
            or date_in_name(relative, self.kind.zone)
            or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        )

    def _old_paths(
        self, relative: PurePosixPath, values: dict, date: datetime, title: str
    ) -> list[str]:
        own = fields.old_addresses(values)
        if is_from_here(values) and not str(values["source"]).startswith(settings.SITE_URL):
            own.append(str(values["source"]))
        if self.kind.name == "jekyll":
            own = [address for address in own if address != values.get("permalink")]
        if is_draft(relative, values):
            shown = []  # at no address yet
        else:
            shown = default_addresses(self.kind, relative, values, date, title)
        found = [*shown, *own]
        paths = (old_path_of(address, self.base_path) for address in found if address)
        return [path[:500] for path in dict.fromkeys(paths) if path]

    # Pictures

    def _attachments(self, path: Path, post: str, source: str, cover: str) -> dict[str, str]:
        """Return for each picture of a text its file in the folder, or its address elsewhere."""
        attachments: dict[str, str] = {}
        found = [(one.url, one.is_picture) for one in addresses(source)]
        for url, is_picture in dict.fromkeys([*found, (cover, True)]):
            parts = _split(url)
            if parts is None or not parts.path or url.startswith(POST_SCHEME):
                continue
            if parts.scheme or parts.netloc:
                if is_picture and parts.scheme in {"", "http", "https"}:
                    attachments[url] = f"https:{url}" if not parts.scheme else url
                continue
            name = nfc(unquote(parts.path))
            is_picture = is_picture or name.lower().endswith(PICTURES)
            if not is_picture and name.lower().endswith(MARKDOWN):
                continue
            # Files that are no pictures are named by whoever sees that they cannot come.
            if file := self._local_file(path, name):
                attachments[url] = file
            elif is_picture:
                self.report.note(post, 0, _("picture not found: %(name)s") % {"name": name[:120]})
        return attachments

    def _local_file(self, path: Path, name: str) -> str:
        """Return the member of the bundle that ``name`` means; empty if there is none."""
        if self.bundle.is_file:
            return ""
        starts = [path.parent, path.with_suffix("")] if not name.startswith("/") else []
        starts += [self.folder / root for root in self.kind.image_roots]
        names = [name]
        if self.base_path and name.startswith(f"{self.base_path}/"):
            names.append(name.removeprefix(self.base_path))
        for way in names:
            for start in starts:
                candidate = Path(os.path.normpath(start / way.lstrip("/")))
                if candidate.is_relative_to(self.folder):
                    member = candidate.relative_to(self.folder).as_posix()
                    if found := self.bundle.find(member):
                        return found
        return ""


class MarkdownReader:
    """Folders and archives of Markdown, and single files."""

    kind = "markdown"

    def __init__(self):
        self.found_kind = "plain"

    def recognises(self, bundle: Bundle) -> bool:
        """Return whether there is any Markdown at all: ask this reader last."""
        return next(bundle.names(*MARKDOWN), None) is not None

    def read(
        self, bundle: Bundle, report: Report, *, zone: tzinfo | None = None, base_path: str = ""
    ) -> Iterator[ImportedPost]:
        """Yield the posts. ``base_path`` is the path under which the old blog lived (``/blog``)."""
        kind = Kind("plain", zone=zone) if bundle.is_file else recognise(bundle.root, zone)
        self.found_kind = kind.name
        base_path = base_path.rstrip("/") or str(kind.config.get("baseurl") or "").rstrip("/")
        for name in ("url", "baseURL", "base_url", "baseurl"):
            parts = _split(str(kind.config.get(name) or ""))
            if parts is not None and parts.netloc:
                report.host(parts.netloc)
                if name != "url" and not base_path.startswith("/"):
                    base_path = parts.path.rstrip("/")
        if base_path and not base_path.startswith("/"):
            base_path = ""
        yield from MarkdownBlog(report, bundle, kind, base_path).read()


def unreadable(reason: str) -> str:
    """Say why a whole file is left out."""
    return _("this file cannot be read (%(reason)s)") % {"reason": reason}


def is_draft(relative: PurePosixPath, values: dict) -> bool:
    """Return whether nobody but its author has seen the post in this file."""
    return fields.is_draft(values) or "_drafts" in relative.parts


def is_from_here(values: dict) -> bool:
    """Return whether this site wrote the file (blog.takeout.markdown): it is read back as it is."""
    return str(values.get("source") or "").startswith("http") and {"visibility", "author"} <= set(
        values
    )


def _split(url: str):
    try:
        return urlsplit(url) if url else None
    except ValueError:
        return None


def _title_and_body(values: dict, body: str, relative: PurePosixPath) -> tuple[str, str, int]:
    """Return title, text without the heading that became it, and how many lines that took."""
    title = fields.first_text(values, ("title",))
    if title:
        return title, body, 0
    for pattern in (HEADING, SETEXT):
        found = pattern.match(body)
        if found:
            words = re.sub(r"[*_`]", "", CLOSED.sub("", found[1].rstrip())).strip()
            rest = body[found.end() :].lstrip("\n")
            return words, rest, body[: len(body) - len(rest)].count("\n")
    return name_of(relative).replace("-", " ").replace("_", " ").strip() or "글", body, 0


def _language(values: dict) -> str:
    wished = fields.first_text(values, ("lang", "language", "locale")).replace("_", "-").lower()
    base = wished.split("-")[0]
    return base if base in dict(settings.LANGUAGES) else ""
