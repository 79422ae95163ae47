"""Count the SQL statements of requests, in the process of whichever site the environment names.

python -m tools.bench.queries < QUESTIONS     prints JSON [{"statements": …, "bytes": …}, …]

Each is asked twice, at two addresses if it has two: the second time settings and salts are known.
"""

import json
import sys

import django


def main() -> int:
    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    told = []
    for question in json.load(sys.stdin):
        paths = question["paths"]
        headers = {"Accept-Language": "ko", "User-Agent": "Mozilla/5.0 bench", "Host": "127.0.0.1"}
        headers |= question["headers"]
        cookie = headers.pop("Cookie", "")
        client = Client(headers=headers)
        if cookie:
            name, _, value = cookie.partition("=")
            client.cookies[name] = value
        options = {}
        if question["body"]:
            options = {"data": question["body"], "content_type": "application/json"}
        for path in (paths[0], paths[-1]):
            if question["is_conditional"]:
                options["headers"] = {"If-None-Match": client.get(path).headers["ETag"]}
            with CaptureQueriesContext(connection) as queries:
                answer = client.generic(question["method"], path, **_sent(options))
        told.append({"statements": len(queries), "bytes": len(answer.content)})
    print(json.dumps(told))
    return 0


def _sent(options: dict) -> dict:
    return {
        "data": options.get("data", ""),
        "content_type": options.get("content_type", "application/octet-stream"),
        "headers": options.get("headers", {}),
    }


if __name__ == "__main__":
    sys.exit(main())
