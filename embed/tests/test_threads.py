"""Threads and their keys; what guests may do by the rule of a site; many at once."""

import unicodedata

import pytest
from django.db import connection

from blog import actions as blog_actions
from blog.exceptions import GuestsRefused
from blog.guests import guest_rule_of
from blog.models import Comment, Post
from blog.tests.factories import make_article
from blog.tests.talk.factories import allow_guests
from embed import actions
from embed.exceptions import KeyRefused, KeyTaken, NotTheSiteOwner
from embed.keys import clean_key, key_of_address
from embed.models import EmbedThread, GuestReaction, ThreadAlias
from embed.selectors import thread_at
from embed.tests.factories import GARDEN, make_site
from social.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("EM-08")
@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("/글/바람/", "글/바람"),
        ("글//바람", "글/바람"),
        ("", "index"),
        ("///", "index"),
        (unicodedata.normalize("NFD", "한글"), "한글"),
        ("about.html", "about.html"),
        ("😀/👨‍👩‍👧", "😀/👨‍👩‍👧"),
        ("가" * 300, "가" * 300),
        ("100%25", "100%25"),
    ],
    ids=repr,
)
def test_a_key_has_one_spelling(asked, key):
    assert clean_key(asked) == key


@pytest.mark.parametrize("asked", ["가" * 301, "줄\n바꿈", "탭\t글", "\x7f"], ids=repr)
def test_what_cannot_be_a_key_is_refused(asked):
    with pytest.raises(KeyRefused):
        clean_key(asked)


def test_the_key_of_an_address_is_its_path():
    assert key_of_address("https://garden.example/%EA%B8%80/%EB%B0%94%EB%9E%8C/?a=1#b") == "글/바람"
    assert key_of_address("https://garden.example") == "index"
    assert key_of_address("/posts/wind/") == "posts/wind"


def test_a_thread_is_made_once_for_all_spellings(garden):
    first = actions.find_or_create_thread(garden, "/글/바람/", page_title="  바람 \n 부는 날 ")
    again = actions.find_or_create_thread(garden, unicodedata.normalize("NFD", "글//바람"))
    assert first.pk == again.pk
    assert (first.page_title, first.post.title) == ("바람 부는 날", "바람 부는 날")
    assert Post.objects.count() == 1


def test_two_sites_have_threads_of_their_own(garden, minah):
    other = make_site(minah, "다른 뜰")
    one = actions.find_or_create_thread(garden, "글")
    two = actions.find_or_create_thread(other, "글")
    assert one.pk != two.pk
    assert thread_at(other, "글") == two


@pytest.mark.behaviour("EM-08")
def test_a_moved_page_keeps_its_thread_by_both_names(wind, garden, minah):
    moved = actions.move_thread(
        wind, actor=minah, key="/posts/wind/", page_url=f"{GARDEN}/posts/wind/", page_title="바람"
    )
    assert (moved.key, moved.page_title) == ("posts/wind", "바람")
    assert Post.objects.get().title == "바람"
    assert thread_at(garden, "글/바람") == wind
    back = actions.move_thread(moved, actor=minah, key="글/바람")
    assert back.key == "글/바람"
    assert ThreadAlias.objects.get().key == "posts/wind"


def test_a_key_leads_to_one_thread(wind, garden, minah):
    rain = actions.find_or_create_thread(garden, "비")
    for key in ("글/바람", "비"):
        with pytest.raises(KeyTaken):
            actions.alias_thread(rain, actor=minah, key=key)
    actions.alias_thread(rain, actor=minah, key="장마")
    with pytest.raises(KeyTaken):
        actions.alias_thread(wind, actor=minah, key="장마")
    with pytest.raises(KeyTaken):
        actions.move_thread(wind, actor=minah, key="장마")
    actions.alias_thread(rain, actor=minah, key="/장마/")
    assert ThreadAlias.objects.count() == 1


def test_nobody_else_renames_a_thread(wind, minah, junho):
    alias = actions.alias_thread(wind, actor=minah, key="옛이름")
    for act in (
        lambda: actions.alias_thread(wind, actor=junho, key="남의 이름"),
        lambda: actions.move_thread(wind, actor=junho, key="남의 이름"),
        lambda: actions.drop_alias(alias, actor=junho),
    ):
        with pytest.raises(NotTheSiteOwner):
            act()
    actions.drop_alias(alias, actor=minah)
    actions.drop_alias(alias, actor=minah)
    assert not ThreadAlias.objects.exists()


@pytest.mark.parametrize(
    "address", ["https://evil.example/글", "javascript:alert(1)", "/글", "https://["], ids=repr
)
def test_no_address_of_another_site_enters_by_a_thread(garden, address):
    assert actions.find_or_create_thread(garden, "글", page_url=address).page_url == ""


@pytest.mark.behaviour("EM-02", "EM-10")
def test_the_rule_for_guests_is_that_of_the_site(minah):
    closed = make_site(minah, "닫힌 뜰", allows_guests=False)
    free = make_site(minah, "열린 뜰", needs_approval=False)
    thread = actions.find_or_create_thread(closed, "글")
    allow_guests()
    with pytest.raises(GuestsRefused):
        blog_actions.write_guest_comment(thread.post, name="손님", source="안녕하세요")
    assert guest_rule_of(actions.find_or_create_thread(free, "글").post) == (True, False)
    article = make_article(minah)
    assert guest_rule_of(article) == (True, True)
    said = blog_actions.write_guest_comment(article, name="손님", source="안녕하세요")
    assert said.status == "waiting"


def test_a_thread_without_a_site_takes_no_guests(minah):
    post = blog_actions.open_thread(owner=minah, title="외톨이")
    assert guest_rule_of(post).are_allowed is False


def test_the_number_of_reactions_is_what_is_there(wind):
    actions.react_as_guest(wind, visitor="a" * 32)
    assert not actions.recount_guest_reactions(wind)
    GuestReaction.objects.all().delete()
    assert actions.recount_guest_reactions(wind)
    wind.refresh_from_db()
    assert wind.guest_reaction_count == 0


def test_the_numbers_of_comments_and_likes_of_threads_are_repaired_like_others(wind, junho):
    blog_actions.write_comment(wind.post, actor=junho, source="안녕하세요")
    Post.objects.update(comment_count=7)
    assert blog_actions.repair_counts() == 1
    assert Post.objects.get().comment_count == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_many_first_words_at_once_make_one_thread(garden, junho):
    def say(number: int) -> None:
        thread = actions.find_or_create_thread(garden, "글/함께")
        blog_actions.write_comment(thread.post, actor=junho, source=f"{number}번째 말")

    at_once([lambda number=number: say(number) for number in range(8)])
    assert EmbedThread.objects.count() == 1
    assert Post.objects.count() == 1
    assert Comment.objects.count() == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_the_same_guest_at_once_reacts_once(wind):
    at_once([lambda: actions.react_as_guest(wind, visitor="a" * 32) for _time in range(6)])
    wind.refresh_from_db()
    assert wind.guest_reaction_count == GuestReaction.objects.count() == 1
