"""What of a person's archive this app knows: what was decided about them, and what they answered."""

from django.utils.translation import gettext_lazy

from accounts.archive import schema, sections
from accounts.archive.schema import from_moment
from accounts.archive.sections import Arrival, Departure, Line, Outcome, Record, Section
from moderation.models import Appeal, Decision
from moderation.models.decisions import TEXT_MAX_LENGTH
from moderation.querysets import DecisionQuerySet
from social.models import Report
from social.models.reports import KIND_MAX_LENGTH

ORDER = 500
SILENT = ("dismiss",)
"""Of which the author never heard."""


class Decisions(Section):
    """What staff or rules decided about what is the person's, and the appeals in their own words.

    Never becomes a row: it was decided on that site.
    """

    name = "decisions"
    label = gettext_lazy("Decisions about you, and your appeals")
    record = schema.table(
        at=schema.moment(),
        kind=schema.choice(Decision.Kind.values),
        about=schema.text(KIND_MAX_LENGTH),
        number=schema.number(),
        title=schema.text(200),
        category=schema.choice([*Report.Category.values, ""]),
        text=schema.text(8 * TEXT_MAX_LENGTH),
        until=schema.maybe(schema.moment(is_past=False)),
        undone_at=schema.maybe(schema.moment()),
        appeal=schema.text(8 * TEXT_MAX_LENGTH),
        appeal_state=schema.choice([*Appeal.State.values, ""]),
        answer=schema.text(8 * TEXT_MAX_LENGTH),
    )

    def lines(self, departure: Departure) -> list[Line]:
        return [
            Line(
                at := from_moment(row.created_at), f"{row.target_kind}/{row.target_id}/{at}", row.pk
            )
            for row in self._of(departure).only("created_at", "target_kind", "target_id")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = self._of(departure).filter(pk__in=pks).select_related("appeal")
        return {row.pk: _record_of(row) for row in rows}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        here = arrival.once(
            self.name, lambda: {line.key for line in self.lines(Departure(arrival.owner))}
        )
        return Outcome.KNOWN if record["key"] in here else Outcome.CARRIED

    @staticmethod
    def _of(departure: Departure) -> DecisionQuerySet:
        return Decision.objects.filter(owner=departure.person).exclude(kind__in=SILENT)


def _record_of(row: Decision) -> Record:
    appeal = getattr(row, "appeal", None)
    return {
        "at": from_moment(row.created_at),
        "kind": row.kind,
        "about": row.target_kind,
        "number": row.target_id,
        "title": row.title,
        "category": row.category,
        "text": row.text,
        "until": from_moment(row.until),
        "undone_at": from_moment(row.undone_at),
        "appeal": appeal.text if appeal else "",
        "appeal_state": appeal.state if appeal else "",
        "answer": appeal.answer if appeal else "",
    }


def register() -> None:
    """Make the section of this app known."""
    sections.register(Decisions(), order=ORDER)
