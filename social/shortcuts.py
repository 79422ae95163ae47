"""From a handle or a key to a person: 404 if hidden, 410 if erased."""

from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import FormerHandle, User
from config.exceptions import Gone
from config.text import identity_key
from social import conversations
from social.exceptions import CannotMessageSelf
from social.models import Block, ConversationSide, Mute
from social.reportables import Reportable, find_reportable
from social.selectors import blockers_between, is_hidden_from


def called(who: str) -> str | int:
    """Return the handle or the key that ``who`` is, as programs name people: ``@minah`` or ``7``."""
    return who[1:] if who.startswith("@") else int(who)


def get_person_for_reading(handle: str | int, viewer: User | AnonymousUser) -> User:
    """Return the person of that handle, former handle or key. Raises Http404, Gone."""
    person = _open_person(handle)
    if is_hidden_from(viewer, person):
        raise Http404
    return person


def get_person_for_profile(handle: str | int, viewer: User | AnonymousUser) -> tuple[User, bool]:
    """Return the person, and whether ``viewer`` blocked them: who did is shown the way back (AC-41).

    Raises Http404 for everybody else whom a block hides, Gone.
    """
    person = _open_person(handle)
    blockers = blockers_between(viewer, person)
    if blockers and viewer.pk not in blockers:
        raise Http404
    return person, bool(blockers)


def get_blocked_person(handle: str | int, viewer: User) -> User:
    """Return whom ``viewer`` blocked, in whatever state the account is, or may read. Raises Http404."""
    person = _person_of(handle)
    if person is not None and Block.objects.filter(blocker=viewer, blocked=person).exists():
        return person
    return get_person_for_reading(handle, viewer)


def get_muted_person(handle: str | int, viewer: User) -> User:
    """Return whom ``viewer`` muted, in whatever state the account is, or may read. Raises Http404."""
    person = _person_of(handle)
    if person is not None and Mute.objects.filter(muter=viewer, muted=person).exists():
        return person
    return get_person_for_reading(handle, viewer)


def get_person_for_messages(
    handle: str | int, viewer: User
) -> tuple[User, ConversationSide | None]:
    """Return the person and the conversation with them, if there is one.

    With a conversation also people whom a block or a closed account hides (SO-07, SO-17). Raises
    Http404, Gone.
    """
    person = _person_of(handle)
    side = conversations.side_of(viewer, person) if person is not None else None
    return (person, side) if side is not None else (get_person_for_reading(handle, viewer), None)


def get_reportable(kind: str, pk: int, viewer: User) -> Reportable:
    """Return the thing of that kind and key if ``viewer`` may see it. Raises Http404."""
    found = find_reportable(kind, pk, viewer)
    if found is None:
        raise Http404
    return found


def require_other(person: User, viewer: User) -> None:
    """Raise CannotMessageSelf if ``person`` is the one who writes."""
    if person.pk == viewer.pk:
        raise CannotMessageSelf(_("You cannot write to yourself."))


def canonical_redirect(request: HttpRequest, person: User, name: str) -> HttpResponse | None:
    """Return 301 unless the request came to the canonical spelling of the handle (AC-36)."""
    url = reverse(name, args=[person.handle])
    if request.path == unquote(url):
        return None
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)


def _person_of(handle: str | int) -> User | None:
    if isinstance(handle, int):
        return User.objects.filter(pk=handle).first()
    person = User.objects.by_handle(handle).first()
    if person is None:
        former = (
            FormerHandle.objects.filter(handle_key=identity_key(handle))
            .select_related("user")
            .first()
        )
        person = former.user if former else None
    return person


def _open_person(handle: str | int) -> User:
    person = _person_of(handle)
    if person is None or person.state in {"suspended", "leaving"}:
        raise Http404
    if person.state == "erased":
        raise Gone
    return person
