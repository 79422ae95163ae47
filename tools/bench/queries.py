"""Count the SQL statements of pages, in the process of whichever site the environment names.

python -m tools.bench.queries PATH ...     prints JSON {path: [first, second, status]}
"""

import json
import sys

import django


def main(paths: list[str]) -> int:
    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    counts = {}
    client = Client(HTTP_HOST="localhost")
    for path in paths:
        seen = []
        for _ in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                status = client.get(path).status_code
            seen.append(len(queries))
        counts[path] = [*seen, status]
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
