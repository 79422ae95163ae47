"""Load the demo site from the files beside this module, through the same actions as people use.

Everything has a fixed origin, so a second run adds only what is missing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from modeltranslation.utils import build_localized_fieldname

from accounts import actions as account_actions
from accounts.models import User
from blog import actions
from blog.actions.views import BUFFER
from blog.demo.conversations import load_conversations
from blog.demo.news import settle_news
from blog.demo.talk import load_talk
from blog.models import Page, Post, Series, Tag, Topic
from config import buffers
from config.actions import change_site_settings
from social.actions import follow_person

FOLDER = Path(__file__).parent
PASSWORD = "madang-demo-2026"  # noqa: S105 for a trial on one's own machine, printed at start
JOINED = timedelta(days=30)
DEMO_TRUST = 2  # old hands; only who advertises is new
SHOWN_LOGINS = ("minah", "junho", "sora", "madang")


@dataclass(frozen=True)
class Login:
    handle: str
    password: str
    role: str


def is_site_empty() -> bool:
    """Return whether nobody has an account yet."""
    return not User.objects.exists()


def logins() -> list[Login]:
    """Return who to try the demo with."""
    roles = {person["handle"]: person["role"] for person in _read("people.json")}
    return [Login(handle, PASSWORD, roles[handle]) for handle in SHOWN_LOGINS]


def load_demo() -> Iterator[str]:
    """Load everything, yielding a line in words after each step."""
    _load_site()
    people = _load_people()
    yield f"{len(people)} people"
    topics = _load_places()
    articles = _load_articles(people, topics)
    yield f"{articles} articles"
    notes = _load_notes(people)
    yield f"{notes} notes"
    _load_views()
    yield f"{load_talk(people)} comments"
    yield f"{load_conversations(people)} messages"
    _load_followed_places(people)
    actions.refresh_trending()
    settle_news(people)


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _load_site() -> None:
    site = _read("site.json")
    change_site_settings(
        **{
            build_localized_fieldname(field, language): text
            for field in ("title", "tagline")
            for language, text in site[field].items()
        }
    )


def _load_people() -> dict[str, User]:
    rows = _read("people.json")
    people = {}
    for row in rows:
        person = User.objects.by_handle(row["handle"]).first()
        if person is None:
            person = account_actions.create_member(
                handle=row["handle"],
                email=row["email"],
                password=PASSWORD,
                display_name=row["display_name"],
                is_staff=row["role"] in {"staff", "admin"},
                is_superuser=row["role"] == "admin",
                trust_given=DEMO_TRUST,
            )
            account_actions.change_profile(
                person,
                display_name=row["display_name"],
                bio=row.get("bio", ""),
                links=row.get("links", []),
            )
            account_actions.change_preferences(
                person, language=row.get("language", ""), time_zone=row.get("time_zone", "")
            )
        people[row["handle"]] = person
    for row in rows:
        for handle in row.get("follows", []):
            if handle in people:
                follow_person(people[handle], actor=people[row["handle"]])
    return people


def _load_places() -> dict[str, Topic]:
    topics = {}
    for row in _read("topics.json"):
        topic, _made = Topic.objects.get_or_create(slug=row["slug"])
        topic.position = row["position"]
        for field in ("name", "description"):
            for language, text in row[field].items():
                setattr(topic, build_localized_fieldname(field, language), text)
        topic.save()
        topics[topic.slug] = topic
    for position, row in enumerate(_read("pages.json")):
        page = Page.objects.filter(slug=row["slug"]).first() or Page(slug=row["slug"])
        page.position = position
        for field in ("title", "source"):
            for language, text in row[field].items():
                setattr(page, build_localized_fieldname(field, language), text)
        actions.save_page(page)
    return topics


def _articles() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield (author's handle, front matter, Markdown), oldest first."""
    found = []
    for path in sorted(FOLDER.glob("articles/*/*.md")):
        _empty, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found.append((path.parent.name, yaml.safe_load(head), body.strip() + "\n"))
    yield from sorted(found, key=lambda row: _moment(row[1]["date"]))


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    if moment is None:
        raise ValueError(f"{value!r} is not a date and time")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _load_articles(people: dict[str, User], topics: dict[str, Topic]) -> int:
    number = 0
    for handle, head, body in _articles():
        author = people[handle]
        key = f"demo:{head['slug']}"
        if Post.objects.by(author).filter(origin_key=key).exists():
            continue
        moment = _moment(head["date"])
        cover = _image(author, head["cover"], head["title"]) if head.get("cover") else None
        post = actions.create_article(
            actor=author,
            origin_key=key,
            created_at=moment - timedelta(hours=3),
            title=head["title"],
            source=_with_images(author, body),
            slug=head["slug"],
            tags=[str(tag) for tag in head.get("tags", [])],
            topic=topics.get(head.get("topic", "")),
            series=actions.find_or_create_series(head["series"], actor=author)
            if head.get("series")
            else None,
            cover=cover,
            excerpt=head.get("excerpt", ""),
            visibility=head.get("visibility", "public"),
            language=head.get("language", "ko"),
        )
        if head.get("status", "published") == "published":
            actions.publish_post(post, actor=author, published_at=moment)
        number += 1
    return number


def _image(owner: User, name: str, alt: str):
    return actions.store_image(
        (FOLDER / "images" / name).read_bytes(), actor=owner, name=name, alt=alt
    )


def _with_images(author: User, body: str) -> str:
    """Point references to files in ``images/`` at the author's stored copies."""
    for path in sorted((FOLDER / "images").iterdir()):
        for spelling in (f"../../images/{path.name}", f"images/{path.name}"):
            if f"]({spelling}" in body:
                url = _image(author, path.name, "").get_absolute_url()
                body = body.replace(f"]({spelling}", f"]({url}")
    return body


def _load_notes(people: dict[str, User]) -> int:
    number = 0
    for place, row in enumerate(_read("notes.json")):
        author = people[row["author"]]
        key = f"demo:note-{place}"
        if Post.objects.by(author).filter(origin_key=key).exists():
            continue
        actions.write_note(
            actor=author,
            source=row["body"],
            visibility=row.get("visibility", "public"),
            origin_key=key,
            published_at=_moment(row["date"]),
        )
        number += 1
    return number


def _load_views() -> None:
    """Give every unread article a believable number of readers, the same on every machine."""
    for post in Post.objects.published().articles().filter(views=None).only("pk", "slug"):
        buffers.add(BUFFER, str(post.pk), 20 + sum(map(ord, post.slug)) % 380)
    actions.flush_view_counts()


def _load_followed_places(people: dict[str, User]) -> None:
    """Let people follow what they write about themselves, and the first series of another."""
    series = list(Series.objects.order_by("pk").select_related("author"))
    for place, person in enumerate(people.values()):
        for tag in Tag.objects.filter(posts__author=person).distinct().order_by("key")[:2]:
            actions.follow_tag(tag, actor=person)
        others = [one for one in series if one.author_id != person.pk]
        if others:
            actions.follow_series(others[place % len(others)], actor=person)
