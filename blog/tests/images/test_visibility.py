"""Who is shown a picture: every mix of state, visibility and relation, by its direct address."""

import itertools
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Draft, Image, Post, PreviewLink
from blog.tests.factories import make_article, make_draft
from blog.tests.images.pictures import png
from social.actions import block_person, follow_person

pytestmark = pytest.mark.django_db
PUBLIC = "public, max-age=3600"
PRIVATE = "private, no-store"


@pytest.fixture
def clients():
    """A browser of each: the author, and the others as they stand to the author."""
    author = make_person("minah", "미나")
    people = {"author": author, "stranger": make_person("stranger", "나그네")}
    people["follower"] = make_person("junho", "준호")
    follow_person(author, actor=people["follower"])
    people["blocked"] = make_person("taeo", "태오")
    block_person(people["blocked"], actor=author)
    people["blocker"] = make_person("kamang", "까망")
    block_person(author, actor=people["blocker"])
    people["staff"] = make_person("sora", "소라", is_staff=True)
    clients = {"visitor": Client()}
    for name, person in people.items():
        clients[name] = Client()
        clients[name].force_login(person)
    clients["author"].person = author
    return clients


def may_see(viewer: str, status: str, visibility: str) -> bool:
    """The rule in words: the owner always; others whoever may open the post."""
    if viewer == "author":
        return True
    if viewer in {"blocked", "blocker"}:
        return False
    if status == "held":
        return viewer == "staff" and visibility in {"public", "unlisted"}
    if status != "published":
        return False
    return visibility in {"public", "unlisted"} or (
        visibility == "followers" and viewer == "follower"
    )


def answer(client: Client, image: Image, query: str = "") -> tuple[int, str]:
    response = client.get(image.get_absolute_url() + query)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code, response.headers["Cache-Control"]


@pytest.mark.behaviour("BL-50")
@pytest.mark.parametrize("use", ["text", "cover"])
def test_a_picture_is_shown_to_exactly_those_who_see_the_post(clients, use):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    if use == "text":
        post = make_article(author, source=f"![]({image.get_absolute_url()})")
    else:
        post = make_article(author, cover=image)
    for status, visibility in itertools.product(Post.Status.values, Post.Visibility.values):
        Post.objects.filter(pk=post.pk).update(
            status=status, visibility=visibility, scheduled_at=timezone.now()
        )
        is_public = status == "published" and visibility == "public"
        for name, client in clients.items():
            is_shown = may_see(name, status, visibility)
            expected = (200, PUBLIC if is_public else PRIVATE) if is_shown else (404, PRIVATE)
            assert answer(client, image) == expected, (name, status, visibility, use)


@pytest.mark.behaviour("BL-50")
@pytest.mark.parametrize("state", ["suspended", "leaving", "erased"])
def test_pictures_of_a_hidden_account_are_hidden(clients, state):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    make_article(author, cover=image)
    User.objects.filter(pk=author.pk).update(state=state)
    for name in ("visitor", "stranger", "follower", "staff"):
        assert answer(clients[name], image)[0] == 404, name


@pytest.mark.behaviour("BL-50")
def test_one_public_post_is_enough_and_losing_it_hides_the_picture_again(clients):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    make_article(author, "비공개", visibility="private", cover=image)
    public = make_article(author, "공개", source=f"![]({image.get_absolute_url()})")
    assert answer(clients["visitor"], image) == (200, PUBLIC)
    actions.unpublish_post(public, actor=author)
    assert answer(clients["visitor"], image) == (404, PRIVATE)


@pytest.mark.behaviour("BL-50")
def test_nobody_makes_a_picture_visible_by_naming_it_in_a_text_of_their_own(clients):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    other = make_person("thief", "도둑")
    post = make_article(other, source=f"훔친 ![그림]({image.get_absolute_url()})")
    assert not post.images.exists()
    assert "<img" not in post.html
    assert "그림" in post.html
    assert answer(clients["visitor"], image) == (404, PRIVATE)
    owner = Client()
    owner.force_login(other)
    assert answer(owner, image) == (404, PRIVATE)


