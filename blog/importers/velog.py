"""velog: Markdown files as the usual backup tools write them, one for each post.

velog itself has no export. The tools ask its API and write ``content/<title>.md`` with ``title``,
``description``, ``date`` (``released_at``) and ``tags`` above the text, pictures below ``images/``
(github.com/cjaewon/velog-backup), or folders by series with ``url_slug`` and ``series``.
Their front matter is put together by hand and often no YAML (a quotation mark in a title).
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from blog.importers import fields
from blog.importers.bundles import Bundle, FileTooLarge
from blog.importers.frontmatter import UNREADABLE, FrontMatterError, decode, read_document
from blog.importers.linking import POST_SCHEME
from blog.importers.markdown_blog import MARKDOWN, unreadable
from blog.importers.records import ImportedPost, Report
from blog.importers.rewriting import addresses, replace_addresses
from config.text import clean, clean_line, nfc

logger = logging.getLogger(__name__)
FILE_MOST = 8 * 1024 * 1024
DATES = ("released_at", "date", "created_at", "publishedAt", "published_at")
EDITED = ("updated_at", "lastmod", "updated")
OURS = re.compile(
    rb"velog\.io|velcdn\.com|velog\.velcdn|released_at|url_slug|short_description", re.I
)
FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.S)
LINE = re.compile(r"^([A-Za-z_]\w*):[ \t]*(.*)$")
QUOTED = re.compile(r"^([\"'])(.*)\1$", re.S)
POST_ADDRESS = re.compile(r"^(?:https?:)?//velog\.io(/@[^/?#\s]+/[^/?#\s]+)")
OWN_ADDRESS = re.compile(r"//velog\.io/@([^/?#\s]+)/([^/?#\s()<>\"'\]]+)")
READ_AT_MOST = 200
"""Files that are looked into to recognise a backup."""


class VelogReader:
    """Reads backups of velog."""

    kind = "velog"

    def recognises(self, bundle: Bundle) -> bool:
        """Return whether ``bundle`` looks like what the tools write, not like another blog."""
        names = list(bundle.names(".md"))
        if not names or any(name.endswith(("hugo.toml", "_config.yml")) for name in bundle.names()):
            return False
        found = 0
        for name in names[:READ_AT_MOST]:
            head = bundle.head(name, 16384)
            if head.lstrip(b"\xef\xbb\xbf").startswith(b"---") and OURS.search(head):
                found += 1
        has_layout = any(f"/{name}".rpartition("/content/")[1] for name in names) and any(
            f"/{name}".rpartition("/images/")[1] for name in bundle.names()
        )
        return found * 2 >= min(len(names), READ_AT_MOST) or bool(found and has_layout)

    def read(
        self, bundle: Bundle, report: Report, *, zone: tzinfo | None = None
    ) -> Iterator[ImportedPost]:
        """Yield a post for each Markdown file."""
        owner, slugs = _owner(bundle)
        for name in bundle.names(".md"):
            if PurePosixPath(name).stem.lower() in {"readme", "license", "changelog"}:
                report.skip(name, _("not a post"))
                continue
            try:
                values, body, line = read_front(bundle.read(name, FILE_MOST))
                if not body.strip():
                    report.skip(name, _("no text"))
                    continue
                if len(body) > settings.ARTICLE_MAX_LENGTH:
                    report.skip(name, _("its text is longer than any post here can be"))
                    continue
                post = _post(bundle, name, values, body, line, zone)
            except FileTooLarge:
                report.skip(name, _("larger than 8 MB: not read"))
            except FrontMatterError as error:
                report.skip(name, unreadable(str(error)), error.line)
            except OSError as error:
                report.skip(name, unreadable(error.strerror or type(error).__name__))
            except UNREADABLE as error:
                logger.exception("import_unreadable", extra={"path": name})
                report.skip(name, unreadable(type(error).__name__))
            else:
                yield _with_own_links(post, owner, slugs)


def _owner(bundle: Bundle) -> tuple[str, set[str]]:
    """Return whose backup this is, and what its posts are called in addresses.

    Few tools write the name; then it is the one whose addresses lead to posts of this backup.
    """
    slugs: Counter[str] = Counter()
    named: Counter[str] = Counter()
    linked: Counter[tuple[str, str]] = Counter()
    for name in bundle.names(".md"):
        try:
            values, body, _line = read_front(bundle.read(name, FILE_MOST))
        except (OSError, *UNREADABLE):
            continue  # told when the posts are read
        slug, path = _slug(values, PurePosixPath(name))
        slugs.update({slug, nfc(PurePosixPath(name).stem)})
        if path:
            named[path.split("/")[1][1:]] += 1
        for person, target in OWN_ADDRESS.findall(body):
            linked[unquote(person), nfc(unquote(target))] += 1
    if not named:
        for (person, target), number in linked.items():
            if target in slugs:
                named[person] += number
    owner = named.most_common(1)[0][0] if named else ""
    return owner, {slug for slug, number in slugs.items() if number == 1}


def _with_own_links(post: ImportedPost, owner: str, slugs: set[str]) -> ImportedPost:
    """Let links to posts of this backup name them; others of velog stay."""
    urls: dict[str, str | None] = {}
    for one in addresses(post.source):
        found = POST_ADDRESS.match(one.url)
        if found is None or not owner:
            continue
        person, slug = nfc(unquote(found[1])).removeprefix("/@").split("/", 1)
        if person == owner and slug in slugs:
            _before, mark, anchor = one.url.partition("#")
            urls[one.url] = f"{POST_SCHEME}{quote(slug, safe='')}{mark}{anchor}"
    return replace(post, source=replace_addresses(post.source, urls))


def _slug(values: dict[str, Any], path: PurePosixPath) -> tuple[str, str]:
    """Return what a post is called in addresses, and its path on velog if the tool wrote it."""
    url = fields.first_text(values, ("velogUrl", "velog_url", "url", "canonical_url", "link"))
    found = POST_ADDRESS.match(url)
    shown = nfc(unquote(found[1])) if found else ""
    given = fields.first_text(values, ("url_slug", "slug"))
    return nfc(given) or shown.rpartition("/")[2] or nfc(path.stem), shown


def read_front(data: bytes) -> tuple[dict[str, Any], str, int]:
    """Return (front matter, text, its first line), also of front matter that is no YAML.

    Raises FrontMatterError if the file is neither UTF-8 nor CP949.
    """
    try:
        document = read_document(data)
    except FrontMatterError as error:
        text, _encoding = decode(data)
        found = FRONT.match(clean(text))
        if not found:
            raise
        values = _by_lines(found[1])
        if not values:
            raise error from None
        text = clean(text)
        return values, text[found.end() :], text.count("\n", 0, found.end()) + 1
    return document.values, document.body, document.body_line


def _by_lines(head: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in head.split("\n"):
        found = LINE.match(line)
        if not found:
            continue
        text = found[2].strip()
        if text.startswith("["):
            try:
                values[found[1]] = json.loads(text)
                continue
            except ValueError:
                values[found[1]] = [part.strip(" \"'") for part in text.strip("[]").split(",")]
                continue
        quoted = QUOTED.match(text)
        values[found[1]] = quoted[2] if quoted else text
    return values


def _post(
    bundle: Bundle,
    name: str,
    values: dict[str, Any],
    body: str,
    line: int,
    zone: tzinfo | None,
) -> ImportedPost:
    path = PurePosixPath(name)
    problems: list[tuple[int | None, str]] = []
    title = fields.first_text(values, ("title",)) or path.stem
    published = fields.first_moment(values, DATES, zone)
    if published is None:
        problems.append((None, _("the date cannot be read")))
        published = bundle.modified_at(name)
    edited = fields.first_moment(values, EDITED, zone)
    slug, shown = _slug(values, path)
    is_named = bool(shown or fields.first_text(values, ("url_slug", "slug")))
    tags = values.get("tags") if isinstance(values.get("tags"), list) else None
    is_private = values.get("is_private") is True or values.get("private") is True
    is_draft = fields.is_draft(values) or values.get("is_temp") is True
    source = body.strip("\n") + "\n"
    attachments = _attachments(bundle, name, body, line, problems)
    cover = fields.cover_address(values)
    if cover:
        target = _local(bundle, name, cover) or (cover if cover.startswith("http") else "")
        if target:
            attachments[cover] = target
        else:
            problems.append((None, _("picture not found: %(name)s") % {"name": cover[:120]}))
            cover = ""
    return ImportedPost(
        # Files of the same name in two folders are two posts.
        key=_key(slug if is_named else path.with_suffix("").as_posix()),
        path=name,
        title=clean_line(title),
        source=source,
        created_at=published,
        published_at=None if is_draft else published,
        edited_at=edited if edited and edited > published else None,
        status="draft" if is_draft else "published",
        visibility="private" if is_private else "",
        slug=slug,
        tags=[str(tag) for tag in tags[: fields.ITEMS_MOST] if isinstance(tag, str | int | float)]
        if tags is not None
        else list(fields.texts(values.get("tags"))),
        series=_series(values),
        excerpt=fields.first_text(values, ("short_description", "description", "summary")),
        language=fields.first_text(values, ("lang", "language")),
        cover=cover,
        author_name=fields.first_text(values, ("author", "username")),
        old_paths=[shown] if shown else [],
        names=[slug, path.stem],
        attachments=attachments,
        problems=problems,
    )


def _key(name: str) -> str:
    """Return what knows the post again; of a very long name its end tells more than its beginning."""
    return f"velog:{name[-290:]}"


def _series(values: dict[str, Any]) -> str:
    series = values.get("series")
    if isinstance(series, dict):
        return fields.first_text(series, ("name", "title"))
    return fields.series_name(values)


def _attachments(
    bundle: Bundle,
    name: str,
    body: str,
    first_line: int,
    problems: list[tuple[int | None, str]],
) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in addresses(body):
        if not one.url or one.url in found:
            continue
        if not one.is_picture:
            # A file that cannot come is named by whoever sees that.
            if not one.url.startswith("/") and not one.url.lower().endswith(MARKDOWN):
                if member := _beside(bundle, name, one.url):
                    found[one.url] = member
            continue
        if member := _local(bundle, name, one.url):
            found[one.url] = member
        elif re.match(r"(?:https?:)?//", one.url):
            found[one.url] = one.url
        elif not one.url.startswith("data:"):
            line = body.count("\n", 0, one.start) + first_line
            problems.append((line, _("picture not found: %(name)s") % {"name": one.url[:120]}))
    return found


def _beside(bundle: Bundle, name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    return bundle.beside(name, unquote(parts.path))


def _local(bundle: Bundle, name: str, url: str) -> str:
    """Return the member that a picture's address means: beside the text, or below ``images/``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    for path in dict.fromkeys((unquote(parts.path), parts.path)):
        if not path.startswith("/") and (found := bundle.beside(name, path)):
            return found
        if found := bundle.ending_with(path.lstrip("./")):
            return found
    return ""
