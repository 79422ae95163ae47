"""Reading a blog of any kind into a plan; nothing is written to the database here."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from blog.exceptions import ImportRefused, TagRefused
from blog.importers.bundles import Bundle, open_bundle
from blog.importers.linking import POST_SCHEME
from blog.importers.plans import ImportPlan, PlannedPost
from blog.importers.readers import MARKDOWN, find_reader
from blog.importers.records import ImportedPost
from blog.importers.rewriting import addresses
from blog.models import ImportedComment, OldPath, Post, PostRedirect
from blog.slugs import ROUTE_WORDS
from blog.tagging import clean_tag_name
from config.text import clean_line, excerpt, graphemes, identity_key, slugify_title

PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
AT_A_TIME = 500  # rows of one question to the database
check_url = URLValidator(schemes=["http", "https"])


def plan_import(
    path: Path,
    *,
    kind: str = "",
    base_path: str = "",
    zone: tzinfo | None = None,
    author: User | None = None,
    name: str = "",
    tick: Callable[[int], None] = lambda _number: None,
) -> ImportPlan:
    """Return what importing the folder or file ``path`` would do; with ``author``, for them.

    ``base_path`` is the path under which the old blog lived (``/blog``), ``zone`` that of dates
    that name none, ``name`` what its owner calls the file; ``tick`` hears after each post how many
    there are. A file that cannot be read becomes a problem and stops nothing else. The plan holds
    files until it is closed. Raises FileNotFoundError, NotADirectoryError, ImportRefused.
    """
    plan = ImportPlan(name or path.name, "")
    try:
        bundle = plan.closing.enter_context(open_bundle(path, plan.skip, name=plan.name))
        _read(plan, bundle, kind, base_path, zone, tick)
        if author is not None:
            foresee(plan, author)
    except BaseException:
        plan.close()
        raise
    return plan


def _read(
    plan: ImportPlan,
    bundle: Bundle,
    kind: str,
    base_path: str,
    zone: tzinfo | None,
    tick: Callable[[int], None],
) -> None:
    reader = find_reader(bundle, kind)
    if reader is None:
        if plan.skipped:
            return  # the report says why nothing is left
        if not bundle.is_file:
            raise ImportRefused(_("There are no posts in this archive that could be brought in."))
        raise ImportRefused(_("This file is of no kind that can be brought in."))
    plan.bundle, plan.kind = bundle, reader.kind
    options = {"base_path": base_path} if reader.kind == MARKDOWN else {}
    pending: list[tuple[str, list[str]]] = []
    for read in reader.read(bundle, plan, zone=zone, **options):
        post = _checked(plan, read)
        plan.directory.add(post.key, post.path, post.old_paths, post.names)
        plan.posts.append(_planned(plan, post))
        tick(len(plan.posts))
        links = [one.url for one in addresses(post.source) if not one.is_picture]
        pending.append((post.path, [url for url in links if url.startswith(POST_SCHEME)]))
    plan.kind = getattr(reader, "found_kind", "") or reader.kind
    for name, links in pending:
        for url in links:
            if plan.directory.find(url, name) is None:
                plan.note(
                    name, 0, _("no such post: %(name)s") % {"name": url.removeprefix(POST_SCHEME)}
                )


def _checked(plan: ImportPlan, post: ImportedPost) -> ImportedPost:
    """Return ``post`` without what cannot be stored here, and say what that was."""
    # Names of files may hold bytes that are no text at all.
    post = replace(post, key=clean_line(post.key)[:300], path=clean_line(post.path))
    for line, text in post.problems:
        plan.note(post.path, line or 0, text)
    changes: dict[str, Any] = {
        "problems": [],
        "title": _cut(clean_line(post.title), settings.TITLE_MAX_LENGTH),
        "excerpt": excerpt(post.excerpt, settings.EXCERPT_MAX_LENGTH - 1),
        "series": clean_line(post.series)[:200],
    }
    if post.canonical_url and not is_web_address(post.canonical_url):
        plan.note(
            post.path,
            0,
            _("the original address is no web address: %(url)s")
            % {"url": post.canonical_url[:120]},
        )
        changes["canonical_url"] = ""
    if post.status == "published" and date_of(post) > timezone.now():
        plan.note(post.path, 0, _("dated in the future: it goes out then"))
        changes["status"] = "scheduled"
    if post.language not in dict(settings.LANGUAGES):
        changes["language"] = ""
    if post.visibility not in {"", *Post.Visibility.values}:
        changes["visibility"] = "private"
    if post.license and post.license not in Post.License.values:
        plan.note(post.path, 0, _("licence not known: %(name)s") % {"name": post.license[:60]})
        changes["license"] = ""
    changes["tags"] = _tags(plan, post)
    changes["attachments"] = _pictures(plan, post)
    changes["old_paths"] = list(dict.fromkeys(filter(None, map(clean_line, post.old_paths))))
    waiting = [one for one in post.comments if not one.is_approved]
    if waiting:
        plan.note(
            post.path,
            0,
            ngettext(
                "%(number)s comment that was never approved left out",
                "%(number)s comments that were never approved left out",
                len(waiting),
            )
            % {"number": len(waiting)},
        )
        changes["comments"] = [one for one in post.comments if one.is_approved]
    return replace(post, **changes)


def _cut(text: str, limit: int) -> str:
    return "".join(graphemes(text)[:limit]) if len(text) > limit else text


def _tags(plan: ImportPlan, post: ImportedPost) -> list[str]:
    """Return tags and categories as the tags they become."""
    found: dict[str, str] = {}
    for name in [*post.tags, *post.categories]:
        try:
            tag = clean_tag_name(name.replace("/", "-"))
        except TagRefused:
            plan.note(post.path, 0, _("tag left out: %(tag)s") % {"tag": name})
            continue
        found.setdefault(identity_key(tag), tag)
    names = list(found.values())
    for name in names[settings.TAGS_PER_POST :]:
        plan.note(post.path, 0, _("tag left out: %(tag)s") % {"tag": name})
    return names[: settings.TAGS_PER_POST]


def _pictures(plan: ImportPlan, post: ImportedPost) -> dict[str, str]:
    """Return the attachments that can be images here; the others are named and stay links."""
    shown = {one.url for one in addresses(post.source) if one.is_picture} | {post.cover}
    kept: dict[str, str] = {}
    for reference, target in post.attachments.items():
        name = target[:200]
        if reference not in shown and not urlsplit(target).path.lower().endswith(PICTURES):
            plan.note(post.path, 0, _("file not brought in: %(name)s") % {"name": name})
            continue
        if not is_remote(target):
            try:
                size = plan.bundle.size(target)
            except FileNotFoundError:
                plan.note(post.path, 0, _("picture not found: %(name)s") % {"name": name})
                continue
            if size > settings.IMAGE_MAX_BYTES:
                plan.note(post.path, 0, _("picture too large: %(name)s") % {"name": name})
                continue
        kept[reference] = target
        plan.pictures.add(target)
    return kept


def is_web_address(url: str) -> bool:
    """Return whether ``url`` is an address of the web that fits into a row."""
    try:
        check_url(url)
    except ValidationError:
        return False
    return len(url) <= 500


def is_remote(target: str) -> bool:
    """Return whether an attachment is no member of the bundle but lies on another server."""
    return target.startswith(("http://", "https://"))


def date_of(post: ImportedPost) -> datetime:
    """Return the date under which ``post`` stood."""
    return post.published_at or post.created_at or post.edited_at or timezone.now()


def _planned(plan: ImportPlan, post: ImportedPost) -> PlannedPost:
    return PlannedPost(
        key=post.key,
        path=post.path,
        title=post.title,
        date=date_of(post),
        status=post.status,
        visibility=post.visibility,
        slug=post.slug,
        tags=post.tags,
        series=post.series,
        old_paths=post.old_paths,
        comment_keys=tuple(one.key[:200] for one in post.comments if one.text.strip()),
        offset=plan.spool.add(post),
    )


# What it will be here -------------------------------------------------------------------------


def foresee(plan: ImportPlan, author: User) -> None:
    """Find out which posts came in before, and at which address each of the others will be."""
    held = _held_posts(author, [planned.key for planned in plan.posts])
    taken = set(Post.objects.by(author).exclude(slug="").values_list("slug", flat=True))
    taken |= set(PostRedirect.objects.filter(author=author).values_list("slug", flat=True))
    said = _held_comments(held)
    seen: set[str] = set()
    for planned in by_date(plan.posts):
        post = held.get(planned.key)
        planned.is_known = post is not None or planned.key in seen
        if planned.key in seen:
            plan.note(planned.path, 0, _("it is the same post as another one in this file"))
        seen.add(planned.key)
        if post is not None and post.status == Post.Status.DELETED:
            planned.new_comment_count = 0
        else:
            here = said.get(post.pk, set()) if post is not None else set()
            planned.new_comment_count = len(set(planned.comment_keys) - here)
        if post is not None:
            planned.slug = post.slug
        else:
            planned.slug = _free_slug(planned, taken)
            taken.add(planned.slug)
        stand_in = post or Post(author=author, slug=planned.slug, pk=0)
        stand_in.author = author
        planned.url = stand_in.get_absolute_url()
    _note_taken_paths(plan, {post.pk for post in held.values()})


def by_date(posts: list[PlannedPost]) -> list[PlannedPost]:
    """Return ``posts`` in the order in which they were written: parts of a series need it."""
    return sorted(posts, key=lambda planned: planned.date)


def _held_posts(author: User, keys: list[str]) -> dict[str, Post]:
    held: dict[str, Post] = {}
    for start in range(0, len(keys), AT_A_TIME):
        found = Post.objects.by(author).filter(origin_key__in=keys[start : start + AT_A_TIME])
        columns = ("pk", "slug", "origin_key", "kind", "status")
        held |= {post.origin_key: post for post in found.only(*columns)}
    return held


def _held_comments(held: dict[str, Post]) -> dict[int, set[str]]:
    """Return which comments came in before, by post."""
    found: dict[int, set[str]] = defaultdict(set)
    numbers = [post.pk for post in held.values()]
    for start in range(0, len(numbers), AT_A_TIME):
        rows = ImportedComment.objects.filter(post__in=numbers[start : start + AT_A_TIME])
        for post, key in rows.values_list("post", "origin_key"):
            found[post].add(key)
    return found


def _free_slug(planned: PlannedPost, taken: set[str]) -> str:
    """As blog.slugs does it when the post is stored, for many at once."""
    wished = slugify_title(planned.slug)
    if wished and wished not in ROUTE_WORDS and wished not in taken:
        return wished
    base = slugify_title(planned.title) or "post"
    if base in ROUTE_WORDS or base.isdigit():
        base = f"{base}-1"
    slug, number = base, 1
    while slug in taken:
        number += 1
        ending = f"-{number}"
        slug = f"{base[: 80 - len(ending)]}{ending}"
    return slug


def _note_taken_paths(plan: ImportPlan, known: set[int]) -> None:
    """Say which old addresses lead elsewhere already; the first who came keeps them."""
    owner: dict[str, str] = {}
    for planned in plan.posts:
        for path in planned.old_paths:
            if owner.setdefault(path, planned.key) != planned.key:
                plan.note(planned.path, 0, _taken(path))
    paths = list(owner)
    for start in range(0, len(paths), AT_A_TIME):
        rows = OldPath.objects.filter(path__in=paths[start : start + AT_A_TIME])
        for path in rows.exclude(post__in=known).values_list("path", flat=True):
            name = next(one.path for one in plan.posts if one.key == owner[path])
            plan.note(name, 0, _taken(path))


def _taken(path: str) -> str:
    return _("this old address leads to another post already: %(path)s") % {"path": path[:200]}
