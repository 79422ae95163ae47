"""Who somebody is, by handle or address and password."""

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import User


def find_by_name(name: str) -> User | None:
    """Return the person whose handle or address ``name`` is, in any case or Unicode form."""
    name = name.strip()
    if "@" in name.lstrip("@"):
        return User.objects.by_email(name).first()
    return User.objects.by_handle(name.lstrip("@")).first()


class HandleOrEmailBackend(AuthenticationBackend):
    """One look-up and one hash, whatever was typed: known and unknown names take the same time.

    An address that waits for its confirmation opens nothing; only the one that counts does.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials) -> User | None:
        name = credentials.get("email") or credentials.get("username") or ""
        return self._check_password(find_by_name(name), credentials.get("password") or "")
