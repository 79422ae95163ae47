"""Reading: works / hidden from those who may not / canonical addresses / constant queries."""

import unicodedata
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest
from django.utils import timezone

from blog import actions
from blog.models import OldPath, Page, Post, Topic
from blog.tests.factories import make_article, make_draft, make_note
from config import kept_pages

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("BL-29")
def test_an_article_is_read_by_anybody(client, minah):
    post = make_article(minah, tags=["도커"])
    response = client.get(post.get_absolute_url())
    html = response.content.decode()
    assert response.status_code == 200
    assert f'id="post-{post.pk}"' in html
    assert "<title>도커로 배포하기 · 마당</title>" in html
    assert "<strong>장고(Django)</strong>를" in html
    assert 'href="https://example.com"' in html
    assert 'id="준비"' in html
    assert 'href="/tags/%EB%8F%84%EC%BB%A4/"' in html


@pytest.mark.behaviour("BL-38")
@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        ("public", {"visitor", "stranger", "junho", "minah"}),
        ("unlisted", {"visitor", "stranger", "junho", "minah"}),
        ("followers", {"junho", "minah"}),
        ("private", {"minah"}),
    ],
)
def test_only_those_who_may_read_find_it(client, minah, junho, taeo, stranger, visibility, seen_by):
    post = make_article(minah, visibility=visibility)
    found = set()
    for person in (None, stranger, junho, taeo, minah):
        client.logout()
        if person:
            client.force_login(person)
        status = client.get(post.get_absolute_url()).status_code
        assert status in {200, 404}
        if status == 200:
            found.add(person.handle if person else "visitor")
    assert found == seen_by


def test_hidden_looks_exactly_like_missing(client, minah):
    hidden = client.get(make_draft(minah, "숨긴 글").get_absolute_url() or "/")
    secret = client.get(make_article(minah, "비밀", visibility="private").get_absolute_url())
    missing = client.get("/@minah/없는-글/")
    assert secret.status_code == missing.status_code == 404
    assert hidden.status_code in {302, 404}
    strip = lambda response: response.content.replace(  # noqa: E731
        response.headers["X-Request-ID"].encode(), b""
    )
    assert strip(secret) == strip(missing)


@pytest.mark.behaviour("BL-38")
def test_what_is_not_for_everybody_is_not_indexed(client, minah):
    public = client.get(make_article(minah, "공개").get_absolute_url()).content.decode()
    unlisted = client.get(
        make_article(minah, "링크", visibility="unlisted").get_absolute_url()
    ).content.decode()
    assert "noindex" not in public
    assert 'name="robots" content="noindex"' in unlisted


@pytest.mark.behaviour("BL-21", "X-10")
def test_every_spelling_and_every_old_address_leads_to_the_canonical_one(client, minah):
    post = make_article(minah, "도커 Compose")
    post = actions.change_article(post, actor=minah, slug="컴포즈-Guide")
    canonical = post.get_absolute_url()
    nfd = unicodedata.normalize("NFD", unquote(canonical))
    for path in (
        quote(nfd, safe="/@"),
        "/@Minah/컴포즈-guide/",
        "/@MINAH/컴포즈-GUIDE/",
        "/@minah/도커-compose/",
        f"/posts/{post.pk}/",
    ):
        response = client.get(path)
        assert response.status_code == 301, path
        assert response.headers["Location"] == canonical
    assert client.get(f"{canonical}?a=1").status_code == 200
    assert client.get("/@minah/도커-compose/?a=1").headers["Location"] == f"{canonical}?a=1"
    without_slash = client.get(canonical.rstrip("/"))
    assert without_slash.status_code == 301


@pytest.mark.behaviour("BL-19")
def test_a_deleted_post_is_gone_and_a_deleted_draft_was_never_there(client, minah):
    post, draft = make_article(minah), make_article(minah, "비공개", visibility="private")
    addresses = [post.get_absolute_url(), draft.get_absolute_url()]
    actions.delete_post(post, actor=minah)
    actions.delete_post(draft, actor=minah)
    assert [client.get(address).status_code for address in addresses] == [410, 404]


