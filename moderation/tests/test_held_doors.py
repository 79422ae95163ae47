"""What moderators hide, at every door, against a plain statement of the law (X-01), and back again.

Each example decides about some of seven things in a small blog, asks every page, list, number, feed,
search, program, embed and notification what it shows to whom, undoes everything in another order and
asks again: what visitors are served then is what it was, byte for byte.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from blog import actions as blog
from blog.models import Comment, Post, Tag
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.images.pictures import png
from config.tests.api_client import api_client
from embed.actions import find_or_create_thread
from embed.models import EmbedThread
from embed.tests.factories import EmbedClient, make_site, thread_path
from moderation.actions import undo_decision
from moderation.tests.factories import make_decision, make_moderator
from search.actions import drain_outbox
from social.actions import block_person, follow_person
from social.models import Inbox

pytestmark = pytest.mark.one_engine

EXAMPLES = int(os.environ.get("MADANG_SIGHT_RUNS", "2"))
TITLE, SAID, ANSWERED, JOTTED = "빨간열쇠이야기", "파란 대문 소식", "노란마루대답", "하얀지붕쪽글"
TAG, SERIES, ELSEWHERE, KEY = "열쇠말", "대문연재", "바람글댓글", "글/바람"
VISITORS = ("visitor", "stranger", "follower", "blocked", "writer", "author", "moderator")
THINGS = ("post", "note", "comment", "answer", "series", "image", "elsewhere")


@dataclass(frozen=True)
class Case:
    """What of 미나's blog is held; 하나 (writer) commented, 준호 (follower) answered her."""

    held: frozenset[str]
    visibility: str
    removes: bool
    seed: int

    def opens(self, visitor: str) -> bool:
        """Whether the article opens."""
        if visitor == "author":
            return True
        if visitor == "blocked":
            return False
        open_to_all = self.visibility in ("public", "unlisted")
        if "post" in self.held:
            return visitor == "moderator" and open_to_all
        return open_to_all or visitor in ("follower", "writer")

    def lists(self, visitor: str) -> bool:
        """Whether the article stands in lists about its author."""
        is_listable = self.visibility in ("public", "followers") or visitor == "author"
        return "post" not in self.held and is_listable and self.opens(visitor)

    def is_public(self) -> bool:
        return self.visibility == "public" and "post" not in self.held

    def jots(self, visitor: str) -> bool:
        """Whether the note opens; it is public."""
        if visitor == "author":
            return True
        return visitor != "blocked" and ("note" not in self.held or visitor == "moderator")

    def says(self, thing: str, visitor: str) -> bool:
        """Whether a comment under the article is read."""
        own = {"comment": "writer", "answer": "follower"}[thing]
        is_read = thing not in self.held or visitor in (own, "moderator")
        return self.opens(visitor) and is_read

    def names_series(self, visitor: str) -> bool:
        """Whether the series is met."""
        if visitor == "author":
            return True
        is_named = "series" not in self.held or visitor == "moderator"
        return is_named and self.lists(visitor)

    def shows_image(self, visitor: str) -> bool:
        if "image" in self.held:
            return visitor in ("author", "moderator")
        return self.opens(visitor)

    def hears_elsewhere(self, visitor: str) -> bool:
        """Whether the comment under a page of 미나's site is read there; 하나 wrote it."""
        return visitor != "blocked" and ("elsewhere" not in self.held or visitor == "writer")


CASES = st.builds(
    Case,
    held=st.frozensets(st.sampled_from(THINGS), min_size=1),
    visibility=st.sampled_from(["public", "public", "unlisted", "followers"]),
    removes=st.booleans(),
    seed=st.integers(0, 1000),
)


