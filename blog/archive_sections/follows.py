"""Tags and series that a person follows, in an archive."""

from django.utils.translation import gettext_lazy

from accounts.archive import schema
from accounts.archive.schema import from_moment, to_moment
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
from blog.actions.series_follows import FOLLOWED_SERIES_MAX
from blog.actions.tag_follows import FOLLOWED_TAGS_MAX
from blog.archive_sections.room import has_room
from blog.exceptions import TagRefused
from blog.models import Post, Series, SeriesFollow, TagFollow
from blog.models.taxonomy import TAG_MAX_LENGTH
from blog.tagging import clean_tag_name
from config.text import identity_key


class FollowedTags(Section):
    """Tags, by their name."""

    name = "followed_tags"
    label = gettext_lazy("Followed tags")
    record = schema.table(at=schema.moment(), name=schema.text(8 * TAG_MAX_LENGTH))

    def lines(self, departure: Departure) -> list[Line]:
        rows = TagFollow.objects.filter(person=departure.person)
        return [
            Line(from_moment(at), key, pk)
            for pk, key, at in rows.values_list("pk", "tag__key", "created_at")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = TagFollow.objects.filter(pk__in=pks).values_list("pk", "created_at", "tag__name")
        return {pk: {"at": from_moment(at), "name": name} for pk, at, name in rows}

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        try:
            name = clean_tag_name(record["name"])
        except TagRefused as error:
            raise RecordRefused("no tag can have this name") from error
        if identity_key(name) != record["key"]:
            raise RecordRefused("the key is not that of its name")
        held = TagFollow.objects.filter(person=arrival.owner)
        if held.filter(tag__key=record["key"]).exists():
            return Outcome.KNOWN
        if not actions.may_have_tag(record["key"]):
            return Outcome.CARRIED
        fits = has_room(arrival, self.name, held=held.count(), most=FOLLOWED_TAGS_MAX)
        return Outcome.ADDED if fits else Outcome.CARRIED

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_tag_follow(arrival, self, record["name"], created_at=to_moment(record["at"]))

    def undo(self, owner, row) -> bool:
        return actions.take_tag_follow_back(owner, row)


class FollowedSeries(Section):
    """Series, by whose they are and their address."""

    name = "followed_series"
    label = gettext_lazy("Followed series")
    record = schema.table(at=schema.moment(), handle=schema.text(100), slug=schema.text(80))

    def lines(self, departure: Departure) -> list[Line]:
        rows = SeriesFollow.objects.filter(person=departure.person)
        return [
            Line(from_moment(at), f"{handle}/{slug}", pk)
            for pk, handle, slug, at in rows.values_list(
                "pk", "series__author__handle_key", "series__slug", "created_at"
            )
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = SeriesFollow.objects.filter(pk__in=pks).values_list(
            "pk", "created_at", "series__author__handle", "series__slug"
        )
        return {
            pk: {"at": from_moment(at), "handle": handle, "slug": slug}
            for pk, at, handle, slug in rows
        }

    def _series(self, arrival: Arrival, record: Record) -> Series | None:
        held = Series.objects.filter(
            author__handle_key=identity_key(record["handle"]), slug=record["slug"]
        ).first()
        if held is None or held.author_id == arrival.owner.pk:
            return held
        has_something = Post.objects.visible_to(arrival.owner).filter(series=held).exists()
        return held if has_something else None

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        series = self._series(arrival, record)
        if series is None:
            return Outcome.CARRIED
        held = SeriesFollow.objects.filter(person=arrival.owner)
        if held.filter(series=series).exists():
            return Outcome.KNOWN
        fits = has_room(arrival, self.name, held=held.count(), most=FOLLOWED_SERIES_MAX)
        return Outcome.ADDED if fits else Outcome.CARRIED

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_row(
            arrival,
            self,
            SeriesFollow(
                person=arrival.owner,
                series=self._series(arrival, record),
                created_at=to_moment(record["at"]),
            ),
        )

    def undo(self, owner, row) -> bool:
        return actions.take_row_back(SeriesFollow, owner, row, owner_field="person")
