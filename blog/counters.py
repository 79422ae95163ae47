"""What blog stores as numbers, and how each is counted anew (OP-30)."""

from django.db.models import QuerySet

from accounts.models import User
from blog import actions
from blog.models import Comment, CommentLike, Post, PostLike, PostTag, Tag
from config.care import recounting
from config.care.recounting import number_of


def register() -> None:
    """Have the numbers of posts, comments, people and tags counted anew."""
    recounting.register(
        "blog.post.comment_count", rows=_posts_with_comments, repair=actions.recount_post
    )
    recounting.register("blog.post.like_count", rows=_posts_with_likes, repair=actions.recount_post)
    recounting.register(
        "blog.comment.like_count", rows=_comments_with_likes, repair=actions.recount_comment
    )
    recounting.register(
        "accounts.user.note_count", rows=_people_with_notes, repair=actions.recount_posts_of
    )
    recounting.register(
        "accounts.user.article_count", rows=_people_with_articles, repair=actions.recount_posts_of
    )
    recounting.register("blog.tag.post_count", rows=_tags_with_posts, repair=actions.recount_tag)


def _posts_with_comments() -> QuerySet:
    return Post.objects.annotate(counted=number_of(Comment.objects.counted(), "post"))


def _posts_with_likes() -> QuerySet:
    return Post.objects.annotate(counted=number_of(PostLike.objects.all(), "post"))


def _comments_with_likes() -> QuerySet:
    return Comment.objects.annotate(counted=number_of(CommentLike.objects.all(), "comment"))


def _people_with_notes() -> QuerySet:
    return User.objects.annotate(counted=number_of(Post.objects.counted().notes(), "author"))


def _people_with_articles() -> QuerySet:
    others = Post.objects.counted().exclude(kind=Post.Kind.NOTE)
    return User.objects.annotate(counted=number_of(others, "author"))


def _tags_with_posts() -> QuerySet:
    used = PostTag.objects.filter(post__in=Post.objects.counted().order_by())
    return Tag.objects.annotate(counted=number_of(used, "tag"))
