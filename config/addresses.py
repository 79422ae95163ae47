"""Addresses of views, each built once: a page has forty of them, and to build them takes a tenth of it."""

from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.urls import get_script_prefix, get_urlconf, reverse

KEPT = 5000


def address_of(view: str, *args: Any) -> str:
    """Return what ``reverse(view, args=args)`` does. Raises NoReverseMatch."""
    return address_within("", view, args, ())


def address_within(
    app: str, view: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...]
) -> str:
    """Return ``reverse()`` of a view whose namespace may be given by the page's own, ``app``."""
    # An equal argument may be written otherwise: True and 1.
    kinds = (*map(type, args), *(type(value) for _name, value in named))
    return _built(app, view, args, named, kinds, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=KEPT)
def _built(
    app: str,
    view: str,
    args: tuple[Any, ...],
    named: tuple[tuple[str, Any], ...],
    _kinds: tuple[type, ...],
    urlconf: str | None,
    _prefix: str,
) -> str:
    if args and named:
        raise ValueError("An address takes its parts in order or by name.")
    return reverse(view, urlconf=urlconf, args=args, kwargs=dict(named), current_app=app or None)


@receiver(setting_changed)
def _forget(*, setting: str, **_rest: Any) -> None:
    if setting in {"ROOT_URLCONF", "FORCE_SCRIPT_NAME"}:
        _built.cache_clear()
