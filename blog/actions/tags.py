"""Tags on posts, and the merging of tags by staff."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from blog.actions.counts import listed_at
from blog.exceptions import TagRefused, TooManyTags
from blog.models import Post, PostTag, Tag, TagAlias, TagFollow
from blog.tagging import clean_tag_name
from config.text import identity_key


def find_or_create_tags(names: list[str]) -> list[Tag]:
    """Return the one tag of each name, in order and each once; new ones are made.

    A name that staff merged away gives the tag it went into. Raises TagRefused.
    """
    wanted: dict[str, str] = {}
    for name in map(clean_tag_name, names):
        wanted.setdefault(identity_key(name), name)
    found = {tag.key: tag for tag in Tag.objects.filter(key__in=wanted)}
    missing = wanted.keys() - found.keys()
    if missing:
        for alias in TagAlias.objects.filter(key__in=missing).select_related("tag"):
            found[alias.key] = alias.tag
        Tag.objects.bulk_create(
            [Tag(key=key, name=wanted[key]) for key in missing - found.keys()],
            ignore_conflicts=True,
        )
        for tag in Tag.objects.filter(key__in=missing - found.keys()):
            found[tag.key] = tag
    tags = list({found[key].pk: found[key] for key in wanted}.values())
    for tag in tags:
        if tag.is_banned:
            raise TagRefused(
                _("The tag “%(tag)s” may not be used here.") % {"tag": tag.name}, field="tags"
            )
    return tags


@transaction.atomic
def set_tags(post: Post, names: list[str]) -> list[Tag]:
    """Make ``names`` the tags of ``post``, in that order.

    Call inside ``counted(post)``. Raises TagRefused, TooManyTags.
    """
    tags = find_or_create_tags(names)
    if len(tags) > settings.TAGS_PER_POST:
        raise TooManyTags(
            _("A post can have up to %(limit)s tags.") % {"limit": settings.TAGS_PER_POST},
            field="tags",
        )
    PostTag.objects.filter(post=post).exclude(tag__in=tags).delete()
    PostTag.objects.bulk_create(
        [
            PostTag(post=post, tag=tag, position=position, published_at=listed_at(post))
            for position, tag in enumerate(tags)
        ],
        update_conflicts=True,
        unique_fields=["post", "tag"],
        update_fields=["position", "published_at"],
    )
    return tags


@transaction.atomic
def merge_tags(source: Tag, into: Tag, *, actor: User) -> None:
    """Move every post of ``source`` to ``into``; the old address answers 301 from then on."""
    if source.pk == into.pk:
        return
    held = PostTag.objects.filter(tag=into).values("post_id")
    PostTag.objects.filter(tag=source, post_id__in=held).delete()
    PostTag.objects.filter(tag=source).update(tag=into)
    # Whoever followed the one follows the other from now on, once.
    followers = TagFollow.objects.filter(tag=into).values("person")
    TagFollow.objects.filter(tag=source).exclude(person__in=followers).update(tag=into)
    TagAlias.objects.filter(tag=source).update(tag=into)
    TagAlias.objects.update_or_create(key=source.key, defaults={"tag": into})
    source.delete()
    into.post_count = Post.objects.counted().tagged(into).count()
    into.save(update_fields=["post_count"])


@transaction.atomic
def change_tag(tag: Tag, *, name: str, is_banned: bool) -> Tag:
    """Rename or ban a tag. Another spelling of the same name keeps its address; a new name
    leaves the old address answering 301. Raises TagRefused.
    """
    held = Tag.objects.select_for_update().get(pk=tag.pk)
    name = clean_tag_name(name)
    key = identity_key(name)
    if key != held.key:
        if Tag.objects.filter(key=key).exists():
            raise TagRefused(_("There is a tag of that name already; merge the two instead."))
        TagAlias.objects.filter(key=key).delete()
        TagAlias.objects.update_or_create(key=held.key, defaults={"tag": held})
    held.name, held.key, held.is_banned = name, key, is_banned
    held.save(update_fields=["name", "key", "is_banned"])
    return held
