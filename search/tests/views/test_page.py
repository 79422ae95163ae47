"""The page of searching, over the whole way: what was written is indexed, asked for and shown."""

import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from blog.actions import find_or_create_series, write_comment
from blog.tests.factories import make_article, make_note
from search.engines import EngineDown

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, indexed):
    """Return a function that indexes, and asks the page as a visitor or as ``person``."""

    def get(query: str, person=None, **options):
        indexed()
        if person:
            client.force_login(person)
        return client.get(f"/search/?{query}", **options)

    return get


def text_of(response) -> str:
    """Return what is read on the page, tags left out and white space made one."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", "", main).split())


def titles_in(response) -> list[str]:
    html = response.content.decode()
    found = re.findall(r'class="post-card__title"><a[^>]*>(.*?)</a>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", title) for title in found]


# Before anything is asked -------------------------------------------------------------------------


@pytest.mark.behaviour("SE-03", "SE-10")
def test_without_a_query_there_is_help_tags_and_the_number_of_posts(
    client, minah, django_assert_max_num_queries
):
    make_article(minah, tags=["도커"])
    make_article(minah, "둘째")
    make_article(minah, "비밀", visibility="private")
    with django_assert_max_num_queries(8):
        response = client.get("/search/")
    page = response.content.decode()
    assert response.status_code == 200
    assert response.context["post_total"] == 2
    assert "#도커" in page
    assert "글쓴이:minah" in page
    assert 'name="robots" content="noindex"' in page
    assert response.headers["Cache-Control"].startswith("public")


@pytest.mark.behaviour("SE-03")
@pytest.mark.parametrize("query", ["q=", "q=%20%20", "q=%E2%80%8B", "q=&type=people"])
def test_a_blank_query_explores(client, query):
    response = client.get(f"/search/?{query}")
    assert response.status_code == 302
    assert response.url == "/explore/"


@pytest.mark.behaviour("SE-01")
def test_searching_is_a_get_with_nothing_secret_in_its_address(client, db):
    assert client.post("/search/", {"q": "도커"}).status_code == 405
    assert client.post("/search/suggest/", {"q": "도커"}).status_code == 405
    form = re.search(
        r'<form class="site-search.*?</form>', client.get("/").content.decode(), re.DOTALL
    )
    assert 'method="get"' in form[0]
    assert "csrf" not in form[0]


@pytest.mark.behaviour("SE-02")
def test_the_box_is_in_the_header_of_every_page_and_keeps_the_query(client, ask, minah):
    post = make_article(minah)
    for path in ("/", "/explore/", post.get_absolute_url(), reverse("account_login"), "/search/"):
        page = client.get(path, follow=True).content.decode()
        header = page[page.index("<header") : page.index("</header>")]
        assert 'role="search"' in header, path
        assert 'name="q"' in header, path
    assert 'value="도커 &lt;b&gt;"' in ask("q=" + quote("도커 <b>")).content.decode()
    # Where the database is not asked there is none.
    assert (
        'role="search"'
        not in client.get("/없는-곳/", headers={"accept": "text/html"}).content.decode()
    )


# Hits ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-04", "SE-13")
def test_hits_are_cards_with_marked_titles_and_texts(ask, minah):
    make_article(minah, "도커를 배포하기", source="학교에서 <b>도커</b>를 배웠다.\n\n`<mark>` 도커")
    response = ask("q=" + quote("도커"))
    page = response.content.decode()
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]
    assert "도커" in title
    assert "도커" in heading
    assert "<mark>도커</mark>를 배포하기" in page
    assert "<mark>도커</mark>를 배웠다" in page
    assert "&lt;mark&gt;" in page
    assert 'name="robots" content="noindex"' in page
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("SE-13", "X-13")
def test_what_people_write_never_becomes_markup(ask, minah):
    make_article(minah, "<script>도커</script>", source="도커 `<img src=x onerror=alert(1)>`")
    page = ask("q=" + quote("도커 <script>alert(1)</script>")).content.decode()
    assert "<script>도커" not in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_while_much_waits_to_be_indexed_the_page_says_so(client, minah, indexed, monkeypatch):
    monkeypatch.setattr("search.state.GROWING", 2)
    indexed()
    assert not client.get("/search/?q=" + quote("도커")).context["is_growing"]
    make_article(minah, "도커")
    make_article(minah, "장고")
    response = client.get("/search/?q=" + quote("도커"))
    assert response.context["is_growing"]
    assert 'role="status"' in response.content.decode().split("nothing", 1)[1]


@pytest.mark.behaviour("SE-07", "SE-19")
def test_a_phrase_of_words_that_all_say_is_looked_up_in_the_newest(ask, minah, monkeypatch):
    monkeypatch.setattr("search.selectors.PHRASES_READ", 3)
    make_article(minah, "옛글", source="이런 것 같다")
    for number in range(3):
        make_article(minah, f"{number}번째", source="그런 것 같다" if number else "같다 그런 것")
    response = ask("q=" + quote('"그런 것 같다"'))
    assert titles_in(response) == ["2번째", "1번째"]
    assert "2+" in text_of(response)
    response = ask("q=" + quote('"이런 것 같다"'))
    assert titles_in(response) == []
    assert "0+" not in text_of(response)
    monkeypatch.setattr("search.selectors.PHRASES_READ", 4)
    assert titles_in(ask("q=" + quote('"이런 것 같다"'))) == ["옛글"]


@pytest.mark.behaviour("SE-11", "SE-12", "SE-10")
def test_seven_hits_by_three_make_three_pages(ask, minah, settings):
    settings.SEARCH_PAGE_SIZE = 3
    for number in range(7):
        make_article(minah, f"도커 이야기 {number}")
    seen = []
    for page, span in ((1, "1–3"), (2, "4–6"), (3, "7–7")):
        response = ask(f"q={quote('도커')}&sort=newest&page={page}")
        titles = titles_in(response)
        assert response.context["total"] == "7"
        assert span in text_of(response)
        seen += titles
    assert len(seen) == len(set(seen)) == 7
    for odd in ("x", "0", "-1"):
        assert titles_in(ask(f"q={quote('도커')}&sort=newest&page={odd}")) == seen[:3]
    assert titles_in(ask(f"q={quote('도커')}&sort=newest&page=99")) == seen[6:]


@pytest.mark.behaviour("SE-12")
def test_the_ways_to_other_pages_keep_query_and_filters(ask, minah, settings):
    settings.SEARCH_PAGE_SIZE = 1
    for number in range(3):
        make_article(minah, f"도커 이야기 {number}", language="ko")
    response = ask(f"q={quote('도커')}&language=ko&sort=newest&page=2")
    html = response.content.decode()
    pages = html[html.index('class="search-pages"') :]
    pages = pages[: pages.index("</ul>")]
    links = re.findall(r'href="([^"]+)" rel="(\w+)"', pages)
    assert [rel for _url, rel in links] == ["first", "prev", "next", "last"]
    assert all(
        "q=%EB%8F%84%EC%BB%A4" in url and "language=ko" in url and "sort=newest" in url
        for url, _rel in links
    )
    assert re.search(r'aria-current="page">2<', pages)
    first = ask(f"q={quote('도커')}&language=ko").content.decode()
    assert first.count("search-pages__link--absent") == 2
    assert 'rel="prev"' not in first


@pytest.mark.behaviour("SE-05")
def test_posts_with_some_of_the_words_follow_and_say_so(ask, minah):
    for number in range(20):
        make_article(minah, f"딴 이야기 {number}", source="오늘은 날씨가 좋다.")
    make_article(minah, "도커 배포", source="서버에 올린다.")
    make_article(minah, "도커 연습", source="집에서 해 본다.")
    response = ask("q=" + quote("도커 배포"))
    assert [hit.title.text for hit in response.context["hits"]] == ["도커 배포"]
    assert [hit.title.text for hit in response.context["related"]] == ["도커 연습"]
    assert 'id="related"' in response.content.decode()
    assert response.context["total"] == "1"


@pytest.mark.behaviour("SE-07")
def test_the_scope_and_the_filters_narrow(ask, minah, junho):
    make_article(minah, "도커", source="제목에 있다.", language="ko")
    make_article(junho, "딴 글", source="본문에 도커를 썼다.", language="ko")
    make_note(minah, "도커 #도커")
    word = quote("도커")
    assert len(ask(f"q={word}").context["hits"]) == 3
    assert titles_in(ask(f"q={word}&in=title")) == ["도커"]
    assert [hit.thing.is_note for hit in ask(f"q={word}&in=tag").context["hits"]] == [True]
    assert [hit.thing.is_note for hit in ask(f"q={word}&kind=note").context["hits"]] == [True]
    assert len(ask("q=junho&in=author").context["hits"]) == 1
    narrowed = ask(f"q={word}&kind=note&in=tag")
    assert [url for _label, url in narrowed.context["chosen"]] == [f"/search/?q={word}&in=tag"]


@pytest.mark.behaviour("SE-14")
def test_people_tags_series_and_comments_have_their_own_tabs(ask, minah, junho):
    series = find_or_create_series("도커 이야기", actor=minah)
    post = make_article(minah, "도커", tags=["도커"], series=series)
    write_comment(post, actor=junho, source="도커 <글> 잘 읽었어요")
    people = ask("q=" + quote("미나") + "&type=people")
    assert [hit.thing for hit in people.context["hits"]] == [minah]
    assert "<mark>미나</mark>" in people.content.decode()
    word = quote("도커")
    assert [hit.thing.name for hit in ask(f"q={word}&type=tags").context["hits"]] == ["도커"]
    assert [hit.thing for hit in ask(f"q={word}&type=series").context["hits"]] == [series]
    comments = ask(f"q={word}&type=comments").content.decode()
    assert "<mark>도커</mark> &lt;글&gt; 잘 읽었어요" in comments
    assert 'aria-current="page"' in comments


@pytest.mark.behaviour("SE-14")
def test_what_the_query_names_stands_above_the_posts(ask, minah):
    User.objects.filter(pk=minah.pk).update(bio="도커로 블로그를 돌려요.")
    make_article(minah, "도커", tags=["도커"])
    quick = ask("q=" + quote("도커")).context["quick"]
    assert [hit.thing.name for hit in quick["tag"]] == ["도커"]
    assert "person" not in quick, "a bio that has the word names nobody"
    assert not ask("q=" + quote("도커 -없는말")).context["quick"]
    assert not ask("q=" + quote("도커") + "&page=2&type=tags").context["quick"]


@pytest.mark.behaviour("SE-09")
def test_a_correction_is_told_and_leads_to_the_query_as_typed(ask, minah):
    make_article(minah, "데이터베이스 고르기", source="데이터베이스를 고르는 법.")
    make_article(minah, "데이터베이스 설치", source="데이터베이스를 설치한다.")
    response = ask("q=" + quote("데이타베이스"))
    page = response.content.decode()
    assert response.context["results"].corrected == "데이터베이스"
    assert len(response.context["hits"]) == 2
    assert "literal=1" in re.search(r'id="search-corrected".*?</p>', page, re.DOTALL)[0]
    literal = ask("q=" + quote("데이타베이스") + "&literal=1")
    assert literal.context["results"].corrected == ""
    assert not literal.context["hits"]


@pytest.mark.behaviour("SE-16")
def test_no_hits_lead_on(ask, minah):
    make_article(minah, "도커", tags=["일상"])
    response = ask("q=" + quote("꿹뷁 뚫훍") + "&in=title&kind=note")
    page = response.content.decode()
    assert response.status_code == 200
    assert response.context["total"] == "0"
    assert 'id="nothing"' in page
    assert f'href="{reverse("explore")}"' in help_in(page)
    assert "#일상" in page
    assert f'href="{response.context["open_url"]}"' in page


def help_in(html: str) -> str:
    return html[html.index('id="nothing"') : html.index("</main>")]


# Who sees what ------------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-04", "SE-17")
def test_everybody_finds_what_they_may_see(ask, client, minah, junho, taeo):
    make_article(minah, "도커 공개")
    make_article(minah, "도커 이웃", visibility="followers")
    make_article(minah, "도커 비밀", visibility="private")
    word = quote("도커")

    def found(person=None):
        client.logout()
        response = ask(f"q={word}&sort=newest", person)
        assert response.context["total"] == str(len(response.context["hits"]))
        return {hit.title.text for hit in response.context["hits"]}

    assert found() == {"도커 공개"}
    assert found(junho) == {"도커 공개", "도커 이웃"}
    assert found(minah) == {"도커 공개", "도커 이웃", "도커 비밀"}
    assert found(taeo) == set()


@pytest.mark.behaviour("X-08")
def test_a_page_of_many_asks_no_more_than_a_page_of_few(client, minah, stranger, indexed):
    client.force_login(stranger)
    asked = []
    for until in (3, 12):
        for number in range(until - 3, until):
            make_article(minah, f"도커 이야기 {until} {number}", tags=["도커", f"꼬리{number}"])
        indexed()
        address = f"/search/?q={quote('도커')}"
        client.get(address)  # what is kept in the cache is there
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 48


# Limits and rest ----------------------------------------------------------------------------------


@pytest.mark.behaviour("SE-23")
def test_visitors_search_thirty_times_a_minute(client, db, minah):
    statuses = [
        client.get("/search/?q=x", headers={"accept": "text/html"}).status_code for _ in range(31)
    ]
    assert statuses == [200] * 30 + [429]
    client.force_login(minah)
    assert client.get("/search/?q=x").status_code == 200


@pytest.mark.behaviour("SE-19")
def test_while_the_engine_rests_there_is_something_to_read(client, minah, monkeypatch):
    make_article(minah, "새 글")

    def down(*args, **kwargs):
        raise EngineDown("no answer in 2 s")

    monkeypatch.setattr("search.views.page.look_for", down)
    response = client.get("/search/?q=" + quote("도커"), headers={"accept": "text/html"})
    page = response.content.decode()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert titles_in(response) == ["새 글"]
    assert 'value="도커"' in page
    assert "no answer" not in page
    told = client.get("/search/?q=x", headers={"accept": "application/json"})
    assert told.status_code == 503
    assert told.json()["code"] == "search_down"


@pytest.mark.behaviour("SE-22")
@pytest.mark.parametrize(
    "query",
    [
        "a" * 8000,
        "\x00\x01\u200b한\u202e",
        "ㄱ",
        "ㅏㅏㅏ",
        '"',
        '"""-"-',
        "-",
        "- - -",
        "제목:",
        "title:title:title:",
        "after:99999-99-99",
        "before:0001",
        "'; DROP TABLE search_documenta; --",
        "NEAR(a b) OR * AND ^",
        "%_%",
        "😀🎉",
        "(" * 300,
        "tag: author: -tag:",
        "가 " * 300,
    ],
)
def test_any_query_is_answered(ask, query):
    assert ask("q=" + quote(query)).status_code in {200, 302}


@pytest.mark.behaviour("SE-23")
def test_what_was_searched_is_counted_without_who(ask, minah, monkeypatch):
    told = []
    monkeypatch.setattr(
        "search.views.page.remember", lambda query, **about: told.append((query, about["is_empty"]))
    )
    make_article(minah, "도커")
    for query in ("도커", "없는말", "도커&page=2", "도커&type=people", "도커&kind=note"):
        ask("q=" + quote(query, safe="&="))
    assert told == [("도커", False), ("없는말", True), ("도커", False)]  # page 2 is page 1 here
