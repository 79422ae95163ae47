"""A small HTTP client that keeps a server busy for a while; a process of its own.

python -m tools.bench.client < ORDER     prints JSON {"count": …, "latencies": [seconds, …]}

ORDER is JSON: host, port, paths, headers, method, body, status, seconds, connections. The connections
walk the paths in turn, each from another place, so that none is asked twice before all were.
"""

import http.client
import itertools
import json
import sys
import threading
import time
from typing import Any


def keep_busy(order: dict[str, Any], paths: Any, deadline: float, latencies: list[float]) -> None:
    connection = http.client.HTTPConnection(order["host"], order["port"], timeout=60)
    body = order["body"]
    while (began := time.perf_counter()) < deadline:
        path = next(paths)
        sent = body.replace("$TIME", str(time.time_ns())).encode() if body else None
        connection.request(order["method"], path, body=sent, headers=order["headers"])
        answer = connection.getresponse()
        answer.read()
        if answer.status != order["status"]:
            print(f"{path} answered {answer.status}", file=sys.stderr, flush=True)
            latencies.clear()
            return
        latencies.append(time.perf_counter() - began)
    connection.close()


class Turns:
    """The paths again and again, one after the other, for several threads."""

    def __init__(self, paths: list[str]):
        self._paths = itertools.cycle(paths)
        self._lock = threading.Lock()

    def __next__(self) -> str:
        with self._lock:
            return next(self._paths)


def main() -> int:
    order = json.load(sys.stdin)
    paths = Turns(order["paths"])
    each: list[list[float]] = [[] for _ in range(order["connections"])]
    deadline = time.perf_counter() + order["seconds"]
    threads = [
        threading.Thread(target=keep_busy, args=(order, paths, deadline, latencies))
        for latencies in each
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(each):
        return 1
    latencies = [one for row in each for one in row]
    print(json.dumps({"count": len(latencies), "latencies": latencies}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
