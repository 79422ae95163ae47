"""From a handle to a person: 404 if hidden, 410 if erased."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import FormerHandle, User
from config.exceptions import Gone
from config.text import identity_key
from social.selectors import is_hidden_from


def get_person_for_reading(handle: str, viewer: User | AnonymousUser) -> User:
    """Return the person of that handle, or of that former handle. Raises Http404, Gone."""
    person = User.objects.by_handle(handle).first()
    if person is None:
        former = FormerHandle.objects.filter(handle_key=identity_key(handle)).first()
        person = former.user if former else None
    if person is None or person.state in {"suspended", "leaving"}:
        raise Http404
    if person.state == "erased":
        raise Gone
    if is_hidden_from(viewer, person):
        raise Http404
    return person
