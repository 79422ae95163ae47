"""A client of the API that holds every answer to the description of the API."""

import inspect
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts import actions
from accounts.models import User
from accounts.scopes import MEMBER_SCOPES

ROOT = "/api/v1/"
UNDESCRIBED = ("/api/v1/schema/", "/api/v1/docs/")


class ApiTestClient(APIClient):
    """Calls below ``/api/v1/``, in JSON; each answer has to be one that the schema promises."""

    def __init__(self, user: User | None = None, scopes=MEMBER_SCOPES, **headers: str):
        super().__init__(**headers)
        self.user = user
        if user is not None:
            self.token, self.key = actions.make_token(user, name="시험", scopes=scopes)
            self.credentials(HTTP_AUTHORIZATION=f"Bearer {self.key}")

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Call ``path``, below the root of the API unless it is absolute, and check the answer."""
        if not path.startswith(("/", "http")):
            path = ROOT + path
        response = super().generic(method, path.removeprefix("http://testserver"), *args, **kwargs)
        require_described(method, response)
        return response


def api_client(user: User | None = None, **kwargs: Any) -> ApiTestClient:
    """Return a client with a token of ``user``, or without one."""
    kwargs.setdefault("format", "json")
    kwargs.pop("format")
    client = ApiTestClient(user, **kwargs)
    client.default_format = "json"
    return client


def require_described(method: str, response: HttpResponse) -> None:
    """Fail unless the schema promises this answer: status, media type, every field of the body."""
    path = response.request["PATH_INFO"]
    if method in {"OPTIONS", "HEAD"} or path.startswith(UNDESCRIBED):
        return
    template = template_of(path)
    if template is None:
        assert response.status_code in {404, 301}, f"{path} is not in the schema"
        return
    operation = described_api()["paths"][template].get(method.lower())
    if operation is None:
        assert response.status_code == 405, f"{method} {template} is not in the schema"
        return
    promised = operation["responses"]
    answer = promised.get(str(response.status_code))
    if answer is None:
        assert response.status_code == 301, (
            f"{method} {template} answered {response.status_code}, the schema knows {list(promised)}"
        )
        answer = {}
    content = answer.get("content", {})
    if not content:
        assert not response.content, f"{method} {template} has a body that the schema does not know"
        return
    kind = response.headers["Content-Type"].partition(";")[0]
    if getattr(response, "streaming", False) or kind not in {
        "application/json",
        "application/problem+json",
    }:
        assert kind in content or "*/*" in content or "application/octet-stream" in content
        return
    if "fields=" in response.request["QUERY_STRING"] and response.status_code == 200:
        return  # a part of what is described
    assert kind in content, f"{method} {template} answered {kind}, the schema knows {list(content)}"
    body = json.loads(response.content)
    schema = {**content[kind]["schema"], "components": described_api()["components"]}
    errors = sorted(Draft202012Validator(schema).iter_errors(body), key=lambda one: list(one.path))
    assert not errors, f"{method} {template}: " + "; ".join(
        f"{'.'.join(map(str, one.path))}: {one.message[:300]}" for one in errors[:5]
    )


@cache
def described_api() -> dict[str, Any]:
    """Return the schema with nothing allowed in answers that it does not name."""
    from config.api.documents import api_schema

    described = json.loads(json.dumps(api_schema(), default=str))
    for name, schema in described["components"]["schemas"].items():
        if name != "Problem" and schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    shared = described["components"]["responses"]
    for item in described["paths"].values():
        for operation in item.values():
            operation["responses"] = {
                status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
                for status, answer in operation["responses"].items()
            }
    return described


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    found = []
    # The plainest first: /posts/trending/ is not a post.
    for path in sorted(described_api()["paths"], key=lambda one: (one.count("{"), -len(one))):
        pattern = re.escape(path)
        if "/threads/" in path:  # the key of a page elsewhere may be its path
            pattern = pattern.replace(r"\{key\}", ".+")
        pattern = re.sub(r"\\\{[^}]*\\\}", r"[^/]+", pattern)
        found.append((re.compile(pattern), path))
    return found


def template_of(path: str) -> str | None:
    """Return the path of the schema that ``path`` is an example of."""
    for pattern, template in _templates():
        if pattern.fullmatch(path):
            return template
    return None


# Stored answers -----------------------------------------------------------------------------------

VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "2026-01-01T00:00:00Z"),
    (re.compile(r"/avatars/[^/\"]+/"), "/avatars/KEY/"),
    (re.compile(r"cursor=[\w%-]+"), "cursor=CURSOR"),
    (re.compile(r'"cursor": "[^"]+"'), '"cursor": "CURSOR"'),
    (re.compile(r"madang_[0-9a-f]{4,}"), "madang_KEY"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "KEY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r'("target_id": ")\d+"'), r'\g<1>1"'),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "KEY"),
)


def matches_stored(response: HttpResponse, name: str) -> None:
    """Fail unless ``response`` is the whole answer that is stored as the contract of version 1.

    Keys become their order of appearance, times and random names one placeholder each. Missing ones
    are written with MADANG_WRITE_RESPONSES=1, never silently.
    """
    caller = Path(inspect.stack()[1].filename).parent
    stored = caller / "responses" / "v1" / f"{name}.json"
    found = _steady(json.loads(response.content))
    if not stored.exists() and os.environ.get("MADANG_WRITE_RESPONSES") == "1":
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert stored.exists(), f"{stored.name} is not stored; see config/tests/api_client.py"
    assert _without_keys(found) == _without_keys(json.loads(stored.read_text(encoding="utf-8")))


def _steady(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    for pattern, placeholder in VOLATILE:
        text = pattern.sub(placeholder, text)
    seen: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return match[1] + str(seen.setdefault(match[2], len(seen) + 1)) + match[3]

    text = re.sub(r'("id": )(\d+)()', number, text)
    text = re.sub(r"(/)(\d+)(/)", number, text)
    return json.loads(text)


def _without_keys(value: Any) -> Any:
    """Return ``value`` with every key alike: a person and a post may have the same or not, by chance
    of what ran before and of the database."""
    text = json.dumps(value, ensure_ascii=False)
    text = re.sub(
        r'("(?:id|number|post|parent|actor|decision)": |/|#\w+-|=)\d+(?=[,}/"&])', r"\g<1>0", text
    )
    return json.loads(text)
