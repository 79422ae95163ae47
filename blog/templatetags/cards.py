"""Cards in lists, drawn once: an equal card for an equal reader in the same language is equal text."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from blog.cards import PostCard
from blog.comment_tree import ShownComment
from blog.translating.offers import Offer, offer_for
from config.templatetags.kept import TOKEN_PLACE, Asking, Looks, filled
from config.templatetags.madang import sprite_path

register = template.Library()
KEPT = 1000
"""So many cards are kept in each process, at about 5 kB each."""


@register.simple_tag(takes_context=True)
def shown_card(
    context: dict[str, Any], card: PostCard, heading: str = "h2", is_anonymous: object = False
) -> SafeString:
    """Draw ``card`` as article or note; see post_card.html for ``heading`` and ``is_anonymous``."""
    user = context.get("user")
    is_member = bool(user and user.is_authenticated)
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    html = draw(
        card,
        # An equal text may be markup or not.
        tuple(map(type, (card.title, card.text, card.author_name, card.series_title))),
        heading or "h2",
        bool(is_anonymous),
        is_member,
        offer_for(card),
        get_language() or "",
        sprite_path(),
    )
    return filled(html, context)


@lru_cache(maxsize=KEPT)
def _draw(
    card: PostCard,
    _types: tuple[type, ...],
    heading: str,
    is_anonymous: bool,
    is_member: bool,
    _offer: Offer | None,
    _language: str,
    _sprite: str,
) -> str:
    """Draw a card; what the template sees is in the arguments, so equal ones give equal text."""
    name = "components/note_card.html" if card.is_note else "components/post_card.html"
    return render_to_string(
        name,
        {
            "card": card,
            "heading": heading,
            "is_anonymous": is_anonymous,
            "user": {"is_authenticated": is_member},
            "request": Asking(),
            "csrf_token": TOKEN_PLACE,
        },
    )


COMMENT = "blog/_comment_said.html"
_comments = Looks()


@register.simple_tag(takes_context=True)
def shown_comment(context: dict[str, Any], comment: ShownComment) -> SafeString:
    """Draw what ``comment`` says, once for all who see it alike.

    Not for who moderates, and not where it is held: there it says more than is in the comment.
    """
    user, post = context.get("user"), context.get("post")
    is_member = bool(user and user.is_authenticated)
    held = {**vars(comment), "answers": None}
    look = (
        *held.values(),
        # An equal text may be markup or not.
        *map(type, (comment.html, comment.author_name, comment.answers_name)),
        is_member,
        offer_for(comment, post),
        sprite_path(),
    )

    def draw() -> str:
        inside = {
            "comment": comment,
            "post": post,
            "user": {"is_authenticated": is_member},
            "request": Asking(),
            "csrf_token": TOKEN_PLACE,
        }
        return render_to_string(COMMENT, inside)

    return filled(_comments.text(look, draw), context)
