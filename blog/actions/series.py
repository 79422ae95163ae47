"""Series, their order, and the place of a post in one."""

from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blog.actions.drafts import note_other_door, note_series, require_length
from blog.exceptions import (
    NotTheAuthor,
    SeriesChanged,
    SlugRefused,
    SlugTaken,
    TitleMissing,
)
from blog.models import Post, Series
from blog.models.taxonomy import DESCRIPTION_COLUMN_LENGTH, TITLE_COLUMN_LENGTH
from blog.policies import can_edit_post, can_edit_series
from config.text import clean_line, is_blank, slugify_title

SLUG_LENGTH = 80


def find_or_create_series(title: str, *, actor: User, description: str = "") -> Series:
    """Return the actor's series of that title, made if it is new."""
    title = clean_line(title)
    found = Series.objects.by(actor).filter(title=title).order_by("pk").first()
    return found or create_series(title, actor=actor, description=description)


def create_series(title: str, *, actor: User, description: str = "") -> Series:
    """Store a new, empty series of ``actor``. Raises TitleMissing, TextTooLong."""
    title, description = _checked(title, description)
    base = slugify_title(title) or "series"
    slug, number = base, 1
    while True:
        if not Series.objects.by(actor).filter(slug=slug).exists():
            try:
                with transaction.atomic():
                    return Series.objects.create(
                        author=actor, title=title, slug=slug, description=description
                    )
            except IntegrityError:
                pass  # somebody took it in between: the next number
        number += 1
        ending = f"-{number}"
        slug = f"{base[: SLUG_LENGTH - len(ending)]}{ending}"


@transaction.atomic
def change_series(
    series: Series,
    *,
    actor: User,
    title: str | None = None,
    slug: str | None = None,
    description: str | None = None,
) -> Series:
    """Change what a series is called; what is None stays. Idempotent.

    An old address is not kept: it answers 404. Raises NotTheAuthor, TitleMissing, TextTooLong,
    SlugRefused, SlugTaken.
    """
    series = _locked(series, actor)
    series.title, series.description = _checked(
        series.title if title is None else title,
        series.description if description is None else description,
    )
    if slug is not None and slug != series.slug:
        series.slug = slugify_title(slug)
        if not series.slug:
            raise SlugRefused(_("This address cannot be used. Choose other words."), field="slug")
    try:
        with transaction.atomic():
            series.save(update_fields=["title", "slug", "description"])
    except IntegrityError as error:
        raise SlugTaken(_("You already have a series at this address."), field="slug") from error
    return series


@transaction.atomic
def delete_series(series: Series, *, actor: User) -> int:
    """Delete a series and keep its posts; return how many it had. Raises NotTheAuthor."""
    series = _locked_with_posts(series, actor)
    ids = list(Post.objects.filter(series=series).values_list("pk", flat=True))
    Post.objects.filter(pk__in=ids).update(series=None, series_position=0)
    note_series(ids, None)
    series.delete()
    return len(ids)


@transaction.atomic
def add_to_series(series: Series, post: Post, *, actor: User) -> Post:
    """Put an article at the end of ``series``, out of any other. Idempotent.

    Raises NotTheAuthor, SeriesChanged if the article is gone.
    """
    post = _locked_post(post, actor)
    series = _locked(series, actor)
    if post.is_note:
        raise NotTheAuthor(_("A series holds articles."))
    _put(post, series)
    return post


@transaction.atomic
def remove_from_series(series: Series, post: Post, *, actor: User) -> Post:
    """Take an article out of ``series``; the article itself stays. Idempotent.

    Raises NotTheAuthor, SeriesChanged if the article is gone.
    """
    post = _locked_post(post, actor)
    series = _locked(series, actor)
    if post.series_id == series.pk:
        _put(post, None)
    return post


def _put(post: Post, series: Series | None) -> None:
    """Store the series of a locked ``post``; editors that are open hear of it."""
    place_in_series(post, series)
    post.updated_at = timezone.now()
    post.save(update_fields=["series", "series_position", "updated_at"])
    note_other_door(post, {"series": series})


@transaction.atomic
def order_series(series: Series, post_ids: Iterable[int], *, actor: User) -> list[int]:
    """Put the posts of ``series`` into the order of ``post_ids``; return the order now stored.

    Posts that are not named keep their order behind the others; what is not in the series is
    passed over, so that an order made before somebody took a post out still holds. Idempotent.
    Raises NotTheAuthor.
    """
    series = _locked_with_posts(series, actor)
    present = _places_of(series)
    wished = [pk for pk in dict.fromkeys(post_ids) if pk in present]
    return _store_order(present, wished + [pk for pk in present if pk not in set(wished)])