class World:
    """The people and things."""

    def __init__(self, visibility: str):
        self.author, self.writer = make_person("minah", "미나"), make_person("hana", "하나")
        self.follower, self.stranger = make_person("junho", "준호"), make_person("dain", "다인")
        self.blocked, self.moderator = make_person("taeo", "태오"), make_moderator()
        self.visitor = None
        follow_person(self.author, actor=self.follower)
        follow_person(self.author, actor=self.writer)
        block_person(self.blocked, actor=self.author)
        self.image = blog.store_image(png(640, 480), actor=self.author, name="들.png", alt="들")
        self.series = blog.create_series(SERIES, actor=self.author)
        self.post = make_article(
            self.author,
            TITLE,
            source=f"@junho님께\n\n![들]({self.image.get_absolute_url()})",
            cover=self.image,
            tags=[TAG],
            series=self.series,
            visibility=visibility,
        )
        self.note = make_note(self.author, f"{JOTTED} #{TAG}")
        self.nearby = make_article(self.stranger, "가까운 글", tags=[TAG])
        self.comment = blog.write_comment(self.post, actor=self.writer, source=f"@junho님 {SAID}")
        self.answer = blog.write_comment(
            self.post, actor=self.follower, source=ANSWERED, parent=self.comment
        )
        blog.like_post(self.post, actor=self.follower)
        blog.bookmark_post(self.post, actor=self.writer)
        self.site = make_site(self.author)
        thread = find_or_create_thread(
            self.site, f"/{KEY}/", page_url="https://garden.example/글/바람/", page_title="바람"
        )
        self.thread = EmbedThread.objects.select_related("post").get(pk=thread.pk)
        self.elsewhere = blog.write_comment(self.thread.post, actor=self.writer, source=ELSEWHERE)

    def target(self, thing: str) -> tuple[str, int]:
        kinds = {"note": "post", "answer": "comment", "elsewhere": "comment"}
        return kinds.get(thing, thing), getattr(self, thing).pk

    def client(self, visitor: str) -> Client:
        client, person = Client(), getattr(self, visitor)
        if person is not None:
            client.force_login(person)
        return client

    @property
    def page(self) -> str:
        return f"/@minah/{quote(self.post.slug)}/"


@pytest.mark.behaviour("X-01", "X-03", "SO-39", "SO-41", "BL-53")
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(case=CASES)
def test_every_door_hides_what_is_held_and_shows_it_again(case, django_capture_on_commit_callbacks):
    cache.clear()
    with transaction.atomic():
        with django_capture_on_commit_callbacks(execute=True):
            world = World(case.visibility)
        _settle()
        free = Case(frozenset(), case.visibility, case.removes, case.seed)
        before = _served(world)
        act = "remove" if case.removes else "hold"
        with django_capture_on_commit_callbacks(execute=True):
            made = [
                make_decision(world.moderator, act, world.target(thing))
                for thing in sorted(case.held)
            ]
        _settle()
        _walk(world, case)
        turn = case.seed % len(made)
        with django_capture_on_commit_callbacks(execute=True):
            for decision in made[turn:] + made[:turn]:
                undo_decision(decision, actor=world.moderator)
        _settle()
        _walk(world, free)
        after = _served(world)
        assert [path for path in before if before[path] != after[path]] == []
        transaction.set_rollback(True)


def _settle() -> None:
    cache.clear()
    drain_outbox()
    blog.refresh_trending()


def _walk(world: World, case: Case) -> None:
    for visitor in VISITORS:
        wrong = [
            f"{path} {'hides' if is_shown else 'shows'} {what}"
            for path, what, is_shown, shows in _looks(world, case, visitor)
            if bool(is_shown) != shows
        ]
        assert not wrong, (visitor, case, wrong)
    _count(world, case)


