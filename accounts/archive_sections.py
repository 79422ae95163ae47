"""What of a person's archive this app knows: the profile, the preferences, former handles."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy

from accounts import actions
from accounts.actions.pictures import avatar_path
from accounts.actions.profile import LINK_MAX_LENGTH, PREFERENCES, clean_links
from accounts.archive import schema, sections
from accounts.archive.schema import from_moment
from accounts.archive.sections import (
    Arrival,
    Departure,
    Line,
    Outcome,
    Record,
    RecordRefused,
    Section,
    StoredFile,
)
from accounts.exceptions import LinkRefused
from accounts.handles import HANDLE_MAX_CHARACTERS
from accounts.models import (
    AVATAR_SIZES,
    DISPLAY_NAME_MAX_LENGTH,
    LINKS_PER_PERSON,
    FormerHandle,
    User,
)
from config.images import check_webp
from config.text import clean, clean_line, count_graphemes

BIO_MOST = 100_000  # code points; the limit people meet is in graphemes
SQUARE_MOST = 2 * 1024 * 1024  # bytes
LANGUAGE = schema.text(10)


class OneRecord(Section):
    """A section with one record about the person."""

    def lines(self, departure: Departure) -> list[Line]:
        return [Line("", self.name, departure.person.pk)]

    def changes(self, arrival: Arrival, record: Record) -> dict[str, Any]:
        """Return the columns of the person that ``record`` would change."""
        wanted = self.columns(record)
        return {
            name: value for name, value in wanted.items() if getattr(arrival.owner, name) != value
        }

    def columns(self, record: Record) -> dict[str, Any]:
        """Return the columns that ``record`` speaks of. Raises RecordRefused."""
        raise NotImplementedError

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        if record["key"] != self.name:
            raise RecordRefused("there is one record, and it has another key")
        return Outcome.ADDED if self.changes(arrival, record) else Outcome.KNOWN

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_columns(arrival, self, self.changes(arrival, record))

    def undo(self, owner: User, row) -> bool:
        return actions.take_columns_back(owner, row)


class Profile(OneRecord):
    """What the profile shows, with the picture byte for byte."""

    name = "profile"
    label = gettext_lazy("Profile")
    has_files = True
    record = schema.table(
        display_name=schema.text(4 * DISPLAY_NAME_MAX_LENGTH),
        bio=schema.text(BIO_MOST),
        links=schema.list_of(schema.text(LINK_MAX_LENGTH), LINKS_PER_PERSON),
        avatar=schema.maybe(schema.list_of(schema.number(4096), 10)),
    )

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        person = departure.person
        return {
            person.pk: {
                "display_name": person.display_name,
                "bio": person.bio,
                "links": person.links,
                "avatar": list(AVATAR_SIZES) if _has_picture(departure) else None,
            }
        }

    def files(self, departure: Departure, record: Record) -> list[StoredFile]:
        key = departure.person.avatar_key
        return [
            StoredFile(_square(size), avatar_path(key, size)) for size in record["avatar"] or []
        ]

    def columns(self, record: Record) -> dict[str, Any]:
        # As change_profile stores them.
        display_name, bio = clean_line(record["display_name"]), clean(record["bio"]).strip()
        if count_graphemes(display_name) > DISPLAY_NAME_MAX_LENGTH:
            raise RecordRefused("the name is too long")
        if count_graphemes(bio) > settings.BIO_MAX_LENGTH:
            raise RecordRefused("the text about oneself is too long")
        try:
            links = clean_links(record["links"])
        except LinkRefused as error:
            raise RecordRefused("a link is not a web address") from error
        return {"display_name": display_name, "bio": bio, "links": links}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        outcome = super().foresee(arrival, record)
        return Outcome.ADDED if self._brings_picture(arrival, record) else outcome

    @staticmethod
    def _brings_picture(arrival: Arrival, record: Record) -> bool:
        # Somebody who has a picture here keeps it.
        return record["avatar"] == list(AVATAR_SIZES) and not arrival.owner.avatar_key

    def store(self, arrival: Arrival, record: Record) -> None:
        changes = self.changes(arrival, record)
        if self._brings_picture(arrival, record):
            squares = {}
            for size in AVATAR_SIZES:
                squares[size] = arrival.bag.checked(_square(size), SQUARE_MOST)
                check_webp(squares[size], width=size, height=size)
            changes["avatar_key"] = actions.keep_avatar(squares)
        actions.bring_columns(arrival, self, changes)


class Preferences(OneRecord):
    """How the person likes to have the site, and which mails."""

    name = "preferences"
    label = gettext_lazy("Preferences")
    record = schema.table(
        language=LANGUAGE,
        time_zone=schema.text(64),
        theme=schema.choice(User.Theme.values),
        default_visibility=schema.choice(User.Visibility.values),
        default_language=LANGUAGE,
        who_may_message=schema.choice(User.WhoMayMessage.values),
        shows_last_seen=schema.flag(),
        mail_choices={"type": "object", "properties": {}, "required": []},
    )

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        person = departure.person
        names = [*sorted(PREFERENCES), "mail_choices"]
        return {person.pk: {name: getattr(person, name) for name in names}}

    def columns(self, record: Record) -> dict[str, Any]:
        if record["time_zone"] and record["time_zone"] not in zoneinfo.available_timezones():
            raise RecordRefused("the time zone is not known")
        languages = {"", *dict(settings.LANGUAGES)}
        if not {record["language"], record["default_language"]} <= languages:
            raise RecordRefused("the language is not spoken here")
        choices = record["mail_choices"]
        if len(choices) > 50 or not all(
            isinstance(value, str) and value in {"now", "daily", "never"} and len(name) <= 30
            for name, value in choices.items()
        ):
            raise RecordRefused("the choices of mails are not known")
        return {name: record[name] for name in [*PREFERENCES, "mail_choices"]}


class FormerHandles(Section):
    """Handles that the person gave up. Another site gives none away for a file that names it."""

    name = "former_handles"
    label = gettext_lazy("Former handles")
    record = schema.table(at=schema.moment(), handle=schema.text(HANDLE_MAX_CHARACTERS))

    def lines(self, departure: Departure) -> list[Line]:
        rows = FormerHandle.objects.filter(user=departure.person)
        return [
            Line(from_moment(at), key, pk)
            for pk, key, at in rows.values_list("pk", "handle_key", "created_at")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = FormerHandle.objects.filter(pk__in=pks)
        return {row.pk: {"at": from_moment(row.created_at), "handle": row.handle} for row in rows}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        held = FormerHandle.objects.filter(user=arrival.owner, handle_key=record["key"])
        return Outcome.KNOWN if held.exists() else Outcome.CARRIED


def _square(size: int) -> str:
    return f"avatar/{size}.webp"


def _has_picture(departure: Departure) -> bool:
    """Return whether there is an uploaded picture with all its files; a lost one is noted."""
    key = departure.person.avatar_key

    def look() -> bool:
        lost = [size for size in AVATAR_SIZES if not default_storage.exists(avatar_path(key, size))]
        departure.missing.extend(
            {"path": avatar_path(key, size), "name": _square(size)} for size in lost[:1]
        )
        return not lost

    return bool(key) and departure.once("avatar", look)


def register() -> None:
    """Make the sections of this app known."""
    sections.register(Profile(), order=100)
    sections.register(Preferences(), order=101)
    sections.register(FormerHandles(), order=102)
