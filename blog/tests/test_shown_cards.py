"""Cards are drawn once for all, and still nobody gets what is another's."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe

from blog import actions
from blog.cards import cards_for
from blog.models import Post
from blog.templatetags import cards as drawing
from blog.tests.factories import make_article, make_note
from config.templatetags import kept

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')
TAG = Template("{% load cards %}{% shown_card card heading is_anonymous %}")


@pytest.fixture(autouse=True)
def nothing_drawn():
    drawing._draw.cache_clear()


def card_of(post: Post, viewer=None):
    viewer = viewer or AnonymousUser()
    rows = Post.objects.visible_to(viewer).for_card().with_viewer_state(viewer)
    return cards_for([rows.get(pk=post.pk)], viewer)[0]


def draw(card, viewer=None, path: str = "/explore/", token: str = "열쇠", **options) -> str:
    request = RequestFactory().get(path)
    told = {"card": card, "user": viewer or AnonymousUser(), "request": request}
    return TAG.render(Context(told | {"csrf_token": token} | options))


def list_of(client, path: str = "/explore/") -> str:
    """Return the list of cards of a page."""
    html = client.get(path).content.decode()
    return html[html.index('<ul class="card-list">') :].split("</ul>")[0]


# Forms --------------------------------------------------------------------------------------------


def test_each_form_has_the_token_of_its_own_page(as_user, minah, junho):
    for number in range(3):
        make_article(minah, f"글 {number}")
    make_note(minah)
    client = as_user(junho)
    first, second = list_of(client), list_of(client)
    assert first.count("<form") == len(TOKEN.findall(first)) == 8
    assert len(set(TOKEN.findall(first))) == len(set(TOKEN.findall(second))) == 1
    assert set(TOKEN.findall(first)) != set(TOKEN.findall(second))
    assert TOKEN.sub("", first) == TOKEN.sub("", second)
    assert kept.TOKEN_PLACE not in first and drawing._draw.cache_info().hits >= 4


def test_the_token_in_a_card_is_one_that_counts(minah, junho, stranger):
    post = make_article(minah)
    for person in (junho, stranger):
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        token = TOKEN.findall(list_of(client))[0]
        sent = {"place": "card", "csrfmiddlewaretoken": token}
        assert client.post(f"/posts/{post.pk}/like/", {"place": "card"}).status_code == 403
        assert client.post(f"/posts/{post.pk}/like/", sent).status_code == 302
    assert Post.objects.get(pk=post.pk).like_count == 2


def test_who_is_signed_out_gets_no_form_and_no_token(client, as_user, minah, junho):
    make_article(minah)
    assert "<form" in list_of(as_user(junho))
    client.logout()
    html = list_of(client)
    assert "<form" not in html and "csrf" not in html
    assert not client.cookies.get("csrftoken") or not client.cookies["csrftoken"].value


def test_nobody_can_write_what_stands_for_a_token_or_an_address(minah, junho):
    for module, place in (
        (kept, kept.TOKEN_PLACE),
        (kept, kept.PATH_PLACE),
    ):
        assert place not in Path(module.__file__).read_text(encoding="utf-8")
        assert len(set(place)) > 8 and len(place) >= 32
    assert kept.TOKEN_PLACE != kept.PATH_PLACE
    note = make_note(minah, "https://example.com/?t=place0of0the0token place0of0the0path")
    html = draw(card_of(note, junho), junho)
    assert "place0of0the0path" in html and "t=place0of0the0token" in html


# What a reader did ----------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-55")
def test_what_one_member_likes_and_keeps_is_shown_to_nobody_else(minah, junho, stranger):
    post = make_article(minah)
    actions.like_post(post, actor=junho)
    actions.bookmark_post(post, actor=stranger)
    post.refresh_from_db()

    def pressed(viewer) -> list[str]:
        return re.findall(r'aria-pressed="(\w+)"', draw(card_of(post, viewer), viewer))

    for _again in range(2):
        assert pressed(junho) == ["true", "false"]
        assert pressed(stranger) == ["false", "true"]
        assert pressed(minah) == ["false", "false"]
        assert pressed(AnonymousUser()) == []
    actions.unlike_post(post, actor=junho)
    assert pressed(junho) == ["false", "false"]


def test_what_is_ones_own_can_be_edited_by_nobody_else(minah, junho):
    post = make_article(minah)
    for _again in range(2):
        assert f'href="/write/{post.pk}/"' in draw(card_of(post, minah), minah)
        assert "/write/" not in draw(card_of(post, junho), junho)
        assert "/write/" not in draw(card_of(post))


def test_what_changes_in_a_card_is_shown_at_once(minah, junho):
    post = make_article(minah, "고치기 전")
    assert "고치기 전" in draw(card_of(post))
    Post.objects.filter(pk=post.pk).update(title="고친 뒤", like_count=1234)
    html = draw(card_of(post))
    assert "고친 뒤" in html and "고치기 전" not in html and "1,234" in html


# Markup -------------------------------------------------------------------------------------------


def test_what_an_author_typed_stays_text_though_an_equal_text_was_markup(minah):
    typed = "<mark>x</mark>"
    card = card_of(make_article(minah, typed))
    assert card.title == typed
    for name in ("title", "text", "author_name", "series_title"):
        plain, marked = replace(card, **{name: typed}), replace(card, **{name: mark_safe(typed)})
        plain, marked = (
            replace(one, title="제목") if name != "title" else one for one in (plain, marked)
        )
        for first, second in ((marked, plain), (plain, marked)):
            drawing._draw.cache_clear()
            draw(first), draw(second)
            assert typed not in draw(plain) and "&lt;mark&gt;x&lt;/mark&gt;" in draw(plain), name
            assert typed in draw(marked), name


def test_the_words_of_a_note_keep_their_markup(minah):
    html = draw(card_of(make_note(minah, "오늘은 **김밥**을 말았다. <b>굵게</b>")))
    assert "<p>" in html and "<b>굵게</b>" not in html


# Pages --------------------------------------------------------------------------------------------


def test_every_language_has_cards_of_its_own(minah, junho):
    card, seen = card_of(make_article(minah), junho), {}
    for _again in range(2):
        for language, word in (("ko", "좋아요"), ("en", "Like"), ("es", "Me gusta")):
            with translation.override(language):
                html = draw(card, junho)
            assert word in html, language
            assert seen.setdefault(language, html) == html
    assert len(set(seen.values())) == 3


def test_the_offer_to_translate_leads_back_to_the_page_it_is_on(client, settings, minah):
    settings.TRANSLATION_PROVIDER = "libretranslate"
    post = make_article(minah, "The garden", source="A quiet garden behind the house. " * 20)
    Post.objects.filter(pk=post.pk).update(language="en")
    translation.activate("ko")
    card = card_of(post)
    for path, told in (
        ("/explore/", "next=/explore/"),
        ("/explore/?kind=article&a=1", "next=/explore/%3Fkind%3Darticle%26a%3D1"),
        ("/tags/도커/", "next=/tags/%25EB%258F%2584%25EC%25BB%25A4/"),
        ('/explore/?q="><script>', "next=/explore/%3Fq%3D%2522%253E%253Cscript%253E"),
    ):
        html = draw(card, path=path)
        assert f"?{told}" in html, path
        assert kept.PATH_PLACE[:-1] not in html and "<script" not in html
    with translation.override("en"):
        assert "next=" not in draw(card), "it is in the reader's own language"
    settings.TRANSLATION_PROVIDER = ""
    assert "next=" not in draw(card), "nobody translates any more"


def test_headings_and_names_are_as_the_page_wants_them(minah):
    card = card_of(make_article(minah))
    for _again in range(2):
        for heading in ("h2", "h3"):
            html = draw(card, heading=heading)
            assert f'<{heading} class="post-card__title">' in html and f"</{heading}>" in html
        assert "<h2 " in draw(card) and "<h2 " in draw(card, heading="")
        assert "meta__author" in draw(card) and "meta__author" in draw(card, is_anonymous=False)
        assert "meta__author" not in draw(card, is_anonymous=True)


def test_members_and_visitors_never_share_a_card(minah, junho):
    # Alike but for who reads: a card without state.
    card = replace(card_of(make_article(minah)), lang="xx")
    draw(card, junho)
    before = drawing._draw.cache_info().misses
    draw(card)
    assert drawing._draw.cache_info().misses == before + 1


def test_while_developing_cards_are_drawn_anew(minah, settings):
    card = card_of(make_article(minah))
    draw(card)
    settings.DEBUG = True
    before = drawing._draw.cache_info()
    assert "post-card" in draw(card) and drawing._draw.cache_info() == before
