"""Words and parts of the description that many operations share: tags, headers, problems, links."""

import json
import re
from collections.abc import Iterator
from typing import Any

from config.api.problems import CODES
from config.api.rendering import PROBLEM as PROBLEM_TYPE

ROOT = "/api/v1/"
METHODS = ("get", "put", "post", "patch", "delete")

# Tags -------------------------------------------------------------------------------------------

TAGS = {
    "start": "Where everything begins, and what this site is like.",
    "tokens": "Keys of programs: made with a password, listed, revoked.",
    "account": "One's own record, preferences, password, and leaving.",
    "people": "Who is here: profiles, followers, following, blocking, muting.",
    "posts": "Articles and notes: writing, publishing, revisions, translations, reactions.",
    "comments": "What others say to a post.",
    "lists": "The timeline, what is read much, and what one keeps.",
    "subjects": "Tags, topics and series.",
    "images": "Pictures of posts.",
    "messages": "Talk between two people.",
    "notifications": "What happened while one was away.",
    "search": "Finding posts, people, tags, series and comments.",
    "jobs": "Exports, imports and how far they are.",
    "webhooks": "Being told by a call when something happens.",
    "moderation": "Reports by members, decisions by staff.",
    "embed": "Comments, reactions and search on other sites.",
}
TAG_OF = {
    "": "start",
    "site": "start",
    "tokens": "tokens",
    "me": "account",
    "users": "people",
    "posts": "posts",
    "comments": "comments",
    "timeline": "lists",
    "trending": "lists",
    "tags": "subjects",
    "topics": "subjects",
    "series": "subjects",
    "images": "images",
    "conversations": "messages",
    "messages": "messages",
    "notifications": "notifications",
    "search": "search",
    "exports": "jobs",
    "imports": "jobs",
    "jobs": "jobs",
    "webhooks": "webhooks",
    "webhook-deliveries": "webhooks",
    "reports": "moderation",
    "moderation": "moderation",
    "appeals": "moderation",
    "embed": "embed",
    "embed-sites": "embed",
}
"""First part of a path → its tag."""

FINER_TAGS = {
    "me/blocks": "people",
    "me/mutes": "people",
    "me/muted-terms": "people",
    "me/bookmarks": "lists",
    "me/likes": "lists",
    "me/followed-tags": "subjects",
    "me/followed-series": "subjects",
    "me/unread": "notifications",
    "posts/{id}/comments": "comments",
    "users/{who}/posts": "posts",
    "users/{who}/series": "subjects",
}


def tag_of(path: str) -> str:
    """Return the tag of an operation; a test asks for an entry for each kind of path."""
    rest = path.removeprefix(ROOT).strip("/")
    for beginning, tag in FINER_TAGS.items():
        if (rest + "/").startswith(beginning + "/"):
            return tag
    first = rest.partition("/")[0]
    return TAG_OF.get(first, first)


def mention_tags(document: dict[str, Any]) -> None:
    """Describe each tag that an operation of ``document`` has, in the order of TAGS."""
    used = {tag for _path, _method, one in operations(document) for tag in one["tags"]}
    document["tags"] = [
        {"name": name, "description": text} for name, text in TAGS.items() if name in used
    ]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation of everything in ``document``."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


# Parameters -------------------------------------------------------------------------------------

IDEMPOTENCY_KEY = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]+$"}
WORDS = {
    "who": "A number, or a handle after an @.",
    "id": "The number of the object.",
    "name": "The name of the tag.",
    "number": "Which one, counted from 1.",
    "q": "What to look for.",
    "kind": "Only those of this kind.",
    "language": "Only what is written in this language.",
    "sort": "In which order.",
    "type": "What is looked for.",
}


def in_words(parameter: dict[str, Any]) -> str:
    """Return what a parameter means where its view says nothing."""
    name = parameter["name"]
    return WORDS.get(name, f"Which {name.replace('_', ' ')}.")


def some_of(names: list[str]) -> dict[str, Any]:
    """Return the schema of some of ``names`` with commas between them."""
    one = "|".join(names)
    return {"type": "string", "pattern": f"^(({one})(,({one}))*)?$"}


# Headers and problems ---------------------------------------------------------------------------

HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "What is left in each bucket (r), and when it is full again (t, seconds).",
        "schema": {"type": "string"},
        "example": '"anonymous";r=59;t=60',
    },
    "RateLimit-Policy": {
        "description": "The buckets that counted this request: how many (q) in how long (w).",
        "schema": {"type": "string"},
        "example": '"anonymous";q=60;w=60',
    },
    "X-Request-ID": {
        "description": "The name of this request in the log of the site.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The version, for If-Match and If-None-Match.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "The pages beside this one: rel=next and rel=prev.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "The address of what was made.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotency-Replayed": {
        "description": "True where this is the stored answer to an Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "required": True,
        "schema": {"type": "string"},
    },
}
ANSWERS = {
    "200": "Here it is.",
    "201": "It was made.",
    "202": "It will be done in the background.",
    "204": "Done; there is nothing to say.",
}
PROBLEMS = {
    "400": ("BadRequest", "Not understood, or not valid; `errors` says which field."),
    "401": ("Unauthorized", "No token, or no valid one."),
    "403": ("Forbidden", "Not allowed, or not with this token."),
    "404": ("NotFound", "Not there, or not for you."),
    "406": ("NotAcceptable", "Another media type was asked for than there is."),
    "409": ("Conflict", "What is there already stands against it; `code` says what."),
    "410": ("Gone", "It was here and was deleted."),
    "412": ("PreconditionFailed", "It was changed since you read it (If-Match)."),
    "413": ("ContentTooLarge", "More than can be taken at once."),
    "415": ("UnsupportedMediaType", "Another media type is expected."),
    "422": (
        "UnprocessableContent",
        "Understood, but it cannot be done; or the Idempotency-Key came with another request.",
    ),
    "429": ("TooManyRequests", "Too many requests; Retry-After says when to come back."),
    "451": (
        "UnavailableForLegalReasons",
        "Held for the time being because somebody says that it violates their rights.",
    ),
    "502": ("BadGateway", "A service that was asked for it did not answer as it should."),
    "503": ("ServiceUnavailable", "Not at the moment; Retry-After may say when."),
}
PROBLEM_HEADERS = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After", "RateLimit", "RateLimit-Policy"),
    "503": ("Retry-After",),
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Programs read `code`, which never changes.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": sorted(set(CODES.values()))},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}


def header_refs(names: list[str]) -> dict[str, Any]:
    """Return references to headers of HEADERS."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def response_ref(status: str) -> dict[str, str]:
    """Return a reference to one of ``responses()``."""
    name = "NotModified" if status == "304" else PROBLEMS[status][0]
    return {"$ref": f"#/components/responses/{name}"}


def add_shared_parts(document: dict[str, Any]) -> None:
    """Add to ``document`` the answers and headers that its operations refer to, and no others."""
    components = document["components"]
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    for part, known in (("responses", responses()), ("headers", HEADERS)):
        text = json.dumps(document, default=str)
        components[part] = {
            name: one for name, one in known.items() if f'"#/components/{part}/{name}"' in text
        }


def responses() -> dict[str, Any]:
    """Return the answers that are the same wherever they are given."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {
        "NotModified": {
            "description": "What you have is still the same.",
            "headers": header_refs(["ETag"]),
        }
    }
    for status, (name, description) in PROBLEMS.items():
        headers = header_refs(["X-Request-ID", *PROBLEM_HEADERS.get(status, ())])
        found[name] = {"description": description, "headers": headers, "content": content}
    return found


# Links ------------------------------------------------------------------------------------------

KEY = re.compile(r"\{(\w+)\}")


def link_what_is_made(document: dict[str, Any]) -> None:
    """Tell at each 201 which operations take the ``id`` of what was made (OpenAPI's links).

    They are those below the path itself (POST /posts/ → /posts/{pk}/…), or, where there are none,
    those at the place where such an object is read (POST /posts/{pk}/comments/ → /comments/{pk}/).
    """
    homes = {name: path for path, name in _homes(document)}
    for path, method, operation in operations(document):
        made = operation["responses"].get("201")
        name = _object_of(made) if method == "post" and made else None
        if not name or "id" not in document["components"]["schemas"][name].get("properties", {}):
            continue
        home = _only_key_below(document, path) or homes.get(name)
        if home is None:
            continue
        made["links"] = {
            one["operationId"]: {
                "operationId": one["operationId"],
                "parameters": {KEY.findall(home)[0]: "$response.body#/id"},
            }
            for place, _method, one in operations(document)
            if place.startswith(home) and len(KEY.findall(place)) == 1 and not _gives_a_file(one)
        }


def _homes(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where single objects are read by one key alone, with the name of their schema."""
    for path, method, operation in operations(document):
        if method == "get" and path.endswith("}/") and len(KEY.findall(path)) == 1:
            if name := _object_of(operation["responses"].get("200", {})):
                yield path, name


def _gives_a_file(operation: dict[str, Any]) -> bool:
    """Return whether it answers with something else than JSON, which may not be there yet."""
    content = operation["responses"].get("200", {}).get("content", {})
    return bool(content) and "application/json" not in content


def _only_key_below(document: dict[str, Any], path: str) -> str | None:
    if "{" in path:
        return None
    found = [
        place for place in document["paths"] if re.fullmatch(re.escape(path) + r"\{\w+\}/", place)
    ]
    return found[0] if found else None


def _object_of(response: dict[str, Any]) -> str | None:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2] or None
