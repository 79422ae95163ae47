"""What is said of likes, answers, mentions, plans and announcements; and what they lead to."""

from collections.abc import Iterable
from html import unescape

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from blog.models import Announcement, Comment, Post
from config.redirects import is_safe_path
from config.text import excerpt
from social.notices import Target, Telling, register_kind, register_target

TEXT_LENGTH = 120
COMMENT = "comment"
"""The form of a target that is a comment; posts have "article" and "note"."""


def register() -> None:
    """Make the kinds and targets of this app known."""
    register_kind(
        "comment", label=gettext_lazy("Comments on my posts"), say=say_comment, mail="now"
    )
    register_kind("reply", label=gettext_lazy("Answers to my comments"), say=say_reply, mail="now")
    register_kind("mention", label=gettext_lazy("Mentions"), say=say_mention, mail="now")
    register_kind("like", label=gettext_lazy("Likes"), say=say_like, mail="never")
    register_kind("schedule", label=gettext_lazy("Scheduled posts"), say=say_schedule, icon="clock")
    register_kind(
        "announcement", label=gettext_lazy("Announcements"), say=say_announcement, mail="never"
    )
    register_target("post", load_posts)
    register_target("comment", load_comments)
    register_target("announcement", load_announcements)


def say_comment(telling: Telling) -> str:
    """Return who commented on a post of the reader."""
    if telling.target.form == Post.Kind.NOTE:
        if not telling.others:
            return _("%(name)s commented on your note.") % telling.words
        text = ngettext(
            "%(name)s and %(others)d other person commented on your note.",
            "%(name)s and %(others)d other people commented on your note.",
            telling.others,
        )
        return text % telling.words
    if not telling.others:
        return _("%(name)s commented on “%(title)s”.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person commented on “%(title)s”.",
        "%(name)s and %(others)d other people commented on “%(title)s”.",
        telling.others,
    )
    return text % telling.words


def say_reply(telling: Telling) -> str:
    """Return who answered a comment of the reader."""
    if not telling.others:
        return _("%(name)s answered your comment.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person answered your comment.",
        "%(name)s and %(others)d other people answered your comment.",
        telling.others,
    )
    return text % telling.words


def say_mention(telling: Telling) -> str:
    """Return who called the reader by name, and where. One text has one author."""
    if telling.target.form == COMMENT:
        return _("%(name)s mentioned you in a comment.") % telling.words
    if telling.target.form == Post.Kind.NOTE:
        return _("%(name)s mentioned you in a note.") % telling.words
    return _("%(name)s mentioned you in “%(title)s”.") % telling.words


def say_like(telling: Telling) -> str:
    """Return who likes what the reader wrote."""
    if telling.target.form == COMMENT:
        return _say_like_of_comment(telling)
    if telling.target.form == Post.Kind.NOTE:
        return _say_like_of_note(telling)
    if not telling.others:
        return _("%(name)s likes “%(title)s”.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person like “%(title)s”.",
        "%(name)s and %(others)d other people like “%(title)s”.",
        telling.others,
    )
    return text % telling.words


def _say_like_of_comment(telling: Telling) -> str:
    if not telling.others:
        return _("%(name)s likes your comment.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person like your comment.",
        "%(name)s and %(others)d other people like your comment.",
        telling.others,
    )
    return text % telling.words


def _say_like_of_note(telling: Telling) -> str:
    if not telling.others:
        return _("%(name)s likes your note.") % telling.words
    text = ngettext(
        "%(name)s and %(others)d other person like your note.",
        "%(name)s and %(others)d other people like your note.",
        telling.others,
    )
    return text % telling.words


def say_schedule(telling: Telling) -> str:
    """Return whether a post went out at its time."""
    if telling.data.get("state") == "failed":
        return _("“%(title)s” could not be published at its time.") % telling.words
    return _("“%(title)s” was published at its time.") % telling.words


def say_announcement(telling: Telling) -> str:
    """Return that there is news of the site; its text stands below."""
    return _("There is news from this site.")


def load_posts(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the posts that ``person`` may open."""
    posts = Post.objects.visible_to(person).filter(pk__in=list(ids)).select_related("author")
    lean = posts.only("pk", "kind", "status", "title", "slug", "summary", "author__handle")
    return {
        post.pk: Target(
            # Of one that could not go out the author wants to see the editor.
            post.get_absolute_url() if post.has_gone_out else reverse("blog:edit", args=[post.pk]),
            title=post.title or excerpt(post.summary, TEXT_LENGTH),
            text="" if post.title else excerpt(post.summary, TEXT_LENGTH),
            form=post.kind,
        )
        for post in lean
    }


def load_comments(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the comments that ``person`` may read."""
    comments = Comment.objects.visible_to(person).filter(pk__in=list(ids))
    return {
        comment.pk: Target(
            reverse("blog:comment", args=[comment.pk]),
            text=excerpt(unescape(strip_tags(comment.html)), TEXT_LENGTH),
            form=COMMENT,
        )
        for comment in comments.only("pk", "html")
    }


def load_announcements(person: User, ids: Iterable[int]) -> dict[int, Target]:
    """Return the announcements that are shown now."""
    shown = Announcement.objects.filter(pk__in=list(ids), is_active=True)
    return {one.pk: Target(_place_of(one), title=one.text, text=one.text) for one in shown}


def _place_of(announcement: Announcement) -> str:
    """Return where an announcement leads: a page here, a web address, else home."""
    url = announcement.url
    if is_safe_path(url) or url.startswith(("https://", "http://")):
        return url
    return reverse("home")
