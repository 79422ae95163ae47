"""OpenSearch or Elasticsearch (7.10 and later) as the engine: an index per slot, nothing to install there.

The index holds tokens and copies of the columns that decide who may find a row. The copies follow
by the outbox; so what the engine found is judged once more by the rows themselves, which are never
late. Totals up to ``DEEPEST`` are counted after that, larger ones before it.

Behind each slot stands an alias (``madang-a``) of an index with a name of its own, so that a slot is
emptied in one step; the alias ``madang`` is the slot that answers, for other tools. The path of
``SEARCH_URL`` replaces the name madang where several sites share a cluster.
"""

import hashlib
import json
import math
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from search.engines import postgres, sqlite
from search.engines.base import (
    COUNTED,
    DEEPEST,
    LIKES,
    NEWEST,
    RELEVANCE,
    Criteria,
    EngineDown,
)
from search.engines.entries import asked_of, entries_for
from search.engines.opensearch_query import (
    MAPPINGS,
    SETTINGS,
    Circle,
    count_body,
    search_body,
)
from search.engines.rest import BUSY, Cluster, cluster
from search.generations import document_model
from search.models import Document
from social.models import Block
from social.selectors import ids_followed_by, ids_muted_by

SEARCH_SECONDS = 2.0
WRITE_SECONDS = 30.0
BUILD_SECONDS = 120.0
REFRESH = "1s"
"""How soon what was written can be found."""

LONGEST_LIST = 50_000
"""So many people of a circle are named to the engine, the latest first. Rows know the rest: hidden
and blocked people are dropped there; posts for followers of even older follows are not found."""

SPARE = 50
CHECKED = 500
LIKES_SORTED = 2_000
BULK_BYTES = 5_000_000
BULK_ROWS = 500
ONLY = "filter_path=timed_out,hits.total.value,hits.hits._id"


class EntryRefused(Exception):
    """The engine answers, but does not take this entry."""


