"""Sites elsewhere, registered and looked after by programs of their owners."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Job
from accounts.tests.factories import make_person
from blog.models import Comment
from config.tests.api_client import api_client, matches_stored
from embed import actions
from embed.models import EmbedSite, ThreadAlias
from embed.tests.bringing.files import DISQUS

pytestmark = pytest.mark.django_db

SITE = {"name": "감나무 블로그", "origins": ["https://blog.example", "http://localhost:4000"]}


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def site(minah):
    return actions.register_site(actor=minah, **SITE)


@pytest.mark.behaviour("AP-18", "EM-02")
def test_a_site_is_registered_changed_and_deleted(minah):
    client = api_client(minah)
    made = client.post("embed-sites/", SITE)
    assert made.status_code == 201
    address = made.json()["url"]
    changed = client.patch(address, {"name": "새 이름", "guests": False})
    assert (changed.json()["name"], changed.json()["guests"]) == ("새 이름", False)
    assert changed.json()["origins"] == SITE["origins"]
    assert (
        client.patch(address, {"name": "옛"}, HTTP_IF_MATCH=made.headers["ETag"]).status_code == 412
    )
    assert [one["id"] for one in client.get("embed-sites/").json()["results"]] == [
        made.json()["id"]
    ]
    assert client.delete(address).status_code == 204
    assert not EmbedSite.objects.exists()


def test_a_site_and_a_thread_look_as_they_are_stored(minah, site):
    EmbedSite.objects.filter(pk=site.pk).update(key="0123456789abcdef")
    site.refresh_from_db()
    thread = actions.find_or_create_thread(site, "글/바람", page_title="바람 부는 날")
    actions.alias_thread(thread, actor=minah, key="옛/바람")
    client = api_client(minah)
    matches_stored(client.get(f"embed-sites/{site.key}/"), "own_embed_site")
    address = f"embed-sites/{site.key}/threads/{thread.pk}/"
    matches_stored(client.get(address), "own_embed_thread")


@pytest.mark.behaviour("EM-03")
@pytest.mark.parametrize("origin", ["null", "*", "https://*.example", "https://blog.example/path"])
def test_what_is_no_exact_origin_is_refused(minah, origin):
    refused = api_client(minah).post("embed-sites/", {"name": "가", "origins": [origin]})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "origins"


@pytest.mark.parametrize("path", ["", "threads/", "exports/", "imports/"])
def test_others_reach_no_site(site, path):
    method = "get" if path in {"", "threads/"} else "post"
    address = f"embed-sites/{site.key}/{path}"
    junho = make_person("junho", "준호")
    upload = {"file": SimpleUploadedFile("a.xml", b"<disqus>")} if path == "imports/" else {}
    form = {"format": "multipart"} if path == "imports/" else {}
    assert getattr(api_client(), method)(address).status_code == 401
    assert getattr(api_client(junho), method)(address, upload, **form).status_code == 404
    narrow = getattr(api_client(site.owner, scopes=["read"]), method)(address)
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.behaviour("EM-08")
def test_a_thread_gets_another_key_and_loses_it(minah, site):
    thread = actions.find_or_create_thread(site, "글/바람", page_title="바람 부는 날")
    client = api_client(minah)
    listed = client.get(f"embed-sites/{site.key}/threads/").json()["results"]
    address = listed[0]["url"]
    named = client.put(f"{address}keys/옛/바람/")
    assert (named.status_code, named.json()["other_keys"]) == (200, ["옛/바람"])
    assert client.put(f"{address}keys/옛/바람/").status_code == 200
    other = actions.find_or_create_thread(site, "비")
    taken = client.put(f"embed-sites/{site.key}/threads/{other.pk}/keys/옛/바람/")
    assert taken.json()["code"] == "key_taken"
    assert client.delete(f"{address}keys/옛/바람/").status_code == 204
    assert not ThreadAlias.objects.exists()
    assert client.get(address).json()["key"] == thread.key


@pytest.mark.behaviour("EM-16")
def test_comments_come_in_and_go_out(minah, site, django_capture_on_commit_callbacks):
    client = api_client(minah)
    base = f"embed-sites/{site.key}/"
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile("disqus.xml", DISQUS.encode())
        read = client.post(f"{base}imports/", {"file": file}, format="multipart")
    assert read.status_code == 202
    job = Job.objects.get()
    assert job.result["counts"]["comments"] == 3
    assert not Comment.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{base}imports/{job.pk}/bring/").status_code == 202
    assert Comment.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(f"{base}exports/")
    made = client.get(asked.headers["Location"] + "download/")
    assert len(json.loads(b"".join(made.streaming_content))["threads"]) == 2
    other = actions.register_site(actor=minah, name="다른 곳", origins=["https://b.example"])
    assert client.post(f"embed-sites/{other.key}/imports/{job.pk}/bring/").status_code == 404


def test_the_list_of_threads_asks_the_same_however_long_it_is(
    minah, site, django_assert_max_num_queries
):
    for number in range(12):
        thread = actions.find_or_create_thread(site, f"글/{number}")
        actions.alias_thread(thread, actor=minah, key=f"옛/{number}")
    client = api_client(minah)
    with django_assert_max_num_queries(4):
        found = client.get(f"embed-sites/{site.key}/threads/?page_size=12")
    assert len(found.json()["results"]) == 12
