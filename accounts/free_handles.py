"""Whether a handle could be taken for one that somebody has or gave up."""

from accounts.look_alikes import skeleton
from accounts.models import FormerHandle, User


def looks_like_another(handle: str, user: User | None = None) -> bool:
    """Return whether somebody but ``user`` has or had a handle that looks like ``handle``."""
    shape = skeleton(handle)
    holders = User.objects.filter(handle_skeleton=shape)
    formers = FormerHandle.objects.filter(handle_skeleton=shape)
    if user is not None:
        holders, formers = holders.exclude(pk=user.pk), formers.exclude(user=user)
    return holders.exists() or formers.exists()


def free_skeleton(handle: str, user: User | None = None) -> str:
    """Return how ``handle`` looks, for its column; empty if that look is somebody else's."""
    return "" if looks_like_another(handle, user) else skeleton(handle)
