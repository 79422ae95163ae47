"""One's own images as one looks after them: which posts use each, and how much space is left."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from blog.markdown.images import image_source
from blog.models import Image, Post
from blog.models.images import UNUSED_DAYS
from config.sizes import readable_size

USES_SHOWN = 3
THUMBNAIL_SIZES = "(min-width: 56rem) 16rem, (min-width: 30rem) 45vw, 100vw"


@dataclass(frozen=True)
class Use:
    """A post that shows an image, or names it in its draft or in an old text."""

    title: str
    url: str
    status: str


@dataclass(frozen=True)
class ImageCard:
    """One of one's own images with all that its card shows."""

    image: Image
    src: str
    sizes: str
    size: str
    uses: list[Use]
    more_count: int

    @property
    def markdown(self) -> str:
        """The line that shows the image in a text."""
        return image_source(self.image.get_absolute_url(), self.image.alt)

    @property
    def use_count(self) -> int:
        return len(self.uses) + self.more_count


@dataclass(frozen=True)
class Space:
    """How much of what a person may keep is taken; sizes in bytes and as people read them."""

    image_count: int
    used_bytes: int
    limit_bytes: int
    used: str
    limit: str

    @property
    def is_nearly_full(self) -> bool:
        return self.used_bytes > self.limit_bytes * 0.9


@dataclass(frozen=True)
class Unused:
    """What may be removed because nothing has used it for a long time."""

    image_count: int
    size: str
    days: int = UNUSED_DAYS


def space_of(owner: User) -> Space:
    """Return how much space the images of ``owner`` take, in one query."""
    found = Image.objects.by(owner).aggregate(count=Count("pk"), used=Sum("byte_count"))
    used, limit = found["used"] or 0, settings.IMAGE_QUOTA_BYTES
    return Space(found["count"], used, limit, readable_size(used), readable_size(limit))


def unused_of(owner: User) -> Unused:
    """Return how much of ``owner`` may be removed, in one query."""
    images = Image.objects.by(owner).unused_for_days(UNUSED_DAYS)
    found = images.aggregate(count=Count("pk"), used=Sum("byte_count"))
    return Unused(found["count"], readable_size(found["used"] or 0))


def image_cards(images: Iterable[Image]) -> list[ImageCard]:
    """Return the cards of ``images``, in order, with their uses in two queries."""
    images = list(images)
    using = _posts_using([image.pk for image in images])
    shown = _uses({pk for posts in using.values() for pk in posts[:USES_SHOWN]})
    return [
        ImageCard(
            image=image,
            src=image.url_for(min(image.widths, default=image.width)),
            sizes=THUMBNAIL_SIZES,
            size=readable_size(image.byte_count),
            uses=[shown[pk] for pk in using[image.pk][:USES_SHOWN] if pk in shown],
            more_count=max(0, len(using[image.pk]) - USES_SHOWN),
        )
        for image in images
    ]


def _posts_using(ids: list[int]) -> dict[int, list[int]]:
    """Return {image: posts that use it, latest first}; the order is that of writing.

    Every one of them, as two numbers: whoever cuts the list says of an image that it is unused.
    """
    shown = Post.images.through.objects.filter(image__in=ids).values_list("image_id", "post_id")
    kept = Post.kept_images.through.objects.filter(image__in=ids).values_list("image_id", "post_id")
    covers = Post.objects.filter(cover__in=ids).values_list("cover_id", "pk")
    using: dict[int, list[int]] = defaultdict(list)
    for image, post in shown.union(kept, covers).order_by("-post_id"):
        using[image].append(post)
    return using


def _uses(ids: set[int]) -> dict[int, Use]:
    """Return {post: how it is named and where it leads}."""
    rows = Post.objects.filter(pk__in=ids).values_list("pk", "title", "summary", "status")
    return {
        pk: Use(
            title=title or summary or _("Untitled"),
            # A deleted post waits among the drafts to be brought back.
            url=reverse("blog:drafts")
            if status == Post.Status.DELETED
            else reverse("blog:post_permalink", args=[pk]),
            status="" if status == Post.Status.PUBLISHED else str(Post.Status(status).label),
        )
        for pk, title, summary, status in rows
    }


def count_affected_posts(image: Image) -> int:
    """Return how many published posts show ``image`` or have it as their cover."""
    posts = Post.objects.filter(Q(images=image) | Q(cover=image), status=Post.Status.PUBLISHED)
    return posts.distinct().count()