class OpenSearchEngine:
    """The engine at ``SEARCH_URL``."""

    name = "opensearch"
    is_seen_at_once = False  # tests look right after writing; it costs the cluster dear

    def __init__(self, url: str = "") -> None:
        url = url or settings.SEARCH_URL
        parts = urlsplit(url)
        name = re.sub(r"[^a-z0-9]+", "-", parts.path.lower()).strip("-")
        self.prefix = name or "madang"
        self.url = url

    @property
    def cluster(self) -> Cluster:
        return cluster(self.url)

    # Finding

    def find(
        self, slot: str, criteria: Criteria, *, sort: str = RELEVANCE, limit: int = DEEPEST
    ) -> list[int]:
        """Return up to ``limit`` ids, best first; rights are part of the query. Raises EngineDown."""
        if limit <= 0:
            return []
        if sort == RELEVANCE and not asked_of(criteria).ranks:
            sort = NEWEST
        circle = _circle(criteria)
        size = min(max(limit + SPARE, LIKES_SORTED if sort == LIKES else 0), COUNTED)
        while True:
            body = search_body(criteria, circle, sort=sort, size=size)
            found, total = self._asked(slot, criteria, body)
            with database_in_time():
                if sort == LIKES:
                    found = _by_likes(slot, criteria.kind, found)
                fine = list(_allowed(slot, criteria, found, limit))
            if len(fine) >= limit or total <= size or size == COUNTED:
                return fine
            size = COUNTED

    def count(self, slot: str, criteria: Criteria, *, limit: int = COUNTED + 1) -> int:
        """Return how many match, stopping at ``limit``. Raises EngineDown."""
        circle = _circle(criteria)
        size = min(limit + SPARE, DEEPEST)
        while True:
            found, total = self._asked(slot, criteria, count_body(criteria, circle, size=size))
            if total <= size or _needs_rows(criteria) or limit <= size:
                with database_in_time():
                    fine = sum(1 for _id in _allowed(slot, criteria, found, limit))
                if fine >= limit or total <= size or size == COUNTED:
                    return min(fine, limit)
                size = COUNTED
            else:
                return min(total, limit)

    def _asked(self, slot: str, criteria: Criteria, body: dict) -> tuple[list[int], int]:
        # The same question goes to the same copy of the index, or its pages would not fit together.
        same = json.dumps([criteria.kind, repr(criteria.groups), str(criteria.viewer.pk)])
        preference = hashlib.md5(same.encode(), usedforsecurity=False).hexdigest()
        path = f"/{self._alias(slot)}/_search?{ONLY}&preference={preference}"
        status, answer = self.cluster.call("POST", path, body, seconds=SEARCH_SECONDS)
        if status == 404:
            if document_model(slot).objects.exists():
                raise EngineDown("the index is missing: manage.py search_reindex makes it")
            return [], 0
        if answer.get("timed_out"):
            raise EngineDown("too slow")
        hits = answer.get("hits", {})
        found = [int(hit["_id"].rpartition("-")[2]) for hit in hits.get("hits", ())]
        return found, hits.get("total", {}).get("value", len(found))

    # Keeping

    def write(self, slot: str, documents: Sequence[Document]) -> None:
        """Take in rows that were just stored in the table of ``slot``; newer versions win."""
        self._bulk(slot, (_lines_of(document) for document in documents))

    def delete(self, slot: str, keys: Iterable[tuple[str, int, int]]) -> None:
        """Forget (kind, id, version); what has a newer version stays."""
        self._bulk(
            slot, (_line("delete", kind, object_id, version) for kind, object_id, version in keys)
        )

    def clear(self, slot: str) -> None:
        """Forget all of ``slot`` and make it ready to be filled."""
        alias = self._alias(slot)
        former = self.indexes_of(slot)
        name = f"{alias}-{secrets.token_hex(4)}"
        self._make(name, refresh="-1")
        actions: list[dict] = [{"add": {"index": name, "alias": alias}}]
        actions += [{"remove_index": {"index": one}} for one in former]
        self.cluster.call("POST", "/_aliases", {"actions": actions}, seconds=WRITE_SECONDS)

    def finish(self, slot: str) -> None:
        """Make ``slot`` ready to answer after a build (indexes, merging, statistics)."""
        alias = self._alias(slot)
        calm = {"index": {"refresh_interval": REFRESH}}
        self.cluster.call("PUT", f"/{alias}/_settings", calm, seconds=WRITE_SECONDS)
        self.cluster.call("POST", f"/{alias}/_refresh", seconds=BUILD_SECONDS)

    def drop(self) -> None:
        """Delete the indexes of both slots. Raises EngineDown."""
        for slot in ("a", "b"):
            for index in self.indexes_of(slot):
                self.cluster.call("DELETE", f"/{index}", seconds=WRITE_SECONDS)

    def swap(self, slot: str) -> None:
        """Let searches see ``slot``; called when its generation goes live."""
        names = {one: self.indexes_of(one) for one in ("a", "b")}
        actions: list[dict] = [
            {"add": {"index": index, "alias": self.prefix}} for index in names.pop(slot)
        ]
        others = [index for indexes in names.values() for index in indexes]
        held = self._behind(self.prefix)
        actions += [
            {"remove": {"index": one, "alias": self.prefix}} for one in others if one in held
        ]
        if actions:
            self.cluster.call("POST", "/_aliases", {"actions": actions}, seconds=WRITE_SECONDS)

    def versions(self, slot: str, kind: str, ids: Sequence[int]) -> dict[int, int] | None:
        """Return {id: version} as the engine itself holds them."""
        found: dict[int, int] = {}
        path = f"/{self._alias(slot)}/_mget?_source=false&filter_path=docs._id,docs._version"
        for start in range(0, len(ids), DEEPEST):
            names = [f"{kind}-{one}" for one in ids[start : start + DEEPEST]]
            status, answer = self.cluster.call("POST", path, {"ids": names}, seconds=WRITE_SECONDS)
            if status == 404:
                return {}
            for row in answer.get("docs", ()):
                if "_version" in row:
                    found[int(row["_id"].rpartition("-")[2])] = row["_version"]
        return found

    def status(self) -> dict[str, object]:
        """Return figures for people: size in bytes, rows, version of the engine. Raises EngineDown."""
        _status, root = self.cluster.call("GET", "/")
        version = root.get("version", {})
        kind = {"opensearch": "OpenSearch"}.get(version.get("distribution"), "Elasticsearch")
        path = f"/{self.prefix}-a,{self.prefix}-b/_stats/store,docs?ignore_unavailable=true"
        _status, stats = self.cluster.call("GET", path)
        whole = stats.get("_all", {}).get("primaries", {})
        return {
            "engine": f"{kind} {version.get('number', '?')}",
            "rows": whole.get("docs", {}).get("count", 0),
            "bytes": whole.get("store", {}).get("size_in_bytes", 0),
        }

    def indexes_of(self, slot: str) -> list[str]:
        """Return the names of what holds ``slot`` (one, or none yet). Raises EngineDown."""
        return self._behind(self._alias(slot))

    def _alias(self, slot: str) -> str:
        return f"{self.prefix}-{slot}"

    def _behind(self, alias: str) -> list[str]:
        status, answer = self.cluster.call("GET", f"/_alias/{alias}", seconds=WRITE_SECONDS)
        return [] if status == 404 else list(answer)

    def _make(self, name: str, *, refresh: str, alias: str = "") -> None:
        body: dict[str, Any] = {
            "settings": {"index": SETTINGS | {"refresh_interval": refresh}},
            "mappings": MAPPINGS,
        }
        if alias:
            body["aliases"] = {alias: {}}
        self.cluster.call("PUT", f"/{name}", body, seconds=WRITE_SECONDS, fine=(400,))

    def _bulk(self, slot: str, items: Iterable[list[str]]) -> None:
        for part in _parts(items):
            for is_last in (False, True):
                missing, reason = self._sent(slot, part)
                if not reason:
                    break
                if not missing or is_last:
                    raise EngineDown(reason)
                # The first row of all, or somebody deleted the index: dynamic fields must not appear.
                alias = self._alias(slot)
                self._make(f"{alias}-0", refresh=REFRESH, alias=alias)

    def _sent(self, slot: str, lines: list[str]) -> tuple[bool, str]:
        """Send changes; return whether the index is missing, and what was refused (mostly "")."""
        path = f"/{self._alias(slot)}/_bulk?require_alias=true"
        path += "&filter_path=errors,items.*.status,items.*.error"
        if self.is_seen_at_once:
            path += "&refresh=true"
        status, answer = self.cluster.call("POST", path, lines=lines, seconds=WRITE_SECONDS)
        if status == 404:
            return True, "the index is missing"
        for item in answer.get("items", ()):
            for operation, told in item.items():
                status = told.get("status", 200)
                # Newer there (409), or deleted before (404 without an error).
                if status < 300 or status == 409 or (operation == "delete" and "error" not in told):
                    continue
                error = told.get("error", {})
                reason = str(error)[:300]
                if status == 404:
                    return True, reason
                if status in BUSY:
                    return False, reason
                raise EntryRefused(reason)
        return False, ""


