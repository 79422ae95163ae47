"""Who may take part."""

from config.exceptions import PermissionRefused


def can_take_part(user) -> bool:
    return bool(user.is_authenticated and user.is_active)


def require_can_take_part(user) -> None:
    if not can_take_part(user):
        raise PermissionRefused
