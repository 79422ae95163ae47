"""Lists: front page, home, explore, tags; what they show, in which order, at what cost."""

import unicodedata
from datetime import timedelta

import pytest
from django.utils import timezone

from blog import actions
from blog.models import Tag
from blog.tests.factories import make_article, make_note, make_person
from social.actions import block_person, follow_person

pytestmark = pytest.mark.django_db


def titles(response) -> list[str]:
    return [card.title or card.text for card in response.context["cards"]]


@pytest.mark.behaviour("BL-33")
def test_the_front_page_shows_the_latest_and_moves_from_its_old_address(client, minah):
    make_article(minah, "공개 글")
    make_article(minah, "비밀 글", visibility="private")
    response = client.get("/")
    html = response.content.decode()
    assert "공개 글" in html
    assert "비밀 글" not in html
    assert client.get("/index").headers["Location"] == "/"
    assert client.get("/index").status_code == 301


@pytest.mark.behaviour("BL-31")
def test_home_shows_the_people_i_follow_and_myself(as_user, minah, junho, stranger):
    make_article(minah, "미나의 글")
    make_note(minah, "미나의 짧은 글", visibility="followers")
    make_article(stranger, "모르는 이의 글")
    make_article(junho, "내 글", visibility="private")
    response = as_user(junho).get("/")
    assert "준호" in response.content.decode()
    assert len(response.context["cards"]) == 3
    assert "모르는 이의 글" not in response.content.decode()


@pytest.mark.behaviour("UX-19")
def test_an_empty_home_says_what_to_do(as_user, stranger):
    response = as_user(stranger).get("/")
    assert response.status_code == 200
    assert "/explore/" in response.content.decode()


@pytest.mark.behaviour("BL-37", "X-05")
@pytest.mark.usefixtures("no_kept_pages")
def test_lists_are_paged_and_each_post_comes_once(client, minah, settings):
    settings.POSTS_PER_PAGE = 10
    for number in range(25):
        make_note(minah, f"글 {number}")
    sizes, seen, url = [], [], "/explore/"
    while url:
        response = client.get(url)
        sizes.append(len(response.context["cards"]))
        seen += [card.id for card in response.context["cards"]]
        older = response.context["page"].older_url
        url = f"/explore/{older}" if older else None
    assert sizes == [10, 10, 5]
    assert len(set(seen)) == 25
    last = client.get(f"/explore/{client.get('/explore/').context['page'].last_url}")
    assert last.context["page"].older_url is None


@pytest.mark.behaviour("BL-34", "I18-19")
def test_explore_filters_by_kind_language_and_counts(client, minah):
    make_article(minah, "한국어 글")
    make_article(minah, "English text", source="All of this is written in English today.")
    make_note(minah, "짧은 글")
    assert len(titles(client.get("/explore/"))) == 3
    assert titles(client.get("/explore/?language=en")) == ["English text"]
    assert len(titles(client.get("/explore/?kind=note"))) == 1
    assert client.get("/explore/?kind=note").context["post_total"].number == 1
    assert client.get("/explore/?kind=nonsense&topic=없음").status_code == 200


@pytest.mark.behaviour("SO-07")
def test_a_block_hides_both_ways_in_every_list(as_user, minah, taeo, stranger):
    make_article(minah, "미나의 글", tags=["도커"])
    make_article(taeo, "태오의 글", tags=["도커"])
    for person, hidden in ((taeo, "미나의 글"), (minah, "태오의 글")):
        client = as_user(person)
        for path in ("/", "/explore/", "/tags/도커/"):
            assert hidden not in client.get(path).content.decode(), (person, path)
    block_person(stranger, actor=minah)
    assert as_user(stranger).get("/@minah/").status_code == 404


@pytest.mark.behaviour("X-10", "BL-42")
def test_a_tag_has_one_page_whatever_the_spelling(client, minah):
    make_article(minah, "장고 글", tags=["Django", "한글"])
    assert titles(client.get("/tags/django/")) == ["장고 글"]
    for spelling, target in (
        ("/tags/Django/", "/tags/django/"),
        (f"/tags/{unicodedata.normalize('NFD', '한글')}/", "/tags/%ED%95%9C%EA%B8%80/"),
    ):
        response = client.get(spelling)
        assert (response.status_code, response.headers["Location"]) == (301, target)
    assert client.get("/tags/없는태그/").status_code == 404


@pytest.mark.behaviour("BL-42")
def test_tags_are_listed_by_number_or_in_korean_order(client, minah):
    make_article(minah, "하나", tags=["하늘", "가을", "docker"])
    make_article(minah, "둘", tags=["하늘"])
    assert client.get("/tags/").context["tags"][0].name == "하늘"
    by_name = client.get("/tags/?sort=name").context["tags"]
    assert [tag.name for tag in by_name] == ["가을", "하늘", "docker"]


@pytest.mark.behaviour("BL-43")
def test_a_merged_tag_answers_301(client, minah, sora):
    make_article(minah, "글", tags=["도커", "docker"])
    actions.merge_tags(Tag.objects.get(key="docker"), Tag.objects.get(key="도커"), actor=sora)
    assert client.get("/tags/docker/").headers["Location"] == "/tags/%EB%8F%84%EC%BB%A4/"


@pytest.mark.behaviour("BL-30")
def test_a_card_says_who_when_and_how_long(client, minah):
    make_article(minah, "곶감", published_at=timezone.now() - timedelta(hours=3))
    html = client.get("/explore/").content.decode()
    assert 'href="/@minah/"' in html
    assert "<time datetime=" in html
    assert "곶감" in html


@pytest.mark.behaviour("X-13", "BL-32")
def test_lists_cost_the_same_with_more_rows_tags_and_follows(client, django_assert_max_num_queries):
    reader = make_person("reader", "독자")

    def add(people: int) -> None:
        for number in range(people):
            handle = f"writer{reader.following_rows.count()}"
            writer = make_person(handle, "글쓴이")
            follow_person(writer, actor=reader)
            for post in range(3):
                make_article(writer, f"글 {number} {post}", tags=["도커", f"태그{number}"])

    add(1)
    limits = {"/": 4, "/explore/": 5, "/tags/도커/": 5, "/tags/": 3}
    for people in (0, 4):
        add(people)
        for signed_in in (False, True):
            client.logout()
            if signed_in:
                client.force_login(reader)
            for path, limit in limits.items():
                client.get(path)
                # Signed in: the session, the person, the inbox, the running jobs, the muted words on top.
                with django_assert_max_num_queries(limit + 5 * signed_in):
                    client.get(path)


@pytest.mark.behaviour("UX-10", "UX-11")
def test_past_the_end_is_empty_and_nonsense_is_the_first_page(client, minah):
    from config.pagination import encode_cursor

    note = make_note(minah, "하나뿐")
    beyond = encode_cursor("o", note.published_at - timedelta(days=1), 1)
    response = client.get(f"/explore/?cursor={beyond}")
    assert response.status_code == 200
    assert titles(response) == []
    assert response.context["page"].newer_url
    assert len(titles(client.get(f"/explore/{response.context['page'].newer_url}"))) == 1
    for nonsense in ("zzz", "%00", "W10", "last'", "e30"):
        assert len(titles(client.get(f"/explore/?cursor={nonsense}"))) == 1
