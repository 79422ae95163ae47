"""No surface shows draft text: every address there is, and every order of what an author does."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Post
from config.exceptions import DomainError
from config.tests.test_guard_urls import ROUTES, VISITORS, samples_of
from config.tests.world import make_world
from social.actions import follow_person

pytestmark = pytest.mark.one_engine

WALKS = int(os.environ.get("MADANG_LEAK_WALKS", "6"))
SECRET = "비밀초고"
FIELDS = ("title", "source", "excerpt", "slug", "new_series", "canonical_url")


def body_of(response) -> str:
    content = b"".join(response) if response.streaming else response.content
    location = response.headers.get("Location", "")
    return content.decode("utf-8", "replace") + location + str(dict(response.headers))


@pytest.mark.behaviour("BL-07")
@pytest.mark.django_db
def test_no_address_of_the_site_shows_the_draft_layer_to_anybody_else():
    world = make_world()
    changes = {name: f"{SECRET}{name}" for name in FIELDS} | {"tags": [f"{SECRET}태그"]}
    for post in (world.article, world.draft):
        actions.save_draft(post, actor=world.minah, changes=changes)
        actions.name_revision(post, actor=world.minah, name=f"{SECRET}판")
    scheduled = actions.start_draft(actor=world.minah, origin_key="form:x", changes=changes)
    post = actions.post_of(world.minah, "form:x")
    assert scheduled.version == 1
    with transaction.atomic():
        actions.save_draft(post, actor=world.minah, changes={"canonical_url": ""})
    actions.schedule_post(post, actor=world.minah, at=timezone.now() + timedelta(days=1))
    leaks = []
    for route in ROUTES:
        for values in samples_of(route, world):
            path = route.path(values)
            for visitor in VISITORS:
                if path.startswith("/preview/"):
                    continue  # the one address that is there to show it, to whoever has it
                response = world.client(visitor).get(path)
                if SECRET in body_of(response):
                    leaks.append(f"{path} to {visitor}")
    assert not leaks


def surfaces(author, post) -> list[str]:
    paths = [
        "/",
        "/explore/",
        f"/@{author.handle}/",
        "/feed.atom",
        "/feed.rss",
        "/feed.json",
        f"/@{author.handle}/feed.atom",
        "/tags/",
        "/sitemap-posts.xml",
        f"/posts/{post.pk}/",
        f"/write/{post.pk}/",
        f"/write/{post.pk}/state/",
        f"/write/{post.pk}/revisions/",
    ]
    if post.slug:
        paths.append(f"/@{author.handle}/{post.slug}/")
    return paths


STEPS = st.lists(
    st.sampled_from(
        "save publish unpublish schedule unschedule discard restore delete undelete due"
        " public followers private unlisted".split()
    ),
    min_size=3,
    max_size=8,
)


@pytest.mark.behaviour("BL-07", "X-01")
@pytest.mark.django_db
@settings(
    max_examples=WALKS,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_its_author_does_readers_see_the_published_text_alone(steps):
    with transaction.atomic():
        _walk(steps)
        transaction.set_rollback(True)


def _walk(steps: list[str]) -> None:
    author, follower = make_person("minah2", "미나"), make_person("junho2", "준호")
    follow_person(author, actor=follower)
    clients = {None: Client(), follower: Client()}
    clients[follower].force_login(follower)
    post = actions.create_article(actor=author, title="글 0번", source="글 0번")
    out = None  # what publishing brought out last
    now = "글 0번"
    for number, step in enumerate(steps, 1):
        try:
            if step == "save":
                now = f"글 {number}번"
                actions.save_draft(
                    post, actor=author, changes={"title": now, "source": now, "tags": [now]}
                )
            elif step == "publish":
                actions.publish_post(post, actor=author)
                out = now
            elif step == "discard":
                if actions.discard_draft(post, actor=author) and _is_out(post):
                    now = out
            elif step == "schedule":
                at = timezone.now() + timedelta(hours=1)
                actions.schedule_post(post, actor=author, at=at)
            elif step == "due":
                assert actions.publish_due_posts() == 0
            elif step == "restore":
                revision = post.revisions.first()
                if revision:
                    actions.restore_revision(post, revision, actor=author)
                    now = revision.source
            elif step in ("public", "followers", "private", "unlisted"):
                actions.change_article(post, actor=author, visibility=step)
            elif step == "undelete":
                actions.restore_post(post, actor=author)
            else:
                getattr(actions, f"{step}_post")(post, actor=author)
        except DomainError:
            continue
        post = Post.objects.get(pk=post.pk)
        assert out is None or not post.is_published or post.source == out
        _check(clients, author, post, shown=out if post.is_published else None)


def _is_out(post) -> bool:
    return Post.objects.get(pk=post.pk).is_published


def _check(clients, author, post, *, shown: str | None) -> None:
    for reader, client in clients.items():
        may_see = shown is not None and (
            post.visibility in ("public", "unlisted")
            or (post.visibility == "followers" and reader is not None)
        )
        for path in surfaces(author, post):
            text = body_of(client.get(path))
            for number in range(13):
                words = f"글 {number}번"
                assert words not in text or (may_see and words == shown), (path, reader, words)
