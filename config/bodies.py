"""Views that look at the size of what is sent themselves."""

from collections.abc import Callable


def judges_its_body(view: Callable) -> Callable:
    """Mark ``view``: it looks at the size itself, before anything reads the body.

    Everything else is bounded by config.middleware.BodySizeMiddleware.
    """
    view.judges_its_body = True  # type: ignore[attr-defined]
    return view
