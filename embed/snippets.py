"""The lines of HTML that a site puts into its pages."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from embed.models import EmbedSite


class Line(NamedTuple):
    """Something to copy, and what it is for."""

    what: str
    html: str


def lines_for(site: EmbedSite, request: HttpRequest) -> list[Line]:
    """Return the script and the elements that ``site`` may use, with links for who has no scripts."""
    plain = request.build_absolute_uri(reverse("embed:page", args=[site.key, "KEY"]))
    found = [
        Line(
            _("Once on every page, in its head"),
            format_html(
                '<script defer src="{}" data-site="{}"></script>',
                request.build_absolute_uri(reverse("embed:script")),
                site.key,
            ),
        ),
        Line(
            _("Where the comments stand; write the path of the page in place of KEY"),
            format_html(
                '<madang-comments><a href="{}">{}</a></madang-comments>', plain, _("Comments")
            ),
        ),
    ]
    if site.has_reactions:
        found.append(Line(_("A heart with a number"), "<madang-reactions></madang-reactions>"))
    if site.has_search:
        found.append(Line(_("A search box"), "<madang-search></madang-search>"))
    found.append(
        Line(
            _("The number of comments of a page, anywhere"),
            '<span data-madang-count="KEY"></span>',
        )
    )
    return found
