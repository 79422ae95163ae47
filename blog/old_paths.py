"""Which paths of a former blog may lead to a post here."""

from django.urls import Resolver404, resolve

from accounts.models import User
from config.text import identity_key

PAGES = "blog:page"
"""The route that takes any word: most of the time nothing is there."""
HOME = frozenset({"/", "/index.php"})


def is_path_of_ours(path: str, author: User) -> bool:
    """Return whether ``path`` belongs to this site or to somebody else here, not to ``author``.

    What is gone from there would lead to whoever claims it.
    """
    path, question, _query = path.partition("?")
    if question and path in HOME:
        return False  # ``/?p=123`` is how WordPress names a post
    if path.startswith("/@"):
        handle = path.removeprefix("/@").partition("/")[0]
        return identity_key(handle) != author.handle_key
    bare = path.rstrip("/")
    return any(_has_route(one) for one in (bare, f"{bare}/"))


def _has_route(path: str) -> bool:
    try:
        return resolve(path).view_name != PAGES
    except Resolver404:
        return False
