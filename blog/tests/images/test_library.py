"""One's own images: where they are used, describing and deleting them, and what lies unused."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from blog import actions
from blog.exceptions import NotTheOwner
from blog.image_library import image_cards, space_of, unused_of
from blog.models import Draft, Image, Post
from blog.tests.factories import make_article, make_draft
from blog.tests.images.pictures import png
from blog.views.image_library import IMAGES_PER_PAGE

URL = "/settings/images/"
pytestmark = pytest.mark.django_db


def make_image(owner, width: int = 40, **changes) -> Image:
    image = actions.store_image(png(width), actor=owner, name=f"그림 {width}.png", alt="초록")
    if changes:
        Image.objects.filter(pk=image.pk).update(**changes)
        image.refresh_from_db()
    return image


def long_ago(days: int = 31):
    return timezone.now() - timedelta(days=days)


def text_of(response) -> str:
    return response.content.decode()


# The page -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-49")
def test_the_page_shows_ones_own_images_and_the_posts_that_use_them(client, minah, junho):
    image, other = make_image(minah), make_image(junho, 41)
    make_article(minah, "봄 이야기", cover=image)
    make_draft(minah, "여름 이야기", source=f"![]({image.get_absolute_url()})")
    client.force_login(minah)
    page = text_of(client.get(URL))
    assert "그림 40.png" in page
    assert image.get_absolute_url() in page
    assert "봄 이야기" in page
    assert "여름 이야기" in page
    assert other.key not in page
    assert "1\xa0GB" in page


def test_signed_out_people_sign_in_first(client):
    for path in (URL, f"{URL}unused/", f"{URL}{'a' * 32}/delete/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/auth/login/?next=")


@pytest.mark.behaviour("BL-49")
def test_strangers_cannot_touch_an_image_that_is_not_theirs(client, minah, stranger, taeo, sora):
    image = make_image(minah)
    make_article(minah, cover=image)
    for person in (stranger, taeo, sora):
        client.force_login(person)
        assert image.key not in text_of(client.get(URL))
        assert client.get(f"{URL}{image.key}/delete/").status_code == 404
        assert client.post(f"{URL}{image.key}/delete/").status_code == 404
        assert client.post(f"{URL}{image.key}/alt/", {"alt": "x"}).status_code == 404
        with pytest.raises(NotTheOwner):
            actions.delete_image(image, actor=person)
        with pytest.raises(NotTheOwner):
            actions.describe_image(image, actor=person, alt="x")
    assert Image.objects.get().alt == "초록"


def test_the_number_of_queries_does_not_grow(client, minah, django_assert_max_num_queries):
    client.force_login(minah)
    for number in range(12):
        image = make_image(minah, 40 + number)
        for _times in range(3):
            make_article(minah, f"글 {number}", cover=image)
    client.get(URL)
    with django_assert_max_num_queries(9):
        client.get(URL)


def test_the_uses_come_in_two_queries(minah, django_assert_num_queries):
    images = [make_image(minah, 40 + number) for number in range(4)]
    for image in images:
        make_article(minah, cover=image, source=f"![]({image.get_absolute_url()})")
        make_draft(minah, source=f"![]({image.get_absolute_url()})").kept_images.add(image)
    with django_assert_num_queries(2):
        cards = image_cards(images)
    assert [card.image for card in cards] == images
    assert [card.use_count for card in cards] == [2, 2, 2, 2], "each post once"


def test_many_uses_are_shortened(minah):
    image = make_image(minah)
    for number in range(5):
        make_article(minah, f"글 {number}", cover=image)
    (card,) = image_cards([image])
    assert [use.title for use in card.uses] == ["글 4", "글 3", "글 2"]
    assert card.more_count == 2


def test_an_image_that_is_used_everywhere_hides_no_use_of_another(minah):
    everywhere, seldom = make_image(minah, 40), make_image(minah, 41)
    make_article(minah, "옛 글", cover=seldom)
    Post.objects.bulk_create(Post(author=minah, cover=everywhere) for _number in range(1001))
    cards = image_cards([everywhere, seldom])
    assert [card.use_count for card in cards] == [1001, 1]
    assert [use.title for use in cards[1].uses] == ["옛 글"]


def test_every_use_leads_somewhere(client, minah):
    image = make_image(minah)
    posts = [make_article(minah, "공개", cover=image), make_draft(minah, "초안", cover=image)]
    deleted = make_article(minah, "지운 글", cover=image)
    actions.delete_post(deleted, actor=minah)
    client.force_login(minah)
    (card,) = image_cards([image])
    assert {use.title for use in card.uses} == {"공개", "초안", "지운 글"}
    assert len(posts) + 1 == len(card.uses)
    for use in card.uses:
        assert client.get(use.url, follow=True).status_code == 200


@pytest.mark.behaviour("BL-49")
def test_the_page_is_paged(client, minah):
    for number in range(IMAGES_PER_PAGE + 3):
        Image.objects.create(
            owner=minah,
            key=f"{number:032x}",
            content_hash=str(number),
            width=8,
            height=6,
            widths=[8],
        )
    client.force_login(minah)
    first = text_of(client.get(URL))
    assert first.count('class="image-card"') == IMAGES_PER_PAGE
    older = re.search(r'href="(\?cursor=[^"]+)" rel="next"', first)[1]
    assert text_of(client.get(URL + older)).count('class="image-card"') == 3


def test_nothing_yet_says_what_to_do(as_user, minah):
    assert "/write/" in text_of(as_user(minah).get(URL))
    assert as_user(minah).get(f"{URL}?show=unused").status_code == 200
    assert as_user(minah).get(f"{URL}unused/").status_code == 200


@pytest.mark.behaviour("BL-49")
def test_the_space_is_that_of_all_files(minah, settings):
    images = [make_image(minah, 40), make_image(minah, 1200)]
    stored = sum(default_storage.size(name) for image in images for name in image.file_names)
    space = space_of(minah)
    assert (space.image_count, space.used_bytes) == (2, stored)
    assert settings.IMAGE_QUOTA_BYTES == space.limit_bytes == 1024**3
    assert not space.is_nearly_full


# Descriptions -------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-49")
def test_a_description_is_changed_and_the_posts_follow(
    as_user, minah, django_capture_on_commit_callbacks
):
    image = make_image(minah)
    own = f"![]({image.get_absolute_url()}) ![다른 말]({image.get_absolute_url()})"
    post = make_article(minah, source=own)
    with django_capture_on_commit_callbacks(execute=True):
        response = as_user(minah).post(
            f"{URL}{image.key}/alt/", {"alt": " 초록\n 마당 ", "next": f"{URL}?show=unused"}
        )
    assert response.status_code == 302
    assert response.headers["Location"] == f"{URL}?show=unused#image-{image.key}"
    image.refresh_from_db()
    assert image.alt == "초록 마당"
    edited_at = post.edited_at
    post.refresh_from_db()
    assert 'alt="초록 마당"' in post.html
    assert 'alt="다른 말"' in post.html
    assert post.edited_at == edited_at, "nobody edited the text"


def test_a_script_gets_json(as_user, minah):
    image = make_image(minah)
    client = as_user(minah)
    headers = {"Accept": "application/json"}
    changed = client.post(f"{URL}{image.key}/alt/", {"alt": "하늘"}, headers=headers)
    assert changed.json() == {"key": image.key, "alt": "하늘"}
    assert client.post(f"{URL}{image.key}/delete/", headers=headers).status_code == 204
    missing = client.post(f"{URL}{image.key}/delete/", headers=headers)
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_descriptions_are_not_changed_without_end(as_user, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.DESCRIPTIONS_AN_HOUR", 1)
    image, client = make_image(minah), as_user(minah)
    assert client.post(f"{URL}{image.key}/alt/", {"alt": "하나"}).status_code == 302
    assert client.post(f"{URL}{image.key}/alt/", {"alt": "둘"}).status_code == 429
    image.refresh_from_db()
    assert image.alt == "하나"


def test_a_long_description_is_cut(as_user, minah):
    image = make_image(minah)
    as_user(minah).post(f"{URL}{image.key}/alt/", {"alt": "가" * 600})
    image.refresh_from_db()
    assert image.alt == "가" * 500


# Deletion -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-49")
def test_deletion_says_what_follows_then_takes_files_and_row(
    client, minah, django_capture_on_commit_callbacks
):
    image = make_image(minah)
    post = make_article(minah, "봄", source=f"![새싹]({image.get_absolute_url()} '설명')")
    covered = make_article(minah, "여름", cover=image)
    client.force_login(minah)
    asked = text_of(client.get(f"{URL}{image.key}/delete/"))
    assert "봄" in asked
    assert "여름" in asked
    assert "2" in asked
    assert Image.objects.exists(), "asking deletes nothing"
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"{URL}{image.key}/delete/", {"next": URL})
    assert response.headers["Location"] == URL
    assert not Image.objects.exists()
    assert not any(default_storage.exists(name) for name in image.file_names)
    assert client.get(image.get_absolute_url()).status_code == 404
    post.refresh_from_db()
    covered.refresh_from_db()
    assert "<img" not in post.html
    assert "새싹" in post.html
    assert covered.cover is None
    assert client.get(post.get_absolute_url()).status_code == 200


def test_the_way_back_stays_on_this_site(as_user, minah):
    image = make_image(minah)
    response = as_user(minah).post(
        f"{URL}{image.key}/delete/", {"next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == URL


# What lies unused ---------------------------------------------------------------------------------


@pytest.fixture
def used_and_unused(minah):
    """Images a month old: four in use in one way each, one in none."""
    names = ("text", "cover", "draft", "deleted", "nothing")
    images = {
        name: make_image(minah, 40 + number, unused_since=long_ago(), created_at=long_ago())
        for number, name in enumerate(names)
    }
    make_article(minah, source=f"![]({images['text'].get_absolute_url()})")
    make_article(minah, cover=images["cover"])
    make_draft(minah).kept_images.add(images["draft"])
    gone = make_article(minah, cover=images["deleted"])
    actions.delete_post(gone, actor=minah)
    return images


@pytest.mark.behaviour("BL-49")
def test_only_what_nothing_uses_is_offered_and_only_after_thirty_days(minah, used_and_unused):
    young = make_image(minah, 90, unused_since=long_ago(29))
    known_to_be_used = make_image(minah, 91, unused_since=None)
    offered = set(Image.objects.by(minah).unused_for_days(30))
    assert offered == {used_and_unused["nothing"]}
    assert set(Image.objects.unused()) == {
        used_and_unused["nothing"],
        young,
        known_to_be_used,
    }
    assert unused_of(minah).image_count == 1


@pytest.mark.behaviour("BL-49")
def test_what_lies_unused_is_removed_after_asking(
    client, minah, junho, used_and_unused, django_capture_on_commit_callbacks
):
    others = make_image(junho, 95, unused_since=long_ago())
    client.force_login(minah)
    page = text_of(client.get(f"{URL}?show=unused"))
    assert used_and_unused["nothing"].key in page
    assert used_and_unused["cover"].key not in page
    assert f"{URL}unused/" in page
    asked = text_of(client.get(f"{URL}unused/"))
    assert used_and_unused["nothing"].key in asked
    assert Image.objects.count() == 6
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}unused/")
    left = set(Image.objects.all())
    assert left == {others, *used_and_unused.values()} - {used_and_unused["nothing"]}
    assert not default_storage.exists(used_and_unused["nothing"].file_names[0])
    assert client.post(f"{URL}unused/").status_code == 302


def test_an_unused_picture_that_is_sent_again_is_new_again(minah, used_and_unused):
    nothing = used_and_unused["nothing"]
    again = actions.store_image(png(nothing.width), actor=minah)
    assert again == nothing
    assert unused_of(minah).image_count == 0


@pytest.mark.behaviour("BL-49")
def test_the_night_notes_what_is_used_and_never_removes_an_image(minah, used_and_unused):
    Image.objects.update(created_at=long_ago(400), unused_since=long_ago(400))
    post = make_draft(minah, source=f"![]({used_and_unused['nothing'].get_absolute_url()})")
    actions.clean_images()
    assert not Image.objects.filter(unused_since__isnull=False).exclude(
        pk=used_and_unused["draft"].pk  # named by no draft: only the test said so
    )
    actions.change_article(post, actor=minah, source="그림이 없다")
    Draft.objects.filter(post=post).delete()
    Post.objects.get(pk=post.pk).revisions.all().delete()
    actions.clean_images()
    nothing = Image.objects.get(pk=used_and_unused["nothing"].pk)
    assert nothing.unused_since is not None, "it is counted from the night that found it"
    assert timezone.now() - nothing.unused_since < timedelta(minutes=1)
    assert Image.objects.count() == 5


# Adding without scripts ---------------------------------------------------------------------------


def send(client, file, **data):
    return client.post("/settings/images/add/", {"file": file} | data, follow=True)


@pytest.mark.behaviour("BL-47")
def test_an_image_is_added_by_a_plain_form_with_the_line_for_a_text(as_user, minah):
    client = as_user(minah)
    page = send(client, SimpleUploadedFile("바다.png", png(), "image/png"), alt="파도 [셋]")
    image = Image.objects.get()
    assert page.redirect_chain == [(f"/settings/images/#image-{image.key}", 302)]
    line = f"![파도 \\[셋\\]]({image.get_absolute_url()})"
    assert f'value="{line}"' in page.content.decode()
    post = make_article(minah, source=line)
    assert image in post.images.all()


@pytest.mark.parametrize("data", [b"no picture", b""], ids=["text", "empty"])
def test_what_is_no_image_is_said_and_not_stored(as_user, minah, data):
    page = send(as_user(minah), SimpleUploadedFile("바다.png", data, "image/png"))
    assert page.status_code == 200
    assert "notice--error" in text_of(page)
    assert not Image.objects.exists()


def test_adding_needs_a_file_a_login_and_room(client, as_user, minah, settings):
    assert client.post("/settings/images/add/").status_code == 302
    own = as_user(minah)
    assert "notice--error" in text_of(own.post("/settings/images/add/", follow=True))
    settings.IMAGE_QUOTA_BYTES = 10
    page = send(own, SimpleUploadedFile("바다.png", png(), "image/png"))
    assert "notice--error" in text_of(page)
    assert not Image.objects.exists()
