"""The parts of an archive: each app registers its own, this package knows none of them by name.

    sections.register(Bookmarks(), order=70)

A section reads rows as records and makes rows of records. A record is plain JSON with a ``key``
that is the same on every site, and mostly with ``at``, by which records are ordered. What cannot
become a row here (a like of a post that is elsewhere) is carried along as it came.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from accounts.archive import schema
from config.exceptions import DomainError

if TYPE_CHECKING:
    from accounts.models import ArchivedRow, User

Record = dict[str, Any]
KEY_MAX_LENGTH = 200
AT_A_TIME = 20
"""Rows read together: of the longest texts that may be written still less than 100 MB."""


class Line(NamedTuple):
    """The place of one record in its section, and the row it is made of; sorts by itself."""

    at: str
    key: str
    pk: Any


class StoredFile(NamedTuple):
    """A file that goes into the bag byte for byte."""

    path: str
    stored: str
    """Its name in the storage."""


class RecordRefused(DomainError):
    """A record fits the schema and still cannot be what it says; the message is in English."""

    code = "record_refused"


class Outcome(StrEnum):
    """What becomes of a record that comes in."""

    ADDED = "added"
    KNOWN = "known"
    CARRIED = "carried"


class Section:
    """One part of an archive; subclasses say which rows it is made of."""

    name = ""
    label: Any = ""
    """What it is called on pages: a lazy translation."""
    record: schema.Schema = schema.table()
    has_files = False

    # Going out

    def lines(self, departure: "Departure") -> Iterable[Line]:
        """Return the place of every record that there are rows for, in any order."""
        raise NotImplementedError

    def load(self, departure: "Departure", pks: list[Any]) -> dict[Any, Record]:
        """Return the records of those rows; one that is gone by now is left out."""
        raise NotImplementedError

    def files(self, departure: "Departure", record: Record) -> list[StoredFile]:
        """Return the files that belong to a record."""
        return []

    def documents(self, departure: "Departure", record: Record) -> list[tuple[str, bytes]]:
        """Return texts for people that say the same as a record: path and content."""
        return []

    # Coming in

    def foresee(self, arrival: "Arrival", record: Record) -> Outcome:
        """Return what would become of a record that fits the schema; nothing is written."""
        raise NotImplementedError

    def store(self, arrival: "Arrival", record: Record) -> None:
        """Make the row that ``foresee`` promised, and note it with ``arrival.made``."""
        raise NotImplementedError

    is_stored_at_once = True
    """Whether ``store`` runs in one transaction; what takes long opens its own."""

    def undo(self, owner: "User", row: "ArchivedRow") -> bool:
        """Take away what ``store`` noted; False if it must stay. What is gone already is True."""
        raise NotImplementedError

    # Both

    @property
    def whole(self) -> schema.Schema:
        """The schema of a record with what all have."""
        properties = {"key": schema.text(KEY_MAX_LENGTH)} | self.record["properties"]
        return schema.table(**properties)


_sections: dict[str, tuple[int, Section]] = {}


def register(section: Section, *, order: int) -> None:
    """Make a part known; called by ``AppConfig.ready``. What others refer to has a lower order."""
    _sections[section.name] = (order, section)


def all_sections() -> list[Section]:
    """Return every part in the order in which it is written and brought in."""
    return [section for _order, section in sorted(_sections.values(), key=lambda one: one[0])]


def find_section(name: str) -> Section | None:
    """Return the part of that name; None for one of another version."""
    found = _sections.get(name)
    return found[1] if found else None


class Remembering:
    """Finds things once: one archive asks for the same series or picture thousands of times."""

    def __init__(self):
        self._found: dict[str, Any] = {}

    def once(self, name: str, find: Callable[[], Any]) -> Any:
        """Return what ``find`` gave the first time it was asked for ``name``."""
        if name not in self._found:
            self._found[name] = find()
        return self._found[name]

    def forget(self, name: str) -> None:
        """Let ``find`` be asked again."""
        self._found.pop(name, None)


class Departure(Remembering):
    """One archive on its way out."""

    def __init__(self, person: "User"):
        super().__init__()
        self.person = person
        self.missing: list[dict[str, str]] = []
        """Files that should be there and are not: ``path`` and ``name``."""

    def records(self, section: Section, lines: list[Line]) -> Iterator[Record]:
        """Yield the records of ``lines`` in their order, a few rows at a time."""
        from accounts.models import CarriedRecord

        for start in range(0, len(lines), AT_A_TIME):
            some = lines[start : start + AT_A_TIME]
            carried = [line.pk.pk for line in some if isinstance(line.pk, CarriedPk)]
            found: dict[Any, Record] = {
                CarriedPk(one.pk): one.data for one in CarriedRecord.objects.filter(pk__in=carried)
            }
            pks = [line.pk for line in some if not isinstance(line.pk, CarriedPk)]
            if pks:
                found |= self._loaded(section, some, pks)
            for line in some:
                if line.pk in found:
                    yield found[line.pk]

    def _loaded(self, section: Section, lines: list[Line], pks: list[Any]) -> dict[Any, Record]:
        keys = {line.pk: line.key for line in lines}
        loaded = section.load(self, pks)
        return {pk: {"key": keys[pk]} | record for pk, record in loaded.items()}

    def ordered_lines(self, section: Section) -> list[Line]:
        """Return the lines of rows and of carried records; a row stands for its carried record."""
        from accounts.models import CarriedRecord

        lines = {line.key: line for line in section.lines(self)}
        carried = CarriedRecord.objects.filter(owner=self.person, section=section.name)
        for pk, key, at in carried.values_list("pk", "key", "data__at"):
            lines.setdefault(key, Line(at or "", key, CarriedPk(pk)))
        return sorted(lines.values(), key=lambda line: line[:2])


class CarriedPk(NamedTuple):
    """The number of a carried record, which is no row of its section."""

    pk: int


class Arrival(Remembering):
    """One archive on its way in: the dry run and the run itself, by the same rules."""

    def __init__(self, run, bag, *, is_dry: bool):
        super().__init__()
        self.run, self.is_dry = run, is_dry
        self.owner: User = run.owner
        self.bag = bag
        self.unknown_people: dict[str, None] = {}
        self._foreseen: set[tuple[str, str]] = set()
        self._carried = 0

    def foresee(self, section: Section, record: Record) -> Outcome:
        """Return what would become of ``record``; later ones may refer to it."""
        outcome = section.foresee(self, record)
        if outcome == Outcome.ADDED and self.is_dry:
            self._foreseen.add((section.name, record["key"]))
        return outcome

    def note_carried(self) -> int:
        """Count one more record that can only be carried along; return how many there were."""
        self._carried += 1
        return self._carried

    def is_foreseen(self, section: str, key: str) -> bool:
        """Return whether a record would be there by now; in the run itself the rows tell."""
        return (section, key) in self._foreseen

    def made(
        self,
        section: Section,
        thing: Any,
        *,
        before: dict[str, Any] | None = None,
        part: str = "",
    ) -> None:
        """Note that this run made or changed a row, in the transaction that does it.

        ``part``: of a row that several sections change.
        """
        from accounts.models import ArchivedRow

        ArchivedRow.objects.get_or_create(
            run=self.run,
            model=thing._meta.label_lower,
            object_id=f"{thing.pk}/{part}" if part else str(thing.pk),
            defaults={"section": section.name, "before": before},
        )
