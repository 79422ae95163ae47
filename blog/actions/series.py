"""Series and the place of a post in one."""

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from blog.models import Post, Series
from config.text import clean_line, slugify_title


@transaction.atomic
def find_or_create_series(title: str, *, actor: User, description: str = "") -> Series:
    """Return the actor's series of that title, made if it is new."""
    title = clean_line(title)
    found = Series.objects.by(actor).filter(title=title).first()
    if found:
        return found
    base = slugify_title(title) or "series"
    slug, number = base, 1
    while Series.objects.by(actor).filter(slug=slug).exists():
        number += 1
        slug = f"{base[:76]}-{number}"
    return Series.objects.create(author=actor, title=title, slug=slug, description=description)


def place_in_series(post: Post, series: Series | None) -> None:
    """Put ``post`` at the end of ``series`` (or in none); the caller saves the post."""
    if post.series_id == (series.pk if series else None):
        return
    post.series = series
    post.series_position = 0
    if series:
        last = Post.objects.filter(series=series).aggregate(last=Max("series_position"))["last"]
        post.series_position = (last or 0) + 1
