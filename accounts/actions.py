"""stub: the only code that changes people (being extended)."""

from django.db import transaction

from accounts.models import User


@transaction.atomic
def create_member(*, handle, email, password, display_name="", is_staff=False, is_superuser=False):
    user = User.objects.create_user(
        handle,
        email,
        password,
        display_name=display_name,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    confirm_email_without_mail(user)
    return user


def confirm_email_without_mail(user) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def change_profile(user, **fields) -> None:
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=list(fields))


def change_preferences(user, **fields) -> None:
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=list(fields))
