"""A thread is in no list, feed, count, search or file, not even its owner's; its page is its own."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from accounts.tests.archive import bags
from blog import actions, selectors
from blog.exceptions import NotTheAuthor
from blog.models import Bookmark, Comment, Post
from blog.policies import (
    can_delete_post,
    can_edit_post,
    can_pin_post,
    can_publish_post,
    can_take_out,
    can_take_source,
)
from blog.posts_export import posts_of
from blog.shortcuts import get_post_for_editing
from blog.tests.factories import make_article
from blog.timeline.feed import ids_ahead
from config.pagination import Position
from embed.actions import find_or_create_thread
from search import sources
from search.models import Waiting

pytestmark = pytest.mark.django_db
TITLE, SAID = "빨간열쇠이야기", "파란대문소식"

PATHS = (
    "/",
    "/explore/",
    "/explore/?kind=thread",
    "/trending/",
    "/tags/",
    "/topics/",
    "/@minah/",
    "/@minah/notes/",
    "/@minah/series/",
    "/@minah/about/",
    "/@minah/archive/",
    "/@minah/popup/",
    "/feed.atom",
    "/feed.rss",
    "/feed.json",
    "/@minah/feed.atom",
    "/@minah/feed.json",
    "/sitemap.xml",
    "/sitemap-posts-1.xml",
    "/drafts/",
    "/write/series/",
    "/bookmarks/",
    "/timeline/news/",
    "/settings/export/",
    "/settings/images/",
    "/search/",
    f"/search/?q={SAID}",
    f"/search/?q={SAID}&type=comments",
    f"/search/?q={TITLE}&type=posts",
    f"/search/suggest/?q={TITLE[:3]}",
)


@pytest.fixture
def thread(garden, junho):
    thread = find_or_create_thread(garden, "열쇠", page_title=TITLE)
    actions.write_comment(thread.post, actor=junho, source=SAID)
    thread.post.refresh_from_db()
    return thread


@pytest.fixture
def post(thread):
    return thread.post


@pytest.mark.parametrize("path", PATHS)
def test_no_page_lists_a_thread_to_anybody(path, post, minah, junho, sora, indexed):
    indexed()
    for person in (None, minah, junho, sora):
        client = Client()
        if person is not None:
            client.force_login(person)
        response = client.get(path)
        assert response.status_code in {200, 204, 302, 404}, path
        page = response.content.decode()
        # What was asked for is in the field of a search, and nowhere else.
        page = page.replace(f'value="{TITLE}"', "").replace(f'value="{SAID}"', "")
        assert f"/embed/threads/{post.pk}/" not in page
        if "q=" not in path:
            assert TITLE not in page
            assert SAID not in page


@pytest.mark.parametrize("path", ["posts/", "users/@minah/posts/", "timeline/", "trending/"])
def test_no_list_of_the_api_has_a_thread(path, post, minah):
    from config.tests.api_client import api_client

    for client in (api_client(), api_client(minah)):
        response = client.get(path)
        assert TITLE not in response.content.decode()


def test_no_queryset_of_lists_has_a_thread(post, minah, junho, sora):
    for reader in (AnonymousUser(), minah, junho, sora):
        assert not Post.objects.listed_to(reader).filter(pk=post.pk).exists()
        assert not Post.objects.listed_to(reader, with_muted=True).filter(pk=post.pk).exists()
    assert not Post.objects.public().exists()
    for mine in (Post.objects.by(minah).on_desk(), Post.objects.by(minah).unfinished()):
        assert not mine.exists()
    assert not Post.objects.articles().exists()
    assert not Post.objects.notes().exists()
    assert not selectors.home_feed(minah).exists()
    assert ids_ahead(minah, Position(), 20) == []
    assert ids_ahead(junho, Position(), 20) == []
    assert selectors.archive_months(minah, minah) == {}


def test_everybody_may_open_it_by_its_address(post, junho, taeo):
    assert Post.objects.visible_to(AnonymousUser()).filter(pk=post.pk).exists()
    assert Post.objects.visible_to(junho).filter(pk=post.pk).exists()
    assert not Post.objects.visible_to(taeo).filter(pk=post.pk).exists()
    assert post.get_absolute_url() == f"/embed/threads/{post.pk}/"
    assert Client().get(f"/posts/{post.pk}/").headers["Location"] == post.get_absolute_url()


def test_a_thread_counts_for_nobody(post, minah):
    minah.refresh_from_db()
    assert (minah.note_count, minah.article_count) == (0, 0)


def test_search_neither_has_it_nor_hears_of_it(post, minah):
    assert not sources.present("post").exists()
    assert not sources.present("comment").exists()
    waiting = set(Waiting.objects.values_list("kind", flat=True))
    assert not waiting & {"post", "comment"}
    Post.objects.filter(pk=post.pk).update(title="다른 이름", like_count=3)
    Comment.objects.update(html="<p>고친 말</p>")
    assert not set(Waiting.objects.values_list("kind", flat=True)) & {"post", "comment"}


def test_search_goes_on_hearing_of_what_people_write(post, minah, junho):
    article = make_article(minah, "도커 이야기")
    comment = actions.write_comment(article, actor=junho, source="잘 읽었어요.")
    waiting = set(Waiting.objects.values_list("kind", "object_id"))
    assert waiting >= {("post", article.pk), ("comment", comment.pk)}


def test_files_that_people_take_along_have_no_thread(post, minah, tmp_path):
    make_article(minah, "도커 이야기")
    assert [one.title for one in posts_of(minah)] == ["도커 이야기"]
    path = bags.write(minah, tmp_path)
    assert [one["title"] for one in bags.records_of(path, "posts")] == ["도커 이야기"]


def test_what_somebody_said_there_is_in_their_own_archive(post, junho, tmp_path):
    path = bags.write(junho, tmp_path)
    (said,) = bags.records_of(path, "comments")
    assert (said["source"], said["post"]) == (SAID, str(post.guid))


def test_nobody_edits_pins_publishes_deletes_or_takes_a_thread(post, minah):
    for may in (
        can_edit_post,
        can_delete_post,
        can_pin_post,
        can_publish_post,
        can_take_out,
        can_take_source,
    ):
        assert not may(minah, post), may.__name__
    with pytest.raises(NotTheAuthor):
        get_post_for_editing(post.pk, minah)
    for act in (actions.unpublish_post, actions.delete_post, actions.pin_post):
        with pytest.raises((NotTheAuthor, PermissionDenied)):
            act(post, actor=minah)
    with pytest.raises(NotTheAuthor):
        actions.change_article(post, actor=minah, title="다른 제목")
    with pytest.raises(NotTheAuthor):
        actions.change_note(post, actor=minah, source="메모")
    with pytest.raises(NotTheAuthor):
        actions.save_draft(post, actor=minah, changes={"source": "초안"})


@pytest.mark.parametrize(
    "path",
    [
        "/write/{pk}/",
        "/write/{pk}/save/",
        "/write/{pk}/state/",
        "/write/{pk}/revisions/",
        "/write/{pk}/translations/",
        "/write/{pk}/delete/",
        "/posts/{pk}/download.html",
        "/posts/{pk}/download.md",
        "/@minah/notes/{pk}/",
    ],
)
def test_no_page_for_writers_opens_with_a_thread(post, minah, path):
    client = Client()
    client.force_login(minah)
    assert client.get(path.format(pk=post.pk)).status_code in {403, 404, 405}


def test_nobody_keeps_a_thread_for_later(post, junho):
    with pytest.raises(Post.DoesNotExist):
        actions.bookmark_post(post, actor=junho)
    client = Client()
    client.force_login(junho)
    assert client.post(f"/posts/{post.pk}/bookmark/").status_code == 404
    assert not Bookmark.objects.exists()


def test_its_owner_opens_and_closes_it_on_its_page(post, minah, junho):
    client = Client()
    client.force_login(minah)
    assert client.post(f"/posts/{post.pk}/close-comments/").status_code == 302
    post.refresh_from_db()
    assert not post.is_open_to_comments
    client.post(f"/posts/{post.pk}/open-comments/")
    other = Client()
    other.force_login(junho)
    assert other.post(f"/posts/{post.pk}/close-comments/").status_code == 403


def test_who_changes_their_name_enqueues_no_thread(post, minah, indexed):
    from accounts.actions import change_profile

    indexed()
    change_profile(minah, display_name="새 미나")
    indexed()
    assert not Waiting.objects.filter(kind="post").exists()
    assert User.objects.get(pk=minah.pk).name == "새 미나"
