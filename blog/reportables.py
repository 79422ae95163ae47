"""What of writing can be reported."""

from django.utils.translation import gettext_lazy

from accounts.models import User
from blog.models import Comment, Image, Post, Series
from social.reportables import Part, Reportable, register_kind

PICTURES_OFFERED = 50


def register() -> None:
    """Make the kinds of this app known."""
    register_kind("post", heading=gettext_lazy("Report this post"), find=find_post)
    register_kind("comment", heading=gettext_lazy("Report this comment"), find=find_comment)
    register_kind("series", heading=gettext_lazy("Report this series"), find=find_series)
    register_kind("image", heading=gettext_lazy("Report this picture"), find=find_image)


def find_post(viewer: User, pk: int) -> Reportable | None:
    """Return a post that ``viewer`` may open, and the pictures it shows."""
    post = Post.objects.visible_to(viewer).select_related("author", "cover").filter(pk=pk).first()
    if post is None:
        return None
    # As readers saw it, with its links; comments in the Markdown were never published.
    text = "\n\n".join(filter(None, (post.title, post.html)))
    return Reportable(
        "post", pk, post.author, text, post.get_absolute_url(), parts=_pictures_of(post)
    )


def find_comment(viewer: User, pk: int) -> Reportable | None:
    """Return a comment that ``viewer`` may read."""
    comments = Comment.objects.visible_to(viewer).select_related("author")
    comment = comments.select_related("post__author").filter(pk=pk).first()
    if comment is None:
        return None
    page = comment.post.get_absolute_url()
    return Reportable("comment", pk, comment.author, comment.html, f"{page}#comment-{pk}")


def find_series(viewer: User, pk: int) -> Reportable | None:
    """Return a series in which there is something for ``viewer``: its name and description."""
    series = Series.objects.visible_to(viewer).select_related("author").filter(pk=pk).first()
    if series is None:
        return None
    text = "\n\n".join(filter(None, (series.title, series.description)))
    return Reportable("series", pk, series.author, text, series.get_absolute_url())


def find_image(viewer: User, pk: int) -> Reportable | None:
    """Return a picture that ``viewer`` may see; afterwards they are where they saw it."""
    image = Image.objects.visible_to(viewer).select_related("owner").filter(pk=pk).first()
    if image is None:
        return None
    seen = Post.objects.visible_to(viewer).select_related("author")
    post = seen.filter(images=image).first() or seen.filter(cover=image).first()
    page = post.get_absolute_url() if post else image.get_absolute_url()
    text = "\n\n".join(filter(None, (image.alt, image.get_absolute_url())))
    return Reportable("image", pk, image.owner, text, page)


def _pictures_of(post: Post) -> tuple[Part, ...]:
    shown = list(post.images.filter(is_held=False).order_by("pk")[:PICTURES_OFFERED])
    if post.cover and not post.cover.is_held and post.cover not in shown:
        shown.insert(0, post.cover)
    return tuple(
        Part("image", image.pk, image.alt, image.url_for(min(image.widths, default=image.width)))
        for image in shown
    )
