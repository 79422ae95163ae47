"""Taking away what somebody who left wrote here; what others said stays readable.

Each piece goes in a transaction of its own, so that nobody waits and a stop in the middle is only
a pause.
"""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from blog.actions.archives import drop_unused_tag
from blog.actions.comment_counts import recount_post
from blog.actions.comments import clear_comment, locked_comment
from blog.actions.counts import counted
from blog.actions.images import delete_image_files
from blog.actions.imports import drop_archive
from blog.actions.posts import empty_post
from blog.models import (
    Bookmark,
    Comment,
    CommentLike,
    Image,
    ImportRun,
    MachineTranslation,
    OldPath,
    Post,
    PostLike,
    PostRedirect,
    Series,
    SeriesFollow,
    TagFollow,
    TranslationSet,
)
from config.commits import after_commit
from social.actions import forget_target


def erase_marks(person: User) -> dict[str, int]:
    """Take away likes, bookmarks, and the tags and series that the person followed."""
    likes = _erase_likes(PostLike, Post, person) + _erase_likes(CommentLike, Comment, person)
    with transaction.atomic():
        bookmarks = Bookmark.objects.filter(person=person).delete()[0]
        followed = TagFollow.objects.filter(person=person)
        tags = list(followed.values_list("tag_id", flat=True))
        followed.delete()
        for tag in tags:
            drop_unused_tag(tag)
        SeriesFollow.objects.filter(person=person).delete()
        MachineTranslation.objects.filter(asked_by=person).update(asked_by=None)
    return {"likes": likes, "bookmarks": bookmarks}


def _erase_likes(likes, things, person: User) -> int:
    field = f"{things._meta.model_name}_id"
    number = 0
    for pk, thing in list(likes.objects.filter(person=person).values_list("pk", field)):
        with transaction.atomic():
            things.objects.select_for_update(no_key=True).only("pk").filter(pk=thing).first()
            if likes.objects.filter(pk=pk).delete()[0]:
                things.objects.filter(pk=thing).update(like_count=F("like_count") - 1)
                number += 1
    return number


def erase_comments(person: User) -> dict[str, int]:
    """Take away what the person said; where it was answered an empty place without a name stays."""
    number = 0
    posts = set(Comment.objects.filter(author=person).values_list("post_id", flat=True))
    # The deepest first: a talk with oneself goes without a trace.
    for pk in list(
        Comment.objects.filter(author=person).order_by("-depth", "-pk").values_list("pk", flat=True)
    ):
        number += _erase_comment(pk)
    for pk in posts:
        # Their words left the number when the account was hidden, unless that was missed.
        recount_post(pk)
    return {"comments": number}


@transaction.atomic
def _erase_comment(pk: int) -> int:
    try:
        comment = locked_comment(Comment.objects.get(pk=pk))
    except Comment.DoesNotExist:
        return 0  # an empty place that went with the last answer to it
    was_said = comment.status != Comment.Status.DELETED
    MachineTranslation.objects.filter(comment=pk).delete()
    clear_comment(comment)
    Comment.objects.filter(pk=pk).update(author=None, origin_key="")
    forget_target(("comment", pk))
    return int(was_said)


def erase_posts(person: User) -> dict[str, int]:
    """Take away posts in every state, with drafts, old texts, addresses and series."""
    number = 0
    for pk in list(Post.objects.by(person).order_by("pk").values_list("pk", flat=True)):
        number += erase_post(pk)
    with transaction.atomic():
        series = Series.objects.by(person)
        count = series.count()
        series.delete()
        TranslationSet.objects.filter(author=person).delete()
        PostRedirect.objects.filter(author=person).delete()
        for run in ImportRun.objects.filter(owner=person):
            drop_archive(run)
            run.delete()
    return {"posts": number, "series": count}


@transaction.atomic
def erase_post(pk: int) -> int:
    """Take one post away; where others talked an empty row stays. Return 1 if it was there."""
    posts = Post.objects.select_for_update(of=("self",)).select_related("author")
    post = posts.filter(pk=pk).first()
    if post is None:
        return 0  # another run took it away
    was_there = not post.is_erased
    _erase_locked_post(post)
    # Last: inboxes are held after the person and the tags, as everywhere.
    forget_target(("post", pk))
    return int(was_there)


def _erase_locked_post(post: Post) -> None:
    with counted(post):
        post.status = Post.Status.DELETED
        post.save(update_fields=["status"])
        tags = list(post.posttag_set.values_list("tag_id", flat=True))
        post.posttag_set.all().delete()
    for tag in tags:
        # A word that nobody else ever used is a text of this person's.
        drop_unused_tag(tag)
    if not post.comments.exists():
        post.delete()
        return
    # Others talked here. Their words stay theirs; of the post nothing does, not even its address.
    for rows in (post.likes, post.bookmarks, post.days, post.machine_translations):
        rows.all().delete()
    PostRedirect.objects.filter(post=post).delete()
    OldPath.objects.filter(post=post).delete()
    post.slug = post.origin_key = post.language = post.license = post.schedule_problem = ""
    post.like_count = 0
    empty_post(post)


def erase_images(person: User) -> dict[str, int]:
    """Take away the pictures and their files."""
    number = 0
    for image in list(Image.objects.filter(owner=person).order_by("pk")):
        with transaction.atomic():
            number += Image.objects.filter(pk=image.pk).delete()[0] and 1
            after_commit(delete_image_files, image.file_names)
    return {"images": number}
