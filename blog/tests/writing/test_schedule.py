"""Publishing at a time, preview links, and what comes back when it cannot be taken."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from blog import actions
from blog.actions import schedule
from blog.exceptions import EmptyPost, NotSchedulable
from blog.models import Post, PreviewLink, Revision
from blog.tests.factories import make_article, make_draft
from blog.tests.views.test_writing import article_data

pytestmark = pytest.mark.django_db


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Picture.new("RGB", (64, 32), (11, 110, 95)).save(out, "PNG")
    return SimpleUploadedFile("하늘.png", out.getvalue(), content_type="image/png")


def soon(hours: int = 2):
    return timezone.now() + timedelta(hours=hours)


@pytest.mark.behaviour("BL-17")
def test_a_scheduled_post_goes_out_once_with_the_latest_draft(minah, client):
    post = make_draft(minah, "내일의 글")
    actions.schedule_post(post, actor=minah, at=soon())
    actions.save_draft(post, actor=minah, changes={"source": "그 사이에 고친 글", "tags": ["예약"]})
    assert actions.publish_due_posts() == 0
    assert "내일의 글" not in client.get("/explore/").content.decode()
    with time_machine.travel(soon(3), tick=False):  # the site was down for an hour
        assert actions.publish_due_posts() == 1
        assert actions.publish_due_posts() == 0
        out = Post.objects.get()
        assert out.status == "published"
        assert out.published_at == timezone.now()
        assert (out.source, out.scheduled_at) == ("그 사이에 고친 글", None)
        assert [tag.name for tag in out.tags.all()] == ["예약"]
        minah.refresh_from_db()
        assert minah.article_count == 1
        assert Revision.objects.filter(kind="published").count() == 1
        for path in ("/explore/", "/feed.atom", "/@minah/", "/tags/예약/", "/sitemap-posts.xml"):
            page = client.get(path).content.decode()
            assert "내일의 글" in page or "%EB%82%B4%EC%9D%BC" in page, path


@pytest.mark.behaviour("BL-17")
def test_a_schedule_is_moved_and_cancelled(minah):
    post = make_draft(minah)
    actions.schedule_post(post, actor=minah, at=soon(2))
    actions.schedule_post(post, actor=minah, at=soon(5))
    with time_machine.travel(soon(3), tick=False):
        assert actions.publish_due_posts() == 0
    actions.unschedule_post(post, actor=minah)
    actions.unschedule_post(post, actor=minah)
    with time_machine.travel(soon(9), tick=False):
        assert actions.publish_due_posts() == 0
    assert Post.objects.get().status == "draft"


def test_a_schedule_needs_a_text_and_a_time_to_come(minah):
    post = make_draft(minah)
    for at in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=9000)):
        with pytest.raises(NotSchedulable):
            actions.schedule_post(post, actor=minah, at=at)
    with pytest.raises(NotSchedulable, match="5"):
        actions.schedule_post(post, actor=minah, at=timezone.now() + timedelta(days=9000))
    with pytest.raises(EmptyPost):
        actions.schedule_post(make_draft(minah, "제목만", source=""), actor=minah, at=soon())
    with pytest.raises(NotSchedulable):
        actions.schedule_post(make_article(minah, "나온 글"), actor=minah, at=soon())


@pytest.mark.behaviour("BL-17")
def test_a_schedule_that_fails_becomes_a_draft_and_tells_its_author(
    minah, as_user, django_capture_on_commit_callbacks
):
    make_article(minah, "같은 주소")
    post, fine = make_draft(minah, "나갈 글"), make_draft(minah, "멀쩡한 글")
    for each in (post, fine):
        actions.schedule_post(each, actor=minah, at=soon())
    actions.save_draft(post, actor=minah, changes={"slug": "같은-주소"})
    with (
        time_machine.travel(soon(3), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert actions.publish_due_posts() == 1
    post.refresh_from_db()
    assert (post.status, post.schedule_problem) == ("draft", "slug_taken")
    assert Post.objects.get(pk=fine.pk).status == "published"
    assert mail.outbox[-1].to == [minah.email]
    assert f"/write/{post.pk}/" in mail.outbox[-1].body
    assert "나갈 글" in as_user(minah).get("/drafts/").content.decode()


@pytest.mark.behaviour("BL-17")
def test_what_its_author_moves_while_others_go_out_waits_for_its_new_time(minah, monkeypatch):
    for title in ("먼저", "나중"):
        actions.schedule_post(make_draft(minah, title), actor=minah, at=soon())
    publish = schedule.publish_post

    def publish_slowly(post, **rest):
        Post.objects.exclude(pk=post.pk).update(scheduled_at=soon(9))
        return publish(post, **rest)

    monkeypatch.setattr(schedule, "publish_post", publish_slowly)
    assert actions.publish_due_posts(now=soon(3)) == 1
    monkeypatch.undo()
    assert actions.publish_due_posts(now=soon(8)) == 0
    assert actions.publish_due_posts(now=soon(10)) == 1


@pytest.mark.behaviour("BL-17")
def test_the_form_takes_the_time_in_the_authors_zone(as_user, minah):
    minah.time_zone = "Asia/Seoul"
    minah.save(update_fields=["time_zone"])
    client = as_user(minah)
    data = article_data(intent="schedule", scheduled_at="2031-05-01T09:00")
    assert client.post("/write/", data).status_code == 302
    post = Post.objects.get()
    assert post.scheduled_at.isoformat() == "2031-05-01T00:00:00+00:00"
    page = client.get(f"/write/{post.pk}/").content.decode()
    assert 'value="2031-05-01T09:00"' in page
    refused = client.post(f"/write/{post.pk}/", data | {"scheduled_at": ""})
    assert refused.status_code == 422


# Preview links


@pytest.mark.behaviour("BL-16")
def test_a_secret_link_shows_the_draft_until_it_is_closed(minah, as_user):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"title": "고친 제목", "source": "고친 **글**"})
    author = as_user(minah)
    author.post(f"/write/{post.pk}/", article_data(title="고친 제목", intent="open_link"))
    link = PreviewLink.objects.get()
    page = Client().get(link.get_absolute_url())
    html = page.content.decode()
    assert page.status_code == 200
    assert "고친 제목" in html
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert actions.open_preview_link(post, actor=minah).key == link.key
    author.post(f"/write/{post.pk}/", article_data(title="고친 제목", intent="close_link"))
    assert Client().get(link.get_absolute_url()).status_code == 404
    assert actions.open_preview_link(post, actor=minah).key != link.key


@pytest.mark.behaviour("BL-16")
def test_a_secret_link_ends_after_thirty_days_and_with_its_post(minah):
    post = make_draft(minah)
    link = actions.open_preview_link(post, actor=minah)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert Client().get(link.get_absolute_url()).status_code == 404
    actions.delete_post(post, actor=minah)
    assert Client().get(link.get_absolute_url()).status_code == 404
    assert Client().get("/preview/" + "0" * 32 + "/").status_code == 404


# What comes back


@pytest.mark.behaviour("UX-06", "BL-11")
def test_an_expired_token_shows_the_text_again_with_one_button(minah):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    ours = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    data = article_data(source="첫 줄 <b>\n둘째 줄", csrfmiddlewaretoken="x" * 64)
    page = client.post("/write/", data, headers=ours)
    html = page.content.decode()
    assert page.status_code == 403
    assert "첫 줄 &lt;b&gt;\n둘째 줄" in html
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', html)[1]
    again = client.post("/write/", data | {"csrfmiddlewaretoken": token}, headers=ours)
    assert again.status_code == 302
    assert Post.objects.get().source == "첫 줄 <b>\n둘째 줄"


@pytest.mark.behaviour("UX-06")
def test_what_another_site_or_a_password_form_sent_is_not_shown_again(minah):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    page = client.post(
        "/write/", article_data(), headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    )
    assert page.status_code == 403
    assert "장고" not in page.content.decode()
    secret = client.post(
        "/auth/login/",
        {"login": "minah", "password": "hunter2hunter2"},
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
    )
    assert secret.status_code == 403
    assert "hunter2" not in secret.content.decode()


@pytest.mark.behaviour("BL-11", "BL-13")
def test_a_form_sent_after_the_session_ended_keeps_its_text(minah):
    client = Client()
    page = client.post("/write/", article_data(source="잃으면 안 되는 글"))
    assert page.status_code == 401
    assert "잃으면 안 되는 글" in page.content.decode()
    assert "/auth/login/" in page.content.decode()


@pytest.mark.behaviour("BL-13", "BL-10")
def test_without_scripts_a_conflict_shows_both_texts_and_takes_the_chosen_one(as_user, minah):
    client = as_user(minah)
    post = make_draft(minah, source="처음 글")
    page = client.get(f"/write/{post.pk}/").content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    actions.save_draft(post, actor=minah, changes={"source": "다른 곳에서 쓴 글"})
    mine = article_data(source="여기서 쓴 글", intent="save", version=version)
    conflict = client.post(f"/write/{post.pk}/", mine)
    html = conflict.content.decode()
    assert conflict.status_code == 409
    assert "다른 곳에서 쓴 글" in html and "여기서 쓴 글" in html
    again = re.search(r'name="version" value="(\d+)"', html)[1]
    answer = client.post(f"/write/{post.pk}/", mine | {"version": again, "settles": "on"})
    assert answer.status_code == 302
    assert post.draft.source == "여기서 쓴 글"
    assert Revision.objects.filter(source="다른 곳에서 쓴 글").exists()


def test_a_cover_stays_through_saves_and_goes_when_asked(as_user, minah):
    client = as_user(minah)
    client.post("/write/", article_data(intent="save", cover=picture(), cover_alt="하늘"))
    post = Post.objects.get()
    key = post.draft.details["cover"]
    assert key
    page = client.get(f"/write/{post.pk}/").content.decode()
    assert f'name="cover_key" value="{key}"' in page
    again = article_data(intent="publish", cover_key=key, source="고친 글")
    client.post(f"/write/{post.pk}/", again)
    post.refresh_from_db()
    assert post.cover.key == key
    client.post(f"/write/{post.pk}/", again | {"removes_cover": "on"})
    post.refresh_from_db()
    assert post.cover is None


def test_somebody_elses_picture_cannot_be_ones_cover(as_user, minah, stranger):
    theirs = actions.store_image(picture().read(), actor=stranger)
    as_user(minah).post("/write/", article_data(cover_key=theirs.key))
    assert Post.objects.get().cover is None
