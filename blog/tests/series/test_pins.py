"""Pins: up to three, first on the profile, for those who may see them."""

import threading

import pytest
from django.db import connection

from blog import actions
from blog.actions.pins import PINS_MAX
from blog.exceptions import NotPinnable, NotTheAuthor, TooManyPins
from blog.models import Post
from blog.tests.factories import make_article, make_draft, make_note

pytestmark = pytest.mark.django_db


def pinned_on(response) -> list[int]:
    return [card.id for card in response.context.get("pinned") or []]


@pytest.mark.behaviour("BL-23")
def test_pins_stand_first_latest_first_and_only_once(client, minah):
    posts = [make_article(minah, f"글 {number}") for number in range(5)]
    note = make_note(minah)
    actions.pin_post(posts[0], actor=minah)
    actions.pin_post(note, actor=minah)
    page = client.get("/@minah/")
    assert pinned_on(page) == [note.pk, posts[0].pk]
    assert [card.id for card in page.context["cards"]] == [post.pk for post in posts[:0:-1]]
    html = page.content.decode()
    assert html.count(f'href="{posts[0].get_absolute_url()}" data-item-link') == 1
    assert html.index('id="pinned"') < html.index(posts[4].get_absolute_url())


@pytest.mark.behaviour("BL-23")
def test_the_fourth_pin_is_refused_and_says_so(as_user, minah):
    posts = [make_article(minah, f"글 {number}") for number in range(PINS_MAX + 1)]
    client = as_user(minah)
    for post in posts:
        answer = client.post(f"/posts/{post.pk}/pin/", {"pinned": "1"}, follow=True)
    assert "고정" in answer.content.decode() or "pin" in answer.content.decode()
    assert Post.objects.exclude(pinned_at=None).count() == PINS_MAX
    with pytest.raises(TooManyPins):
        actions.pin_post(posts[-1], actor=minah)
    client.post(f"/posts/{posts[0].pk}/pin/", {"pinned": "0"})
    actions.pin_post(posts[-1], actor=minah)


def test_pinning_twice_changes_nothing_and_unpinning_twice_neither(minah):
    post = make_article(minah)
    first = actions.pin_post(post, actor=minah).pinned_at
    assert actions.pin_post(post, actor=minah).pinned_at == first
    for _twice in range(2):
        assert actions.unpin_post(post, actor=minah).pinned_at is None


def test_only_what_is_published_is_pinned(minah, junho):
    with pytest.raises(NotPinnable):
        actions.pin_post(make_draft(minah), actor=minah)
    post = make_article(minah)
    with pytest.raises(NotTheAuthor):
        actions.pin_post(post, actor=junho)
    actions.pin_post(post, actor=minah)
    actions.unpublish_post(post, actor=minah)
    post.refresh_from_db()
    assert post.pinned_at is None


@pytest.mark.behaviour("BL-23", "BL-38")
def test_hidden_pins_show_to_those_alone_who_may_see_them(client, minah, junho, stranger):
    public = make_article(minah, "모두의 글")
    followers = make_article(minah, "이웃의 글", visibility="followers")
    private = make_article(minah, "나만의 글", visibility="private")
    for post in (public, followers, private):
        actions.pin_post(post, actor=minah)
    for reader, seen in ((None, 1), (stranger, 1), (junho, 2), (minah, 3)):
        client.logout()
        if reader:
            client.force_login(reader)
        assert len(pinned_on(client.get("/@minah/"))) == seen


def test_the_second_page_neither_shows_nor_repeats_them(client, minah, settings):
    settings.POSTS_PER_PAGE = 2
    posts = [make_article(minah, f"글 {number}") for number in range(5)]
    actions.pin_post(posts[1], actor=minah)
    page, seen = client.get("/@minah/"), []
    while True:
        seen += [card.id for card in page.context["cards"]]
        if not page.context["page"].older_url:
            break
        page = client.get(f"/@minah/{page.context['page'].older_url}")
        assert not pinned_on(page)
    assert sorted(seen) == sorted(post.pk for post in posts if post != posts[1])


@pytest.mark.django_db(transaction=True)
def test_five_clicks_at_once_pin_three(minah):
    posts = [make_article(minah, f"글 {number}") for number in range(5)]
    failed = []

    def pin(post):
        try:
            actions.pin_post(post, actor=minah)
        except TooManyPins:
            pass
        except Exception as error:  # a thread's exception would be lost
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=pin, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Post.objects.exclude(pinned_at=None).count() == PINS_MAX


def test_others_may_not_and_nobody_by_get(client, minah, stranger, taeo):
    post = make_article(minah)
    url = f"/posts/{post.pk}/pin/"
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    client.force_login(stranger)
    assert client.post(url).status_code == 403
    client.force_login(taeo)
    assert client.post(url).status_code == 404
    post.refresh_from_db()
    assert post.pinned_at is None


def test_pins_cost_the_same_however_many(client, minah, django_assert_max_num_queries):
    posts = [make_article(minah, f"글 {number}") for number in range(6)]
    for post in posts[:3]:
        actions.pin_post(post, actor=minah)
    client.get("/@minah/")
    with django_assert_max_num_queries(5):
        client.get("/@minah/")
