"""People, as staff look at them."""

from django.template.defaultfilters import linebreaks_filter
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from accounts.models import User
from moderation.targets import PERSON_ACTS, Subject, Target, register_target


def register() -> None:
    """Make people known."""
    register_target(
        Target("person", gettext_lazy("Person"), load_person, PERSON_ACTS, lock=lock_person)
    )


def load_person(pk: int) -> Subject | None:
    """Return somebody who is not erased."""
    person = User.objects.exclude(state=User.State.ERASED).filter(pk=pk).first()
    if person is None:
        return None
    return Subject(
        kind="person",
        id=pk,
        owner=person,
        title=f"@{person.handle}",
        html=format_html(
            "<p><b>{}</b></p>{}", person.name, linebreaks_filter(person.bio, autoescape=True)
        ),
        source=person.bio,
        url=person.get_absolute_url(),
        admin_url=reverse("admin:accounts_user_change", args=[pk]),
        created_at=person.joined_at,
        is_hidden=not person.is_active,
        byline=person.name,
    )


def lock_person(pk: int) -> None:
    """Hold an account before anything is decided about it."""
    User.objects.select_for_update().filter(pk=pk).first()