@pytest.mark.behaviour("BL-18")
def test_an_unpublished_post_is_not_found(client, minah):
    post = make_article(minah)
    actions.unpublish_post(post, actor=minah)
    assert client.get(post.get_absolute_url()).status_code == 404


@pytest.mark.behaviour("BL-03")
def test_a_note_has_its_own_page(client, minah, stranger):
    note = make_note(minah, "오늘은 김밥을 말았다 ㅋㅋㅋ")
    response = client.get(note.get_absolute_url())
    assert response.status_code == 200
    assert note.get_absolute_url() == f"/@minah/notes/{note.pk}/"
    assert client.get(f"/@stranger/notes/{note.pk}/").status_code == 404


@pytest.mark.behaviour("BL-74")
def test_an_imported_address_answers_301(client, minah):
    post = make_article(minah)
    OldPath.objects.create(path="/2023/05/01/제목.html", post=post)
    response = client.get("/2023/05/01/" + quote("제목") + ".html")
    assert response.status_code == 301
    assert response.headers["Location"] == post.get_absolute_url()
    actions.change_article(post, actor=minah, visibility="private")
    assert client.get("/2023/05/01/제목.html").status_code == 404


@pytest.mark.behaviour("BL-62")
def test_the_head_tells_who_what_and_where(client, minah):
    post = make_article(minah, excerpt='따옴표 " 와 </script> 가 든 발췌')
    html = client.get(post.get_absolute_url()).content.decode()
    url = f"https://madang.example{post.get_absolute_url()}"
    assert f'<link rel="canonical" href="{url}">' in html
    assert f'<meta property="og:url" content="{url}">' in html
    assert 'property="og:type" content="article"' in html
    assert 'name="twitter:card"' in html
    assert 'type="application/ld+json"' in html
    assert "\\u003c/script\\u003e" in html


@pytest.mark.behaviour("BL-40")
def test_related_posts_share_tags_and_are_not_all_by_the_same_person(client, minah, junho):
    post = make_article(minah, "도커 하나", tags=["도커", "배포"])
    for number in range(5):
        make_article(minah, f"도커 {number + 2}", tags=["도커", "배포"])
    other = make_article(junho, "준호의 도커", tags=["도커"])
    make_article(junho, "숨은 도커", tags=["도커"], visibility="private")
    related = client.get(post.get_absolute_url()).context["related"]
    assert len(related) == 4
    assert post.pk not in [card.id for card in related]
    assert other.pk in [card.id for card in related]


@pytest.mark.behaviour("X-13")
def test_a_post_page_costs_the_same_whatever_its_tags(client, minah, django_assert_max_num_queries):
    post = make_article(minah, tags=["하나"])
    client.get(post.get_absolute_url())
    # The post; its tags; related: which ones, their rows.
    with django_assert_max_num_queries(4):
        client.get(post.get_absolute_url())
    actions.change_article(post, actor=minah, tags=[f"태그{number}" for number in range(10)])
    for number in range(8):
        make_article(minah, f"곁글 {number}", tags=["태그1", "태그2"])
    with django_assert_max_num_queries(4):
        client.get(post.get_absolute_url())


@pytest.mark.behaviour("BL-45")
def test_a_series_shows_its_order_and_hidden_posts_leave_no_gap(client, minah):
    series = actions.find_or_create_series("파이썬으로 블로그 만들기", actor=minah)
    first = make_article(minah, "첫째", series=series)
    make_article(minah, "숨은 둘째", series=series, visibility="private")
    third = make_article(minah, "셋째", series=series)
    place = client.get(third.get_absolute_url()).context["series"]
    assert (place.place, place.total, place.previous.pk, place.next) == (2, 2, first.pk, None)
    listing = client.get(series.get_absolute_url())
    assert [card.title for card in listing.context["cards"]] == ["첫째", "셋째"]


