"""Who may come in: asked where somebody signs up, takes another address, or speaks as a guest.

Apps to the right register what they know (moderation: blocked mail domains and networks).
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from accounts.exceptions import SourceBlocked
from config.screening import arrival

_mail_checks: list[Callable[[str], bool]] = []
_network_checks: list[Callable[[str], bool]] = []


def register(
    *,
    is_mail_blocked: Callable[[str], bool] | None = None,
    is_network_blocked: Callable[[str], bool] | None = None,
) -> None:
    """Let an app keep out addresses of mail and of the network; called by ``AppConfig.ready``."""
    if is_mail_blocked is not None and is_mail_blocked not in _mail_checks:
        _mail_checks.append(is_mail_blocked)
    if is_network_blocked is not None and is_network_blocked not in _network_checks:
        _network_checks.append(is_network_blocked)


def require_mail_welcome(email: str) -> None:
    """Raise SourceBlocked if no new account may have this address."""
    if email and any(is_blocked(email) for is_blocked in _mail_checks):
        raise SourceBlocked(
            _("Addresses of this mail provider cannot be used here. Please use another one."),
            field="email",
        )


def require_network_welcome() -> None:
    """Raise SourceBlocked if what is done now came from a network that is kept out."""
    network = arrival().network
    if network and any(is_blocked(network) for is_blocked in _network_checks):
        raise SourceBlocked(
            _("From your network this is not possible at the moment. You can go on reading.")
        )
