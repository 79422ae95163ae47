"""Analysing many texts: here, or in processes that know nothing but texts."""

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace

from django.db import connections

from search.actions.writing import Entry, make_entry
from search.analysis import get_analyzer
from search.sources import Source

Chunk = tuple[str, dict[int, Source]]
PART = 10  # texts that a process takes at once
AHEAD = 3
"""Chunks that are analysed while one is stored."""

WATCH_SECONDS = 1


def analysed(chunks: Iterator[Chunk], workers: int = 1) -> Iterator[tuple[str, dict[int, Entry]]]:
    """Yield each chunk as entries for an empty slot, in the order given.

    With more than one worker processes do it. They are forked before anything else happens and
    never touch the database.
    """
    if workers < 2:
        for kind, sources in chunks:
            yield kind, {pk: make_entry(source, 0) for pk, source in sources.items()}
        return
    get_analyzer()  # shared by the processes, as long as nobody changes it
    connections.close_all()
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_end_with,
        initargs=(os.getpid(),),
    ) as pool:
        pool.submit(os.getpid).result()  # all of them are there now
        yield from _by_pool(pool, chunks)


def _by_pool(
    pool: ProcessPoolExecutor, chunks: Iterator[Chunk]
) -> Iterator[tuple[str, dict[int, Entry]]]:
    waiting: deque[tuple[str, list[Future]]] = deque()
    for kind, sources in chunks:
        all_sources = list(sources.values())
        parts = [all_sources[start : start + PART] for start in range(0, len(all_sources), PART)]
        waiting.append((kind, [pool.submit(_make_entries, part) for part in parts]))
        if len(waiting) > AHEAD:
            yield _gathered(*waiting.popleft())
    while waiting:
        yield _gathered(*waiting.popleft())


def _gathered(kind: str, parts: Sequence[Future]) -> tuple[str, dict[int, Entry]]:
    return kind, {entry.source.object_id: entry for part in parts for entry in part.result()}


def _make_entries(sources: Sequence[Source]) -> list[Entry]:
    """Analyse in a process of the pool; the texts need not travel back."""
    entries = [make_entry(source, 0) for source in sources]
    return [replace(one, source=replace(one.source, html="", text="")) for one in entries]


def _end_with(parent: int) -> None:
    """End this process soon after its parent, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