def test_the_way_on_in_a_series_stands_below_the_text_too(client, minah):
    series = actions.find_or_create_series("도커 연재", actor=minah)
    posts = [make_article(minah, f"{number}편", series=series) for number in (1, 2)]
    page = client.get(posts[0].get_absolute_url()).content.decode()
    above, below = page.split('class="prose"')
    for part in (above, below):
        assert part.count('rel="next"') == 1
        assert 'rel="prev"' not in part
    alone = client.get(make_article(minah, "따로").get_absolute_url()).content.decode()
    assert 'rel="next"' not in alone


def test_readers_see_where_a_text_stood_first(client, minah):
    post = make_article(minah, canonical_url="https://velog.io/@minah/도커?a=1&b=<i>")
    page = client.get(post.get_absolute_url()).content.decode()
    assert 'href="https://velog.io/@minah/도커?a=1&amp;b=&lt;i&gt;">velog.io</a>' in page
    own = client.get(make_article(minah, "여기서 처음").get_absolute_url()).content.decode()
    assert "First published at" not in own


@pytest.mark.behaviour("BL-36")
def test_the_archive_counts_months_and_opens_each(client, minah):
    from datetime import UTC, datetime

    make_article(minah, "시월", published_at=datetime(2026, 10, 5, tzinfo=UTC))
    make_article(minah, "해가 바뀐 밤", published_at=datetime(2025, 12, 31, 16, tzinfo=UTC))
    years = client.get("/@minah/archive/").context["years"]
    # 16:00 UTC on New Year's Eve is the first of January in Seoul.
    assert {(m.year, m.month): m.post_count for row in years.values() for m in row} == {
        (2026, 10): 1,
        (2026, 1): 1,
    }
    month = client.get("/@minah/archive/2026/1/")
    assert [card.title for card in month.context["cards"]] == ["해가 바뀐 밤"]
    assert client.get("/@minah/archive/2026/13/").status_code == 404


@pytest.mark.behaviour("BL-46", "I18-12")
def test_a_page_of_the_site_speaks_each_language_and_falls_back(client, db):
    page = Page(slug="about", title_ko="소개", source_ko="**마당**은 함께 쓰는 곳")
    page.title_en, page.source_en = "About", "A place to **write**"
    actions.save_page(page)
    korean = client.get("/about/", headers={"accept-language": "ko"}).content.decode()
    english = client.get("/about/", headers={"accept-language": "en"}).content.decode()
    spanish = client.get("/about/", headers={"accept-language": "es"}).content.decode()
    assert "<strong>마당</strong>은" in korean
    assert "<strong>write</strong>" in english
    assert "<strong>마당</strong>은" in spanish
    assert client.get("/nothing/").status_code == 404


@pytest.mark.behaviour("BL-44")
def test_a_topic_gathers_articles_under_a_translated_name(client, minah):
    topic = Topic.objects.create(slug="dev", name_ko="개발", name_en="Development")
    make_article(minah, "개발 글", topic=topic)
    page = client.get("/topics/dev/", headers={"accept-language": "en"})
    assert "Development" in page.content.decode()
    assert [card.title for card in page.context["cards"]] == ["개발 글"]


@pytest.mark.behaviour("BL-39", "X-09")
def test_reading_counts_a_view_and_shows_it_within_the_flush(client, minah, time_machine, settings):
    post = make_article(minah)
    client.get(post.get_absolute_url(), headers={"user-agent": "Mozilla/5.0 Firefox/140"})
    actions.flush_view_counts()
    # A page is kept for half a minute, as the flush is; Redis measures it by a clock of its own.
    time_machine.move_to(timezone.now() + timedelta(seconds=kept_pages.SECONDS + 1))
    if settings.REDIS_URL:
        kept_pages.forget()
    assert client.get(post.get_absolute_url()).context["view_count"] == 1


def test_only_reading_is_offered(client, minah):
    post = make_article(minah)
    response = client.post(post.get_absolute_url())
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert Post.objects.count() == 1
