"""Entries of the index: made of texts, stored in every slot that is written, with word counts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from search.analysis import analyzer_version, document_tokens, plain_text
from search.engines import Engine
from search.generations import document_model
from search.hangul import to_jamo
from search.models import Document, Waiting
from search.plan import exact_token
from search.sources import DIGEST_HALF, MODELS, Kind, Rights, Source, load_rights
from search.vocabulary import TermChange, count_terms, merge_changes, term_changes

TOKENS = ("title_tokens", "body_tokens", "tag_tokens", "author_tokens")
JAMO_MAX_LENGTH = 200
KEY_MAX_LENGTH = 240


@dataclass(frozen=True)
class Entry:
    """What will be stored of a source: everything but who may see it, which is read at the last."""

    source: Source
    version: int
    digest: str
    analyzer: str
    columns: Mapping[str, object]
    joined: frozenset[str] = frozenset()


@dataclass
class Written:
    """What a transaction did: rows as they stand by slot, what is gone, what somebody held.

    ``overtaken``: {id: version} of entries that say something else and have a newer version.
    """

    rows: dict[str, list[Document]] = field(default_factory=dict)
    gone: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    overtaken: dict[int, int] = field(default_factory=dict)
    created: int = 0


# Analysing: slow, outside of transactions ---------------------------------------------------------


def make_entry(source: Source, version: int, held: Document | None = None) -> Entry:
    """Analyse ``source``. What did not change since ``held`` was stored is taken from there."""
    analyzer = analyzer_version()
    digest = source.digest(analyzer)
    is_same = held is not None and held.digest[:DIGEST_HALF] == digest[:DIGEST_HALF]
    tags, author = source.tags, source.author
    if source.kind == Kind.COMMENT:
        author = None  # whose name is searched wants the person, not all that they ever said
    if held is not None and is_same and (held.is_counted or not source.rights.is_counted):
        labels = document_tokens("", "", tags, author)
        title_tokens, body_tokens = held.title_tokens, held.body_tokens
        joined = frozenset(word for word, is_joined in labels.words.items() if is_joined)
    else:
        body = plain_text(source.html) if source.html else source.text
        labels = document_tokens(source.title, body, tags, author)
        title_tokens, body_tokens = labels.title, labels.body
        joined = frozenset(word for word, is_joined in labels.words.items() if is_joined)
    tag_tokens, author_tokens = labels.tags, labels.author
    if source.kind == Kind.TAG:
        tag_tokens = exact_token("#", source.key)
    elif source.kind == Kind.PERSON:
        author_tokens = exact_token("@", source.key)
    elif source.kind == Kind.COMMENT and source.author:
        author_tokens = exact_token("@", source.author[1])
    texts = (title_tokens, body_tokens, tag_tokens, author_tokens)
    columns = dict(zip(TOKENS, texts, strict=True)) | {
        "token_count": sum(len(text.split()) for text in texts),
        "title_jamo": to_jamo(source.title)[:JAMO_MAX_LENGTH],
        "key": source.key[:KEY_MAX_LENGTH],
    }
    return Entry(source, version, digest, analyzer, columns, joined)


# Storing: quick, in a transaction -----------------------------------------------------------------


@transaction.atomic
def write_entries(
    slots: Sequence[str],
    kind: str,
    entries: Mapping[int, Entry],
    versions: Mapping[int, int],
    *,
    skips_newer: bool = True,
) -> Written:
    """Store the entries of the things that ``versions`` names in every slot; what is gone is deleted.

    Things are locked first, as their own changes do, and who may see them is read then: an entry
    never says what was true a moment ago. What somebody else changes right now is left for later;
    what has changed since it was read (``skips_newer``) comes with its own row of the outbox. A row
    that is as new as its entry stays.
    """
    written = Written(locked=_lock(kind, list(versions)))
    steady = sorted(set(versions) - written.locked)
    newer = _changed_since(kind, versions) if skips_newer else set()
    fresh = {pk: one for pk, one in entries.items() if pk not in newer}
    rights = load_rights(kind, steady)
    old = {slot: _held(slot, kind, steady) for slot in slots}
    changes = {
        slot: _store(written, slot, kind, old[slot], rights, fresh, versions, steady)
        for slot in slots
    }
    for slot in slots:
        # Last: the rows of common words are what workers wait for each other at.
        count_terms(slot, merge_changes(changes[slot]))
    return written


def _held(slot: str, kind: str, ids: Collection[int]) -> dict[int, Document]:
    rows = document_model(slot).objects.select_for_update(no_key=True)
    rows = rows.filter(kind=kind, object_id__in=ids).order_by("object_id")
    return {row.object_id: row for row in rows}


def _store(
    written: Written,
    slot: str,
    kind: str,
    old: Mapping[int, Document],
    rights: Mapping[int, Rights],
    entries: Mapping[int, Entry],
    versions: Mapping[int, int],
    steady: Iterable[int],
) -> list[dict[str, TermChange]]:
    """Write the rows of one slot; return what changes for its words."""
    model: Any = document_model(slot)
    changes: list[dict[str, TermChange]] = []
    kept: list[Document] = []
    added: list[Document] = []
    lost: list[int] = []
    for pk in steady:
        held, entry = old.get(pk), entries.get(pk)
        if pk not in rights:
            written.gone.setdefault(slot, []).append((kind, pk, versions[pk]))
            if held is not None:
                changes.append(term_changes(held, None))
                lost.append(held.pk)
        elif entry is not None and (held is None or held.version < entry.version):
            row = _row(model, held, entry, rights[pk])
            changes.append(term_changes(held, row, entry.joined))
            (added if held is None else kept).append(row)
            if held is not None:
                row.save(force_update=True)
        elif held is not None:
            kept.append(held)
            if (
                entry is not None
                and held.version > entry.version
                and _differs(held, entry, rights[pk])
            ):
                written.overtaken[pk] = max(held.version, written.overtaken.get(pk, 0))
    model.objects.bulk_create(added)
    if lost:
        model.objects.filter(pk__in=lost).delete()
    written.rows[slot] = kept + added
    written.created += len(added)
    return changes


def _row(model: Any, held: Document | None, entry: Entry, rights: Rights) -> Document:
    return model(
        id=held.pk if held else None,
        kind=entry.source.kind,
        object_id=entry.source.object_id,
        version=entry.version,
        analyzer=entry.analyzer,
        digest=entry.digest,
        indexed_at=timezone.now(),
        **vars(rights),
        **entry.columns,
    )


def _differs(held: Document, entry: Entry, rights: Rights) -> bool:
    said = any(getattr(held, name) != value for name, value in vars(rights).items())
    return said or held.digest != entry.digest


def tell_engine(engine: Engine, written: Written) -> None:
    """Let an engine with a store of its own take in what was written. Raises EngineDown."""
    for slot, rows in written.rows.items():
        if rows:
            engine.write(slot, rows)
    for slot, keys in written.gone.items():
        if keys:
            engine.delete(slot, keys)


def _lock(kind: str, ids: Collection[int]) -> set[int]:
    """Lock the things themselves; return those that somebody else holds."""
    things = (
        MODELS[kind]._base_manager.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    free = set(things.select_for_update(skip_locked=True, no_key=True))
    return set(things) - free


def _changed_since(kind: str, versions: Mapping[int, int]) -> set[int]:
    rows = Waiting.objects.filter(kind=kind, object_id__in=list(versions))
    return {pk for pk, version in rows.values_list("object_id", "id") if version > versions[pk]}
