"""Parts of pages that look the same for equal values, drawn once in each process."""

import secrets
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.db.models import Model
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.urls import get_script_prefix
from django.utils.functional import LazyObject
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

register = template.Library()

# Nobody can know them: what a text says stays as it is, and no link in it carries a token away.
TOKEN_PLACE = secrets.token_hex()
# Its last sign tells an address as text from one in the query of another address.
PATH_PLACE = secrets.token_hex() + "<"

REFUSED = (Model, LazyObject)
"""A row equals another look of itself; a lazy value would hold its request for ever."""

LOOKS_AT_MOST = 500
"""So many texts each part keeps; then the oldest goes."""


class Asking:
    """A request of which nothing is known but that it has an address."""

    def get_full_path(self) -> str:
        return PATH_PLACE


class Looks:
    """What was drawn, by all that decides how it looks."""

    def __init__(self) -> None:
        self._texts: dict[tuple[object, ...], str] = {}
        self._writing = Lock()

    def text(self, look: tuple[object, ...], draw: Callable[[], str]) -> str:
        """Return the text of ``look``, drawn if it was not yet; while developing each time."""
        look = (get_language(), get_current_timezone_name(), get_script_prefix(), *look)
        text = None if settings.DEBUG else self._texts.get(look)
        if text is None:
            text = draw()
            with self._writing:
                if len(self._texts) >= LOOKS_AT_MOST:
                    self._texts.pop(next(iter(self._texts)))
                self._texts[look] = text
        return text


def filled(html: str, context: template.Context | dict[str, Any]) -> SafeString:
    """Put in what is of this page alone: its address, and the token of a form."""
    if TOKEN_PLACE in html:
        html = html.replace(TOKEN_PLACE, str(context.get("csrf_token", "")))
    if PATH_PLACE[:-1] in html:
        request = context.get("request")
        path = request.get_full_path() if request else ""
        html = html.replace(escape(PATH_PLACE), escape(path))
        html = html.replace(quote(PATH_PLACE), quote(path))
    return mark_safe(html)  # noqa: S308 drawn by templates


class KeptNode(Node):
    """Draws what is inside once for each language, zone and set of values."""

    def __init__(self, names: dict[str, FilterExpression], nodelist: NodeList):
        self.names, self.nodelist = names, nodelist
        self._looks = Looks()

    def render(self, context: template.Context) -> str:
        values = {name: value.resolve(context) for name, value in self.names.items()}
        # An equal text may be markup or not.
        kinds = tuple(map(type, values.values()))
        if any(issubclass(kind, REFUSED) for kind in kinds):
            raise TypeError(f"{{% kept %}} takes plain values, not {kinds}.")

        def draw() -> str:
            inside = {"request": Asking(), "csrf_token": TOKEN_PLACE, **values}
            return self.nodelist.render(context.new(inside))

        return filled(self._looks.text((kinds, *values.values()), draw), context)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Draw what is inside once for each language, zone and set of the values that are named.

    ``{% kept theme=theme %}…{% endkept %}``: inside nothing else of the page is known, so that nothing
    personal can get in, but ``request.get_full_path`` and ``csrf_token``, which are put in each time.
    Values are equal only if they look the same: no rows, no lists, nothing lazy.
    """
    names: dict[str, Any] = {}
    for word in token.split_contents()[1:]:
        name, _equals, value = word.partition("=")
        names[name] = parser.compile_filter(value)
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(names, nodelist)
