"""Reading a folder of another blog into a plan; nothing is written here."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils import timezone

from blog.importers import fields
from blog.importers.conversion import FENCE, INLINE_CODE, convert
from blog.importers.frontmatter import Document, FrontMatterError, read_document
from blog.importers.kinds import Kind, date_in_name, default_address, name_of, recognise
from blog.importers.plans import ImportPlan, PlannedPost, Problem
from config.text import clean_line, excerpt, graphemes, nfc

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
LEFT_ALONE = frozenset(
    "node_modules _site public resources themes vendor _layouts _includes _data _sass".split()
)
FILE_MAX_BYTES = 8 * 1024 * 1024
HEADING = re.compile(r"\A\s*# +(.+?)(?: +#+)?\s*$", re.M)
SETEXT = re.compile(r"\A\s*([^\n]+)\n=+[ \t]*$", re.M)
ADDRESS = re.compile(
    r"(?P<md>!?\[[^\]\n]*\]\()(?P<open><?)(?P<url>[^\s<>()]*(?:\([^\s()]*\)[^\s<>()]*)*|(?<=<)[^<>\n]*)(?P<rest>>?(?:\s+[^)\n]*)?\))"
    r"|(?P<attr><(?:img|a|source)\b[^>]*?\b(?:src|href)=[\"'])(?P<url2>[^\"'\n]+)(?P<quote>[\"'])"
    r"|(?P<ref>^ {0,3}\[[^\]\n]+\]:[ \t]*)(?P<url3>\S+)",
    re.M,
)


def plan_import(folder: Path, *, base_path: str = "") -> ImportPlan:
    """Return what importing ``folder`` would do.

    ``base_path`` is the path under which the old blog lived (``/blog``). A file that cannot be
    read becomes a problem and stops nothing else. Raises NotADirectoryError.
    """
    if not folder.is_dir():
        raise NotADirectoryError(str(folder))
    folder = folder.resolve()
    kind = recognise(folder)
    plan = ImportPlan(folder, kind.name)
    base_path = base_path.rstrip("/") or str(kind.config.get("baseurl") or "").rstrip("/")
    for path in markdown_files(folder, kind):
        relative = nfc(path.relative_to(folder).as_posix())
        try:
            _plan_file(plan, kind, path, PurePosixPath(relative), base_path)
        except FrontMatterError as error:
            plan.problems.append(Problem(relative, error.line, str(error)))
        except OSError as error:
            plan.problems.append(Problem(relative, 0, error.strerror or type(error).__name__))
    _link_posts(plan)
    return plan


def markdown_files(folder: Path, kind: Kind) -> Iterator[Path]:
    """Yield the Markdown files of a blog in a fixed order; links to elsewhere are not followed."""
    for root in kind.post_roots:
        for place, names, files in os.walk(folder / root, followlinks=False):
            names[:] = sorted(
                name
                for name in names
                if name not in LEFT_ALONE
                and (not name.startswith((".", "_")) or name in {"_posts", "_drafts"})
            )
            inside_posts = {"_posts", "_drafts"} & set(Path(place).relative_to(folder).parts)
            if kind.name in {"jekyll", "hexo"} and not inside_posts:
                continue
            for name in sorted(files):
                path = Path(place) / name
                if name.lower().endswith(MARKDOWN) and path.is_file() and not path.is_symlink():
                    yield path


def _plan_file(
    plan: ImportPlan, kind: Kind, path: Path, relative: PurePosixPath, base_path: str
) -> None:
    if path.stat().st_size > FILE_MAX_BYTES:
        plan.problems.append(Problem(str(relative), 0, "larger than 8 MB: not read"))
        return
    if path.stem == "_index":
        plan.skipped.append(Problem(str(relative), 0, "page of a section"))
        return
    document = read_document(path.read_bytes())
    if document.encoding != "utf-8":
        plan.problems.append(Problem(str(relative), 0, f"read as {document.encoding.upper()}"))
    if kind.name != "plain" and document.values.get("layout") in {"page", "about", "archive"}:
        plan.skipped.append(Problem(str(relative), 0, "page, not a post"))
        return
    post = _planned(plan, kind, path, relative, document, base_path)
    if not post.source.strip():
        plan.skipped.append(Problem(str(relative), 0, "no text"))
        return
    plan.posts.append(post)


def _planned(
    plan: ImportPlan,
    kind: Kind,
    path: Path,
    relative: PurePosixPath,
    document: Document,
    base_path: str,
) -> PlannedPost:
    values = document.values
    title, body, removed = _title_and_body(values, document.body, relative)
    date = (
        fields.first_moment(values, fields.DATES)
        or date_in_name(relative)
        or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    )
    edited_at = fields.first_moment(values, fields.EDITED)

    def note(line: int, text: str) -> None:
        plan.problems.append(Problem(str(relative), line, text))

    def report(offset: int, text: str) -> None:
        line = body.count("\n", 0, max(offset, 0)) + document.body_line + removed
        note(line if offset >= 0 else 0, text)

    is_draft = fields.is_draft(values) or "_drafts" in relative.parts
    if date > timezone.now() and not is_draft:
        is_draft = True
        note(0, "dated in the future: kept as a draft")
    summary = excerpt(fields.first_text(values, fields.EXCERPTS), settings.EXCERPT_MAX_LENGTH - 1)
    tags, refused = fields.tag_names(values, splits_words=kind.name == "jekyll")
    for name in refused:
        note(0, f"tag left out: {name}")
    post = PlannedPost(
        path=str(relative),
        title="".join(graphemes(title)[: settings.TITLE_MAX_LENGTH]),
        source=convert(body, report, lambda name: f"post:{name}"),
        date=date,
        edited_at=edited_at if edited_at and edited_at > date else None,
        is_draft=is_draft,
        visibility="private" if fields.is_private(values) else "",
        slug=clean_line(str(values.get("slug") or "")) or name_of(relative),
        tags=tags,
        series=fields.series_name(values)[:200],
        excerpt=summary,
        language=_language(values),
        canonical_url=fields.first_text(values, ("canonical_url", "canonical", "canonicalURL")),
        old_paths=_old_paths(kind, relative, values, date, title, base_path),
    )
    _find_images(plan, kind, path, post, fields.cover_address(values))
    return post


def _title_and_body(values: dict, body: str, relative: PurePosixPath) -> tuple[str, str, int]:
    """Return title, text without the heading that became it, and how many lines that took."""
    title = fields.first_text(values, ("title",))
    if title:
        return title, body, 0
    for pattern in (HEADING, SETEXT):
        found = pattern.match(body)
        if found:
            words = re.sub(r"[*_`]", "", found[1]).strip()
            return words, body[found.end() :].lstrip("\n"), body[: found.end()].count("\n") + 1
    return name_of(relative).replace("-", " ").replace("_", " ").strip() or "글", body, 0


def _language(values: dict) -> str:
    wished = fields.first_text(values, ("lang", "language", "locale")).replace("_", "-").lower()
    base = wished.split("-")[0]
    return base if base in dict(settings.LANGUAGES) else ""


def _old_paths(
    kind: Kind, relative: PurePosixPath, values: dict, date: datetime, title: str, base_path: str
) -> list[str]:
    own = fields.old_addresses(values)
    if kind.name == "jekyll":
        own = [address for address in own if address != values.get("permalink")]
    found = [default_address(kind, relative, values, date, title), *own]
    paths = []
    for address in found:
        if not address:
            continue
        path = nfc(unquote(urlsplit(str(address)).path)).strip()
        path = "/" + path.lstrip("/")
        if base_path and not path.startswith(f"{base_path}/"):
            path = f"{base_path}{path}"
        if path != "/" and path not in paths:
            paths.append(path[:500])
    return paths


# Pictures and links


def addresses(source: str) -> Iterator[tuple[str, bool]]:
    """Yield (address, whether it is a picture) of everything a text points at, outside code."""
    prose = INLINE_CODE.sub("", FENCE.sub("", source))
    for found in ADDRESS.finditer(prose):
        url = found["url"] or found["url2"] or found["url3"]
        if url:
            opening = found["md"] or found["attr"] or ""
            yield url, opening.startswith(("!", "<img", "<source"))


def _find_images(plan: ImportPlan, kind: Kind, path: Path, post: PlannedPost, cover: str) -> None:
    for url, is_picture in [*addresses(post.source), (cover, True)]:
        parts = urlsplit(url) if url else None
        if parts is None or not parts.path:
            continue
        if parts.scheme or parts.netloc:
            if is_picture:
                plan.problems.append(
                    Problem(post.path, 0, f"picture of another site stays a link: {url[:120]}")
                )
            continue
        name = nfc(unquote(parts.path))
        if not is_picture and not name.lower().endswith(PICTURES):
            continue
        found = _local_file(plan.folder, kind, path, name)
        if found is None:
            plan.problems.append(Problem(post.path, 0, f"picture not found: {name[:120]}"))
        else:
            post.images[url] = found
    if cover in post.images:
        post.cover = cover


def _local_file(folder: Path, kind: Kind, path: Path, name: str) -> Path | None:
    """Return the regular file inside ``folder`` that ``name`` means; never anything outside."""
    if "\x00" in name:
        return None
    starts = [path.parent, path.with_suffix("")] if not name.startswith("/") else []
    starts += [folder / root for root in kind.image_roots]
    for start in starts:
        candidate = Path(os.path.normpath(start / name.lstrip("/")))
        if not candidate.is_relative_to(folder):
            continue
        real = _as_stored(folder, candidate)
        if real is not None:
            return real
    return None


def _as_stored(folder: Path, candidate: Path) -> Path | None:
    """Find ``candidate`` whatever the Unicode form of the names on disk (macOS writes NFD)."""
    here = folder
    for part in candidate.relative_to(folder).parts:
        direct = here / part
        if not direct.exists():
            try:
                direct = next(held for held in here.iterdir() if nfc(held.name) == part)
            except (StopIteration, OSError):
                return None
        here = direct
        if here.is_symlink():
            return None
    return here if here.is_file() else None


def _link_posts(plan: ImportPlan) -> None:
    """Note which addresses in each text are other posts of the plan."""
    targets: dict[str, str] = {}
    for post in plan.posts:
        path = PurePosixPath(post.path)
        for name in (path.stem, post.path, path.name, *post.old_paths):
            targets.setdefault(name, post.path)
        for old in post.old_paths:
            targets.setdefault(old.rstrip("/"), post.path)
    for post in plan.posts:
        for url, is_picture in addresses(post.source):
            if is_picture or url in post.images:
                continue
            target = _target(url, PurePosixPath(post.path), targets)
            if target:
                post.links[url] = target
            elif url.startswith("post:"):
                plan.problems.append(Problem(post.path, 0, f"no such post: {url[5:]}"))


def _target(url: str, path: PurePosixPath, targets: dict[str, str]) -> str | None:
    bare, _hash, _anchor = url.partition("#")
    if urlsplit(bare).scheme not in {"", "post"} or bare.startswith("//") or not bare:
        return None
    name = nfc(unquote(bare.removeprefix("post:")))
    if name.startswith("@/"):
        name = f"content/{name[2:]}"
    near = os.path.normpath(path.parent / name) if not name.startswith("/") else name
    for candidate in (name, near, name.rstrip("/"), f"_posts/{name}", PurePosixPath(name).stem):
        if candidate in targets and (candidate != PurePosixPath(name).stem or "post:" in bare):
            return targets[candidate]
    return None
