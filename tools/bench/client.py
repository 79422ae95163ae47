"""A small HTTP client that keeps a server busy for a while; a process of its own.

python -m tools.bench.client HOST PORT PATH SECONDS CONNECTIONS     prints the number of answers
"""

import http.client
import sys
import threading
import time


def keep_busy(host: str, port: int, path: str, deadline: float, answers: list[int]) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    count = 0
    while time.monotonic() < deadline:
        connection.request("GET", path, headers={"Accept-Language": "ko"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        count += 1
    connection.close()
    answers.append(count)


def main(arguments: list[str]) -> int:
    host, port, path, seconds, connections = arguments
    answers: list[int] = []
    deadline = time.monotonic() + float(seconds)
    threads = [
        threading.Thread(target=keep_busy, args=(host, int(port), path, deadline, answers))
        for _ in range(int(connections))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(answers) < len(threads):
        return 1
    print(sum(answers))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
