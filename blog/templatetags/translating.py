"""Where "Translate" stands, for templates."""

from typing import Any

from django import template

from blog.models import Post
from blog.translating.offers import Offer, offer_for

register = template.Library()


@register.simple_tag(takes_context=True)
def translation_offer(context: dict[str, Any], thing: object) -> Offer | None:
    """Return the form behind "Translate" at ``thing``, or None; makes no query.

    A comment belongs to the ``post`` of the context.
    """
    post = context.get("post")
    return offer_for(thing, post if isinstance(post, Post) else None)
