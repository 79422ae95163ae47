"""Writing: works / needs sign-in / refuses others / plain forms that lose nothing."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Picture

from accounts.models import User
from blog import actions
from blog.models import Image, Post
from blog.tests.factories import make_article, make_draft, make_note

pytestmark = pytest.mark.django_db


def article_data(**changes):
    return {
        "title": "도커로 배포하기",
        "source": "**장고(Django)**를 올린다.",
        "tags": "도커, 배포",
        "visibility": "public",
        "is_open_to_comments": "on",
        "intent": "publish",
    } | changes


@pytest.mark.parametrize("path", ["/write/", "/drafts/", "/write/1/", "/write/1/delete/"])
def test_visitors_are_sent_to_sign_in_and_come_back(client, db, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/auth/login/?next=")


@pytest.mark.behaviour("BL-05", "X-09")
def test_an_empty_editor_creates_nothing(as_user, minah):
    response = as_user(minah).get("/write/")
    assert response.status_code == 200
    assert not Post.objects.exists()


@pytest.mark.behaviour("BL-13", "BL-06")
def test_the_plain_form_publishes_an_article(as_user, minah):
    response = as_user(minah).post("/write/", article_data(new_series="배포 일기"))
    post = Post.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == post.get_absolute_url()
    assert post.status == "published"
    assert [row.tag.name for row in post.posttag_set.order_by("position")] == ["도커", "배포"]
    assert post.series.title == "배포 일기"
    minah.refresh_from_db()
    assert minah.article_count == 1


@pytest.mark.behaviour("BL-13")
def test_saving_makes_a_draft_and_the_editor_shows_it_again(as_user, minah):
    client = as_user(minah)
    response = client.post("/write/", article_data(intent="save"))
    post = Post.objects.get()
    assert post.status == "draft"
    assert response.headers["Location"] == f"/write/{post.pk}/"
    html = client.get(f"/write/{post.pk}/").content.decode()
    assert "장고(Django)" in html
    assert "도커, 배포" in html
    assert "도커로 배포하기" in client.get("/drafts/").content.decode()


@pytest.mark.behaviour("BL-16")
def test_the_preview_is_the_published_html_and_stores_nothing(as_user, minah):
    client = as_user(minah)
    preview = client.post("/write/", article_data(intent="preview"))
    assert preview.status_code == 200
    assert not Post.objects.exists()
    client.post("/write/", article_data())
    assert preview.context["preview"] == Post.objects.get().html


@pytest.mark.behaviour("UX-05")
def test_what_is_wrong_is_said_beside_the_field_and_the_text_stays(as_user, minah):
    response = as_user(minah).post("/write/", article_data(title="", tags="가" * 31))
    html = response.content.decode()
    assert response.status_code == 422
    assert "장고(Django)" in html
    assert "가" * 31 in html
    assert response.context["form"].errors["tags"]
    response = as_user(minah).post("/write/", article_data(title=""))
    assert response.status_code == 422
    assert response.context["form"].errors["title"]


@pytest.mark.behaviour("UX-07")
def test_sending_the_form_twice_makes_one_article(as_user, minah):
    client = as_user(minah)
    key = re.search(r'name="submission" value="([^"]+)"', client.get("/write/").content.decode())
    for _time in range(2):
        client.post("/write/", article_data(submission=key[1]))
    assert Post.objects.count() == 1


def test_a_failed_publication_keeps_the_draft_it_made(as_user, minah):
    client = as_user(minah)
    response = client.post("/write/", article_data(title="제목만", source=""))
    assert response.status_code == 422
    draft = Post.objects.get()
    assert draft.status == "draft"
    client.post("/write/", article_data(title="제목만", source="이제 썼다"))
    assert Post.objects.filter(title="제목만").count() >= 1


@pytest.mark.behaviour("AP-07")
def test_others_find_no_draft_and_may_not_edit_what_they_can_read(as_user, minah, stranger, taeo):
    draft, post = make_draft(minah), make_article(minah)
    client = as_user(stranger)
    assert client.get(f"/write/{draft.pk}/").status_code == 404
    assert client.get(f"/write/{post.pk}/").status_code == 403
    assert client.post(f"/write/{post.pk}/", article_data(title="빼앗기")).status_code == 403
    assert client.post(f"/write/{post.pk}/delete/").status_code == 403
    assert client.post(f"/write/{post.pk}/restore/").status_code == 404
    assert as_user(taeo).get(f"/write/{post.pk}/").status_code == 404
    post.refresh_from_db()
    assert post.title == "도커로 배포하기"


@pytest.mark.behaviour("UX-26", "BL-19")
def test_deleting_asks_first_and_can_be_taken_back(as_user, minah):
    post = make_article(minah)
    client = as_user(minah)
    assert "도커로 배포하기" in client.get(f"/write/{post.pk}/delete/").content.decode()
    assert Post.objects.get().status == "published"
    client.post(f"/write/{post.pk}/delete/")
    assert Post.objects.get().status == "deleted"
    client.post(f"/write/{post.pk}/restore/")
    assert Post.objects.get().status == "draft"


def test_a_deleted_draft_is_called_by_the_title_it_had_in_the_editor(
    as_user, minah, django_assert_num_queries
):
    client = as_user(minah)
    for title, source in (("나오지 않은 글", "아직"), ("", "제목 없는 말")):
        client.post("/write/", article_data(title=title, source=source, intent="save"))
    first, second = Post.objects.order_by("pk")
    assert "나오지 않은 글" in client.get(f"/write/{first.pk}/delete/").content.decode()
    assert "제목 없는 말" in client.get(f"/write/{second.pk}/delete/").content.decode()
    actions.delete_post(first, actor=minah)
    with CaptureQueriesContext(connection) as one:
        assert "나오지 않은 글" in client.get("/drafts/").content.decode()
    actions.delete_post(second, actor=minah)
    with django_assert_num_queries(len(one)):
        assert "제목 없는 말" in client.get("/drafts/").content.decode()


@pytest.mark.behaviour("BL-13")
@pytest.mark.parametrize("intent", ["save", "publish", "open_link"])
def test_an_empty_page_makes_no_draft(as_user, minah, intent):
    response = as_user(minah).post(
        "/write/", article_data(title="  ", source="\n", tags="", intent=intent)
    )
    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Post.objects.exists()


@pytest.mark.behaviour("BL-06")
def test_a_draft_takes_tags_that_publishing_refuses(as_user, minah):
    client = as_user(minah)
    tags = ", ".join([*(f"태그{number}" for number in range(11)), "가" * 31])
    client.post("/write/", article_data(tags=tags, intent="save"))
    post = Post.objects.get()
    assert post.draft.details["tags"] == tags.split(", ")
    version = post.draft.version
    refused = client.post(f"/write/{post.pk}/", article_data(tags=tags, version=version))
    assert refused.status_code == 422
    assert refused.context["form"].errors["tags"]
    post.refresh_from_db()
    assert post.status == "draft"


@pytest.mark.behaviour("BL-47")
@pytest.mark.parametrize("mark", ["올리는 중: 하늘.png", "Uploading: 하늘 2.png"])
def test_the_mark_of_an_image_that_never_came_is_not_published(as_user, minah, mark):
    client = as_user(minah)
    soon = f"{timezone.now() + timedelta(days=30):%Y-%m-%dT%H:%M}"
    source = f"앞 문단\n\n![{mark}]()\n\n뒤 문단"
    for intent in ("publish", "schedule"):
        response = client.post(
            "/write/",
            article_data(source=source, intent=intent, scheduled_at=soon),
        )
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["source"]
    assert not Post.objects.exclude(status="draft").exists()
    assert {post.draft.source for post in Post.objects.all()} == {source}
    post = make_article(minah, "나온 글")
    response = client.post(
        f"/write/{post.pk}/", article_data(title="나온 글", source=source, version=0)
    )
    assert response.status_code == 422
    post.refresh_from_db()
    assert "하늘" not in post.html


@pytest.mark.behaviour("BL-01")
def test_home_has_a_composer_that_posts_and_redirects(as_user, minah):
    client = as_user(minah)
    html = client.get("/").content.decode()
    assert 'name="source"' in html
    response = client.post("/", {"source": "김밥을 말았다 #점심", "visibility": "public"})
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert "김밥을 말았다" in client.get("/").content.decode()


@pytest.mark.behaviour("BL-01")
def test_a_refused_note_keeps_its_text(as_user, minah):
    client = as_user(minah)
    response = client.post("/", {"source": "가" * 501, "visibility": "public"})
    assert response.status_code == 422
    assert "가" * 501 in response.content.decode()
    assert client.post("/", {"source": " \n"}).status_code == 422
    assert not Post.objects.exists()


@pytest.mark.behaviour("BL-01")
def test_explore_has_no_composer_and_takes_no_post(as_user, minah):
    response = as_user(minah).post("/explore/", {"source": "여기에?"})
    assert response.status_code == 405


def test_visitors_cannot_post_a_note(client, db):
    assert client.post("/", {"source": "몰래"}).status_code == 302
    assert not Post.objects.exists()


@pytest.mark.behaviour("BL-03")
def test_a_note_is_edited_on_its_own_form(as_user, minah, stranger):
    note = make_note(minah, "처음 쓴 말")
    client = as_user(minah)
    assert "처음 쓴 말" in client.get(f"/write/{note.pk}/").content.decode()
    response = client.post(f"/write/{note.pk}/", {"source": "고친 말", "visibility": "public"})
    assert response.headers["Location"] == note.get_absolute_url()
    note.refresh_from_db()
    assert note.source == "고친 말"
    refused = client.post(f"/write/{note.pk}/", {"source": "", "visibility": "public"})
    assert refused.status_code == 422
    assert as_user(stranger).get(f"/write/{note.pk}/").status_code == 403


def png(width=64, height=32) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (width, height), "#0b6e5f").save(out, "PNG")
    return out.getvalue()


@pytest.mark.behaviour("BL-47")
def test_a_cover_is_taken_in_and_a_broken_one_loses_no_text(as_user, minah):
    client = as_user(minah)
    broken = SimpleUploadedFile("그림.png", b"not a picture", "image/png")
    response = client.post("/write/", article_data(cover=broken))
    assert response.status_code == 422
    assert response.context["form"].errors["cover"]
    assert "장고(Django)" in response.content.decode()
    good = SimpleUploadedFile("그림.png", png(), "image/png")
    client.post("/write/", article_data(cover=good, cover_alt="초록 네모"))
    image = Image.objects.get()
    assert (image.width, image.height, image.alt) == (64, 32, "초록 네모")
    served = client.get(image.get_absolute_url())
    assert served.headers["Content-Type"] == "image/webp"
    assert served.getvalue()  # which also closes the file


@pytest.mark.behaviour("BL-47")
def test_a_cover_that_came_before_its_description_is_described_too(as_user, minah):
    client = as_user(minah)
    image = actions.store_image(png(), actor=minah, name="표지.png")
    client.post("/write/", article_data(cover_key=image.key, cover_alt="초록 네모"))
    image.refresh_from_db()
    assert image.alt == "초록 네모"
    post = Post.objects.get()
    page = client.get(f"/write/{post.pk}/")
    assert page.context["form"]["cover_alt"].value() == "초록 네모"
    # Only what its author changed is stored: another page may have said it better meanwhile.
    actions.describe_image(image, actor=minah, alt="짙은 초록 네모")
    fields = {name: page.context["form"][name].value() for name in ("base", "version")}
    again = article_data(cover_key=image.key, cover_alt="초록 네모", **fields)
    client.post(f"/write/{post.pk}/", again)
    image.refresh_from_db()
    assert image.alt == "짙은 초록 네모"


def test_nobody_describes_the_cover_of_somebody_else(as_user, minah, stranger):
    image = actions.store_image(png(), actor=minah, name="표지.png", alt="초록 네모")
    as_user(stranger).post("/write/", article_data(cover_key=image.key, cover_alt="빼앗기"))
    image.refresh_from_db()
    assert image.alt == "초록 네모"


@pytest.mark.behaviour("BL-50")
def test_an_image_of_a_private_post_is_hidden_and_never_cached(client, minah, stranger):
    image = actions.store_image(png(), actor=minah, name="비밀.png")
    make_article(minah, "비밀", visibility="private", cover=image)
    assert client.get(image.get_absolute_url()).status_code == 404
    client.force_login(stranger)
    assert client.get(image.get_absolute_url()).status_code == 404
    client.force_login(minah)
    own = client.get(image.get_absolute_url())
    assert own.status_code == 200
    assert own.headers["Cache-Control"] == "private, no-store"
    assert own.getvalue()  # which also closes the file


def test_writing_is_limited(as_user, minah):
    client = as_user(minah)
    for number in range(60):
        client.post("/", {"source": f"글 {number}", "visibility": "public"})
    response = client.post("/", {"source": "하나 더", "visibility": "public"})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_a_limited_author_cannot_publish(as_user, minah):
    User.objects.filter(pk=minah.pk).update(state="limited")
    client = as_user(minah)
    response = client.post("/", {"source": "글", "visibility": "public"})
    assert response.status_code in {302, 403, 422}
    assert not Post.objects.exists()
