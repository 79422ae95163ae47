"""What of a person's archive this app knows: who follows, blocks and mutes whom, messages, reports."""

import hashlib
from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.archive import schema, sections
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
from accounts.handles import HANDLE_MAX_CHARACTERS
from accounts.models import User
from config.text import clean_line, identity_key
from social import actions, conversations
from social.actions.mutes import TERMS_MAX
from social.models import Block, ConversationSide, Follow, Message, Mute, MutedTerm, Report
from social.models.relations import TERM_MAX_LENGTH
from social.models.reports import KIND_MAX_LENGTH, NOTE_MAX_LENGTH
from social.selectors import is_hidden_from

HANDLE = schema.text(HANDLE_MAX_CHARACTERS)
MESSAGE_MOST = 100_000  # code points


class OfPeople(Section):
    """Rows that tie the person to another, who goes by the handle."""

    model: Any = None
    own = ""
    """The field of the model that is the person; ``other`` is the one with the handle."""
    other = ""
    extra: tuple[str, ...] = ()

    def lines(self, departure: Departure) -> list[Line]:
        rows = self.model.objects.filter(**{self.own: departure.person})
        return [
            Line(from_moment(at), key, pk)
            for pk, key, at in rows.values_list("pk", f"{self.other}__handle_key", "created_at")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        rows = self.model.objects.filter(pk__in=pks).select_related(self.other)
        return {
            row.pk: {
                "at": from_moment(row.created_at),
                "handle": getattr(row, self.other).handle,
                **{name: from_moment(getattr(row, name)) for name in self.extra},
            }
            for row in rows
        }

    def person(self, arrival: Arrival, record: Record) -> User | None:
        """Return who is meant, if there is somebody of that handle here."""
        if identity_key(record["handle"]) != record["key"]:
            raise RecordRefused("the key is not that of the handle")
        found = User.objects.present().filter(handle_key=record["key"]).first()
        if found is None:
            arrival.unknown_people[record["handle"]] = None
        return found

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        person = self.person(arrival, record)
        held = {self.own: arrival.owner, f"{self.other}__handle_key": record["key"]}
        if self.model.objects.filter(**held).exists():
            return Outcome.KNOWN
        if person is None or person.pk == arrival.owner.pk or not self.may(arrival.owner, person):
            return Outcome.CARRIED
        return Outcome.ADDED

    def may(self, owner: User, person: User) -> bool:
        """Return whether a row between the two may be made."""
        return True


class Following(OfPeople):
    """Whom the person follows."""

    name = "following"
    label = gettext_lazy("People you follow")
    record = schema.table(at=schema.moment(), handle=HANDLE)
    model, own, other = Follow, "follower", "followed"

    def may(self, owner: User, person: User) -> bool:
        return not is_hidden_from(owner, person)

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_follow(
            arrival, self, self.person(arrival, record), created_at=to_moment(record["at"])
        )

    def undo(self, owner: User, row) -> bool:
        return actions.take_follow_back(owner, row)


class Followers(OfPeople):
    """Who follows the person. That is theirs to do again: here it is only kept."""

    name = "followers"
    label = gettext_lazy("Your followers")
    record = schema.table(at=schema.moment(), handle=HANDLE)
    model, own, other = Follow, "followed", "follower"

    def may(self, owner: User, person: User) -> bool:
        return False


class Blocks(OfPeople):
    """Whom the person blocks."""

    name = "blocks"
    label = gettext_lazy("Blocked people")
    record = schema.table(at=schema.moment(), handle=HANDLE)
    model, own, other = Block, "blocker", "blocked"

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_block(
            arrival, self, self.person(arrival, record), created_at=to_moment(record["at"])
        )

    def undo(self, owner: User, row) -> bool:
        return actions.take_block_back(owner, row)


class Mutes(OfPeople):
    """Whom the person mutes, and until when."""

    name = "mutes"
    label = gettext_lazy("Muted people")
    record = schema.table(
        at=schema.moment(), handle=HANDLE, until=schema.maybe(schema.moment(is_past=False))
    )
    model, own, other, extra = Mute, "muter", "muted", ("until",)

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_mute(
            arrival,
            self,
            self.person(arrival, record),
            created_at=to_moment(record["at"]),
            until=to_moment(record["until"]),
        )

    def undo(self, owner: User, row) -> bool:
        return actions.take_mute_back(owner, row)


class MutedTerms(Section):
    """Words and tags that the person mutes."""

    name = "muted_terms"
    label = gettext_lazy("Muted words and tags")
    record = schema.table(
        at=schema.moment(),
        kind=schema.choice(MutedTerm.Kind.values),
        text=schema.text(8 * TERM_MAX_LENGTH),
        until=schema.maybe(schema.moment(is_past=False)),
    )

    def lines(self, departure: Departure) -> list[Line]:
        return [
            Line(from_moment(term.created_at), _term_key(term.kind, term.key), term.pk)
            for term in MutedTerm.objects.filter(person=departure.person)
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        return {
            term.pk: {
                "at": from_moment(term.created_at),
                "kind": term.kind,
                "text": term.text,
                "until": from_moment(term.until),
            }
            for term in MutedTerm.objects.filter(pk__in=pks)
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        text = clean_line(record["text"])
        if not text or _term_key(record["kind"], identity_key(text)) != record["key"]:
            raise RecordRefused("the key is not that of the word")
        held = MutedTerm.objects.filter(
            person=arrival.owner, kind=record["kind"], key=identity_key(text)
        )
        if held.exists():
            return Outcome.KNOWN
        is_full = MutedTerm.objects.filter(person=arrival.owner).count() >= TERMS_MAX
        return Outcome.CARRIED if is_full else Outcome.ADDED

    def store(self, arrival: Arrival, record: Record) -> None:
        actions.bring_muted_term(
            arrival,
            self,
            kind=record["kind"],
            text=clean_line(record["text"]),
            created_at=to_moment(record["at"]),
            until=to_moment(record["until"]),
        )

    def undo(self, owner: User, row) -> bool:
        return actions.take_muted_term_back(owner, row)


def _term_key(kind: str, key: str) -> str:
    """Return a key that is short whatever people mute."""
    return f"{kind}:{hashlib.sha256(key.encode()).hexdigest()}"


class Messages(Section):
    """Private messages, both sides, as the person still has them.

    They never become rows: what somebody else wrote is not for a file to say.
    """

    name = "messages"
    label = gettext_lazy("Messages")
    record = schema.table(
        at=schema.moment(),
        handle=HANDLE,
        is_own=schema.flag(),
        text=schema.text(MESSAGE_MOST),
    )

    def lines(self, departure: Departure) -> list[Line]:
        numbers: Counter[tuple[Any, ...]] = Counter()
        found = []
        for side in _sides(departure.person):
            rows = conversations.messages_on(side).filter(deleted_at=None).order_by("pk")
            for pk, sender, at in rows.values_list("pk", "sender_id", "created_at"):
                is_own = sender == departure.person.pk
                place = (side.other.handle_key, from_moment(at), is_own)
                mark = "out" if is_own else "in"
                key = f"{place[0]}/{place[1]}/{mark}/{numbers[place]:06}"
                found.append(Line(place[1], key, pk))
                numbers[place] += 1
        return found

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        handles = departure.once(
            "conversations",
            lambda: {side.conversation_id: side.other.handle for side in _sides(departure.person)},
        )
        return {
            message.pk: {
                "at": from_moment(message.created_at),
                "handle": handles[message.conversation_id],
                "is_own": message.sender_id == departure.person.pk,
                "text": message.text,
            }
            for message in Message.objects.filter(pk__in=pks)
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        here = arrival.once(
            "messages", lambda: {line.key for line in self.lines(Departure(arrival.owner))}
        )
        return Outcome.KNOWN if record["key"] in here else Outcome.CARRIED


class Reports(Section):
    """What the person told the moderators, in their own words. Never becomes a row: it was told
    to the moderators of that site."""

    name = "reports"
    label = gettext_lazy("What you reported")
    record = schema.table(
        at=schema.moment(),
        kind=schema.text(KIND_MAX_LENGTH),
        number=schema.number(),
        category=schema.choice(Report.Category.values),
        note=schema.text(8 * NOTE_MAX_LENGTH),
        state=schema.choice(Report.State.values),
    )

    def lines(self, departure: Departure) -> list[Line]:
        return [
            Line(at := from_moment(report.created_at), f"{_place(report)}/{at}", report.pk)
            for report in Report.objects.filter(reporter=departure.person).defer("copy", "note")
        ]

    def load(self, departure: Departure, pks: list[int]) -> dict[int, Record]:
        return {
            report.pk: {
                "at": from_moment(report.created_at),
                "kind": report.target_kind,
                "number": report.target_id,
                "category": report.category,
                "note": report.note,
                "state": report.state,
            }
            for report in Report.objects.filter(pk__in=pks).defer("copy")
        }

    def foresee(self, arrival: Arrival, record: Record) -> Outcome:
        here = arrival.once(
            "reports", lambda: {line.key for line in self.lines(Departure(arrival.owner))}
        )
        return Outcome.KNOWN if record["key"] in here else Outcome.CARRIED


def _place(report: Report) -> str:
    return f"{report.target_kind}/{report.target_id}"


def _sides(person: User):
    return ConversationSide.objects.filter(person=person).select_related("other").order_by("pk")


def register() -> None:
    """Make the sections of this app known."""
    parts = (Following(), Followers(), Blocks(), Mutes(), MutedTerms(), Messages(), Reports())
    for number, part in enumerate(parts):
        sections.register(part, order=200 + number)