def _looks(world: World, case: Case, visitor: str) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield (path, what is looked for, whether it should be there, whether it is)."""
    client = world.client(visitor)
    api = api_client(getattr(world, visitor))

    def page(path: str, what: str, is_shown: bool):
        return path, what, is_shown, what in _main(client.get(path, follow=True))

    def call(path: str, what: str, is_shown: bool):
        return f"api {path}", what, is_shown, what in _body(api.get(path))

    opens, lists, public = case.opens(visitor), case.lists(visitor), case.is_public()
    is_out = public and lists
    post, note_page = world.post, world.note.get_absolute_url()
    comment, answer = (case.says(thing, visitor) for thing in ("comment", "answer"))
    jots, jots_listed = case.jots(visitor), case.jots(visitor) and "note" not in case.held
    anybody = case.lists("visitor")

    yield page(world.page, TITLE, opens)
    yield page(f"/posts/{post.pk}/", TITLE, opens)
    yield page(world.page, SAID, comment)
    yield page(world.page, ANSWERED, answer)
    yield page(note_page, JOTTED, jots)
    month = f"/@minah/archive/{post.published_at:%Y/%-m}/"
    for path, what, is_shown in (
        ("/@minah/", TITLE, lists),
        ("/@minah/notes/", JOTTED, jots_listed),
        (month, TITLE, lists),
        (month, JOTTED, jots_listed),
    ):
        yield page(path, what, is_shown)
    series_page = world.series.get_absolute_url()
    yield page(series_page, TITLE, lists and case.names_series(visitor))
    for path, is_shown in (
        (series_page, case.names_series(visitor)),
        ("/@minah/series/", case.names_series(visitor) and (lists or visitor == "author")),
        (world.page, opens and lists and case.names_series(visitor)),
        ("/@minah/", lists and case.names_series(visitor)),
    ):
        yield page(path, SERIES, is_shown)
    for path in ("/explore/", f"/tags/{TAG}/"):
        yield page(path, TITLE, is_out)
        yield page(path, JOTTED, jots_listed)
        yield page(path, SERIES, is_out and case.names_series(visitor))
    yield page("/trending/", TITLE, is_out)
    yield page(world.nearby.get_absolute_url(), TITLE, is_out)
    for ending in ("atom", "rss", "json"):
        yield page(f"/feed.{ending}", TITLE, public and anybody)
        yield page(f"/@minah/feed.{ending}", TITLE, public and anybody)
        yield page(f"/@minah/feed.{ending}", JOTTED, "note" not in case.held)
        yield page(f"/tags/{TAG}/feed.{ending}", TITLE, public and anybody)
    in_series = public and case.names_series("visitor")
    yield page(f"{series_page}feed.atom", TITLE, in_series)
    yield page("/sitemap-posts.xml", f"{world.page}<", public)
    yield page("/sitemap-posts.xml", f"{note_page}<", "note" not in case.held)
    yield page("/sitemap-series.xml", f"{series_page}<", in_series)
    home = visitor in ("follower", "writer", "author", "visitor")
    yield page("/", TITLE, home and (is_out if visitor == "visitor" else lists))
    yield page("/", JOTTED, home and jots_listed)
    yield page(f"/search/?q={TITLE}", f'href="{world.page}"', is_out or (lists and _finds(case)))
    yield page(f"/search/?q={JOTTED}", f'href="{note_page}"', jots_listed)
    yield page(
        f"/search/?q={SAID}&type=comments",
        f"/comments/{world.comment.pk}/",
        _hit(case, visitor, "comment"),
    )
    yield page(
        f"/search/?q={SERIES}&type=series",
        f'href="{series_page}"',
        lists and case.names_series(visitor),
    )
    yield page(f"/search/suggest/?q={TITLE[:4]}", f'"{TITLE}"', is_out or (lists and _finds(case)))
    yield page(f"/comments/{world.comment.pk}/", SAID, comment)
    yield page(f"/comments/{world.answer.pk}/", ANSWERED, answer)
    yield page(f"/posts/{post.pk}/download.html", TITLE, opens and _takes(case, visitor))
    file = world.image.get_absolute_url()
    yield file, "the picture", case.shows_image(visitor), _status(client, file) == 200
    covers = case.shows_image(visitor)
    yield page(world.page, "post__cover", opens and covers)

    yield call(f"posts/{post.pk}/", TITLE, opens)
    yield call(
        f"posts/{post.pk}/",
        SERIES,
        opens and (lists or visitor == "author") and case.names_series(visitor),
    )
    yield call(f"posts/{post.pk}/", '"cover":{', opens and covers)
    yield call("posts/", TITLE, is_out)
    yield call(f"posts/?tag={TAG}", TITLE, is_out)
    yield call("users/@minah/posts/", TITLE, lists)
    yield call("posts/?author=@minah", JOTTED, jots_listed)
    yield call(f"posts/?series={world.series.pk}", TITLE, lists and case.names_series(visitor))
    yield call("series/", SERIES, case.names_series(visitor))
    yield call(f"series/{world.series.pk}/", SERIES, case.names_series(visitor))
    yield call("trending/", TITLE, is_out)
    yield call(f"posts/{post.pk}/comments/", SAID, comment)
    yield call(f"posts/{post.pk}/comments/", ANSWERED, answer)
    yield call(f"comments/{world.comment.pk}/", SAID, comment)
    yield call(
        f"search/?q={TITLE}",
        f'"html_url":"http://testserver{world.page}"',
        is_out or (lists and _finds(case)),
    )
    if visitor != "visitor":
        yield call("timeline/", TITLE, home and lists)
        yield call(f"posts/{post.pk}/likes/", "준호", opens)
    if visitor == "follower":
        yield page("/notifications/", TITLE, opens)
        yield page("/notifications/", SAID, comment)
        yield call("notifications/", f"comments/{world.comment.pk}/", comment)
    if visitor == "writer":
        yield page("/bookmarks/", TITLE, opens)
        yield page("/notifications/", ANSWERED, answer)
    if visitor == "author":
        mine = api.get("posts/?status=held").json()["results"]
        is_held = {TITLE: "post" in case.held, "": "note" in case.held}
        for title, should in is_held.items():
            yield "api held", title, should, title in [one["title"] for one in mine]
    if visitor in ("visitor", "follower", "writer", "blocked", "author"):
        elsewhere = EmbedClient(world.site, getattr(world, visitor))
        path = thread_path(KEY, "comments/")
        should = case.hears_elsewhere(visitor)
        yield f"embed {path}", ELSEWHERE, should, ELSEWHERE in _body(elsewhere.get(path))


def _finds(case: Case) -> bool:
    """Whether a search finds what is not for everybody: among followers, one's own."""
    return case.visibility in ("followers", "unlisted")


