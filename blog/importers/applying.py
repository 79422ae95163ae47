"""Storing what a plan says: each post whole or not at all, and only once."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from blog import actions
from blog.exceptions import NotSchedulable, SlugRefused, SlugTaken
from blog.import_changes import is_changed_since
from blog.importers.linking import NAMED, POST_SCHEME
from blog.importers.planning import by_date, date_of, foresee, is_remote, is_web_address
from blog.importers.plans import ImportPlan, Outcome, PlannedPost
from blog.importers.records import ImportedPost
from blog.importers.rewriting import addresses, masked, replace_addresses
from blog.models import Image, ImportedItem, ImportRun, Post, Series, Tag, TagAlias, Topic
from config.exceptions import DomainError
from config.fetch import FetchRefused, fetch
from config.text import identity_key

logger = logging.getLogger(__name__)
MOVED = "moved"
"""Among the options of a run: addresses that were foreseen, and what became of them."""

REMOTE_SECONDS = 15
REMOTE_REDIRECTS = 3
REMOTE_FAILURES_A_HOST = 3
"""After as many failures in a row a host is not asked again in this run."""
SLOW_PART = 1 / 3  # of REMOTE_SECONDS: a refusal that takes longer is a failure, too


@dataclass(frozen=True)
class Choices:
    """What the author decided: ``visibility`` where the blog says nothing (empty: the author's)."""

    visibility: str = ""
    brings_comments: bool = True
    brings_remote_images: bool = False


def apply_plan(
    plan: ImportPlan,
    *,
    author: User,
    run: ImportRun | None = None,
    choices: Choices | None = None,
    visibility: str = "",
    tick: Callable[[], None] = lambda: None,
) -> Iterator[Outcome]:
    """Store the posts of ``plan`` as articles of ``author``, yielding what became of each.

    A post that came in before stays as it is. When this is stopped in the middle, the next run
    goes on where it was. ``tick`` is called before each picture, outside of transactions, and may
    raise to stop it there.
    """
    run = run or actions.open_import(actor=author, name=plan.name)
    arrival = Arrival(plan, run, author, choices or Choices(visibility), tick)
    foresee(plan, author)
    for planned in by_date(plan.posts):
        yield arrival.bring(planned)
    arrival.close()


@dataclass
class Arrival:
    """One run of bringing in."""

    plan: ImportPlan
    run: ImportRun
    author: User
    choices: Choices
    tick: Callable[[], None]
    failures: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        self.planned = {planned.key: planned for planned in self.plan.posts}

    def bring(self, planned: PlannedPost) -> Outcome:
        """Bring one post in, or say why not."""
        held = Post.objects.by(self.author).filter(origin_key=planned.key).first()
        if held is not None:
            self._add_new_comments(planned, held)
            return self._outcome(planned, "known", held)
        try:
            post, old_paths = self._store(self.plan.load(planned))
        except DomainError as error:
            return self._failed(planned, error.message or error.code)
        except (DatabaseError, ValidationError, ValueError, OSError, RecursionError) as error:
            logger.exception("import_failed", extra={"run": self.run.pk, "path": planned.path})
            return self._failed(planned, type(error).__name__)
        planned.url = post.get_absolute_url()
        return self._outcome(planned, "imported", post, old_paths)

    def _failed(self, planned: PlannedPost, reason: str) -> Outcome:
        self.plan.note(planned.path, 0, reason)
        return Outcome(planned.path, "failed", planned.title, reason=reason)

    def _outcome(
        self, planned: PlannedPost, state: str, post: Post, old_paths: list[str] | None = None
    ) -> Outcome:
        if old_paths is None:
            old_paths = [row.path for row in post.old_paths.all()]
        post.author = self.author
        return Outcome(
            planned.path, state, planned.title, post.get_absolute_url(), tuple(old_paths)
        )

    # One post

    def _store(self, incoming: ImportedPost) -> tuple[Post, list[str]]:
        # Pictures take time to encode: nothing is locked meanwhile.
        images = self._store_images(incoming)
        source = self._join_links(incoming, incoming.source, images)
        tags = self._usable_tags(incoming)
        with transaction.atomic():
            post = self._store_article(incoming, source, tags, images.get(incoming.cover))
            actions.claim_post(self.run, post)
            old_paths = []
            for path in incoming.old_paths:
                if actions.keep_old_path(post, path):
                    old_paths.append(path)
            if self.choices.brings_comments:
                self._add_comments(incoming, post)
            self._note_move(self.planned[incoming.key], post)
        return post, old_paths

    def _note_move(self, planned: PlannedPost, post: Post) -> None:
        """Keep with the run what others link to in vain, until close(): also when it is stopped."""
        url = post.get_absolute_url()
        if url != planned.url:
            moved = {**self.run.options.get(MOVED, {}), planned.url: url}
            actions.change_import(self.run, options={**self.run.options, MOVED: moved})

    def _store_article(
        self, incoming: ImportedPost, source: str, tags: list[str], cover: Image | None
    ) -> Post:
        planned = self.planned[incoming.key]
        wanted = {
            "title": incoming.title,
            "source": source,
            "tags": tags,
            "excerpt": incoming.excerpt,
            "language": incoming.language or self.author.default_language,
            "canonical_url": incoming.canonical_url,
            "cover": cover,
            "visibility": incoming.visibility
            or self.choices.visibility
            or self.author.default_visibility,
            "is_open_to_comments": incoming.is_open_to_comments,
        }
        if incoming.license:
            wanted["license"] = incoming.license
        if incoming.topic:
            wanted["topic"] = Topic.objects.filter(name=incoming.topic).first()
        if incoming.series:
            wanted["series"] = self._series(incoming.series)
        new_tags = {identity_key(name) for name in tags}
        new_tags -= set(Tag.objects.filter(key__in=new_tags).values_list("key", flat=True))
        options = {
            "actor": self.author,
            "origin_key": incoming.key,
            "created_at": incoming.created_at or date_of(incoming),
            "edited_at": incoming.edited_at,
        }
        try:
            with transaction.atomic():
                post = actions.create_article(**options, **wanted, slug=planned.slug)
        except (SlugRefused, SlugTaken):
            # Taken since the plan was made; the title gives another.
            post = actions.create_article(**options, **wanted)
        actions.claim_tags(self.run, list(new_tags))
        if incoming.status == "scheduled":
            return self._schedule(incoming, post)
        if incoming.status != "draft":
            return actions.publish_post(post, actor=self.author, published_at=date_of(incoming))
        return post

    def _schedule(self, incoming: ImportedPost, post: Post) -> Post:
        try:
            with transaction.atomic():
                return actions.schedule_post(post, actor=self.author, at=date_of(incoming))
        except NotSchedulable:
            self.plan.note(incoming.path, 0, _("it cannot go out at its date: kept as a draft"))
            return post

    def _series(self, title: str) -> Series:
        before = set(Series.objects.by(self.author).values_list("pk", flat=True))
        series = actions.find_or_create_series(title, actor=self.author)
        if series.pk not in before:
            actions.claim_series(self.run, series)
        return series

    def _usable_tags(self, incoming: ImportedPost) -> list[str]:
        """Leave out what staff do not want here; the post comes in all the same."""
        keys = {identity_key(name): name for name in incoming.tags}
        banned = set(
            Tag.objects.filter(key__in=keys, is_banned=True).values_list("key", flat=True)
        ) | set(
            TagAlias.objects.filter(key__in=keys, tag__is_banned=True).values_list("key", flat=True)
        )
        for key in banned:
            self.plan.note(incoming.path, 0, _("tag left out: %(tag)s") % {"tag": keys[key]})
        return [name for key, name in keys.items() if key not in banned][: settings.TAGS_PER_POST]

    # Links

    def _join_links(self, incoming: ImportedPost, source: str, images: dict[str, Image]) -> str:
        """Point pictures and links between the posts of the blog at their new addresses."""
        urls: dict[str, str | None] = {
            reference: image.get_absolute_url() for reference, image in images.items()
        }
        for one in addresses(source):
            if one.url in urls or one.is_picture:
                continue
            key = self.plan.directory.find(one.url, incoming.path)
            if key is not None and self.planned[key].url:
                _before, mark, anchor = one.url.partition("#")
                urls[one.url] = f"{self.planned[key].url}{mark}{anchor}"
            elif one.url.startswith(POST_SCHEME):
                urls[one.url] = None
        return self._name_posts(replace_addresses(source, urls), incoming.path)

    def _name_posts(self, source: str, path: str) -> str:
        """What calls a post by name outside of any link becomes its address, or the bare name."""
        prose = masked(source)
        for found in reversed(list(NAMED.finditer(prose))):
            key = self.plan.directory.find(found[0], path)
            words = self.planned[key].url if key else found[0].removeprefix(POST_SCHEME)
            source = source[: found.start()] + words + source[found.end() :]
        return source

    def close(self) -> None:
        """Point links at posts whose address turned out otherwise than foreseen."""
        moved = self.run.options.get(MOVED)
        if not moved:
            return
        for foreseen, url in moved.items():
            self.tick()
            items = ImportedItem.objects.filter(run=self.run, post__source__contains=foreseen)
            for item in items.select_related("post"):
                try:
                    self._move_addresses(item, foreseen, url)
                except DomainError as error:
                    self.plan.note(item.post.title, 0, error.message or error.code)
        actions.change_import(self.run, options={**self.run.options, MOVED: {}})

    @transaction.atomic
    def _move_addresses(self, item: ImportedItem, foreseen: str, url: str) -> None:
        # Its author may be writing already: what they saved stays, and counts as theirs.
        post = Post.objects.select_for_update(of=("self",)).filter(imported_as=item).first()
        if post is None:
            return
        is_changed = is_changed_since(item, post)
        source = _moved_addresses(post.source, foreseen, url)
        post = actions.change_article(post, actor=self.author, source=source, is_edit=False)
        if not is_changed:
            actions.claim_post(self.run, post)

    # Pictures

    def _store_images(self, incoming: ImportedPost) -> dict[str, Image]:
        found: dict[str, Image] = {}
        stored: dict[str, Image | None] = {}
        for reference, target in incoming.attachments.items():
            if target not in stored:
                self.tick()
                alt = incoming.alts.get(reference, "")
                store = self._store_remote if is_remote(target) else self._store_file
                stored[target] = store(incoming, target, alt)
            if stored[target] is not None:
                found[reference] = stored[target]
        return found

    def _note(self, incoming: ImportedPost, text: str, **values: str) -> None:
        shown = {name: value[:200] for name, value in values.items()}
        self.plan.note(incoming.path, 0, text % shown)

    def _store_file(self, incoming: ImportedPost, name: str, alt: str) -> Image | None:
        short = name.rpartition("/")[2]
        try:
            return self._keep(self.plan.bundle.read(name, settings.IMAGE_MAX_BYTES), short, alt)
        except DomainError as error:
            self.plan.note(incoming.path, 0, f"{short}: {error.message or error.code}")
        except OSError as error:
            self.plan.note(incoming.path, 0, f"{short}: {type(error).__name__}")
        return None

    def _keep(self, data: bytes, name: str, alt: str) -> Image:
        digest = hashlib.sha256(data).hexdigest()
        is_own = actions.claim_image(self.run, digest)
        image = actions.store_image(data, actor=self.author, name=name, alt=alt)
        if is_own:
            actions.claim_image(self.run, digest, image)
        return image

    def _store_remote(self, incoming: ImportedPost, url: str, alt: str) -> Image | None:
        stays = _("picture of another site stays a link: %(url)s")
        if not self.choices.brings_remote_images:
            self._note(incoming, stays, url=url)
            return None
        host, begun = urlsplit(url).netloc, time.monotonic()
        try:
            if self.failures.get(host, 0) >= REMOTE_FAILURES_A_HOST:
                raise httpx.ConnectError(host)
            status, data = fetch(
                url,
                max_bytes=settings.IMAGE_MAX_BYTES,
                seconds=REMOTE_SECONDS,
                redirects=REMOTE_REDIRECTS,
                schemes=("https", "http"),
            )
            if status != httpx.codes.OK:
                raise FetchRefused(f"HTTP {status}")
            self.failures[host] = 0
            return self._keep(data, unquote(urlsplit(url).path.rpartition("/")[2]), alt)
        except FetchRefused:
            # A refusal at once costs nothing; one that keeps us waiting is like no answer.
            is_slow = time.monotonic() - begun >= REMOTE_SECONDS * SLOW_PART
            self.failures[host] = self.failures.get(host, 0) + 1 if is_slow else 0
            reason = _("it could not be fetched")
        except httpx.HTTPError:
            self.failures[host] = self.failures.get(host, 0) + 1
            reason = _("its server does not answer")
        except DomainError as error:
            reason = error.message or error.code
        self._note(incoming, f"{stays} (%(reason)s)", url=url, reason=reason)
        return None

    # Comments

    def _add_comments(self, incoming: ImportedPost, post: Post) -> None:
        date = date_of(incoming)
        for comment in sorted(incoming.comments, key=lambda one: one.created_at or date):
            if not comment.text.strip():
                self._note(incoming, _("comment without text left out"))
                continue
            url = comment.author_url
            actions.keep_comment(
                self.run,
                post,
                key=comment.key,
                text=comment.text,
                author_name=comment.author_name,
                author_url=url if is_web_address(url) else "",
                created_at=comment.created_at or date,
                parent_key=comment.parent_key,
            )

    def _add_new_comments(self, planned: PlannedPost, post: Post) -> None:
        """What was said since the last export is new; the post itself stays as it is."""
        if not self.choices.brings_comments or not planned.new_comment_count:
            return
        if post.status == Post.Status.DELETED:
            return
        with transaction.atomic():
            self._add_comments(self.plan.load(planned), post)


def _moved_addresses(source: str, foreseen: str, url: str) -> str:
    urls: dict[str, str | None] = {}
    for one in addresses(source):
        bare, mark, anchor = one.url.partition("#")
        if bare == foreseen:
            urls[one.url] = f"{url}{mark}{anchor}"
    return replace_addresses(source, urls)
