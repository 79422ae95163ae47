"""Likes and bookmarks: one of each, in the right numbers, seen by whom they concern."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from accounts.actions import set_state
from accounts.exceptions import EmailUnconfirmed
from accounts.tests.factories import make_person, make_unconfirmed_person
from blog import actions
from blog.models import Bookmark, Comment, CommentLike, Post, PostLike
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.talk.factories import say
from social.actions import block_person
from social.models import Notification

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def likes_of(thing) -> int:
    return type(thing).objects.values_list("like_count", flat=True).get(pk=thing.pk)


def unread(person) -> list[str]:
    rows = Notification.objects.filter(person=person, read_at=None, cause_count__gt=0)
    return list(rows.values_list("kind", flat=True))


@pytest.mark.behaviour("BL-54", "SO-26")
def test_a_like_counts_once_and_tells_once(minah, junho):
    post = make_article(minah)
    comment = say(minah, post)
    for thing, like, unlike in (
        (post, actions.like_post, actions.unlike_post),
        (comment, actions.like_comment, actions.unlike_comment),
    ):
        assert [like(thing, actor=junho), like(thing, actor=junho)] == [True, False]
        assert (likes_of(thing), unread(minah)) == (1, ["like"])
        assert [unlike(thing, actor=junho), unlike(thing, actor=junho)] == [True, False]
        assert (likes_of(thing), unread(minah)) == (0, [])
        like(thing, actor=junho)
        assert unread(minah) == [], "again within a day tells nobody"
        unlike(thing, actor=junho)


@pytest.mark.behaviour("BL-54")
def test_ones_own_like_counts_and_tells_nobody(minah):
    post = make_note(minah)
    actions.like_post(post, actor=minah)
    actions.like_comment(say(minah, post), actor=minah)
    assert likes_of(post) == 1
    assert not Notification.objects.exists()


@pytest.mark.behaviour("BL-54", "X-01")
def test_nobody_likes_or_keeps_what_they_may_not_see(minah, junho, taeo, stranger):
    hidden = say(junho, make_article(minah))
    actions.hide_comment(hidden, actor=minah)
    for post, person in (
        (make_article(minah), taeo),
        (make_article(minah, visibility="followers"), stranger),
        (make_draft(minah), minah),
    ):
        for act in (actions.like_post, actions.bookmark_post):
            with pytest.raises(Post.DoesNotExist):
                act(post, actor=person)
    with pytest.raises(Comment.DoesNotExist):
        actions.like_comment(hidden, actor=stranger)
    with pytest.raises(EmailUnconfirmed):
        actions.like_post(make_article(minah), actor=make_unconfirmed_person())
    assert not (PostLike.objects.exists() or CommentLike.objects.exists())


@pytest.mark.behaviour("BL-54", "BL-56")
def test_the_buttons_work_with_and_without_scripts(as_user, minah, junho):
    post = make_article(minah)
    client, address = as_user(junho), post.get_absolute_url()
    assert client.get(f"/posts/{post.pk}/like/").status_code == 405
    for name in ("like", "like", "bookmark", "bookmark"):
        response = client.post(
            f"/posts/{post.pk}/{name}/", headers={"Referer": f"http://testserver{address}"}
        )
        assert unquote(response.url) == unquote(address)
    html = client.get(address).content.decode()
    assert f'action="/posts/{post.pk}/unlike/"' in html
    assert f'action="/posts/{post.pk}/unbookmark/"' in html
    part = client.post(f"/posts/{post.pk}/unlike/", headers=HTMX).content.decode()
    assert f'data-hx-post="/posts/{post.pk}/like/"' in part
    assert 'aria-pressed="false"' in part
    assert "<html" not in part
    part = client.post(f"/posts/{post.pk}/like/", {"place": "card"}, headers=HTMX).content.decode()
    assert "reactions--card" in part
    assert (PostLike.objects.count(), Bookmark.objects.count()) == (1, 1)


@pytest.mark.behaviour("BL-54", "BL-56")
def test_a_comment_is_liked_in_place(as_user, client, minah, junho):
    comment = say(minah, make_article(minah))
    html = client.get(comment.post.get_absolute_url()).content.decode()
    assert f"/comments/{comment.pk}/like/" not in html
    client = as_user(junho)
    part = client.post(f"/comments/{comment.pk}/like/", headers=HTMX).content.decode()
    assert f'action="/comments/{comment.pk}/unlike/"' in part
    assert 'class="reaction__number">1<' in part
    assert f'href="/comments/{comment.pk}/likes/"' in part
    assert "/likes/" not in client.post(f"/comments/{comment.pk}/unlike/", headers=HTMX).text
    assert client.post(f"/comments/{comment.pk}/unlike/").url.endswith(f"#comment-{comment.pk}")
    assert likes_of(comment) == 0


@pytest.mark.behaviour("BL-56")
def test_signed_out_buttons_lead_to_sign_in_and_back(client, minah):
    post = make_article(minah)
    comment = say(minah, post)
    html = client.get(post.get_absolute_url()).content.decode()
    ways = re.findall(r'class="button button--small reaction" href="([^"]+)"', html)
    back = unquote(unquote(post.get_absolute_url()))
    assert f'href="/auth/login/?next=/comments/{comment.pk}/"' in html
    assert f"/comments/{comment.pk}/likes/" not in html
    assert [unquote(unquote(way)) for way in ways] == [f"/auth/login/?next={back}"] * 2
    for name in ("like", "unlike", "bookmark", "unbookmark", "likes"):
        response = client.post(f"/posts/{post.pk}/{name}/")
        assert response.status_code in {302, 405}
    response = client.post(f"/posts/{post.pk}/like/", headers=HTMX)
    assert response.status_code == 401
    assert client.get("/bookmarks/").url == "/auth/login/?next=%2Fbookmarks%2F"


def test_who_may_not_yet_is_told_why_in_place(as_user, minah):
    post = make_article(minah)
    client = as_user(make_unconfirmed_person())
    response = client.post(f"/posts/{post.pk}/like/", headers=HTMX)
    assert response.status_code == 200
    assert '"level": "error"' in response.headers["HX-Trigger"]
    assert client.post(f"/posts/{post.pk}/like/").status_code == 403
    assert likes_of(post) == 0


def test_a_flood_of_likes_is_stopped(as_user, minah, junho, monkeypatch):
    monkeypatch.setattr("blog.limits.REACTIONS_AN_HOUR", 1)
    post = make_article(minah)
    client = as_user(junho)
    statuses = [client.post(f"/posts/{post.pk}/{name}/").status_code for name in ("like", "unlike")]
    assert statuses == [302, 429]


@pytest.mark.behaviour("BL-54")
def test_names_are_for_members_and_not_across_a_block(
    as_user, client, minah, junho, sora, stranger
):
    post = make_article(minah)
    comment = say(minah, post)
    for person in (junho, sora, stranger, make_person("gone", "떠난 이")):
        actions.like_post(post, actor=person)
        actions.like_comment(comment, actor=person)
    set_state(PostLike.objects.latest("pk").person, "leaving", actor=None)
    block_person(stranger, actor=sora)
    for address in (f"/posts/{post.pk}/likes/", f"/comments/{comment.pk}/likes/"):
        assert client.get(address).status_code == 302
        html = as_user(sora).get(address).content.decode()
        main = html[html.index("<main") :]
        assert "준호" in main
        assert "나그네" not in main
        assert "떠난 이" not in main
        client.logout()


def test_cards_carry_ones_own_state_without_a_query_each(
    as_user, minah, junho, django_assert_max_num_queries
):
    posts = [make_note(minah, f"쪽글 {number}") for number in range(6)]
    actions.like_post(posts[0], actor=junho)
    actions.bookmark_post(posts[1], actor=junho)
    client = as_user(junho)
    for address in ("/", "/explore/", "/@minah/notes/"):
        html = client.get(address).content.decode()
        assert html.count("/unlike/") == 2, address
        assert html.count("/unbookmark/") == 2
        assert html.count("/bookmark/") == 2 * 5
    with django_assert_max_num_queries(12):
        client.get("/explore/")


def out_of_sight(post, person) -> list:
    """Return ways in which ``person`` loses sight of ``post``, each ready to be called."""
    return [
        lambda: block_person(person, actor=post.author),
        lambda: actions.unpublish_post(post, actor=post.author),
        lambda: actions.delete_post(post, actor=post.author),
    ]


@pytest.mark.behaviour("BL-54")
@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_like_is_taken_back_also_where_it_is_no_longer_seen(
    as_user, minah, junho, stranger, way, headers
):
    post = make_article(minah)
    comment = say(minah, post)
    actions.like_post(post, actor=junho)
    actions.like_comment(comment, actor=junho)
    out_of_sight(post, junho)[way]()
    for address in (f"/comments/{comment.pk}/unlike/", f"/posts/{post.pk}/unlike/"):
        if way != 0:
            assert as_user(stranger).post(address, headers=headers).status_code in {404, 410}
        response = as_user(junho).post(address, headers=headers)
        assert response.headers["HX-Redirect" if headers else "Location"] == "/"
        assert as_user(junho).post(address, headers=headers).status_code in {404, 410}
    assert not (PostLike.objects.exists() or CommentLike.objects.exists())
    assert (likes_of(post), likes_of(comment)) == (0, 0)


def test_what_went_in_the_moment_it_was_liked_is_not_found(as_user, minah, junho, monkeypatch):
    comment = say(minah, make_article(minah))

    def like_and_lose(found, *, actor):
        Comment.objects.filter(pk=found.pk).delete()

    monkeypatch.setattr(actions, "like_comment", like_and_lose)
    response = as_user(junho).post(f"/comments/{comment.pk}/like/", headers=HTMX)
    assert response.status_code == 404


# Bookmarks ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-55")
def test_bookmarks_are_ones_own_newest_first(as_user, minah, junho, stranger):
    first, second = make_article(minah, "먼저"), make_article(minah, "나중")
    for days, post in ((2, first), (1, second)):
        actions.bookmark_post(post, actor=junho)
        moment = timezone.now() - timedelta(days=days)
        Bookmark.objects.filter(post=post).update(created_at=moment)
    html = as_user(junho).get("/bookmarks/").content.decode()
    assert html.index("나중</a>") < html.index("먼저</a>")
    assert "나중</a>" not in as_user(stranger).get("/bookmarks/").content.decode()


@pytest.mark.behaviour("BL-55")
def test_what_became_hidden_is_shown_as_unavailable_and_can_go(as_user, minah, junho):
    post = make_article(minah, "숨을 글")
    actions.bookmark_post(post, actor=junho)
    actions.unpublish_post(post, actor=minah)
    client = as_user(junho)
    html = client.get("/bookmarks/").content.decode()
    assert "숨을 글" not in html
    assert "not available" in html or "볼 수 없" in html
    for _click in range(2):
        response = client.post(f"/posts/{post.pk}/unbookmark/", {"next": "/bookmarks/"})
        assert response.url == "/bookmarks/"
    assert not Bookmark.objects.exists()
    assert client.post(f"/posts/{10**30}/unbookmark/").status_code == 404


def test_a_bookmark_of_what_became_hidden_goes_without_a_page_in_a_card(as_user, minah, junho):
    post = make_article(minah)
    actions.unpublish_post(post, actor=minah)
    client, address = as_user(junho), f"/posts/{post.pk}/unbookmark/"
    response = client.post(address, {"place": "card"}, headers=HTMX)
    assert (response.status_code, response.headers["HX-Refresh"]) == (204, "true")
    referer = {"Referer": f"http://testserver{post.get_absolute_url()}"}
    assert client.post(address, headers=HTMX | referer).headers["HX-Redirect"] == "/"
    assert client.post(address, headers=referer).url == "/"


@pytest.mark.behaviour("BL-55")
def test_a_bookmark_is_marked_as_read_by_its_owner_alone(as_user, minah, junho, stranger):
    post = make_article(minah, "가을 산책")
    actions.bookmark_post(post, actor=junho)
    bookmark = Bookmark.objects.get()
    assert as_user(stranger).post(f"/bookmarks/{bookmark.pk}/read/").status_code == 404
    client = as_user(junho)
    for _click in range(2):
        assert client.post(f"/bookmarks/{bookmark.pk}/read/").url == "/bookmarks/"
    assert "가을 산책" in client.get("/bookmarks/?show=read").content.decode()
    assert "가을 산책" not in client.get("/bookmarks/?show=unread").content.decode()
    part = client.post(f"/bookmarks/{bookmark.pk}/unread/", headers=HTMX).content.decode()
    assert f'action="/bookmarks/{bookmark.pk}/read/"' in part
    assert client.get(f"/bookmarks/{bookmark.pk}/read/").status_code == 405


def test_the_page_of_bookmarks_costs_the_same(as_user, minah, junho, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_user(junho)
    costs = []
    for number in range(2):
        for place in range(1 + 5 * number):
            post = make_article(minah, f"글 {number} {place}", tags=["도커"])
            actions.bookmark_post(post, actor=junho)
        client.get("/bookmarks/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/bookmarks/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
