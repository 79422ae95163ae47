"""Statements prepared once show exactly what the plain querysets say, to everybody."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from accounts.actions import set_state
from blog import actions
from blog.cards import cards_for
from blog.models import Post, PostTag, Tag, Topic
from blog.ready import (
    ON_TOPIC,
    PUBLIC,
    WITH_TAG,
    article_at,
    mutes_words,
    page_of,
    page_of_person,
    posts_for_cards,
    posts_for_lines,
    with_tags,
)
from blog.tests.factories import make_article, make_draft, make_note, make_person
from config.pagination import paginate
from social.actions import block_person, follow_person, mute_person, mute_term, unmute_person

pytestmark = pytest.mark.django_db
SIZE = 3
READERS = (
    "visitor",
    "stranger",
    "follower",
    "blocked",
    "blocker",
    "author",
    "staff",
    "mutes_person",
    "muted_before",
    "mutes_word",
    "mutes_tag",
    "suspended",
)


def plain_public(viewer, place):
    return Post.objects.public().listed_to(viewer)


def plain_with_tag(viewer, place):
    return Post.objects.public().listed_to(viewer).tagged(place)


def plain_on_topic(viewer, place):
    return Post.objects.public().listed_to(viewer).filter(topic=place)


def plain_articles_by(viewer, place):
    return Post.objects.by(place).listed_to(viewer, with_muted=True).articles()


def plain_notes_by(viewer, place):
    return Post.objects.by(place).listed_to(viewer, with_muted=True).notes()


def of_public(viewer, params, place, without):
    return page_of(PUBLIC, viewer, params, page_size=SIZE)


def with_tag(viewer, params, place, without):
    return page_of(WITH_TAG, viewer, params, page_size=SIZE, of=place.pk)


def on_topic(viewer, params, place, without):
    return page_of(ON_TOPIC, viewer, params, page_size=SIZE, of=place.pk)


def articles_by(viewer, params, place, without):
    return page_of_person(place, Post.Kind.ARTICLE, viewer, params, page_size=SIZE, without=without)


def notes_by(viewer, params, place, without):
    return page_of_person(place, Post.Kind.NOTE, viewer, params, page_size=SIZE, without=without)


LISTS = {
    "public": (of_public, plain_public),
    "tag": (with_tag, plain_with_tag),
    "topic": (on_topic, plain_on_topic),
    "articles": (articles_by, plain_articles_by),
    "notes": (notes_by, plain_notes_by),
}


def move(post: Post, *, published_at, **changes) -> None:
    """Let ``post`` have gone out at that time, as its tags know it too."""
    Post.objects.filter(pk=post.pk).update(published_at=published_at, **changes)
    PostTag.objects.filter(post=post).exclude(published_at=None).update(published_at=published_at)


@pytest.fixture
def place(minah, junho, taeo, sora, stranger):
    """Posts in every state by several people, and everybody who may stand differently to them."""
    writer, gone, blocker, hears_less, heard_less, spared, picky, punished = (
        make_person(handle) for handle in "hana gahee kamang bora dasom eunji garam harin".split()
    )
    topic = Topic.objects.create(slug="dev", name_ko="개발", name_en="Development")
    days = 0

    def at() -> dict:
        nonlocal days
        days += 1
        # Two and two at the very same moment.
        return {"published_at": timezone.now().replace(microsecond=0) - timedelta(days=days // 2)}

    for author in (minah, writer, stranger, gone, blocker):
        for visibility in Post.Visibility.values:
            title = f"{author.handle}의 {visibility}"
            tags = ["도커", visibility, author.handle]
            post = make_article(
                author, title, visibility=visibility, tags=tags, topic=topic, **at()
            )
            note = make_note(author, f"{title} 쪽글 #도커", visibility=visibility)
            move(note, topic=topic, **at())
            actions.like_post(post, actor=author)
    make_article(minah, "빨간열쇠 이야기", tags=["도커"], topic=topic, **at())
    make_article(writer, "조용한 글", tags=["도커", "시끄러움"], topic=topic, **at())
    for status in ("draft", "held", "deleted"):
        post = make_article(minah, f"{status} 글", tags=["도커"], topic=topic, **at())
        Post.objects.filter(pk=post.pk).update(status=status)
    make_draft(minah)
    set_state(gone, "suspended", actor=None)
    follow_person(writer, actor=junho)
    block_person(minah, actor=blocker)
    mute_person(writer, actor=hears_less)
    mute_person(writer, actor=heard_less)
    unmute_person(writer, actor=heard_less)
    mute_term("빨간열쇠", kind="word", actor=spared)
    mute_term("시끄러움", kind="tag", actor=picky)
    punished = set_state(punished, "suspended", actor=None) or punished
    liked = Post.objects.public().filter(author=minah).articles().first()
    for person in (junho, hears_less, spared):
        actions.like_post(liked, actor=person)
    actions.bookmark_post(liked, actor=stranger)
    people = dict(
        zip(
            READERS,
            (
                AnonymousUser(),
                stranger,
                junho,
                taeo,
                blocker,
                minah,
                sora,
                hears_less,
                heard_less,
                spared,
                picky,
                punished,
            ),
            strict=True,
        )
    )
    tag = Tag.objects.get(key="도커")
    return SimpleNamespace(
        people=people,
        topic=topic,
        tag=tag,
        minah=minah,
        writer=writer,
        of={
            "public": [None],
            "tag": [tag, Tag.objects.get(key="시끄러움")],
            "topic": [topic],
            "articles": [minah, writer, gone],
            "notes": [minah, writer, stranger],
        },
    )


def same(found, expected, viewer) -> None:
    """Assert that two pages show the same, down to each card."""
    assert [post.pk for post in found.items] == [post.pk for post in expected.items]
    assert cards_for(found.items, viewer) == cards_for(expected.items, viewer)
    for name in ("newer_url", "older_url", "first_url", "last_url"):
        assert getattr(found, name) == getattr(expected, name)


def walk(name: str, viewer, of, *, without=()) -> list[int]:
    """Walk forwards, backwards and to the end, and compare each page; return the keys in order."""
    ready, plain = LISTS[name]
    rows = plain(viewer, of).exclude(pk__in=list(without)).for_card().with_viewer_state(viewer)

    def compare(query: str):
        params = QueryDict((query or "").removeprefix("?"))
        found = ready(viewer, params, of, without)
        same(found, paginate(rows, params, page_size=SIZE), viewer)
        return found

    page, keys = compare(""), []
    while True:
        keys += [post.pk for post in page.items]
        if not page.older_url:
            break
        page = compare(page.older_url)
    while page.newer_url:
        page = compare(page.newer_url)
    page = compare("cursor=last")
    while page.newer_url:
        page = compare(page.newer_url)
    assert keys == [post.pk for post in rows.newest_first()]
    return keys


@pytest.mark.behaviour("BL-38", "SO-08", "SO-09", "X-01")
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_those_of_the_plain_querysets_page_by_page(place, name, monkeypatch):
    seen = {}
    for reader, viewer in place.people.items():
        for number, of in enumerate(place.of[name]):
            seen[reader, number] = walk(name, viewer, of)
            with monkeypatch.context() as patch:
                patch.setattr("blog.ready.WALKS_AT_MOST", 1)
                assert walk(name, viewer, of) == seen[reader, number]
    # At least somebody walked over several pages.
    assert len(seen["author", 0]) > SIZE
    if name == "public":
        # The cast really stands differently to these posts.
        numbers = {reader: len(seen[reader, 0]) for reader in READERS}
        assert numbers["blocked"] < numbers["stranger"] and numbers["blocker"] < numbers["stranger"]
        assert numbers["mutes_person"] < numbers["stranger"] == numbers["muted_before"]
        assert numbers["mutes_word"] == numbers["mutes_tag"] == numbers["stranger"] - 1
    if name == "articles":
        assert len(seen["author", 0]) > len(seen["follower", 0]) > len(seen["stranger", 0])
        assert len(seen["mutes_person", 1]) == len(seen["stranger", 1]) > 0
        assert seen["stranger", 2] == seen["staff", 2] == []


def test_what_is_left_out_is_missing_on_every_page(place):
    for viewer in (place.people["visitor"], place.people["follower"], place.people["mutes_word"]):
        some = list(plain_articles_by(viewer, place.minah).values_list("pk", flat=True)[:2])
        for without in ([], some[:1], some):
            keys = walk("articles", viewer, place.minah, without=without)
            assert not {*keys} & {*without}


def test_pages_beyond_either_end_and_cursors_of_nobody_are_as_they_were(place):
    viewer = place.people["stranger"]
    rows = plain_public(viewer, None).for_card().with_viewer_state(viewer)
    page = page_of(PUBLIC, viewer, QueryDict("cursor=last"), page_size=SIZE)
    beyond = QueryDict(page.newer_url.removeprefix("?"))
    Post.objects.filter(pk__in=[post.pk for post in rows]).exclude(author=viewer).delete()
    for params in (beyond, QueryDict("cursor=zzz"), QueryDict("cursor=last&a=%F0%9F%8C%BF")):
        found = page_of(PUBLIC, viewer, params, page_size=SIZE)
        same(found, paginate(rows, params, page_size=SIZE), viewer)


# One article --------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-38", "X-01")
def test_an_article_opens_to_whom_the_rule_allows(place, django_assert_num_queries):
    posts = list(Post.objects.articles().exclude(slug="").select_related("author"))
    assert {post.status for post in posts} >= {"published", "held", "deleted", "draft"}
    for reader, viewer in place.people.items():
        for post in posts:
            plain = Post.objects.visible_to(viewer).for_detail().with_viewer_state(viewer)
            expected = plain.filter(pk=post.pk).first()
            found = article_at(post.author.handle_key, post.slug, viewer)
            assert (found and found.pk) == (expected and expected.pk), (reader, post.title)
            if expected is None:
                continue
            with django_assert_num_queries(0):
                for name in ("title", "html", "toc", "source", "slug", "published_at"):
                    assert getattr(found, name) == getattr(expected, name)
                assert found.author == expected.author and found.topic == expected.topic
                assert [row.tag for row in found.posttag_set.all()] == [
                    row.tag for row in expected.posttag_set.all()
                ]
                assert getattr(found, "is_liked", None) == getattr(expected, "is_liked", None)


def test_no_address_is_more_than_an_address(place):
    for text in ("없는-글", "a'b", "100%", "%s", "\\", "🌿", "'; --", ""):
        for viewer in (place.people["visitor"], place.people["stranger"]):
            assert article_at("minah", text or "없음", viewer) is None
            assert article_at(text, "도커로-배포하기", viewer) is None


# Posts by their keys --------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-38", "SO-08", "SO-09", "X-01")
def test_cards_and_lines_keep_their_order_and_leave_out_what_may_not_be_seen(place):
    keys = list(Post.objects.order_by("title", "-pk").values_list("pk", flat=True))
    keys = [keys[-1], *keys[:-1], 10**12]
    for viewer in place.people.values():
        opened = {post.pk for post in Post.objects.visible_to(viewer)}
        met = {post.pk for post in Post.objects.public().listed_to(viewer)}
        assert met < opened
        cards, lines = posts_for_cards(keys, viewer), posts_for_lines(keys, viewer)
        assert [post.pk for post in cards] == [key for key in keys if key in opened]
        assert [post.pk for post in lines] == [key for key in keys if key in met]
        plain = Post.objects.filter(pk__in=opened).for_card().with_viewer_state(viewer)
        plain = sorted(plain, key=lambda post: keys.index(post.pk))
        cards_now = [post for post in cards if post.published_at]
        plain_now = [post for post in plain if post.published_at]
        assert cards_for(cards_now, viewer) == cards_for(plain_now, viewer)
        assert posts_for_cards([], viewer) == posts_for_lines([], viewer) == []


def test_what_a_line_shows_is_loaded(place, django_assert_num_queries):
    viewer = place.people["stranger"]
    lines = posts_for_lines(list(Post.objects.values_list("pk", flat=True)), viewer)
    with django_assert_num_queries(0):
        cards = cards_for(lines, viewer, with_tags=False)
    assert len(cards) == len(lines) > SIZE


def test_the_same_post_twice_spoils_nothing_for_those_who_come_after(minah):
    one, other = make_article(minah, tags=["도커"]), make_article(minah, "둘째", tags=["장고"])
    viewer = AnonymousUser()

    def tags(keys) -> list[list[str]]:
        found = posts_for_cards(keys, viewer)
        return [[row.tag.name for row in post.posttag_set.all()] for post in found]

    assert tags([one.pk, one.pk]) == [["도커"], ["도커"]]
    assert tags([other.pk, one.pk]) == [["장고"], ["도커"]]
    assert tags([one.pk, other.pk, one.pk]) == [["도커"], ["장고"], ["도커"]]


def test_tags_stand_in_the_order_of_their_author(minah):
    post = make_article(minah, tags=["하나", "둘", "가운데", "끝"])
    found = with_tags(list(Post.objects.filter(pk=post.pk)))
    assert [row.tag.name for row in found[0].posttag_set.all()] == ["하나", "둘", "가운데", "끝"]
    assert with_tags([]) == []


# Time and cost --------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-08", "SO-09")
def test_mutes_end_at_their_hour_though_the_statement_stays(minah, junho, stranger):
    post = make_article(minah, "빨간열쇠 이야기", published_at=timezone.now() - timedelta(days=2))

    def met(viewer) -> list[int]:
        page = page_of(PUBLIC, viewer, QueryDict(), page_size=SIZE)
        lines = posts_for_lines([post.pk], viewer)
        assert [one.pk for one in lines] == [one.pk for one in page.items]
        return [one.pk for one in page.items]

    mute_person(minah, actor=junho, days=1)
    mute_term("빨간열쇠", kind="word", actor=stranger, days=1)
    assert mutes_words(stranger) and not mutes_words(junho) and not mutes_words(AnonymousUser())
    assert met(junho) == met(stranger) == []
    with time_machine.travel(timezone.now() + timedelta(hours=23), tick=False):
        assert met(junho) == met(stranger) == []
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert not mutes_words(stranger)
        assert met(junho) == met(stranger) == [post.pk]


@pytest.mark.behaviour("X-13")
def test_a_page_costs_the_same_however_many_posts(minah, junho, django_assert_num_queries):
    reader = make_person("dasom", "다솜")
    mute_term("빨간열쇠", kind="word", actor=reader)
    costs = [(AnonymousUser(), 3, 2, 2, 1), (junho, 3, 2, 2, 2), (reader, 4, 2, 2, 3)]
    for viewer, *_numbers in costs:
        # The first of a kind is compiled, which may ask more.
        page_of(PUBLIC, viewer, QueryDict(), page_size=20)
    for number in range(12):
        post = make_article(minah, f"글 {number}", tags=["도커", f"태그{number}"])
        if number not in (2, 11):
            continue
        keys = list(Post.objects.values_list("pk", flat=True))
        for viewer, page, article, cards, lines in costs:
            article_at("minah", post.slug, viewer)
            posts_for_cards(keys, viewer)
            posts_for_lines(keys, viewer)
            with django_assert_num_queries(page):
                found = page_of(PUBLIC, viewer, QueryDict(), page_size=20)
                assert len(cards_for(found.items, viewer)) == number + 1
            with django_assert_num_queries(article):
                found = article_at("minah", post.slug, viewer)
                assert found.author.name and len(found.posttag_set.all()) == 2
            with django_assert_num_queries(cards):
                assert len(cards_for(posts_for_cards(keys, viewer), viewer)) == number + 1
            with django_assert_num_queries(lines):
                found = posts_for_lines(keys, viewer)
                assert len(cards_for(found, viewer, with_tags=False)) == number + 1
