"""What else has to be indexed anew: posts whose author has another name now, and the like."""

from collections.abc import Mapping

from blog.models import Comment, Post, PostTag, Series
from search.actions.outbox import enqueue
from search.actions.writing import JAMO_MAX_LENGTH, KEY_MAX_LENGTH
from search.hangul import to_jamo
from search.models import Document
from search.sources import Kind, Source


def enqueue_dependents(
    kind: str, sources: Mapping[int, Source], held: Mapping[int, Document]
) -> int:
    """Enqueue what says the name of people or tags that are called otherwise now; return how many.

    Also what teaches words only while its author's account is open. Called before the people or
    tags themselves are stored: who is stopped in between begins anew.
    """
    if kind not in {Kind.PERSON, Kind.TAG}:
        return 0
    changed = [pk for pk, source in sources.items() if pk in held and _is_other(source, held[pk])]
    if not changed:
        return 0
    if kind == Kind.TAG:
        tagged = PostTag.objects.filter(tag__in=changed, post__status="published")
        return enqueue(Kind.POST, tagged.values_list("post_id", flat=True))
    posts = Post.objects.filter(author__in=changed, status="published")
    comments = Comment.objects.filter(author__in=changed, status="published")
    series = Series.objects.filter(author__in=changed)
    return sum(
        enqueue(one, rows.values_list("pk", flat=True))
        for one, rows in ((Kind.POST, posts), (Kind.SERIES, series), (Kind.COMMENT, comments))
    )


def _is_other(source: Source, held: Document) -> bool:
    """Tell whether name, key or openness is not what is indexed; a new biography is nothing."""
    name, key = to_jamo(source.title)[:JAMO_MAX_LENGTH], source.key[:KEY_MAX_LENGTH]
    return (held.title_jamo, held.key, held.is_counted) != (name, key, source.rights.is_counted)
