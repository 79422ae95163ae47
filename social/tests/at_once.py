"""Many people press at the same moment, each with a connection of their own."""

import threading
from collections.abc import Callable, Iterable

from django.db import connection


def at_once(calls: Iterable[Callable[[], object]]) -> list[object]:
    """Run ``calls`` in a thread each, begun together; return their answers. Raises what one raised."""
    calls = list(calls)
    start = threading.Barrier(len(calls))
    answers: list[object] = [None] * len(calls)
    failures: list[Exception] = []

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            answers[place] = call()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return answers