@contextmanager
def scratch_indexes() -> Iterator[None]:
    """Work on new indexes beside those of the site, and delete them at the end."""
    from django.test.utils import override_settings

    site = OpenSearchEngine()
    address = urlsplit(site.url)
    path = f"/{site.prefix}-scratch-{secrets.token_hex(4)}"
    with override_settings(SEARCH_URL=urlunsplit((address.scheme, address.netloc, path, "", ""))):
        engine = OpenSearchEngine()
        for slot in ("a", "b"):
            engine.clear(slot)
            engine.finish(slot)
        try:
            yield
        finally:
            engine.drop()


def _circle(criteria: Criteria) -> Circle:
    """Return whom the engine must know of to answer ``criteria``: read now, never indexed."""
    if criteria.kind != "post":
        return Circle()
    hidden = User.objects.filter(state__in=HIDDEN_STATES).order_by("-pk")
    hidden_ids = list(hidden.values_list("pk", flat=True)[:LONGEST_LIST])
    user = criteria.viewer
    if not user.is_authenticated:
        return Circle(hidden=hidden_ids)
    followed = ids_followed_by(user).order_by("-pk").values_list("followed_id", flat=True)
    blocks = Block.objects.filter(Q(blocker=user) | Q(blocked=user)).order_by("-pk")
    shunned = [
        blocked if blocker == user.pk else blocker
        for blocker, blocked in blocks.values_list("blocker_id", "blocked_id")[:LONGEST_LIST]
    ]
    shunned += ids_muted_by(user).values_list("muted_id", flat=True)[:LONGEST_LIST]
    return Circle(user.pk, list(followed[:LONGEST_LIST]), shunned, hidden_ids)


