"""What a site below a path is asked; run by test_url_prefix in a process of its own.

The prefix is part of settings that are read once, so it cannot be tried beside a site without one.
"""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from celery import shared_task
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from config.tests.test_guard_urls import ROUTES, samples_of
from config.tests.world import make_world
from social.actions import follow_person, send_due_mails, send_message

PREFIX = settings.URL_PREFIX
OURS = {urlsplit(settings.SITE_URL).netloc, "testserver"}
VISITORS = ("anonymous", "member", "staff")
ATTRIBUTES = re.compile(
    r"href|src|action|formaction|poster|cite|data|content|value|data-.*|xlink:href"
)
"""Attributes that may hold an address; ``srcset`` holds several."""

ADDRESS = re.compile(r"(?:https?:)?//[^/\s]+(?:/\S*)?|/[^\s/]\S*|/")
IN_TEXT = re.compile(r"https?://[^\s<>\"']+")
IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)")

SPOKEN_ABOUT: dict[str, str] = {
    "/blog": "the placeholder of a field: a path of somebody else's blog",
}
"""Address → why it stands there without leading anywhere on this site."""


def is_ours(address: str) -> bool:
    """Return whether ``address`` leads to this host."""
    parts = urlsplit(address)
    return parts.scheme in {"", "http", "https"} and (not parts.netloc or parts.netloc in OURS)


def is_below(address: str) -> bool:
    """Return whether ``address`` is of this site: the prefix itself or something below it."""
    path = urlsplit(address).path
    return path == PREFIX or path.startswith(f"{PREFIX}/")


class Addresses(HTMLParser):
    """Collects every address of a page, with the place where it stands."""

    def __init__(self, base: str):
        super().__init__()
        self.base = base
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of one tag."""
        for name, value in attrs:
            place = f"<{tag} {name}>"
            if not value:
                continue
            if name == "srcset":
                self.found += [(place, one.split()[0]) for one in value.split(",") if one.strip()]
            elif name in {"href", "src", "action", "formaction"}:
                # Relative ones too: they lead to where the page stands.
                self.found.append((place, urljoin(self.base, value)))
            elif name == "data-key-focus":
                continue  # a key to press, "/"
            elif name == "style":
                self.found += [(place, one) for one in IN_CSS.findall(value)]
            elif ATTRIBUTES.fullmatch(name) and ADDRESS.fullmatch(value):
                self.found.append((place, value))


def in_json(value: object, place: str = "$") -> Iterator[tuple[str, str]]:
    """Yield every text of a JSON document that is an address, or that holds whole ones."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from in_json(one, f"{place}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from in_json(one, f"{place}[]")
    elif isinstance(value, str):
        if ADDRESS.fullmatch(value):
            yield place, value
        elif value.lstrip().startswith("<"):
            parser = Addresses("")
            parser.feed(value)
            yield from ((f"{place} {where}", one) for where, one in parser.found)
        else:
            yield from ((place, one) for one in IN_TEXT.findall(value))


def in_text(text: str, place: str) -> Iterator[tuple[str, str]]:
    """Yield whole addresses in a text, and the paths of a robots.txt."""
    yield from ((place, one.rstrip(".,)")) for one in IN_TEXT.findall(text))
    yield from (
        (place, one) for one in re.findall(r"^(?:Dis)?allow: *(/\S*)", text, flags=re.M | re.I)
    )


def addresses_of(response) -> Iterator[tuple[str, str]]:
    """Yield every address of an answer: of its headers, its cookies, its body."""
    for name in ("Location", "Content-Location"):
        if name in response.headers:
            yield name, urljoin(response.request["PATH_INFO"], response.headers[name])
    for one in re.findall(r"<([^>]*)>", response.headers.get("Link", "")):
        yield "Link", one
    for cookie in response.cookies.values():
        yield f"cookie {cookie.key}", cookie["path"]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    here = PREFIX + response.request["PATH_INFO"]
    if "html" in kind:
        parser = Addresses(here)
        parser.feed(body.decode())
        yield from parser.found
    elif "json" in kind:
        yield from in_json(json.loads(body))
    elif "xml" in kind:
        text = body.decode()
        yield from in_text(text.replace("&amp;", "&").replace("&quot;", '"'), "XML")
        parser = Addresses(here)
        parser.feed(text)
        yield from ((where, one) for where, one in parser.found if "xmlns" not in where)
    elif kind.startswith("text/"):
        yield from in_text(body.decode(), kind)


def outside(response) -> set[str]:
    """Return what in an answer leads to this host but not below the prefix."""
    return {
        f"{place}: {unquote(one)}"
        for place, one in addresses_of(response)
        if is_ours(one) and urlsplit(one).path and not is_below(one) and one not in SPOKEN_ABOUT
    }


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One site for all routes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def db(world):
    """Undo what one route did. It has the name of pytest-django's, which it stands for here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.label)
def test_every_address_of_every_answer_is_below_the_prefix(route, world, db):
    assert PREFIX
    wrong: dict[str, set[str]] = {}
    for values in samples_of(route, world):
        path = route.path(values)
        asked = [path, f"{path}?page_size=1"] if path.startswith("/api/") else [path]
        for visitor in VISITORS:
            for address in asked:
                response = world.client(visitor).get(address)
                for one in outside(response):
                    wrong.setdefault(one, set()).add(f"{visitor} {unquote(address)}")
        for visitor in ("anonymous", "member"):
            for one in outside(world.client(visitor).post(path)):
                wrong.setdefault(one, set()).add(f"{visitor} POST {unquote(path)}")
    assert not wrong, "\n".join(f"{one}   at {sorted(where)[0]}" for one, where in wrong.items())


def test_mails_lead_below_the_prefix(world, db, django_capture_on_commit_callbacks):
    client = world.client("anonymous")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/auth/password/reset/", {"email": world.junho.email})
        follow_person(world.junho, actor=world.minah)
        send_message(world.junho, actor=world.minah, text="안녕하세요")
    with django_capture_on_commit_callbacks(execute=True):
        send_due_mails(now=timezone.now() + timedelta(days=1))
    assert len(mail.outbox) > 1
    for message in mail.outbox:
        texts = [message.body, *(html for html, _kind in message.alternatives)]
        found = [pair for text in texts for pair in in_text(text, message.subject)]
        for html, _kind in message.alternatives:
            parser = Addresses(f"{PREFIX}/")
            parser.feed(html)
            found += parser.found
        assert any(PREFIX in one for _place, one in found)
        assert not [one for one in found if is_ours(one[1]) and not is_below(one[1])]


def test_what_a_task_writes_in_a_thread_of_a_worker_leads_below_the_prefix():
    told = []

    @shared_task(name="test.where_is_home")
    def where_is_home() -> None:
        told.append(reverse("home"))

    thread = threading.Thread(target=where_is_home.apply)
    thread.start()
    thread.join()
    assert told == [f"{PREFIX}/"]


def test_next_leads_nowhere_else_on_the_host(world, db):
    client = world.client("anonymous")
    for path, leads_to in ((f"{PREFIX}/explore/", f"{PREFIX}/explore/"), ("/other/", f"{PREFIX}/")):
        answer = client.post(
            "/theme/", {"theme": "dark", "next": path}, headers={"Origin": "http://testserver"}
        )
        assert answer.headers["Location"] == leads_to


def test_the_old_name_of_an_author_leads_to_the_new_one_with_the_prefix_once(world, db):
    answer = world.client("anonymous").get("/@minah_old/archive/")
    assert answer.headers["Location"] == f"{PREFIX}/@minah/archive/"
