"""What people write, as staff look at it."""

from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from blog.actions import holds
from blog.models import Comment, Image, Post, Series
from moderation.targets import CONTENT_ACTS, Subject, Target, register_target

TITLE_LENGTH = 80


def register() -> None:
    """Make posts, comments, series and images known."""
    register_target(
        Target(
            "post",
            pgettext_lazy("one", "Post"),
            load_post,
            CONTENT_ACTS,
            hide=holds.hold_post,
            show=holds.show_post,
            lock=holds.lock_post,
        )
    )
    register_target(
        Target(
            "comment",
            pgettext_lazy("one", "Comment"),
            load_comment,
            CONTENT_ACTS,
            hide=holds.hold_comment,
            show=holds.show_comment,
            lock=holds.lock_comment,
        )
    )
    register_target(
        Target(
            "series",
            pgettext_lazy("one", "Series"),
            load_series,
            CONTENT_ACTS,
            hide=holds.hold_series,
            show=holds.show_series,
        )
    )
    register_target(
        Target(
            "image",
            gettext_lazy("Image"),
            load_image,
            CONTENT_ACTS,
            hide=holds.hold_image,
            show=holds.show_image,
        )
    )


def load_post(pk: int) -> Subject | None:
    """Return a post that went out once and is not deleted."""
    post = Post.objects.select_related("author").filter(pk=pk).first()
    if post is None or post.status not in {"published", "held"}:
        return None
    return Subject(
        kind="post",
        id=pk,
        owner=post.author,
        title=post.title or first_words(post.source),
        html=post.html,
        source=post.source,
        url=post.get_absolute_url(),
        admin_url=reverse("admin:blog_post_change", args=[pk]),
        created_at=post.published_at or post.created_at,
        is_hidden=post.status == Post.Status.HELD,
        byline=post.author.name,
        language=post.language,
    )


def load_comment(pk: int) -> Subject | None:
    """Return a comment that still says something."""
    rows = Comment.objects.select_related("author", "post__author").exclude(status="deleted")
    comment = rows.filter(pk=pk).first()
    if comment is None:
        return None
    return Subject(
        kind="comment",
        id=pk,
        owner=comment.author,
        title=first_words(comment.source),
        html=comment.html,
        source=comment.source,
        url=comment.get_absolute_url(),
        admin_url=reverse("admin:blog_comment_change", args=[pk]),
        created_at=comment.created_at,
        is_hidden=comment.status == Comment.Status.HELD,
        byline=comment.author.name if comment.author else comment.guest_name or _("a guest"),
        language=comment.language,
    )


def load_series(pk: int) -> Subject | None:
    """Return a series: its name and description; the posts in it are things of their own."""
    series = Series.objects.select_related("author").filter(pk=pk).first()
    if series is None:
        return None
    return Subject(
        kind="series",
        id=pk,
        owner=series.author,
        title=series.title,
        html=linebreaks(series.description, autoescape=True),
        source="\n\n".join(filter(None, (series.title, series.description))),
        url=series.get_absolute_url(),
        admin_url=reverse("admin:blog_series_change", args=[pk]),
        created_at=series.created_at,
        is_hidden=series.is_held,
        byline=series.author.name,
    )


def load_image(pk: int) -> Subject | None:
    """Return a picture with its description; what its file was called is its owner's."""
    image = Image.objects.select_related("owner").filter(pk=pk).first()
    if image is None:
        return None
    address = image.get_absolute_url()
    return Subject(
        kind="image",
        id=pk,
        owner=image.owner,
        title=first_words(image.alt) or _("An image without description"),
        html=format_html(
            '<p><img src="{}" alt="{}" width="{}" height="{}" loading="lazy"></p><p>{}</p>',
            image.url_for(min(image.widths, default=image.width)),
            image.alt,
            image.width,
            image.height,
            image.alt,
        ),
        source="\n\n".join(filter(None, (image.alt, address))),
        url=address,
        admin_url=reverse("admin:blog_image_change", args=[pk]),
        created_at=image.created_at,
        is_hidden=image.is_held,
        byline=image.owner.name,
    )


def first_words(text: str) -> str:
    """Return the beginning of a text on one line, to call it by."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