def _hit(case: Case, visitor: str, thing: str) -> bool:
    """Whether a search finds a comment: where the post is listed, published ones alone."""
    return thing not in case.held and case.lists(visitor)


def _takes(case: Case, visitor: str) -> bool:
    """Whether the article may be taken along: while it is out, or by its author."""
    return "post" not in case.held or visitor == "author"


def _count(world: World, case: Case) -> None:
    """Compare every stored number with a count of what is there."""
    for post in Post.objects.all():
        assert post.comment_count == Comment.objects.filter(post=post).counted().count()
    for tag in Tag.objects.all():
        assert tag.post_count == Post.objects.public().filter(tags=tag).count(), tag
    author = User.objects.get(pk=world.author.pk)
    assert author.article_count == int(case.is_public())
    assert author.note_count == int("note" not in case.held)
    told = f"{1 + case.is_public() + ('note' not in case.held)}"
    assert re.search(rf'class="soft">\D*{told}\D*</p>', _main(Client().get("/explore/")))
    number = EmbedClient(world.site).get(f"counts/?keys={KEY}").json()["results"][KEY]
    assert number["comments"] == int("elsewhere" not in case.held)
    for inbox in Inbox.objects.all():
        shown = inbox.person.notifications.filter(read_at=None).count()
        assert inbox.unread_notifications == shown


def _served(world: World) -> dict[str, bytes]:
    """Return {path: what a visitor is served}, but for what differs at each request."""
    client = Client()
    paths = (
        *("/", "/explore/", "/trending/", f"/tags/{TAG}/", "/tags/", "/@minah/", "/@hana/"),
        *("/@minah/series/", "/@minah/archive/", "/@minah/about/", world.page),
        *(world.note.get_absolute_url(), world.series.get_absolute_url()),
        *(world.nearby.get_absolute_url(), "/feed.atom", "/feed.rss", "/feed.json"),
        *("/@minah/feed.atom", f"/tags/{TAG}/feed.atom", "/sitemap.xml", "/sitemap-posts.xml"),
        *("/sitemap-tags.xml", "/sitemap-series.xml", "/sitemap-people.xml"),
        *(
            f"/search/?q={TITLE}",
            f"/search/?q={SAID}&type=comments",
            f"/search/suggest/?q={TITLE[:3]}",
        ),
        *(f"/api/v1/posts/{world.post.pk}/", "/api/v1/posts/", "/api/v1/users/@minah/"),
        *(f"/api/v1/posts/{world.post.pk}/comments/", "/api/v1/series/", "/api/v1/tags/"),
        f"/api/v1/embed/{world.site.key}/{thread_path(KEY, 'comments/')}",
    )
    return {path: _steady(_content(client.get(path))) for path in paths}


TOKEN = re.compile(
    rb'name="csrfmiddlewaretoken" value="\w+"|"csrf":"\w+"|nonce-[\w-]+|"request_id": ?"[^"]*"'
)
AGO = re.compile(rb"<time [^>]*>[^<]*</time>")


def _steady(content: bytes) -> bytes:
    return AGO.sub(b"", TOKEN.sub(b"", content))


def _content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _body(response) -> str:
    content = _content(response).decode("utf-8", "replace")
    return content if response.status_code == 200 else ""


def _main(response) -> str:
    """Return the page without its head and search box, which repeat what was asked."""
    content = _body(response)
    begin, end = content.find("<main"), content.rfind("</main>")
    return content[begin:end] if begin >= 0 else content


def _status(client: Client, path: str) -> int:
    response = client.get(path)
    _content(response)
    return response.status_code
