"""A picture or a series that moderators hide: the posts around it stay, it is its owner's alone."""

import io
import zipfile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from blog import actions
from blog.actions.holds import hold_image, hold_series, show_image, show_series
from blog.models import Image, Series
from blog.tests.factories import make_article, make_person
from blog.tests.images.pictures import png
from config.tests.api_client import api_client
from search.actions import drain_outbox
from search.generations import document_model, live_slot
from social.reportables import find_reportable

pytestmark = pytest.mark.django_db
TITLE = "대문 이야기"


def read(response) -> bytes:
    """Return the whole answer; what streams is closed by reading it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def client_of(person=None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def people(minah, junho, taeo, sora):
    return {"visitor": None, "author": minah, "follower": junho, "blocked": taeo, "staff": sora}


# Pictures -----------------------------------------------------------------------------------------


@pytest.fixture
def image(minah):
    return actions.store_image(png(1000, 500), actor=minah, name="비밀 이름.png", alt="초록 들")


@pytest.fixture
def post(minah, image):
    source = f"앞\n\n![초록 들]({image.get_absolute_url()})\n\n뒤"
    return make_article(minah, "들판", source=source, cover=image)


def status_for(person, image: Image) -> int:
    response = client_of(person).get(image.get_absolute_url())
    read(response)
    return response.status_code


@pytest.mark.behaviour("SO-39", "BL-50")
def test_a_held_picture_is_gone_for_all_but_owner_and_staff_wherever_it_stands(post, image, people):
    assert status_for(None, image) == 200
    assert hold_image(image.pk) == "shown"
    codes = {name: status_for(person, image) for name, person in people.items()}
    assert codes == {"visitor": 404, "author": 200, "follower": 404, "blocked": 404, "staff": 200}
    held = client_of(people["author"]).get(image.get_absolute_url())
    read(held)
    assert held.headers["Cache-Control"] == "private, no-store"
    show_image(image.pk, "shown")
    assert status_for(None, image) == 200
    assert status_for(people["blocked"], image) == 404


def test_its_owner_alone_is_not_enough_for_a_copy_in_a_cache(post, image, client):
    answer = client.get(image.get_absolute_url())
    read(answer)
    hold_image(image.pk)
    again = client.get(image.get_absolute_url(), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 404


@pytest.mark.behaviour("SO-39")
def test_the_post_stays_and_shows_its_description_and_no_cover(post, image, people):
    hold_image(image.pk)
    file = image.get_absolute_url()
    for name in ("visitor", "follower"):
        client = client_of(people[name])
        page = client.get(post.get_absolute_url()).content.decode()
        assert "초록 들" in page
        assert "post__cover" not in page
        assert f'property="og:image" content="http://testserver{file}' not in page
        assert "post-card__cover" not in client.get("/explore/").content.decode()
        told = api_client(people[name]).get(f"posts/{post.pk}/").json()
        assert told["cover"] is None
    assert '"image"' not in client_of().get("/@minah/feed.json").content.decode()
    mine = api_client(people["author"]).get(f"posts/{post.pk}/").json()
    assert mine["cover"]["id"] == image.pk
    assert (
        "post__cover" in client_of(people["author"]).get(post.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("form", ["epub", "html"])
def test_who_takes_the_post_along_does_not_take_the_picture(post, image, people, form):
    hold_image(image.pk)
    sizes = {}
    for name in ("visitor", "author"):
        answer = client_of(people[name]).get(f"/posts/{post.pk}/download.{form}")
        sizes[name] = read(answer)
    if form == "epub":
        names = {name: zipfile.ZipFile(io.BytesIO(data)).namelist() for name, data in sizes.items()}
        assert not [one for one in names["visitor"] if image.key in one]
        assert "EPUB/cover.svg" in names["visitor"]
        assert [one for one in names["author"] if image.key in one]
    else:
        assert b"data:image/webp" not in sizes["visitor"]
        assert b"data:image/webp" in sizes["author"]


def test_a_preview_link_does_not_open_a_held_picture(image, minah, client):
    source = f"![초록 들]({image.get_absolute_url()})"
    draft = actions.create_article(actor=minah, title="초안", source=source, cover=image)
    link = actions.open_preview_link(draft, actor=minah)
    path = f"{image.get_absolute_url()}?draft={link.key}"
    answer = client.get(path)
    read(answer)
    assert answer.status_code == 200
    hold_image(image.pk)
    assert client.get(path).status_code == 404
    assert b"post__cover" not in client.get(link.get_absolute_url()).content


def test_its_owner_is_told_by_the_program_and_deletes_it(image, minah):
    hold_image(image.pk)
    assert api_client(minah).get(f"images/{image.pk}/").json()["is_held"] is True
    actions.delete_image(image, actor=minah)
    show_image(image.pk, "shown")
    assert hold_image(image.pk) == ""


def test_the_same_picture_uploaded_again_is_the_held_one(image, minah):
    hold_image(image.pk)
    again = actions.store_image(png(1000, 500), actor=minah, name="다시.png", alt="")
    assert (again.pk, again.is_held) == (image.pk, True)


@pytest.mark.behaviour("SO-35")
def test_a_picture_is_reported_by_whoever_sees_it(post, image, people):
    found = find_reportable("image", image.pk, people["follower"])
    assert (found.owner, found.url) == (people["author"], post.get_absolute_url())
    assert "초록 들" in found.text
    assert "비밀 이름" not in found.text
    assert find_reportable("image", image.pk, people["blocked"]) is None
    page = client_of(people["follower"]).get(f"/report/post/{post.pk}/").content.decode()
    assert f"/report/image/{image.pk}/" in page
    assert client_of(people["follower"]).get(f"/report/image/{image.pk}/").status_code == 200
    hold_image(image.pk)
    assert find_reportable("image", image.pk, people["follower"]) is None
    page = client_of(people["follower"]).get(f"/report/post/{post.pk}/").content.decode()
    assert f"/report/image/{image.pk}/" not in page


# Series -------------------------------------------------------------------------------------------


@pytest.fixture
def series(minah):
    return actions.create_series(TITLE, actor=minah, description="문에 대해")


@pytest.fixture
def chapter(minah, series):
    return make_article(minah, "첫째 문", series=series, tags=["문"])


def shows(person, path: str) -> bool:
    response = client_of(person).get(path, follow=True)
    return TITLE in read(response).decode() and response.status_code == 200


PAGES = (
    "/@minah/series/",
    "/@minah/series/대문-이야기/",
    "/@minah/첫째-문/",
    "/explore/",
    "/tags/문/",
    "/@minah/series/대문-이야기/feed.atom",
)


@pytest.mark.behaviour("SO-39")
def test_a_held_series_is_named_to_its_author_and_staff_alone(series, chapter, people):
    seen = {name: [shows(person, path) for path in PAGES] for name, person in people.items()}
    assert all(seen["visitor"])
    assert all(seen["follower"])
    assert hold_series(series.pk) == "shown"
    for name in ("visitor", "follower", "blocked"):
        assert not any(shows(people[name], path) for path in PAGES), name
    for name in ("author", "staff"):
        # Feeds are the same for everybody.
        assert all(shows(people[name], path) for path in PAGES[:-1]), name
    assert client_of().get(series.get_absolute_url()).status_code == 404
    assert client_of().get(chapter.get_absolute_url()).status_code == 200
    assert client_of().get("/sitemap-series.xml").content.count(b"<url>") == 0
    show_series(series.pk, "shown")
    after = {name: [shows(person, path) for path in PAGES] for name, person in people.items()}
    assert after == seen


@pytest.mark.behaviour("SO-39")
def test_programs_meet_a_held_series_as_pages_do(series, chapter, people):
    hold_series(series.pk)
    for name, person in people.items():
        client, sees = api_client(person), name in ("author", "staff")
        assert (client.get(f"series/{series.pk}/").status_code == 200) == sees
        assert len(client.get("series/").json()["results"]) == sees
        assert len(client.get(f"posts/?series={series.pk}").json()["results"]) == sees
        if name != "blocked":
            told = client.get(f"posts/{chapter.pk}/").json()
            assert (told["series"] is not None) == sees
            assert (told["links"]["series"] is not None) == sees
            listed = client.get("posts/").json()["results"]
            assert [one["series"] is not None for one in listed] == [sees]
        if sees:
            assert client.get(f"series/{series.pk}/").json()["is_held"] is True


def test_who_follows_a_held_series_goes_on_reading_its_posts_without_its_name(
    series, chapter, people, junho
):
    actions.follow_series(series, actor=junho)
    hold_series(series.pk)
    home = client_of(junho).get("/").content.decode()
    assert "첫째 문" in home
    assert TITLE not in home
    assert api_client(junho).get("me/followed-series/").json()["results"] == []
    show_series(series.pk, "shown")
    assert len(api_client(junho).get("me/followed-series/").json()["results"]) == 1


def test_a_held_series_cannot_be_followed_or_taken_along(series, chapter, stranger):
    hold_series(series.pk)
    client = client_of(stranger)
    assert client.post(f"{series.get_absolute_url()}follow/").status_code == 404
    assert api_client(stranger).put(f"series/{series.pk}/follow/").status_code == 404
    assert api_client(stranger).get(f"series/{series.pk}/download/").status_code == 404
    page = client.get(chapter.get_absolute_url()).content.decode()
    assert "series-box" not in page


def test_its_author_renames_and_deletes_it_and_it_stays_held_until_then(series, chapter, minah):
    hold_series(series.pk)
    actions.change_series(series, actor=minah, title="다른 이름")
    assert Series.objects.get(pk=series.pk).is_held
    actions.delete_series(series, actor=minah)
    show_series(series.pk, "shown")
    assert hold_series(series.pk) == ""
    chapter.refresh_from_db()
    assert chapter.is_published


@pytest.mark.behaviour("SO-35")
def test_a_series_is_reported_by_whoever_meets_something_in_it(series, chapter, people):
    link = f"/report/series/{series.pk}/"
    for name, is_offered in (("visitor", False), ("author", False), ("follower", True)):
        page = client_of(people[name]).get(series.get_absolute_url()).content.decode()
        assert (link in page) == is_offered
    client = client_of(people["follower"])
    sent = client.post(link, {"category": "spam", "note": "제목이 광고예요"})
    assert sent.headers["Location"] == series.get_absolute_url()
    assert find_reportable("series", series.pk, people["blocked"]) is None
    hold_series(series.pk)
    assert client.get(link).status_code == 404
    assert find_reportable("series", series.pk, make_person("dain", "다인")) is None


def test_a_held_series_is_found_by_its_author_and_staff_alone(series, chapter, people):
    drain_outbox()
    documents = document_model(live_slot()).objects
    hold_series(series.pk)
    for name, person in people.items():
        found = documents.listed_to(person or AnonymousUser(), "series")
        assert found.exists() == (name in ("author", "staff")), name