def database_in_time() -> AbstractContextManager[None]:
    """Bound what the rows are asked as the database's own engine bounds it."""
    if connection.vendor == "postgresql":
        return postgres.in_time()
    return sqlite.in_time()


def _needs_rows(criteria: Criteria) -> bool:
    """Tell whether rows decide so much that the engine's own total says little."""
    return bool(criteria.phrases) or criteria.kind != "post"


def _allowed(slot: str, criteria: Criteria, ids: Sequence[int], limit: int) -> Iterator[int]:
    """Yield those of ``ids`` that the rows themselves let this viewer find, up to ``limit``."""
    rows = entries_for(slot, criteria)
    left = limit
    for start in range(0, len(ids), CHECKED):
        part = ids[start : start + CHECKED]
        fine = set(rows.filter(object_id__in=part).values_list("object_id", flat=True))
        for one in part:
            if one in fine:
                yield one
                left -= 1
                if left <= 0:
                    return


def _by_likes(slot: str, kind: str, ids: list[int]) -> list[int]:
    """Return ``ids`` by the likes they have now: those in the engine are as old as its copy."""
    rows = document_model(slot).objects.of_kind(kind)
    places: dict[int, tuple[float, float, int]] = {}
    for start in range(0, len(ids), CHECKED):
        part = rows.filter(object_id__in=ids[start : start + CHECKED])
        for one, likes, moment in part.values_list("object_id", "like_count", "published_at"):
            places[one] = (-likes, -moment.timestamp() if moment else math.inf, -one)
    return sorted(places, key=places.__getitem__)


def _parts(items: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield lines of changes, as many as one call should carry."""
    lines: list[str] = []
    rows = size = 0
    for item in items:
        more = sum(len(line.encode()) for line in item)
        if lines and (rows >= BULK_ROWS or size + more > BULK_BYTES):
            yield lines
            lines, rows, size = [], 0, 0
        lines += item
        rows += 1
        size += more
    if lines:
        yield lines


def _line(action: str, kind: str, object_id: int, version: int) -> list[str]:
    # As new as what is there is good enough: who repeats a write must not be refused.
    what = {"_id": f"{kind}-{object_id}", "version": version, "version_type": "external_gte"}
    return [json.dumps({action: what}, separators=(",", ":"))]


def _lines_of(document: Document) -> list[str]:
    heads = (document.title_tokens, document.tag_tokens, document.author_tokens)
    fields = {
        "kind": document.kind,
        "object_id": document.object_id,
        "status": document.status,
        "visibility": document.visibility,
        "author_id": document.author_id,
        "language": document.language,
        "form": document.form,
        "topic_id": document.topic_id,
        "published_at": document.published_at.isoformat() if document.published_at else None,
        "like_count": document.like_count,
        "words": document.body_tokens,
        "heads": " ".join(filter(None, heads)),
    }
    told = {name: value for name, value in fields.items() if value not in (None, "")}
    line = _line("index", document.kind, document.object_id, document.version)
    return [*line, json.dumps(told, ensure_ascii=False, separators=(",", ":"))]
