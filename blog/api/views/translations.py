"""Translations by programs (AP-46): links between one's articles, and what machines translate."""

from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.alternates import translations_of
from blog.api.inputs.translations import CARD, TranslateInput, TranslatePostInput
from blog.api.shapes.translations import (
    LinkedTranslationsShape,
    MachineTranslationShape,
    linked_shape,
    machine_shape,
)
from blog.models import Comment, MachineTranslation, Post
from blog.policies import can_edit_post
from blog.shortcuts import (
    get_comment_for_reading,
    get_post_by_permalink,
    get_post_for_editing,
    get_post_for_talk,
)
from blog.translating.offers import readers_language
from blog.translating.texts import original_of
from blog.translation_desk import translation_rows
from config.api import ANYONE, ApiView

WAIT_SECONDS = 2
TRANSLATED = {200: MachineTranslationShape, 202: MachineTranslationShape}


class LinkedView(ApiView):
    """A resource that answers with what an author linked to a post."""

    def others(self, post: Post, viewer: Any) -> Response:
        """Return the languages of ``post`` but its own that ``viewer`` meets."""
        rows = (
            translation_rows(post)
            if can_edit_post(viewer, post)
            else translations_of(post, viewer).languages
        )
        found = [linked_shape(row, self.addresses) for row in rows if not row.is_this]
        return Response({"next": None, "previous": None, "results": found})


class PostTranslations(LinkedView):
    """What an author linked as the same text in other languages."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(responses=LinkedTranslationsShape)
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see the post: its other languages; its author also drafts."""
        return self.others(get_post_for_talk(pk, self.viewer), self.viewer)


class LinkedTranslation(LinkedView):
    """Whether two articles of one author are translations of each other."""

    scopes: ClassVar = {"PUT": "posts", "DELETE": "posts"}

    @extend_schema(request=None, responses=LinkedTranslationsShape)
    def put(self, request: Request, pk: int, other_pk: int) -> Response:
        """The author of both: link two articles, and what each is linked to; one a language."""
        post = get_post_for_editing(pk, request.user)
        other = get_post_for_editing(other_pk, request.user)
        limits.count_linked_translation(request.user)
        actions.link_translations(post, other, actor=request.user)
        return self.others(get_post_for_editing(pk, request.user), request.user)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, other_pk: int) -> Response:
        """The author of both: take the other article out of the translations of this one."""
        post = get_post_for_editing(pk, request.user)
        other = get_post_for_editing(other_pk, request.user)
        limits.count_linked_translation(request.user)
        if other.translations_id and other.translations_id == post.translations_id:
            actions.unlink_translation(other, actor=request.user)
        return self.nothing()


class TranslatedText(ApiView):
    """A text that a machine translates for a member."""

    scopes: ClassVar = {"POST": "read"}
    also_fails = (502,)
    keeps_answers = False
    """Another server is asked; what it said is kept until the text changes."""

    def translated(self, subject: Post | Comment, target: str, *, is_card: bool) -> Response:
        """Return ``subject`` in the language ``target``; 202 while somebody else's call lasts."""
        limits.count_machine_translation(self.request.user)
        row = actions.translate_text(
            subject,
            actor=self.request.user,
            target=target or readers_language(),
            is_card=is_card,
        )
        data = machine_shape(row, original_of(subject, is_card=is_card))
        if row.state == MachineTranslation.State.DONE:
            return Response(data)
        waiting = {"Retry-After": str(WAIT_SECONDS)}
        return Response(data, status=HTTPStatus.ACCEPTED, headers=waiting)


class TranslatedPost(TranslatedText):
    """A post that a machine translates."""

    @extend_schema(request=TranslatePostInput, responses=TRANSLATED)
    def post(self, request: Request, pk: int) -> Response:
        """Members: a public or unlisted post in another language."""
        data = self.valid(TranslatePostInput)
        found = get_post_by_permalink(pk, request.user)
        is_card = data.get("part") == CARD and not found.is_note
        return self.translated(found, data.get("target", ""), is_card=is_card)


class TranslatedComment(TranslatedText):
    """A comment that a machine translates."""

    @extend_schema(request=TranslateInput, responses=TRANSLATED)
    def post(self, request: Request, pk: int) -> Response:
        """Members: a comment under a public or unlisted post in another language."""
        data = self.valid(TranslateInput)
        found = get_comment_for_reading(pk, request.user)
        return self.translated(found, data.get("target", ""), is_card=False)