def test_a_cache_may_ask_whether_a_public_picture_changed_but_not_a_private_one(clients):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    post = make_article(author, cover=image)
    first = clients["visitor"].get(image.get_absolute_url())
    b"".join(first.streaming_content)
    etag = first.headers["ETag"]
    again = clients["visitor"].get(image.get_absolute_url(), headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == PUBLIC
    Post.objects.filter(pk=post.pk).update(visibility="private")
    assert (
        clients["visitor"].get(image.get_absolute_url(), headers={"If-None-Match": etag})
    ).status_code == 404
    own = clients["author"].get(image.get_absolute_url(), headers={"If-None-Match": etag})
    assert (own.status_code, own.headers["Cache-Control"]) == (200, PRIVATE)
    b"".join(own.streaming_content)


@pytest.mark.parametrize("path", ["0" * 32 + "/480.webp", "x/480.webp", "..%2f..%2fa/480.webp"])
def test_what_is_no_picture_is_404(client, path):
    assert client.get(f"/media/images/{path}").status_code == 404


def test_a_picture_whose_file_is_lost_is_404(clients):
    image = Image.objects.create(
        owner=clients["author"].person, key="a" * 32, width=480, height=10, widths=[480]
    )
    assert answer(clients["author"], image)[0] == 404


# Preview links ------------------------------------------------------------------------------------


def link_to(post: Post, **changes) -> PreviewLink:
    return PreviewLink.objects.create(
        post=post, **({"expires_at": timezone.now() + timedelta(days=30)} | changes)
    )


@pytest.fixture
def three_pictures(clients):
    """A draft with a picture in its text, one as cover, and one only in an older text."""
    author = clients["author"].person
    images = [actions.store_image(png(60 + n), actor=author) for n in range(3)]
    text, cover, former = images
    post = make_draft(author)
    Draft.objects.filter(post=post).delete()
    Draft.objects.create(
        post=post,
        source=f"봄 ![]({text.get_absolute_url()})",
        details={"cover": cover.key},
    )
    post.kept_images.set(images)
    return post, text, cover, former


@pytest.mark.behaviour("BL-16", "BL-50")
def test_an_open_preview_link_shows_the_pictures_of_the_draft_and_no_others(
    clients, three_pictures
):
    post, text, cover, former = three_pictures
    link = link_to(post)
    for name in ("visitor", "stranger", "follower", "blocked"):
        for image in (text, cover):
            assert answer(clients[name], image) == (404, PRIVATE), name
            assert answer(clients[name], image, f"?draft={link.key}") == (200, PRIVATE), name
        assert answer(clients[name], former, f"?draft={link.key}") == (404, PRIVATE), name


@pytest.mark.behaviour("BL-16", "BL-50")
def test_an_open_preview_link_shows_the_pictures_of_the_post_itself(clients):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    post = make_draft(author, source=f"![]({image.get_absolute_url()})")
    link = link_to(post)
    assert answer(clients["visitor"], image, f"?draft={link.key}") == (200, PRIVATE)


@pytest.mark.behaviour("BL-16", "BL-50")
@pytest.mark.parametrize("end", ["expired", "revoked", "deleted", "suspended", "other", "none"])
def test_a_preview_link_that_is_not_open_shows_nothing(clients, three_pictures, end):
    post, text, _cover, _former = three_pictures
    link = link_to(post)
    key = link.key
    if end == "expired":
        PreviewLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "revoked":
        link.delete()
    elif end == "deleted":
        Post.objects.filter(pk=post.pk).update(status="deleted")
    elif end == "suspended":
        User.objects.filter(pk=post.author_id).update(state="suspended")
    elif end == "other":
        thief = make_person("thief", "도둑")
        own = make_draft(thief)
        Draft.objects.update_or_create(
            post=own, defaults={"source": f"![]({text.get_absolute_url()})"}
        )
        key = link_to(own).key
    else:
        key = "%00" if end == "none" else ""
    assert answer(clients["visitor"], text, f"?draft={key}") == (404, PRIVATE)


def test_a_public_picture_asked_for_with_a_preview_key_stays_public(clients):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    make_article(author, cover=image)
    assert answer(clients["visitor"], image, "?draft=nothing") == (200, PUBLIC)


@pytest.mark.parametrize(("who", "most"), [("visitor", 1), ("follower", 3)])
def test_a_picture_costs_few_queries(clients, who, most, django_assert_max_num_queries):
    author = clients["author"].person
    image = actions.store_image(png(), actor=author)
    make_article(author, cover=image)
    with django_assert_max_num_queries(most):
        answer(clients[who], image)


@pytest.mark.behaviour("BL-16", "BL-50")
def test_the_page_behind_a_preview_link_shows_its_pictures(clients):
    author = clients["author"].person
    text, cover = (actions.store_image(png(width), actor=author) for width in (1200, 1300))
    post = make_draft(author)
    actions.save_draft(
        post,
        actor=author,
        changes={"source": f"![봄]({text.get_absolute_url()})", "cover": cover.key},
    )
    link = link_to(post)
    page = clients["visitor"].get(link.get_absolute_url()).content.decode()
    addresses = set(re.findall(r"/media/images/[^\s\"',]+", unescape(page)))
    assert len(addresses) >= 2, "neither text nor cover is there"
    for address in addresses:
        response = clients["visitor"].get(address)
        assert response.status_code == 200, address
        b"".join(response.streaming_content)