@transaction.atomic
def set_series_posts(series: Series, post_ids: Iterable[int], *, actor: User) -> list[int]:
    """Make the articles ``post_ids``, in their order, all that is in ``series``; return the order.

    What is not named leaves the series and stays itself; what is new leaves any other. Idempotent.
    Raises NotTheAuthor, also for a note; SeriesChanged for what is no article of ``actor`` (any more).
    """
    wished = dict.fromkeys(post_ids)
    own = Post.objects.by(actor).exclude(status="deleted")
    touched = own.filter(Q(pk__in=wished) | Q(series=series)).order_by("pk")
    held = touched.select_for_update(of=("self",)).values_list("pk", "kind", "series_id")
    rows = {pk: (kind, series_id) for pk, kind, series_id in held}
    series = _locked(series, actor)
    kinds = {rows[pk][0] if pk in rows else None for pk in wished}
    if Post.Kind.NOTE in kinds:
        raise NotTheAuthor(_("A series holds articles."))
    if not kinds <= {Post.Kind.ARTICLE}:
        raise SeriesChanged(_("Choose from your articles."), field="posts")
    _move([pk for pk in rows if pk not in wished], None)
    _move([pk for pk in wished if rows[pk][1] != series.pk], series)
    return _store_order(_places_of(series), list(wished))


def _move(ids: list[int], series: Series | None) -> None:
    """Do as ``_put`` for many posts, whose texts are not read; their places are stored later."""
    posts = Post.objects.filter(pk__in=ids)
    posts.update(series=series, series_position=0, updated_at=timezone.now())
    note_series(ids, series.pk if series else None)


@transaction.atomic
def move_in_series(series: Series, post_id: int, *, after: int, actor: User) -> list[int]:
    """Put one post of ``series`` behind the post ``after`` (0: first); return the order.

    A neighbour, not a number, says where: the same click twice changes nothing more, and two
    people (or tabs) who move different posts do not undo each other.
    Raises NotTheAuthor, SeriesChanged if one of the two is not in the series.
    """
    series = _locked_with_posts(series, actor)
    present = _places_of(series)
    if post_id not in present or (after and after not in present):
        raise SeriesChanged(_("The series was changed in the meantime. Look at it again."))
    order = [pk for pk in present if pk != post_id]
    if after != post_id:
        order.insert(order.index(after) + 1 if after else 0, post_id)
        return _store_order(present, order)
    return list(present)


def _places_of(series: Series) -> dict[int, int]:
    """Return {post: its place} in the order of ``series``; the places may have gaps."""
    posts = Post.objects.filter(series=series).exclude(status="deleted")
    return dict(posts.order_by("series_position", "pk").values_list("pk", "series_position"))


def _store_order(present: dict[int, int], order: list[int]) -> list[int]:
    if order != list(present):
        moved = [
            # Not read from the database: it would bring the texts of the whole series.
            Post(pk=pk, series_position=position)
            for position, pk in enumerate(order, start=1)
            if present[pk] != position
        ]
        Post.objects.bulk_update(moved, ["series_position"], batch_size=200)
    return order


def place_in_series(post: Post, series: Series | None) -> None:
    """Put ``post`` at the end of ``series`` (or in none); the caller saves the post."""
    if post.series_id == (series.pk if series else None):
        return
    if series:
        # One at a time: two posts that come in at once get two places.
        series = Series.objects.select_for_update().filter(pk=series.pk).first()
    post.series = series
    post.series_position = 0
    if series:
        last = Post.objects.filter(series=series).aggregate(last=Max("series_position"))["last"]
        post.series_position = (last or 0) + 1


def _locked(series: Series, actor: User) -> Series:
    held = Series.objects.select_for_update(of=("self",)).select_related("author")
    found = held.filter(pk=series.pk).first()
    if found is None:
        raise SeriesChanged(_("This series was deleted in the meantime."))
    if not can_edit_series(actor, found):
        raise NotTheAuthor(_("Only its author can change this."))
    return found


def _locked_with_posts(series: Series, actor: User) -> Series:
    """Lock the posts before their series: publishing one takes them in this order too."""
    posts = Post.objects.filter(series=series).order_by("pk")
    list(posts.select_for_update(of=("self",)).values_list("pk", flat=True))
    return _locked(series, actor)


def _locked_post(post: Post, actor: User) -> Post:
    held = Post.objects.select_for_update(of=("self",)).select_related("author", "cover")
    found = held.filter(pk=post.pk).first()
    if found is None or found.status == "deleted":
        raise SeriesChanged(_("This article was deleted in the meantime."))
    if not can_edit_post(actor, found):
        raise NotTheAuthor(_("Only its author can change this."))
    return found


def _checked(title: str, description: str) -> tuple[str, str]:
    title, description = clean_line(title), clean_line(description)
    if is_blank(title):
        raise TitleMissing(_("Give the series a title."), field="title")
    require_length(title, settings.TITLE_MAX_LENGTH, TITLE_COLUMN_LENGTH, field="title")
    require_length(
        description,
        settings.EXCERPT_MAX_LENGTH,
        DESCRIPTION_COLUMN_LENGTH,
        field="description",
    )
    return title, description
