"""Feeds and sitemaps: only what is public, ids that last, addresses that work outside."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import time_machine

from blog import actions
from blog.models import Page, Post, Topic
from blog.tests.factories import make_article, make_draft, make_note

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
SITE = "https://madang.example"


def atom_titles(client, path: str) -> list[str]:
    feed = ElementTree.fromstring(client.get(path).content)
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


@pytest.mark.behaviour("BL-57")
def test_the_three_forms_say_the_same_with_full_text_and_absolute_links(client, minah):
    post = make_article(minah, "도커 & <친구>", tags=["도커"], source="본문 [링크](/about/) 끝")
    url = f"{SITE}{post.get_absolute_url()}"
    atom = ElementTree.fromstring(client.get("/feed.atom").content).find(f"{ATOM}entry")
    rss = ElementTree.fromstring(client.get("/feed.rss").content).find("channel/item")
    item = json.loads(client.get("/feed.json").content)["items"][0]
    assert atom.findtext(f"{ATOM}title") == rss.findtext("title") == item["title"] == post.title
    assert atom.find(f"{ATOM}link").get("href") == rss.findtext("link") == item["url"] == url
    for text in (atom.findtext(f"{ATOM}content"), rss.findtext(CONTENT), item["content_html"]):
        assert f'href="{SITE}/about/"' in text
    guid = f"urn:uuid:{post.guid}"
    assert atom.findtext(f"{ATOM}id") == rss.findtext("guid") == item["id"] == guid
    assert item["authors"][0]["name"] == "미나"
    assert client.get("/feed.xyz").status_code == 404


@pytest.mark.behaviour("BL-57")
def test_author_feeds_hold_notes_and_the_others_articles(client, minah):
    topic = Topic.objects.create(slug="dev", name_ko="개발")
    series = actions.find_or_create_series("연재", actor=minah)
    make_article(minah, "긴 글", tags=["점심"], topic=topic, series=series)
    make_note(minah, "짧은 글 #점심")
    assert len(atom_titles(client, "/@minah/feed.atom")) == 2
    for path in (
        "/feed.atom",
        "/tags/점심/feed.atom",
        "/topics/dev/feed.atom",
        "/@minah/series/연재/feed.atom",
    ):
        assert atom_titles(client, path) == ["긴 글"], path


@pytest.mark.behaviour("X-01")
def test_no_feed_and_no_sitemap_shows_what_is_not_for_everybody(client, minah, junho, taeo):
    make_article(minah, "공개", tags=["하나"])
    for visibility in ("unlisted", "followers", "private"):
        make_article(minah, f"숨은 {visibility}", tags=["하나"], visibility=visibility)
    make_draft(minah, "숨은 초안", tags=["하나"])
    deleted = make_article(minah, "숨은 삭제", tags=["하나"])
    actions.delete_post(deleted, actor=minah)
    for person in (None, junho, minah):
        client.logout()
        if person:
            client.force_login(person)
        for path in ("/feed.atom", "/feed.json", "/@minah/feed.rss", "/tags/하나/feed.atom"):
            text = client.get(path).content.decode()
            assert "공개" in text, path
            assert "숨은" not in text, path
        assert quote("숨은") not in client.get("/sitemap-posts.xml").content.decode()


@pytest.mark.behaviour("BL-58")
def test_a_feed_that_did_not_change_is_304(client, minah):
    post = make_article(minah)
    first = client.get("/feed.atom")
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert client.get("/feed.atom", headers={"if-none-match": etag}).status_code == 304
    assert client.get("/feed.atom", headers={"if-modified-since": modified}).status_code == 304
    actions.change_article(post, actor=minah, source="새로 쓴 글")
    assert client.get("/feed.atom", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.behaviour("BL-58")
def test_an_item_keeps_its_id_when_its_address_moves(client, minah):
    post = make_article(minah)
    before = json.loads(client.get("/feed.json").content)["items"][0]
    with time_machine.travel(post.published_at + timedelta(hours=1)):
        actions.change_article(post, actor=minah, slug="다른-주소", source="고친 글")
    after = json.loads(client.get("/feed.json").content)["items"][0]
    assert before["id"] == after["id"]
    assert before["url"] != after["url"]
    assert before["date_published"] == after["date_published"]
    assert after["date_modified"] > after["date_published"]


def test_a_feed_costs_the_same_with_more_items(client, minah, django_assert_max_num_queries):
    for number in range(3):
        make_article(minah, f"글 {number}", tags=["하나", "둘"])
    client.get("/feed.atom")
    with django_assert_max_num_queries(4):
        client.get("/feed.atom")
    for number in range(3, 12):
        make_article(minah, f"글 {number}", tags=["하나", "둘"])
    with django_assert_max_num_queries(4):
        client.get("/feed.atom")


@pytest.mark.behaviour("X-10")
def test_other_spellings_of_a_feed_lead_to_one(client, minah):
    make_article(minah, tags=["한글"])
    for path in ("/@MINAH/feed.atom", f"/tags/{unicodedata.normalize('NFD', '한글')}/feed.atom"):
        assert client.get(path).status_code == 301


@pytest.mark.behaviour("BL-59")
def test_the_sitemap_lists_public_pages_with_true_dates(client, minah):
    post = make_article(minah, tags=["도커"])
    Post.objects.filter(pk=post.pk).update(published_at=datetime(2026, 3, 31, 15, 1, tzinfo=UTC))
    actions.save_page(Page(slug="about", title_ko="소개", source_ko="글"))
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    files = [node.text for node in index.iter(f"{SITEMAP}loc")]
    assert f"{SITE}/sitemap-posts.xml" in files
    listed = {}
    for file in files:
        tree = ElementTree.fromstring(client.get(file.removeprefix(SITE)).content)
        for url in tree.iter(f"{SITEMAP}url"):
            listed[url.findtext(f"{SITEMAP}loc")] = url.findtext(f"{SITEMAP}lastmod")
    # The day of the site's zone, like every date a reader sees: here already the next one.
    assert listed[f"{SITE}{post.get_absolute_url()}"] == "2026-04-01"
    for path in ("/", "/about/", "/@minah/", "/tags/%EB%8F%84%EC%BB%A4/"):
        assert f"{SITE}{path}" in listed, path
    assert client.get("/sitemap-nothing.xml").status_code == 404


@pytest.mark.behaviour("BL-60")
def test_robots_keep_private_doors_closed_and_staging_shut(client, db, settings):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    for path in ("/search/", "/auth/", "/settings/", "/drafts/", "/messages/", "/admin/"):
        assert f"Disallow: {path}" in text
    settings.ROBOTS_CLOSED = True
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


@pytest.mark.behaviour("BL-57")
def test_pages_announce_their_feeds(client, minah):
    make_article(minah, tags=["도커"])
    for page, feed in (("/", "/feed.atom"), ("/tags/도커/", "/tags/%EB%8F%84%EC%BB%A4/feed.atom")):
        html = client.get(page).content.decode()
        assert 'type="application/atom+xml"' in html
        assert feed in html
