"""Whole answers of small resources, as they are promised; those of larger ones lie with their app."""

import pytest

from config.tests.api_client import api_client, matches_stored
from config.tests.world import make_world

pytestmark = pytest.mark.django_db
GARDEN = "https://garden.example"


@pytest.fixture
def world():
    return make_world()


def is_stored(response, name):
    assert response.status_code == 200
    matches_stored(response, name)


@pytest.mark.behaviour("AP-48")
def test_what_is_new_as_it_is_polled(world):
    is_stored(api_client(world.minah).get("notifications/poll/"), "poll")
    is_stored(api_client(world.minah).get("me/unread/"), "unread")


@pytest.mark.behaviour("AP-45")
def test_the_room_that_images_take(world):
    is_stored(api_client(world.minah).get("images/space/"), "image_space")


@pytest.mark.behaviour("AP-49")
def test_suggestions(world):
    is_stored(api_client().get("search/suggest/?q=미"), "suggested")


@pytest.mark.behaviour("AP-50")
def test_an_import(world):
    owner = api_client(world.import_run.owner)
    is_stored(owner.get(f"imports/blog/{world.import_run.pk}/"), "import")


@pytest.mark.behaviour("EM-07")
def test_what_an_embed_reads(world):
    thread, key = world.embed_thread, "0123456789abcdef"
    type(thread.site).objects.filter(pk=thread.site_id).update(key=key)
    name = thread.key
    reader = api_client(HTTP_ORIGIN=GARDEN)
    is_stored(reader.get(f"embed/{key}/"), "embed_site")
    is_stored(reader.get(f"embed/{key}/threads/{name}/"), "embed_thread")
    is_stored(reader.get(f"embed/{key}/threads/{name}/comments/"), "embed_comments")
    is_stored(reader.get(f"embed/{key}/counts/?keys={name}"), "embed_counts")
    is_stored(reader.get(f"embed/{key}/search/?q=바람"), "embed_search")
