"""Who sees what: every mix of state, visibility and relation against a plain restatement."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from blog.models import Image, Post
from blog.tests.factories import make_article, make_note, make_person
from social.actions import block_person, follow_person

pytestmark = pytest.mark.django_db


def may_open(viewer: str, status: str, visibility: str, author_state: str) -> bool:
    """The rule of product.md in words, written without looking at the queryset."""
    if viewer == "author":
        return status != "deleted"
    if author_state != "active" or viewer in {"blocked", "blocker"}:
        return False
    if status == "held":
        return viewer == "staff" and visibility in {"public", "unlisted"}
    if status != "published":
        return False
    if visibility == "followers":
        return viewer == "follower"
    return visibility in {"public", "unlisted"}


def may_meet_in_lists(viewer: str, status: str, visibility: str, author_state: str) -> bool:
    if status != "published" or not may_open(viewer, status, visibility, author_state):
        return False
    return viewer == "author" or visibility != "unlisted"


@pytest.fixture
def viewers():
    author = make_person("minah", "미나")
    follower = make_person("junho", "준호")
    blocked = make_person("taeo", "태오")
    blocker = make_person("kamang", "까망")
    follow_person(author, actor=follower)
    block_person(blocked, actor=author)
    block_person(author, actor=blocker)
    return {
        "author": author,
        "follower": follower,
        "blocked": blocked,
        "blocker": blocker,
        "staff": make_person("sora", "소라", is_staff=True),
        "stranger": make_person("stranger", "나그네"),
        "visitor": AnonymousUser(),
    }


@pytest.mark.behaviour("BL-38", "X-01", "AC-46")
@pytest.mark.parametrize("author_state", ["active", "suspended", "leaving", "erased"])
def test_everybody_sees_exactly_what_the_rule_allows(viewers, author_state):
    author = viewers["author"]
    statuses = Post.Status.values
    posts = {}
    for status, visibility in itertools.product(statuses, Post.Visibility.values):
        post = make_note(author, f"{status} {visibility}")
        Post.objects.filter(pk=post.pk).update(
            status=status, visibility=visibility, scheduled_at=timezone.now()
        )
        posts[post.pk] = (status, visibility)
    User.objects.filter(pk=author.pk).update(state=author_state)
    for name, viewer in viewers.items():
        opened = set(Post.objects.visible_to(viewer).values_list("pk", flat=True))
        listed = set(Post.objects.listed_to(viewer).values_list("pk", flat=True))
        for pk, (status, visibility) in posts.items():
            case = (name, status, visibility, author_state)
            assert (pk in opened) == may_open(*case), case
            assert (pk in listed) == may_meet_in_lists(*case), case


@pytest.mark.behaviour("BL-50")
def test_an_image_is_seen_by_whoever_sees_a_post_that_uses_it(viewers):
    author = viewers["author"]
    image = Image.objects.create(owner=author, key="a" * 32, width=10, height=10, widths=[10])
    post = make_article(author, visibility="followers")
    post.images.add(image)
    seen = {name for name, viewer in viewers.items() if Image.objects.visible_to(viewer).exists()}
    assert seen == {"author", "follower"}
    Post.objects.filter(pk=post.pk).update(visibility="public")
    seen = {name for name, viewer in viewers.items() if Image.objects.visible_to(viewer).exists()}
    assert seen == set(viewers) - {"blocked", "blocker"}


def test_public_leaves_out_what_is_not_for_everybody(viewers):
    make_article(viewers["author"], "공개한 글")
    make_article(viewers["author"], "링크로만 보는 글", visibility="unlisted")
    assert [post.title for post in Post.objects.public()] == ["공개한 글"]


@pytest.mark.behaviour("X-13")
def test_a_card_costs_two_queries_however_many_posts(viewers, django_assert_num_queries):
    from blog.cards import cards_for

    author = viewers["author"]
    for number in range(3):
        make_article(author, f"글 {number}", tags=["도커", f"태그{number}"])
    with django_assert_num_queries(2):
        cards_for(Post.objects.listed_to(AnonymousUser()).for_card(), AnonymousUser())
    for number in range(3, 12):
        make_article(author, f"글 {number}", tags=["도커", f"태그{number}"])
    with django_assert_num_queries(2):
        cards = cards_for(Post.objects.listed_to(AnonymousUser()).for_card(), AnonymousUser())
    assert len(cards) == 12


def test_since_days_is_a_window_that_moves(viewers):
    make_article(viewers["author"], "묵은 글", published_at=timezone.now() - timedelta(days=20))
    assert not Post.objects.public().since_days(14).exists()
