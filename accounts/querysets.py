"""Reading people and their long work."""

from django.contrib.auth.models import BaseUserManager
from django.db import models

from config.text import clean_line, identity_key

HIDDEN_STATES = ("suspended", "leaving", "erased")


def email_identity(email: str) -> str:
    """Return an address as it is stored and compared: one line, casefold."""
    return identity_key(clean_line(email))


class UserQuerySet(models.QuerySet):
    def present(self) -> "UserQuerySet":
        """People whose account is open to others."""
        return self.exclude(state__in=HIDDEN_STATES)

    def by_handle(self, handle: str) -> "UserQuerySet":
        """The person of that handle, whatever its case or Unicode form."""
        return self.filter(handle_key=identity_key(handle))

    def by_email(self, email: str) -> "UserQuerySet":
        """The person of that address, compared by casefold."""
        return self.filter(email=email_identity(email)).exclude(email="")

    def for_byline(self) -> "UserQuerySet":
        """Only what a list needs to name somebody."""
        return self.only("id", "handle", "display_name", "avatar_key", "state")


class JobQuerySet(models.QuerySet):
    def by_owner(self, user) -> "JobQuerySet":
        """What this person asked for; nobody else sees it (AC-48)."""
        return self.filter(owner_id=user.pk) if user.is_authenticated else self.none()

    def unfinished(self) -> "JobQuerySet":
        """What waits or runs."""
        return self.filter(finished_at=None)

    def for_line(self) -> "JobQuerySet":
        """What the line under the header shows, without what may be long."""
        return self.defer("params", "result")

    def with_successor(self) -> "JobQuerySet":
        """Tell of each whether its owner began the same work, of the same ``params``, again."""
        later = self.model.objects.filter(
            owner=models.OuterRef("owner"),
            kind=models.OuterRef("kind"),
            params=models.OuterRef("params"),
            pk__gt=models.OuterRef("pk"),
        )
        return self.annotate(has_successor=models.Exists(later))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """What Django's commands and backends need to find and make people."""

    def get_by_natural_key(self, username: str):
        return self.by_handle(username).get()

    def create_user(self, handle: str, email: str = "", password: str | None = None, **fields):
        """Store a person; the rules of sign-up are in accounts.actions."""
        user = self.model(
            handle=clean_line(handle),
            handle_key=identity_key(clean_line(handle)),
            email=email_identity(email),
            **fields,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, handle: str, email: str = "", password=None, **fields):
        """Make an administrator whose address counts as confirmed, so nobody is locked out."""
        from accounts.actions import create_member

        return create_member(
            handle=handle,
            email=email,
            password=password,
            **(fields | {"is_staff": True, "is_superuser": True}),
        )
