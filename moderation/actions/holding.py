"""What a standing decision hid stays hidden, whatever its author does with it."""

from moderation.models import HiddenThing
from moderation.targets import find_target


def keep_held(kind: str, pk: int) -> None:
    """Hide again what its author took back and now brings out, while a decision stands about it.

    Registered with ``config.screening``: in the transaction of who publishes, before anybody else
    looks at it. No decision of its own, so no row of the log.
    """
    place = find_target(kind)
    if place is None or place.hide is None:
        return
    if HiddenThing.objects.filter(target_kind=kind, target_id=pk).exists():
        place.hide(pk)
