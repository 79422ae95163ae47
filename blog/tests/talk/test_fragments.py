"""What htmx gets is the page's own part: the same words as after a reload (UX-17)."""

import re

import pytest

from blog import actions
from blog.tests.factories import make_article
from social.actions import mute_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CHANGING = (
    r'<input type="hidden" name="(?:csrfmiddlewaretoken|submission)"[^>]*>',
    r' tabindex="-1" autofocus',
    r" autofocus",
    r' data-hx-swap-oob="true"',
    r'<input type="hidden" name="next"[^>]*>',
)


def plain(html: str) -> str:
    """Return ``html`` without what differs from one answer to the next, and without spaces."""
    for pattern in CHANGING:
        html = re.sub(pattern, "", html)
    return re.sub(r"\s+", "", html)


def pieces(answer: str) -> list[str]:
    """Return the parts of an answer that stand in different places of the page."""
    parts = re.split(r"(?=<[a-z]+[^>]*data-hx-swap-oob)", answer)
    return [plain(part) for part in parts if part.strip()]


@pytest.fixture
def post(minah):
    return make_article(minah, "도커로 배포하기", tags=["도커"])


@pytest.mark.behaviour("UX-17")
@pytest.mark.parametrize("act", ["like", "unlike", "bookmark", "unbookmark"])
def test_the_reactions_of_a_post(as_user, junho, post, act):
    client = as_user(junho)
    answer = client.post(f"/posts/{post.pk}/{act}/", headers=HTMX).content.decode()
    html = plain(client.get(post.get_absolute_url()).content.decode())
    assert answer.strip() and all(piece in html for piece in pieces(answer))


@pytest.mark.behaviour("UX-17")
def test_a_comment_and_its_answer(as_user, junho, post):
    client = as_user(junho)
    path = f"/posts/{post.pk}/comments/"
    client.post(path, {"source": "처음 한 말", "submission": "a" * 32})
    first = post.comments.get()
    said = client.post(
        path, {"source": "덧붙인 말", "parent": first.pk, "submission": "b" * 32}, headers=HTMX
    ).content.decode()
    thread = said[: said.rindex("</li>") + len("</li>")]
    assert "처음 한 말" in thread and "덧붙인 말" in thread
    assert plain(thread) in plain(client.get(post.get_absolute_url()).content.decode())


@pytest.mark.behaviour("UX-17")
def test_a_hidden_comment_as_its_host_sees_it(as_user, minah, junho, post):
    comment = actions.write_comment(post, actor=junho, source="한 말씀 드려요")
    client = as_user(minah)
    answer = client.post(f"/comments/{comment.pk}/hide/", headers=HTMX).content.decode()
    said = answer[: answer.index("</article>") + len("</article>")]
    assert plain(said) in plain(client.get(post.get_absolute_url()).content.decode())


@pytest.mark.behaviour("UX-17")
@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/@minah/follow/", "/@minah/"),
        ("/@minah/unfollow/", "/@minah/"),
        ("/tags/도커/follow/", "/tags/도커/"),
        ("/tags/도커/unfollow/", "/tags/도커/"),
    ],
)
def test_the_buttons_to_follow(as_user, junho, post, path, page):
    client = as_user(junho)
    answer = client.post(path, headers=HTMX, data={"place": "profile"}).content.decode()
    html = plain(client.get(page).content.decode())
    assert answer.strip() and all(piece in html for piece in pieces(answer))


@pytest.mark.behaviour("UX-17")
def test_a_mute_on_the_profile(as_user, minah, junho, post):
    mute_person(minah, actor=junho)
    client = as_user(junho)
    answer = client.post("/@minah/unmute/", headers=HTMX).content.decode()
    assert plain(answer) in plain(client.get("/@minah/").content.decode())
