"""Threads without JavaScript: what everybody reads there, and the forms (EM-14)."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actions import set_state
from blog.actions import write_comment, write_guest_comment
from blog.models import Comment, Post
from embed.actions import alias_thread, change_site
from embed.limits import WRITES_AN_HOUR
from embed.models import EmbedThread
from embed.tests.factories import make_site

pytestmark = pytest.mark.django_db


def page_of(site, key: str) -> str:
    return f"/embed/{site.key}/threads/{quote(key)}/"


def typed(response, **fields: str) -> dict[str, str]:
    """Return what the form on a page sends: its hidden fields and what a person types."""
    form = response.context["comment_form"]
    hidden = {name: form[name].value() for name in ("submission", "started") if name in form.fields}
    return {name: value for name, value in hidden.items() if value} | fields


def after_a_minute():
    """Guests take a moment to read before they send a form."""
    return time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True)


@pytest.mark.behaviour("EM-14")
def test_the_plain_page_has_all_comments_and_a_form(client, garden, junho, wind):
    first = write_comment(wind.post, actor=junho, source="바람이 **좋네요**")
    write_comment(wind.post, actor=junho, source="한 번 더", parent=first)
    response = client.get(f"/embed/threads/{wind.post_id}/")
    page = response.content.decode()
    assert "바람 부는 날" in page
    assert "<strong>좋네요</strong>" in page
    assert "한 번 더" in page
    assert f'href="{wind.page_url}"' in page
    assert 'name="name"' in page
    assert 'content="noindex"' in page
    assert "/@minah/" not in page.split("<main")[0]


@pytest.mark.behaviour("EM-14")
def test_a_guest_comments_there_without_a_script(client, wind):
    page = client.get(f"/embed/threads/{wind.post_id}/")
    with after_a_minute():
        response = client.post(
            f"/posts/{wind.post_id}/comments/",
            typed(page, name="지나가던 이", source="한 마디 남겨요"),
            follow=True,
        )
    assert response.redirect_chain[-1][0] == f"/embed/threads/{wind.post_id}/"
    comment = Comment.objects.get()
    assert (comment.guest_name, comment.status) == ("지나가던 이", "waiting")
    assert "한 마디 남겨요" not in response.content.decode()


def test_a_member_comments_there_and_comes_back(client, junho, wind):
    client.force_login(junho)
    page = client.get(f"/embed/threads/{wind.post_id}/")
    response = client.post(
        f"/posts/{wind.post_id}/comments/", typed(page, source="잘 읽었어요"), follow=True
    )
    assert response.redirect_chain[-1][0].startswith(f"/embed/threads/{wind.post_id}/")
    assert "잘 읽었어요" in response.content.decode()


def test_the_owner_approves_and_closes_there(client, minah, wind):
    said = write_guest_comment(wind.post, name="손님", source="안녕하세요")
    client.force_login(minah)
    page = client.get(f"/embed/threads/{wind.post_id}/").content.decode()
    assert f"/comments/{said.pk}/approve/" in page
    assert f"/posts/{wind.post_id}/close-comments/" in page
    client.post(f"/comments/{said.pk}/approve/")
    assert "안녕하세요" in Client().get(f"/embed/threads/{wind.post_id}/").content.decode()


def test_who_may_not_see_it_gets_404(client, garden, minah, taeo, wind):
    path = f"/embed/threads/{wind.post_id}/"
    client.force_login(taeo)
    assert client.get(path).status_code == 404
    assert client.get(page_of(garden, "새/글")).status_code == 404
    Post.objects.filter(pk=wind.post_id).update(status="held")
    assert Client().get(path).status_code == 404
    Post.objects.filter(pk=wind.post_id).update(status="published")
    set_state(minah, "suspended", actor=None)
    assert Client().get(path).status_code == 404
    assert Client().get(page_of(garden, "새/글")).status_code == 404


@pytest.mark.parametrize("path", ["/embed/threads/999999/", "/embed/0123456789abcdef/threads/글/"])
def test_what_is_not_there_is_404(client, db, path):
    assert client.get(path).status_code == 404


def test_a_post_of_another_kind_is_no_thread(client, minah):
    from blog.tests.factories import make_article

    assert client.get(f"/embed/threads/{make_article(minah).pk}/").status_code == 404


@pytest.mark.behaviour("EM-08")
def test_a_page_leads_to_its_thread_by_every_name(client, garden, minah, wind):
    alias_thread(wind, actor=minah, key="옛/바람")
    for key in ("글/바람", "옛/바람"):
        response = client.get(page_of(garden, key))
        assert response.headers["Location"] == f"/embed/threads/{wind.post_id}/"


@pytest.mark.behaviour("EM-14")
def test_the_first_word_of_a_guest_makes_the_thread(client, garden):
    page = client.get(page_of(garden, "새/글"))
    assert not EmbedThread.objects.exists()
    with after_a_minute():
        response = client.post(
            page_of(garden, "새/글"), typed(page, name="손님", source="처음이에요"), follow=True
        )
    thread = EmbedThread.objects.get()
    assert thread.key == "새/글"
    assert Comment.objects.get().status == "waiting"
    assert response.redirect_chain[-1][0] == f"/embed/threads/{thread.post_id}/"


def test_what_a_program_fills_in_and_sends_at_once_is_not_kept(client, garden):
    path = page_of(garden, "새/글")
    page = client.get(path)
    assert client.post(path, typed(page, name="봇", source="사세요")).status_code == 422
    with after_a_minute():
        trapped = typed(page, name="봇", source="사세요", homepage="https://spam.example")
        assert client.post(path, trapped).status_code == 302
    assert not Comment.objects.exists()
    assert not EmbedThread.objects.exists()


def test_the_first_word_of_a_member_makes_the_thread_once(client, garden, junho):
    client.force_login(junho)
    path = page_of(garden, "새/글")
    sent = typed(client.get(path), source="처음이에요")
    for _time in range(2):
        assert client.post(path, sent).status_code == 302
    assert Comment.objects.get().author == junho


def test_where_guests_may_not_a_visitor_signs_in_and_keeps_the_text(client, minah):
    site = make_site(minah, allows_guests=False)
    path = page_of(site, "글")
    page = client.get(path)
    assert "/auth/login/?next=" in page.content.decode()
    response = client.post(path, {"source": "긴 글을 썼어요"})
    assert response.status_code == 401
    assert "긴 글을 썼어요" in response.content.decode()
    assert not EmbedThread.objects.exists()


def test_guests_comment_under_no_thread_whose_site_refuses_them(client, garden, minah, wind):
    change_site(garden, actor=minah, allows_guests=False)
    page = client.get(f"/embed/threads/{wind.post_id}/")
    assert page.context["comment_form"] is None
    response = client.post(f"/posts/{wind.post_id}/comments/", {"name": "손님", "source": "그래도"})
    assert response.status_code == 401
    assert not Comment.objects.exists()


@pytest.mark.behaviour("EM-13")
def test_a_network_says_thirty_first_words_an_hour(client, garden, junho):
    client.force_login(junho)
    for _time in range(WRITES_AN_HOUR):
        client.post(page_of(garden, "새/글"), {"source": "\u200b.", "submission": "x"})
        client.post(page_of(garden, "새/글"), {"source": "말"})
    response = client.post(page_of(garden, "또/새/글"), {"source": "말"})
    assert response.status_code in {422, 429}
    assert not EmbedThread.objects.filter(key="또/새/글").exists()


def test_names_and_keys_are_escaped(client, minah, garden):
    from embed.actions import find_or_create_thread

    attack = "<script>alert(1)</script>"
    thread = find_or_create_thread(garden, attack, page_title=attack)
    for path in (f"/embed/threads/{thread.post_id}/", page_of(garden, f"{attack}2")):
        assert attack not in client.get(path, follow=True).content.decode()
    client.force_login(minah)
    change_site(garden, actor=minah, name="<b>뜰</b>")
    for path in (
        f"/settings/embed/{garden.key}/",
        f"/settings/embed/{garden.key}/threads/",
        f"/settings/embed/{garden.key}/threads/{thread.pk}/",
        "/settings/embed/",
    ):
        page = client.get(path).content.decode()
        assert attack not in page
        assert "<b>뜰</b>" not in page


def test_the_plain_page_costs_the_same_however_many_speak(
    client, junho, stranger, wind, django_assert_max_num_queries
):
    for number in range(10):
        write_comment(wind.post, actor=(junho, stranger)[number % 2], source=f"{number}")
    client.get(f"/embed/threads/{wind.post_id}/")
    with django_assert_max_num_queries(9):
        client.get(f"/embed/threads/{wind.post_id}/")
