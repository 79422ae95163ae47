"""Rows of the log as people and programs read them: on the page, as CSV, as JSON (AD-07)."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from moderation.chain import COVERED, PAGE
from moderation.log_words import field_word, people_in, target_word, value_word
from moderation.models import Decision, LogEntry
from moderation.rule_names import version_name_of
from moderation.selectors import people_by_key
from social.models import Report

COLUMNS = (*COVERED, "hash")
"""What is exported: everything, so that the chain can be verified elsewhere."""

CATEGORIES = dict(Report.Category.choices)

ACTS = {
    **dict(Decision.Kind.choices),
    "undo": gettext_lazy("decision undone"),
    "bulk_undo": gettext_lazy("many decisions undone"),
    "note": gettext_lazy("note on a case"),
    "assign": gettext_lazy("case assigned"),
    "set_trust": gettext_lazy("trust set"),
    "grant_appeal": gettext_lazy("appeal granted"),
    "refuse_appeal": gettext_lazy("appeal refused"),
    "export_log": gettext_lazy("log exported"),
    "verify_log": gettext_lazy("log verified"),
    "block_source": gettext_lazy("source blocked"),
    "unblock_source": gettext_lazy("source unblocked"),
    "switch_rule": gettext_lazy("rule switched"),
    "end": gettext_lazy("a decision ran out"),
    "read_message": gettext_lazy("private message read"),
    "save_rule": gettext_lazy("version of a rule written"),
    "try_rule": gettext_lazy("rule tried"),
    "activate_rule": gettext_lazy("rule put into force"),
    "refuse_takedown": gettext_lazy("takedown request refused"),
    "reopen_takedown": gettext_lazy("takedown request reopened"),
    "withdraw_takedown": gettext_lazy("takedown request withdrawn"),
    "restore_takedown": gettext_lazy("shown again after a takedown"),
    "read_evidence": gettext_lazy("private evidence read"),
    "export_takedown": gettext_lazy("file of a takedown taken out"),
    "end_sessions": gettext_lazy("signed out everywhere"),
    "reset_factors": gettext_lazy("second factors reset"),
    "confirm_address": gettext_lazy("address confirmed"),
    "add_person": gettext_lazy("person added"),
    "change_person": gettext_lazy("person changed"),
    "set_password": gettext_lazy("password changed"),
    "role_add": gettext_lazy("role added"),
    "role_change": gettext_lazy("role changed"),
    "role_delete": gettext_lazy("role deleted"),
}
"""Act → what it is called; others are shown as the rows have them."""

ADMIN_PAGES = {
    "person": "accounts_user",
    "post": "blog_post",
    "comment": "blog_comment",
    "series": "blog_series",
    "image": "blog_image",
}


@dataclass
class Row:
    """One row as the page shows it."""

    entry: LogEntry
    act: str
    category: str = ""
    actor: str = ""
    actor_url: str = ""
    target: str = ""
    target_url: str = ""
    changes: list[str] = field(default_factory=list)
    can_be_undone: bool = False


def shown_rows(entries: list[LogEntry]) -> list[Row]:
    """Return the rows of a page: names in one query, what can still be undone in another."""
    people = people_by_key(key for entry in entries for key in (entry.actor_id, *people_in(entry)))
    keys = [entry.decision_id for entry in entries if entry.decision_id]
    standing = set(
        Decision.objects.filter(pk__in=keys, undone_at=None).values_list("pk", flat=True)
    )
    decided = set(Decision.Kind.values)
    rows = []
    for entry in entries:
        actor = people.get(entry.actor_id) if entry.actor_id else None
        rows.append(
            Row(
                entry,
                act=str(ACTS.get(entry.act, entry.act)),
                category=str(CATEGORIES.get(entry.category, entry.category)),
                actor=_who(entry, actor),
                actor_url=_admin_url("accounts_user", actor.pk) if actor else "",
                target=target_word(entry),
                target_url=_target_url(entry),
                changes=changes_of(entry, people),
                can_be_undone=entry.decision_id in standing and entry.act in decided,
            )
        )
    return rows


def _who(entry: LogEntry, actor: User | None) -> str:
    if actor is not None:
        return f"@{actor.handle}"
    return str(entry.actor_id or "") or version_name_of(entry.rule)


def changes_of(entry: LogEntry, people: dict[int, User]) -> list[str]:
    """Return what was otherwise before, in words: ``name: before → after``."""
    changes = []
    for name in sorted({*entry.before, *entry.after}):
        before, after = entry.before.get(name), entry.after.get(name)
        if before != after:
            words = [value_word(entry, name, value, people) for value in (before, after)]
            changes.append(f"{field_word(entry, name)}: {' → '.join(words)}")
    return changes


def _target_url(entry: LogEntry) -> str:
    page = ADMIN_PAGES.get(entry.target_kind)
    if page is None or not entry.target_id.isdecimal():
        return ""
    return _admin_url(page, int(entry.target_id))


def _admin_url(page: str, pk: int) -> str:
    try:
        return reverse(f"admin:{page}_change", args=[pk])
    except NoReverseMatch:
        return ""


# Files ------------------------------------------------------------------------------------------


def in_pages(rows: QuerySet[LogEntry], up_to: int) -> Iterator[LogEntry]:
    """Yield rows in the order of their numbers, a page in memory at a time."""
    after = 0
    while page := list(rows.filter(number__gt=after, number__lte=up_to).order_by("number")[:PAGE]):
        yield from page
        after = page[-1].number


def as_csv(entries: Iterable[LogEntry]) -> Iterator[str]:
    """Yield the lines of a table; values that a spreadsheet would calculate are quoted."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow([_cell(value) for value in plain_row(entry).values()])


def as_json(entries: Iterable[LogEntry]) -> Iterator[str]:
    """Yield an array, one row a line."""
    yield "["
    for place, entry in enumerate(entries):
        yield ("\n" if place == 0 else ",\n") + json.dumps(plain_row(entry), ensure_ascii=False)
    yield "\n]\n"


def plain_row(entry: LogEntry) -> dict[str, Any]:
    """Return every column of a row; the time as the hash has it."""
    values = {name: getattr(entry, name) for name in COLUMNS}
    values["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return values


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text
