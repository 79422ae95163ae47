"""Comments are drawn once for all who see them alike, and nobody gets what is another's."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client

from accounts.tests.factories import make_person
from blog import actions
from blog.models import Post
from blog.templatetags import cards as drawing
from blog.tests.factories import make_article
from blog.tests.talk.factories import allow_guests, say, say_as_guest
from config.templatetags.kept import Looks
from moderation.tests.factories import make_moderator

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')


@pytest.fixture(autouse=True)
def nothing_drawn(monkeypatch):
    monkeypatch.setattr(drawing, "_comments", Looks())


@pytest.fixture
def drawn(monkeypatch):
    """The keys of the comments that were drawn, one for each time."""
    seen, draw = [], drawing.render_to_string

    def note(name, context):
        if name == drawing.COMMENT:
            seen.append(context["comment"].pk)
        return draw(name, context)

    monkeypatch.setattr(drawing, "render_to_string", note)
    return seen


def talk_of(client: Client, post: Post) -> str:
    html = client.get(post.get_absolute_url()).content.decode()
    return html[html.index('id="threads"') :].split('<div class="post__after">')[0]


def test_it_is_drawn_once_for_all_who_see_it_alike(
    drawn, client, as_user, minah, junho, no_kept_pages
):
    post = make_article(minah)
    first, second = say(junho, post), say(minah, post, "고마워요.")
    people = [make_person("hana", "하나"), make_person("bora", "보라")]
    for person in (None, None, *people):
        reader = as_user(person) if person else Client()
        for _again in range(2):
            assert "잘 읽었어요." in talk_of(reader, post) and "고마워요." in talk_of(reader, post)
    assert sorted(drawn) == sorted(2 * [first.pk, second.pk]), "for visitors and for members"
    actions.change_comment(first, actor=junho, source="다시 읽었어요.")
    assert "다시 읽었어요." in talk_of(client, post) and "잘 읽었어요." not in talk_of(client, post)


def test_what_one_may_do_with_it_is_offered_to_nobody_else(as_user, minah, junho, no_kept_pages):
    post = make_article(minah)
    comment = say(junho, post)
    hana = make_person("hana", "하나")
    for _again in range(2):
        for person, told in (
            (junho, {"edit", "delete"}),
            (minah, {"pin", "hide"}),
            (hana, set()),
            (None, set()),
        ):
            html = talk_of(as_user(person) if person else Client(), post)
            offered = set(re.findall(rf"/comments/{comment.pk}/(edit|delete|pin|hide)/", html))
            assert offered == told
            assert ("csrfmiddlewaretoken" in html) is (person is not None)
    actions.like_comment(comment, actor=hana)
    for _again in range(2):
        pressed = {
            name: re.findall(r'aria-pressed="(\w+)"', talk_of(as_user(person), post))
            for name, person in (("hana", hana), ("minah", minah))
        }
        assert pressed == {"hana": ["true"], "minah": ["false"]}


def test_each_form_has_the_token_of_its_own_page(as_user, minah, junho):
    post = make_article(minah)
    say(junho, post)
    client = as_user(minah)
    first, second = talk_of(client, post), talk_of(client, post)
    assert len(TOKEN.findall(first)) > 2 and len(set(TOKEN.findall(first))) == 1
    assert set(TOKEN.findall(first)) != set(TOKEN.findall(second))


def test_moderators_have_their_way_to_the_desk_and_nobody_else_has(
    as_user, minah, junho, no_kept_pages
):
    post, moderator = make_article(minah), make_moderator()
    say(junho, post)
    for _again in range(2):
        assert "/case/" in talk_of(as_user(moderator), post)
        assert "/case/" not in talk_of(as_user(minah), post)
        assert "/case/" not in talk_of(Client(), post)


def test_a_guest_can_write_nothing_that_is_taken_for_markup(as_user, minah, no_kept_pages):
    allow_guests()
    post = make_article(minah)
    say_as_guest(post, "<b>굵게</b>", name='<img src=x onerror="alert(1)">')
    for _again in range(2):
        html = talk_of(as_user(minah), post)
        assert "<img src=x" not in html and "&lt;img src=x" in html


def test_while_developing_it_is_drawn_each_time(drawn, settings, client, minah, no_kept_pages):
    settings.DEBUG = True
    post = make_article(minah)
    comment = say(minah, post)
    for _again in range(2):
        talk_of(client, post)
    assert drawn == [comment.pk] * 2


def test_all_that_the_template_sees_decides_how_it_looks():
    """What a comment shows comes from the comment, from who reads, and from nothing else."""
    folder = Path(engines["django"].engine.get_template(drawing.COMMENT).origin.name).parent
    known = {"comment", "post", "user", "focus_pk", "counted_post", "desk_url", "offer", "thing"}
    for name in ("_comment_said.html", "_comment_like.html", "_translate.html"):
        text = re.sub(r"{#.*?#}", "", (folder / name).read_text(encoding="utf-8"))
        named = set(re.findall(r"{{ ?(\w+)[.|} ]", text))
        assert named <= known | {"LANGUAGE_CODE"}, name
