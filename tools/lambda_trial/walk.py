"""Walks through the site as a function: every step is asked through an event and checked."""

import base64
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import redis

from config.env import QUEUES
from tools.lambda_trial.events import clock_event
from tools.lambda_trial.visitor import FORM, TOKEN, Visitor

PASSWORD = "감나무-아래-열두걸음"
TITLE = "때가 되면 나올 글"
SCHEDULED_SECONDS = 8
MOST_SECONDS = 60
ADDRESS = re.compile(r"(?:href|src|action|srcset|data-hx-post|data-[a-z-]*url)=\"(/[^\" ]*)")
Invoke = Callable[[dict[str, Any]], dict[str, Any]]


class Wrong(AssertionError):
    """A step did not go as it should."""


def demand(is_right: object, *told: object) -> None:
    """Raise Wrong with what was seen unless ``is_right``."""
    if not is_right:
        raise Wrong(" ".join(str(one)[:1500] for one in told))


def picture() -> bytes:
    """Return a small PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (640, 480), (11, 110, 95)).save(out, "PNG")
    return out.getvalue()


def below(visitor: Visitor, text: str) -> int:
    """Check every address of this site in ``text``; return how many there are."""
    found = ADDRESS.findall(text)
    outside = [
        one
        for one in found
        if not one.startswith("//") and not f"{one}/".startswith(f"{visitor.prefix}/")
    ]
    demand(found and not outside, "outside of the prefix:", outside)
    return len(found)


def set_up(invoke: Invoke) -> Iterator[str]:
    """Make the tables and the first member, by what only the owner may send."""
    told = invoke({"madang": "manage", "command": ["migrate"]})
    demand(told["ok"], told)
    yield f"manage migrate: {told['output'].count('OK')} migrations"
    command = ["create_member", "minah", "minah@example.com", "--name", "미나", "--admin"]
    told = invoke(
        {
            "madang": "manage",
            "command": [*command, "--password-stdin"],
            "stdin": f"{PASSWORD}\n",
        }
    )
    demand(told["ok"], told)
    yield f"manage create_member: {told['output'].strip()}"
    told = invoke({"madang": "manage", "command": ["migrate", "--check"]})
    demand(told["ok"], told)


def walk(visitor: Visitor, *, has_bucket: bool) -> Iterator[str]:
    """Read, sign in, write, upload, subscribe, call the API; yield a line for each."""
    prefix = visitor.prefix
    page = visitor.get("/")
    demand(page.status == 200, page)
    yield f"GET /: 200, {below(visitor, page.text)} addresses, all below {prefix or '/'}"
    style = re.search(r'<link rel="stylesheet" href="([^"]+)"', page.text)[1]
    static = visitor.get(style)
    demand(static.status == 200 and static.headers["content-type"].startswith("text/css"), static)
    demand("immutable" in static.headers["cache-control"], static.headers)
    yield f"GET {style}: {static.headers.get('content-encoding', 'plain')}, immutable"
    answer = visitor.submit("/auth/login/", {"login": "minah", "password": PASSWORD})
    demand(answer.status == 302, answer.status, answer.body[-800:])
    demand(answer.headers["location"] == f"{prefix}/", answer.headers["location"])
    demand(set(visitor.cookie_paths.values()) <= {prefix or "/"}, visitor.cookie_paths)
    yield f"sign in: 302 to {prefix}/, cookies for {prefix or '/'}"
    answer = visitor.submit("/", {"source": "함수에서 쓴 #첫글 입니다 🌱", "visibility": "public"})
    demand(answer.status == 302, answer.status, answer.body[-800:])
    home = visitor.get("/").text
    demand("함수에서 쓴" in home, "the note is not at home")
    below(visitor, home)
    yield "POST /: a note, with its token of the form"
    if has_bucket:
        yield from upload_picture(visitor)
    reader = Visitor(visitor.invoke, visitor.shape, prefix, visitor.options)
    answer = reader.get("/tags/첫글/")
    demand(answer.status == 200 and "함수에서" in answer.text, answer)
    yield "GET /tags/첫글/: 200"
    feed = reader.get("/tags/첫글/feed.atom")
    demand(f"https://{reader.host}{prefix}/" in feed.text, feed.text[:500])
    yield f"GET feed.atom: addresses begin with https://…{prefix}/"
    answer = reader.get("/index?q=김치 찌개&q=둘")
    demand(
        answer.status == 301 and urlsplit(answer.headers["location"]).path == f"{prefix}/", answer
    )
    answer = reader.get("/explore")
    demand(answer.headers["location"] == f"{prefix}/explore/", answer.headers)
    yield f"GET /explore: 301 to {prefix}/explore/"
    head = reader.ask("HEAD", "/explore/")
    demand((head.status, head.body) == (200, b""), head)
    missing = reader.get("/없는-글/")
    demand(missing.status == 404, missing)
    below(reader, missing.text)
    yield "HEAD /explore/: 200 without a body; GET /없는-글/: 404"
    answer = reader.get("/settings/profile/")
    demand(answer.headers["location"].startswith(f"{prefix}/auth/login/?next="), answer.headers)
    yield f"GET /settings/profile/ signed out: 302 to {prefix}/auth/login/?next=…"
    yield from use_api(reader)


def upload_picture(visitor: Visitor) -> Iterator[str]:
    """Send a picture and fetch what became of it."""
    token = TOKEN.search(visitor.get("/settings/images/").text)[1]
    origin = f"https://{visitor.host}"
    answer = visitor.upload(
        "/write/images/", "file", picture(), X_CSRFToken=token, Origin=origin, Referer=f"{origin}/"
    )
    demand(answer.status == 201, answer)
    address = json.loads(answer.text)["url"]
    demand(address.startswith(f"{visitor.prefix}/media/"), address)
    got = visitor.get(address)
    demand(got.status == 200 and got.body[:4] == b"RIFF", got)
    yield f"POST /write/images/: 201; GET {address[:30]}…: {len(got.body)} bytes of WebP"


def use_api(reader: Visitor) -> Iterator[str]:
    """Make a token, write with it, follow a list."""
    prefix = reader.prefix
    basic = base64.b64encode(f"minah:{PASSWORD}".encode()).decode()
    json_kind = "application/json"
    reader.headers["Accept"] = json_kind
    made = reader.ask(
        "POST",
        "/api/v1/tokens/",
        json.dumps({"name": "밤 일꾼"}).encode(),
        Authorization=f"Basic {basic}",
        Content_Type=json_kind,
    )
    demand(made.status == 201, made)
    demand(f"{prefix}/api/v1/tokens/" in made.headers["location"], made.headers)
    bearer = {"Authorization": f"Bearer {json.loads(made.text)['token']}"}
    at = datetime.now(UTC) + timedelta(seconds=SCHEDULED_SECONDS)
    scheduled = {
        "kind": "article",
        "title": TITLE,
        "body": "본문입니다. https://example.com/",
        "status": "scheduled",
        "publish_at": at.isoformat(),
    }
    wrote = reader.ask(
        "POST", "/api/v1/posts/", json.dumps(scheduled).encode(), Content_Type=json_kind, **bearer
    )
    demand(wrote.status == 201, wrote)
    for number in range(2):
        article = {
            "title": f"API로 쓴 글 {number} {time.time()}",
            "body": "된장찌개를 끓였다.",
            "status": "published",
        }
        wrote = reader.ask(
            "POST", "/api/v1/posts/", json.dumps(article).encode(), Content_Type=json_kind, **bearer
        )
        demand(wrote.status == 201, wrote)
    listed = reader.get("/api/v1/posts/?page_size=1", **bearer)
    following = json.loads(listed.text)["next"]
    demand(f"https://{reader.host}{prefix}/api/v1/posts/" in following, following)
    demand(reader.get(following.partition(reader.host)[2], **bearer).status == 200)
    yield f"API: token, scheduled article, `next` at https://…{prefix}/api/v1/posts/"


def work(
    visitor: Visitor, letters: Callable[[], list[str]], waiting: Callable[[], int]
) -> Iterator[str]:
    """Ask for a mail, let the clock call, and see what waited done.

    ``letters``: the texts of the mails that came; ``waiting``: how many tasks wait in Redis.
    """
    reader = Visitor(visitor.invoke, visitor.shape, visitor.prefix, visitor.options)
    demand(
        TITLE not in reader.get("/@minah/").text, "the scheduled article is out before the clock"
    )
    answer = reader.submit("/auth/password/reset/", {"email": "minah@example.com"})
    demand(answer.status == 302, answer.status, answer.body[-800:])
    before, held = len(letters()), waiting()
    demand(not before and held, "tasks that nobody did:", held, "mails that left:", before)
    yield f"before the clock: {held} tasks wait in Redis, no mail has left"
    told = visitor.invoke(clock_event())
    demand(told["has_broker"] and told["is_empty"] and not waiting(), told, waiting())
    demand(told["done"] >= held and not told["unreadable"], told)
    found = letters()
    link = f"https://{visitor.host}{visitor.prefix}/auth/password/reset/key/"
    mine = [one for one in found if link in one]
    demand(len(mine) == 1, len(mine), "mails with", link, "of", len(found), told)
    yield f"the clock: {told['done']} tasks done, nothing waits in Redis"
    yield f"the clock: a mail that leads to {link}…"
    began, calls = time.monotonic(), 0
    # An entry of the schedule waits its half minute after the very first call.
    while TITLE not in reader.get("/@minah/").text:
        passed = time.monotonic() - began
        demand(passed < MOST_SECONDS, "the scheduled article is not out after", calls, "calls")
        time.sleep(5)
        told = visitor.invoke({"madang": "drain"})
        demand(told["is_empty"] and not told["unreadable"], told)
        calls += 1
    demand(calls and not waiting(), calls, waiting())
    yield f"the clock, {time.monotonic() - began:.0f} s later: the scheduled article is out"


def tasks_in(broker: str) -> int:
    """Return how many tasks wait in Redis, and of those that were taken and have not ended."""
    connection = redis.Redis.from_url(broker)
    try:
        # Of one priority each: "mail", "mail\x06\x163" and so on.
        names = [name for queue in QUEUES for name in connection.scan_iter(f"{queue}*")]
        lists = [name for name in set(names) if connection.type(name) == b"list"]
        return sum(connection.llen(name) for name in lists) + connection.hlen("unacked")
    finally:
        connection.close()


__all__ = ["FORM", "PASSWORD", "Wrong", "set_up", "tasks_in", "walk", "work"]
