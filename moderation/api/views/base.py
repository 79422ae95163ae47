"""What every resource of moderation has in common: who may, and how lists are narrowed."""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.api.proofs import require_staff_factor
from config.api import ApiView, InvalidInput
from moderation.policies import require_moderator
from social.models import Report

TARGET = OpenApiParameter("target", str, description="A kind, or a kind and a key: post:7.")
CATEGORY = OpenApiParameter("category", str, enum=Report.Category.values)
LATE = OpenApiParameter("late", bool, description="Only what is over its due time, or is not.")
LARGEST_KEY = 2**63 - 1


class ModerationView(ApiView):
    """Moderators with a token of the scope ``moderation``, or their session."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let moderators in, with a second factor where the site asks staff for one."""
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else request.method
        if method in self.scopes:
            require_moderator(request.user)
            require_staff_factor(request)

    # Lists ----------------------------------------------------------------------------------------

    def about_target(self, rows: QuerySet, prefix: str = "") -> QuerySet:
        """Keep what is about ``?target=``. Raises InvalidInput."""
        text = self.request.query_params.get("target", "")
        if not text:
            return rows
        kind, colon, key = text.partition(":")
        if "\0" in text or (colon and not (key.isascii() and key.isdigit() and len(key) < 20)):
            raise refused("target", text)
        rows = rows.filter(**{f"{prefix}target_kind": kind[:40]})
        if colon:
            number = int(key)
            if number > LARGEST_KEY:
                raise refused("target", text)
            rows = rows.filter(**{f"{prefix}target_id": number})
        return rows

    def choice(self, name: str, choices: Collection[str]) -> str:
        """Return what a parameter picks of ``choices``, "" without it. Raises InvalidInput."""
        text = self.request.query_params.get(name, "")
        if text and text not in choices:
            raise refused(name, text)
        return text

    def truth(self, name: str) -> bool | None:
        """Return what a yes or no says, None without it. Raises InvalidInput."""
        text = self.choice(name, ("true", "false", "1", "0"))
        return text in {"true", "1"} if text else None

    def key(self, name: str) -> int | None:
        """Return the key that a parameter names, None without it. Raises InvalidInput."""
        text = self.request.query_params.get(name, "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_KEY):
            raise refused(name, text)
        return int(text)

    def moment(self, name: str) -> datetime | None:
        """Return the time that a parameter names, None without it. Raises InvalidInput."""
        text = self.request.query_params.get(name, "")
        if not text:
            return None
        # Near the ends of the calendar UTC has no such time.
        with suppress(ValueError, OverflowError):
            moment = parse_datetime(text)
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        raise InvalidInput(
            _("Write a time like 2026-05-01T09:00:00+09:00."), field=name, code="invalid"
        )


def refused(name: str, text: str) -> InvalidInput:
    """Return the error of a parameter that picks what there is not."""
    return InvalidInput(
        _("There is no “%(value)s” to choose.") % {"value": text[:40]},
        field=name,
        code="invalid_choice",
    )
