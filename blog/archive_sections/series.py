"""Series in an archive."""

from django.utils.translation import gettext_lazy

from accounts.archive import schema
from accounts.archive.schema import from_moment
from accounts.archive.sections import (
    Arrival,
    Departure,
    Line,
    Outcome,
    Record,
    RecordRefused,
    Section,
)
from blog import actions
from blog.models import Series
from blog.models.taxonomy import DESCRIPTION_COLUMN_LENGTH, SLUG_MAX_LENGTH, TITLE_COLUMN_LENGTH
from config.text import slugify_title


class SeriesSection(Section):
    """The series; their posts say which they are in, and where."""

    name = "series"
    label = gettext_lazy("Series")
    record = schema.table(
        at=schema.moment(),
        title=schema.text(TITLE_COLUMN_LENGTH),
        description=schema.text(DESCRIPTION_COLUMN_LENGTH),
    )

    def lines(self, departure: Departure) -> list[Line]:
        rows = Series.objects.by(departure.person).values_list("pk", "slug", "created_at")
        return [Line(from_moment(at), slug, pk) for pk, slug, at in rows]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        return {
            series.pk: {
                "at": from_moment(series.created_at),
                "title": series.title,
                "description": series.description,
            }
            for series in Series.objects.filter(pk__in=pks)
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        slug = record["key"]
        if not slug or len(slug) > SLUG_MAX_LENGTH or slugify_title(slug) != slug:
            # Stored as it is, no page could link to it.
            raise RecordRefused("no series can have this address")
        held = Series.objects.by(arrival.owner).filter(slug=slug)
        return Outcome.KNOWN if held.exists() else Outcome.ADDED

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_series(arrival, self, record)
        arrival.forget("series")

    def undo(self, owner, row) -> bool:
        return actions.take_series_back(owner, int(row.object_id))


def series_slugs(departure: Departure) -> dict[int, str]:
    """Return {number: slug} of the person's series."""
    return departure.once(
        "series", lambda: dict(Series.objects.by(departure.person).values_list("pk", "slug"))
    )


def series_numbers(arrival: Arrival) -> dict[str, int]:
    """Return {slug: number} of the series that are here."""
    return arrival.once(
        "series", lambda: dict(Series.objects.by(arrival.owner).values_list("slug", "pk"))
    )
