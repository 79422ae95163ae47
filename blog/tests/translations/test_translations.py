"""Linked translations: one per language, both ways, and nothing breaks or leaks."""

import json
import re
from xml.etree import ElementTree

import pytest

from blog import actions
from blog.alternates import translations_of
from blog.exceptions import LanguageTaken, LanguageUnknown, NotAPair, NotTheAuthor
from blog.models import Post, TranslationSet
from blog.tests.factories import make_article, make_draft, make_note

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
HREFLANG = re.compile(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">')


@pytest.fixture
def korean(minah):
    return make_article(minah, "한국어 글", language="ko")


@pytest.fixture
def english(minah):
    return make_article(minah, "English text", language="en")


@pytest.fixture
def japanese(minah):
    return make_article(minah, "日本語の文", language="ja")


@pytest.fixture
def linked(minah, korean, english, japanese):
    actions.link_translations(korean, english, actor=minah)
    actions.link_translations(english, japanese, actor=minah)
    return korean, english, japanese


def head_links(client, post) -> dict[str, str]:
    return dict(HREFLANG.findall(client.get(post.get_absolute_url()).content.decode()))


def page(client, post) -> str:
    return client.get(post.get_absolute_url()).content.decode()


def links_in(feed) -> list[dict[str, str]]:
    return [link.attrib for link in ElementTree.fromstring(feed.content).iter(f"{ATOM}link")]


# Linking ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-63")
def test_each_shows_the_others_with_hreflang_both_ways(client, linked, settings):
    expected = {post.language: f"{settings.SITE_URL}{post.get_absolute_url()}" for post in linked}
    expected["x-default"] = expected["ko"]
    for post in linked:
        assert head_links(client, post) == expected
        html = page(client, post)
        for other in linked:
            is_link = f'href="{other.get_absolute_url()}" hreflang="{other.language}"' in html
            assert is_link == (other != post)
        assert 'aria-current="true">' in html


@pytest.mark.behaviour("BL-63")
def test_one_per_language_and_again_changes_nothing(minah, linked):
    korean, english, _japanese = linked
    first = actions.link_translations(korean, english, actor=minah)
    assert TranslationSet.objects.get() == first
    second = make_article(minah, "또 한국어", language="ko")
    with pytest.raises(LanguageTaken):
        actions.link_translations(second, english, actor=minah)
    second.refresh_from_db()
    assert second.translations is None


def test_two_sets_become_one_or_stay_two(minah, korean, english, japanese):
    spanish = make_article(minah, "Texto", language="es")
    actions.link_translations(korean, english, actor=minah)
    actions.link_translations(japanese, spanish, actor=minah)
    actions.link_translations(korean, spanish, actor=minah)
    kept = TranslationSet.objects.get()
    assert set(kept.posts.values_list("language", flat=True)) == {"ko", "en", "ja", "es"}
    pair = [make_article(minah, f"{name} 2", language=name) for name in ("ko", "ja")]
    actions.link_translations(*pair, actor=minah)
    with pytest.raises(LanguageTaken):
        actions.link_translations(pair[0], english, actor=minah)
    assert TranslationSet.objects.count() == 2


def test_only_ones_own_articles(minah, junho, korean, english):
    foreign = make_article(junho, "Junho", language="en")
    with pytest.raises(NotTheAuthor):
        actions.link_translations(korean, foreign, actor=minah)
    with pytest.raises(NotTheAuthor):
        actions.link_translations(korean, english, actor=junho)
    with pytest.raises(NotAPair):
        actions.link_translations(korean, korean, actor=minah)
    with pytest.raises(NotAPair):
        actions.link_translations(korean, make_note(minah, "Just a note"), actor=minah)
    assert not TranslationSet.objects.exists()


def test_a_draft_takes_the_language_that_it_names_or_shows(minah, korean):
    actions.start_draft(actor=minah, origin_key="form:1", changes={"title": "A title in English"})
    draft = actions.post_of(minah, "form:1")
    actions.save_draft(draft, actor=minah, changes={"source": "Here is some English prose."})
    actions.link_translations(korean, draft, actor=minah)
    draft.refresh_from_db()
    assert draft.language == "en"
    actions.start_draft(actor=minah, origin_key="form:2", changes={"title": "1 2 3"})
    with pytest.raises(LanguageUnknown):
        actions.link_translations(korean, actions.post_of(minah, "form:2"), actor=minah)


# Taking apart -------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-63")
def test_unlinking_one_leaves_the_others_linked(client, minah, linked):
    korean, english, japanese = linked
    for _twice in range(2):
        actions.unlink_translation(english, actor=minah)
    assert head_links(client, english) == {}
    assert set(head_links(client, korean)) == {"ko", "ja", "x-default"}
    actions.unlink_translation(korean, actor=minah)
    assert head_links(client, japanese) == {}
    assert not TranslationSet.objects.exists()


@pytest.mark.behaviour("BL-63")
@pytest.mark.parametrize("change", ["private", "followers", "unlisted", "draft", "deleted"])
def test_hiding_one_breaks_nothing_and_leaks_nothing(client, minah, linked, change):
    korean, english, japanese = linked
    if change == "draft":
        actions.unpublish_post(english, actor=minah)
    elif change == "deleted":
        actions.delete_post(english, actor=minah)
    else:
        actions.change_article(english, actor=minah, visibility=change)
    for post in (korean, japanese):
        assert set(head_links(client, post)) == {"ko", "ja", "x-default"}
        html = page(client, post)
        assert "English text" not in html
        assert english.get_absolute_url() not in html
    feed = client.get("/@minah/feed.atom").content.decode()
    sitemap = client.get("/sitemap-posts.xml").content.decode()
    assert 'hreflang="en"' not in feed + sitemap
    assert sitemap.count('hreflang="ja"') == 2


def test_followers_see_what_is_theirs_but_the_head_stays_public(client, minah, junho, linked):
    korean, english, _japanese = linked
    actions.change_article(english, actor=minah, visibility="followers")
    client.force_login(junho)
    html = page(client, korean)
    assert f'href="{english.get_absolute_url()}" hreflang="en"' in html
    assert set(head_links(client, korean)) == {"ko", "ja", "x-default"}
    assert head_links(client, english) == {}


def test_a_deleted_text_gives_its_language_free(minah, linked):
    korean, english, _japanese = linked
    actions.delete_post(english, actor=minah)
    second = make_article(minah, "Second try", language="en")
    actions.link_translations(korean, second, actor=minah)
    english.refresh_from_db()
    assert english.translations is None
    actions.restore_post(english, actor=minah)


def test_another_of_the_linked_may_take_the_language_of_a_deleted_one(minah, linked):
    korean, english, japanese = linked
    actions.delete_post(english, actor=minah)
    actions.delete_post(japanese, actor=minah)
    actions.change_article(korean, actor=minah, language="en")
    english = actions.restore_post(english, actor=minah)
    assert english.translations is None
    japanese = actions.restore_post(japanese, actor=minah)
    korean.refresh_from_db()
    assert japanese.translations == korean.translations, "its language was still free"


@pytest.mark.behaviour("BL-63")
def test_a_language_that_is_taken_cannot_be_changed_to(minah, linked):
    korean, english, _japanese = linked
    with pytest.raises(LanguageTaken):
        actions.change_article(english, actor=minah, language="ko")
    actions.change_article(english, actor=minah, language="es")
    korean.refresh_from_db()
    assert [one.language for one in translations_of(korean, minah).languages] == ["ko", "es", "ja"]


def test_what_first_appeared_elsewhere_is_no_alternate(client, minah, linked):
    korean, english, _japanese = linked
    actions.change_article(english, actor=minah, canonical_url="https://example.com/first/")
    assert set(head_links(client, korean)) == {"ko", "ja", "x-default"}
    assert head_links(client, english) == {}
    assert 'hreflang="en"' in page(client, korean)  # readers may still change over


# Feeds and sitemap --------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-59", "BL-63")
def test_feeds_and_sitemap_name_the_others(client, linked, settings):
    _korean, english, _japanese = linked
    address = f"{settings.SITE_URL}{english.get_absolute_url()}"
    atom = links_in(client.get("/feed.atom"))
    rss = links_in(client.get("/feed.rss"))
    link = {"rel": "alternate", "hreflang": "en", "href": address}
    assert atom.count(link) == rss.count(link) == 2
    items = json.loads(client.get("/feed.json").content)["items"]
    own = next(item for item in items if item["language"] == "ko")
    assert own["_translations"]["en"] == address
    assert "ko" not in own["_translations"]
    sitemap = client.get("/sitemap-posts.xml").content.decode()
    line = f'<xhtml:link rel="alternate" hreflang="en" href="{address}"/>'
    assert sitemap.count(line) == 3
    assert sitemap.count('hreflang="x-default"') == 3


def test_linking_makes_a_kept_feed_stale(client, minah, korean, english):
    etag = client.get("/feed.atom").headers["ETag"]
    actions.link_translations(korean, english, actor=minah)
    assert client.get("/feed.atom", headers={"If-None-Match": etag}).status_code == 200
    korean.refresh_from_db()
    assert korean.edited_at is None


# The author's page --------------------------------------------------------------------------------


def test_the_page_links_and_unlinks(as_user, minah, korean, english):
    client = as_user(minah)
    url = f"/write/{korean.pk}/translations/"
    assert [row.id for row in client.get(url).context["choices"]] == [english.pk]
    assert client.post(url, {"link": english.pk}).status_code == 302
    assert {row.id for row in client.get(url).context["rows"]} == {korean.pk, english.pk}
    assert client.post(url, {"unlink": english.pk}).status_code == 302
    assert not Post.objects.exclude(translations=None).exists()


def test_what_cannot_be_linked_is_said_on_the_page(as_user, minah, korean):
    second = make_article(minah, "또 한국어", language="ko")
    answer = as_user(minah).post(f"/write/{korean.pk}/translations/", {"link": second.pk})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


def test_others_may_not_and_foreign_articles_are_not_found(
    client, minah, junho, stranger, taeo, korean, english
):
    url = f"/write/{korean.pk}/translations/"
    assert client.get(url).status_code == 302
    for person, status in ((stranger, 403), (taeo, 404)):
        client.force_login(person)
        assert client.get(url).status_code == status
        assert client.post(url, {"link": english.pk}).status_code == status
    foreign = make_article(junho, "Junho", language="en")
    client.force_login(minah)
    assert client.post(url, {"link": foreign.pk}).status_code == 404
    assert client.post(url, {"unlink": foreign.pk}).status_code == 404
    assert client.get(f"/write/{make_note(minah).pk}/translations/").status_code == 404


def test_translations_cost_one_query_a_page(
    client, as_user, minah, linked, django_assert_max_num_queries
):
    client.get(linked[0].get_absolute_url())
    with django_assert_max_num_queries(5):
        client.get(linked[0].get_absolute_url())
    with django_assert_max_num_queries(5):
        client.get("/@minah/feed.atom")
    with django_assert_max_num_queries(4):
        client.get("/sitemap-posts.xml")
    for number in range(10):
        make_draft(minah, f"Draft {number}", language="es")
    client = as_user(minah)
    url = f"/write/{linked[0].pk}/translations/"
    client.get(url)
    with django_assert_max_num_queries(8):
        client.get(url)


# Licence ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-62")
def test_a_licence_is_named_on_the_page_in_the_data_and_in_feeds(client, minah):
    post = make_article(minah, "나누는 글", license="CC-BY-SA-4.0")
    address = "https://creativecommons.org/licenses/by-sa/4.0/"
    html = page(client, post)
    assert re.search(rf'<a [^>]*rel="license noopener" href="{address}">CC BY-SA 4.0</a>', html)
    assert f'"license": "{address}"' in html
    assert {"rel": "license", "href": address} in links_in(client.get("/feed.atom"))
    rss = client.get("/feed.rss").content.decode()
    assert f"<creativeCommons:license>{address}</creativeCommons:license>" in rss


def test_without_a_licence_nothing_is_said(client, minah):
    html = page(client, make_article(minah))
    assert "license" not in html.replace("data-license", "")


@pytest.mark.parametrize("code", Post.License.values)
def test_every_licence_has_its_lasting_address(code):
    from blog.licenses import license_of

    found = license_of(Post(license=code))
    assert found.url.startswith("https://creativecommons.org/")
    assert found.url.endswith(("/4.0/", "/1.0/"))


@pytest.mark.behaviour("BL-62")
def test_a_series_has_its_own_head(client, minah):
    series = actions.create_series("도커 이야기", actor=minah, description="처음부터")
    make_article(minah, series=series)
    html = page(client, series)
    assert (
        f'<link rel="canonical" href="http://testserver{series.get_absolute_url()}">' in html
        or ('rel="canonical"' in html and series.get_absolute_url() in html)
    )
    assert '"@type": "CreativeWorkSeries"' in html
    assert '<meta name="description" content="처음부터">' in html
