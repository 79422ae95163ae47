"""The thread of a page: its numbers, its comments, reactions to it."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from blog import actions as blog_actions
from blog import limits as blog_limits
from blog.audience import reader_hash
from blog.exceptions import CommentGone, GuestsRefused
from blog.models import Comment, Post
from config.api import ANYONE
from embed import actions, limits
from embed.actions.reactions import reaction_day
from embed.api.inputs import EmbedCommentInput, ReactionInput
from embed.api.shapes import (
    EmbedCommentShape,
    EmbedThreadShape,
    NewEmbedCommentShape,
    ReactionShape,
    comment_shape,
    comment_shapes,
)
from embed.api.views.base import EmbedView
from embed.challenges import take_answer
from embed.edit_keys import edit_key_for
from embed.exceptions import ReactionsOff
from embed.keys import clean_key
from embed.models import EmbedThread
from embed.selectors import (
    Counts,
    comment_in,
    comments_in,
    counts_in,
    has_reacted,
)

FRESH = "private, no-store"


class Thread(EmbedView):
    """The thread of a page, also before anything was said."""

    scopes: ClassVar = {"GET": ANYONE}
    shape = EmbedThreadShape

    @extend_schema(responses=EmbedThreadShape)
    def get(self, request: Request, key: str, **kwargs: Any) -> Response:
        """Anyone: numbers of a page, and what the viewer did there."""
        thread = self.thread_in(key)
        counts = counts_in(thread) if thread else Counts()
        response = self.one(
            {
                "key": thread.key if thread else clean_key(key),
                "html_url": self.addresses.page(self._page(thread, key)),
                "comment_count": counts.comments,
                "reaction_count": counts.reactions,
                "is_open": thread is None or thread.post.is_open_to_comments,
                "viewer": self._viewer(thread) if self.origin or request.auth else None,
            }
        )
        if self.origin:
            # What a visitor did is in it.
            response.headers["Cache-Control"] = FRESH
        return response

    def _page(self, thread: EmbedThread | None, key: str) -> str:
        if thread is not None:
            return thread.post.get_absolute_url()
        return reverse("embed:page", args=[self.site.key, clean_key(key)])

    def _viewer(self, thread: EmbedThread | None) -> dict[str, Any]:
        viewer = self.viewer
        is_member = viewer.is_authenticated
        return {
            "is_member": is_member,
            "handle": viewer.handle if is_member else None,
            "name": viewer.name if is_member else None,
            "is_host": is_member and viewer.pk == self.site.owner_id,
            "has_reacted": has_reacted(
                thread, viewer, day=reaction_day(), visitor=reader_hash(self.request)
            ),
        }


class Comments(EmbedView):
    """What is said under a page."""

    scopes: ClassVar = {"GET": ANYONE, "POST": ANYONE}
    shape = EmbedCommentShape

    @extend_schema(responses=EmbedCommentShape(many=True))
    def get(self, request: Request, key: str, **kwargs: Any) -> Response:
        """Anyone: the comments of a page, oldest first."""
        thread = self.thread_in(key)
        post = thread.post if thread else Post()
        rows = comments_in(post, self.viewer) if thread else Comment.objects.none()
        return self.page(
            rows,
            lambda shown: comment_shapes(shown, post, self.talk),
            field="created_at",
            descending=False,
        )

    @extend_schema(request=EmbedCommentInput, responses={201: NewEmbedCommentShape})
    def post(self, request: Request, key: str, **kwargs: Any) -> Response:
        """Members, and guests where the site takes them: comment, or answer a comment."""
        person = self.member("comments")
        data = self.valid(EmbedCommentInput)
        guest = data.get("guest")
        if person is None and not (self.site.allows_guests and guest):
            raise GuestsRefused(_("Sign in to comment here."))
        limits.count_write(request)
        thread, parent = self.thread_in(key), None
        if data["parent"]:
            parent = thread and comment_in(self.site, data["parent"], self.viewer)
            if not parent or parent.post_id != thread.post_id:
                raise CommentGone(_("The comment you answer is not there any more."))
        if person is None:
            take_answer(self.site, guest["challenge"], guest["answer"])
        else:
            blog_limits.count_comment(person)
        page = data.get("page") or {"url": "", "title": ""}
        thread = thread or actions.find_or_create_thread(
            self.site, key, page_url=page["url"], page_title=page["title"]
        )
        try:
            if person is None:
                return self._said_by_guest(thread, parent, guest["name"], data["body"])
            said = blog_actions.write_comment(
                thread.post, actor=person, source=data["body"], parent=parent
            )
        except Post.DoesNotExist as error:
            raise Http404 from error
        return self.created(comment_shape(self._as_seen(said), self.talk))

    def _said_by_guest(
        self, thread: EmbedThread, parent: Comment | None, name: str, body: str
    ) -> Response:
        said = blog_actions.write_guest_comment(thread.post, name=name, source=body, parent=parent)
        said = self._as_seen(said)
        data = comment_shape(said, self.talk, is_guest_of_it=True)
        return self.created(data | {"edit_key": edit_key_for(said)})

    @staticmethod
    def _as_seen(said: Comment) -> Comment:
        """Return what was just said as its writer reads it."""
        said.is_seen, said.is_liked = True, False
        return said


class Reaction(EmbedView):
    """What a viewer thinks of a page."""

    scopes: ClassVar = {"PUT": ANYONE, "DELETE": ANYONE}

    @extend_schema(request=ReactionInput, responses=ReactionShape)
    def put(self, request: Request, key: str, **kwargs: Any) -> Response:
        """Members, and guests once a day: like a page. Idempotent."""
        person = self.member("reactions")
        data = self.valid(ReactionInput)
        self._count_reaction(person)
        if not self.site.has_reactions:
            raise ReactionsOff(_("This site takes no reactions."))
        page = data.get("page") or {"url": "", "title": ""}
        thread = self.thread_in(key) or actions.find_or_create_thread(
            self.site, key, page_url=page["url"], page_title=page["title"]
        )
        try:
            if person is None:
                actions.react_as_guest(thread, visitor=reader_hash(request))
            else:
                blog_actions.like_post(thread.post, actor=person)
        except (Post.DoesNotExist, EmbedThread.DoesNotExist) as error:
            raise Http404 from error
        fresh = EmbedThread.objects.with_post().get(pk=thread.pk)
        return Response({"reaction_count": counts_in(fresh).reactions, "has_reacted": True})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, **kwargs: Any) -> Response:
        """Members, and guests on the same day: take it back. Idempotent."""
        person = self.member("reactions")
        self._count_reaction(person)
        thread = self.thread_in(key)
        if thread is not None and person is not None:
            blog_actions.unlike_post(thread.post, actor=person)
        elif thread is not None:
            actions.unreact_as_guest(thread, visitor=reader_hash(request))
        return self.nothing()

    def _count_reaction(self, person: User | None) -> None:
        limits.count_write(self.request)
        if person is not None:
            blog_limits.count_reaction(person)
