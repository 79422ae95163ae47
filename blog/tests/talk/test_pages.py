"""Comments on pages: works / needs sign-in / refuses strangers and the blocked / constant queries."""

import re
import uuid
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog import actions, comment_tree
from blog.models import Comment
from blog.tests.factories import make_article, make_note
from blog.tests.talk.factories import allow_guests, counted, say, say_as_guest
from social.actions import (
    block_person,
    follow_person,
    mute_person,
    mute_term,
    unfollow_person,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def send(client, post, source="잘 읽었어요.", *, headers=None, **fields):
    data = {"source": source, "submission": str(uuid.uuid4())} | fields
    return client.post(f"/posts/{post.pk}/comments/", data, headers=headers or {})


def shown(html: str) -> list[int]:
    """Return the keys of the comments of a page, in its order."""
    return [int(key) for key in re.findall(r'<li class="comment" id="comment-(\d+)"', html)]


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# The form -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-51", "BL-56")
def test_a_member_comments_and_lands_on_it(as_user, minah, junho):
    post = make_article(minah)
    client = as_user(junho)
    response = send(client, post)
    comment = Comment.objects.get()
    assert response.status_code == 302
    assert response.url == f"{post.get_absolute_url()}#comment-{comment.pk}"
    html = page(client, post.get_absolute_url())
    assert shown(html) == [comment.pk]
    assert '<span class="talk__number" id="comment-number">1</span>' in html


@pytest.mark.behaviour("BL-56")
def test_htmx_gets_the_thread_the_number_and_an_empty_form(as_user, minah, junho):
    post = make_article(minah)
    client = as_user(junho)
    response = send(client, post, headers=HTMX)
    html = response.content.decode()
    root = Comment.objects.get()
    assert shown(html) == [root.pk]
    assert 'id="comment-number" data-hx-swap-oob="true">1<' in html
    assert f'id="comment-{post.pk}-form"' in html
    assert "<html" not in html
    assert "madang:notice" in response.headers["HX-Trigger"]
    answered = send(client, post, "답", parent=root.pk, headers=HTMX).content.decode()
    assert shown(answered) == [root.pk, root.pk + 1]
    assert '<form class="comment-form"' not in answered


@pytest.mark.behaviour("UX-07")
def test_the_same_form_twice_is_one_comment(as_user, minah, junho):
    post, key = make_article(minah), str(uuid.uuid4())
    client = as_user(junho)
    answers = [send(client, post, submission=key).url for _click in range(2)]
    assert answers[0] == answers[1]
    assert counted(post) == 1


@pytest.mark.behaviour("BL-56")
def test_signed_out_leads_to_sign_in_and_keeps_the_text(client, minah):
    post = make_article(minah)
    html = page(client, post.get_absolute_url())
    assert f'href="/posts/{post.pk}/comments/"' in html
    assert "csrftoken" not in client.cookies
    sign_in = client.get(f"/posts/{post.pk}/comments/").url
    assert unquote(sign_in) == f"/auth/login/?next=/posts/{post.pk}/comments/"
    response = send(client, post, "긴 글을 썼는데 로그아웃되었다. " * 9)
    assert response.status_code == 401
    assert "긴 글을 썼는데" in response.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.behaviour("BL-51", "X-01")
def test_strangers_and_the_blocked_find_nothing(as_user, minah, taeo, stranger):
    post = make_article(minah, visibility="followers")
    comment = say(minah, post)
    for person in (taeo, stranger):
        client = as_user(person)
        assert send(client, post).status_code == 404
        for name in ("", "thread/", "edit/", "delete/", "likes/"):
            assert client.get(f"/comments/{comment.pk}/{name}").status_code == 404
        for name in "hide show pin unpin approve refuse like unlike edit delete".split():
            assert client.post(f"/comments/{comment.pk}/{name}/").status_code == 404
    assert Comment.objects.get() == comment


def test_what_is_wrong_is_said_beside_the_field_and_the_text_stays(as_user, minah, junho):
    post = make_article(minah)
    client = as_user(junho)
    assert send(client, post, "  ").status_code == 422
    actions.close_comments(post, actor=minah)
    response = send(client, post, "닫힌 줄 몰랐어요")
    assert response.status_code in {409, 422}
    kept = re.search(r"<textarea[^>]*>", response.text)[0]
    assert "readonly" in kept
    assert "닫힌 줄 몰랐어요</textarea>" in response.text
    assert not Comment.objects.exists()
    html = page(client, post.get_absolute_url())
    assert "comment-form" not in html
    actions.open_comments(post, actor=minah)
    root = say(minah, post)
    refused = send(client, post, "가" * 10_001, parent=root.pk, headers=HTMX)
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == f"#answer-{root.pk}-form"
    assert "가" * 10_001 in refused.content.decode()


def test_a_flood_is_stopped_and_the_text_stays(as_user, minah, junho, monkeypatch):
    monkeypatch.setattr("blog.limits.COMMENTS_AN_HOUR", 2)
    post = make_article(minah)
    client = as_user(junho)
    assert [send(client, post).status_code for _one in range(2)] == [302, 302]
    response = send(client, post, "세 번째")
    assert response.status_code == 429
    assert "세 번째" in response.content.decode()
    assert int(response.headers["Retry-After"]) > 0
    address = f"/comments/{Comment.objects.first().pk}/edit/"
    refused = client.post(address, {"source": "네 번째"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert counted(post) == 2


def test_an_answer_needs_a_comment_of_that_post(as_user, minah, junho):
    post, other = make_article(minah), make_article(minah, "다른 글")
    client = as_user(junho)
    for parent in (say(minah, other).pk, 10**30, 0, "x"):
        assert client.get(f"/posts/{post.pk}/comments/?parent={parent}").status_code in {200, 404}
        assert send(client, post, parent=parent).status_code in {404, 422}
    assert counted(post) == 0


def test_a_text_is_not_lost_when_what_it_answers_went_meanwhile(as_user, minah, junho):
    post = make_article(minah)
    gone, hidden = say(minah, post), say(minah, post)
    actions.delete_comment(gone, actor=minah)
    actions.hide_comment(hidden, actor=minah)
    client = as_user(junho)
    for parent in (gone.pk, hidden.pk):
        response = send(client, post, "긴 답을 썼어요", parent=parent)
        assert response.status_code == 422
        assert "긴 답을 썼어요</textarea>" in response.text
        assert f'data-keep="comment-{post.pk}"' in response.text
        assert f'name="parent" value="{parent}"' not in response.text, "now it answers the post"
        part = send(client, post, "긴 답을 썼어요", parent=parent, headers=HTMX)
        assert part.status_code == 422
        assert part.headers["HX-Retarget"] == f"#answer-{parent}-form"
        assert f'id="answer-{parent}-form"' in part.text
        assert "긴 답을 썼어요</textarea>" in part.text
    assert counted(post) == 0


def test_a_text_is_not_lost_when_what_it_answers_goes_in_that_moment(
    as_user, minah, junho, monkeypatch
):
    post = make_article(minah)
    parent = say(minah, post)
    write = actions.write_comment

    def lose_and_write(*args, **options):
        actions.delete_comment(parent, actor=minah)
        return write(*args, **options)

    monkeypatch.setattr(actions, "write_comment", lose_and_write)
    response = send(as_user(junho), post, "긴 답을 썼어요", parent=parent.pk)
    assert response.status_code == 422
    assert "긴 답을 썼어요</textarea>" in response.text


def test_the_page_to_answer_shows_what_is_answered(as_user, minah, junho):
    post = make_note(minah)
    comment = say(minah, post, "무엇을 **드셨나요**?")
    html = page(as_user(junho), f"/posts/{post.pk}/comments/?parent={comment.pk}")
    assert "<strong>드셨나요</strong>" in html
    assert f'name="parent" value="{comment.pk}"' in html
    form = html[html.index('<form class="comment-form"') :]
    assert "data-hx-post" not in form[: form.index(">")], "there is nothing to swap on this page"


# Guests -------------------------------------------------------------------------------------------


def guest_form(client, post) -> dict[str, str]:
    html = page(client, f"/posts/{post.pk}/comments/")
    started = re.search(r'name="started" value="([^"]+)"', html)[1]
    return {"name": "지나가던 이", "homepage": "", "started": started}


def test_a_guest_comments_and_is_told_that_it_waits(client, as_user, minah):
    allow_guests()
    post = make_article(minah)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fields = guest_form(client, post)
        assert send(client, post, **fields).status_code == 422, "nobody types so quickly"
    with time_machine.travel(now + timedelta(seconds=4), tick=False):
        response = send(client, post, **fields)
    assert response.url == post.get_absolute_url()
    comment = Comment.objects.get()
    assert comment.status == "waiting"
    assert shown(page(client, post.get_absolute_url())) == []
    html = page(as_user(minah), post.get_absolute_url())
    assert shown(html) == [comment.pk]
    assert f"/comments/{comment.pk}/approve/" in html


def test_programs_are_thanked_and_ignored(client, minah):
    allow_guests()
    post = make_article(minah)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fields = guest_form(client, post)
    with time_machine.travel(now + timedelta(seconds=10), tick=False):
        assert (
            send(client, post, **fields | {"homepage": "https://spam.example"}).status_code == 302
        )
        assert send(client, post, **fields | {"started": "1:x"}).status_code == 422
        assert send(client, post, **fields | {"name": ""}).status_code == 422
    assert not Comment.objects.exists()


def test_a_guest_keeps_the_text_when_what_it_answers_went_meanwhile(client, minah):
    allow_guests()
    post = make_article(minah)
    gone = say(minah, post)
    actions.hide_comment(gone, actor=minah)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fields = guest_form(client, post)
    with time_machine.travel(now + timedelta(seconds=10), tick=False):
        response = send(client, post, "손님의 답", parent=gone.pk, **fields)
    assert response.status_code == 422
    assert "손님의 답</textarea>" in response.text
    assert 'value="지나가던 이"' in response.text


def test_guests_from_one_address_are_few(client, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.GUEST_COMMENTS_AN_HOUR", 1)
    allow_guests()
    post = make_article(minah)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        fields = guest_form(client, post)
    with time_machine.travel(now + timedelta(seconds=10), tick=False):
        assert [send(client, post, **fields).status_code for _one in range(2)] == [302, 429]


def test_the_author_approves_and_refuses_by_button(as_user, minah, junho):
    post = make_article(minah)
    first, second = say_as_guest(post, "좋은 말"), say_as_guest(post, "나쁜 말")
    assert as_user(junho).post(f"/comments/{first.pk}/approve/").status_code == 404
    client = as_user(minah)
    html = client.post(f"/comments/{first.pk}/approve/", headers=HTMX).content.decode()
    assert f'id="comment-{first.pk}-said"' in html
    assert "/approve/" not in html
    for _click in range(2):
        client.post(f"/comments/{second.pk}/refuse/")
    assert list(Comment.objects.all()) == [first]
    assert counted(post) == 1


# Changing, deleting, deciding ---------------------------------------------------------------------


@pytest.mark.behaviour("BL-52")
def test_one_edits_ones_own_with_and_without_scripts(as_user, minah, junho):
    comment = say(junho, make_article(minah), "처음")
    address = f"/comments/{comment.pk}/edit/"
    assert as_user(minah).get(address).status_code == 403
    assert as_user(minah).post(address, {"source": "남의 말"}).status_code == 403
    client = as_user(junho)
    assert "처음</textarea>" in page(client, address)
    assert client.post(address, {"source": ""}).status_code == 422
    response = client.post(address, {"source": "나중"})
    assert response.url.endswith(f"#comment-{comment.pk}")
    html = client.post(address, {"source": "그다음"}, headers=HTMX).content.decode()
    assert "<p>그다음</p>" in html
    assert "comment__mark" in html
    whole = client.get(f"{address}?whole=1", headers=HTMX).content.decode()
    assert "<textarea" not in whole
    part = client.get(address, headers=HTMX).content.decode()
    assert part.count("<textarea") == 1
    assert f'data-keep="edit-{comment.pk}"' in part


@pytest.mark.behaviour("BL-52", "UX-26", "UX-07")
def test_deleting_asks_first_and_acts_once(as_user, minah, junho):
    post = make_article(minah)
    comment = say(junho, post, "지울 말")
    address = f"/comments/{comment.pk}/delete/"
    assert as_user(minah).post(address).status_code == 403
    client = as_user(junho)
    assert "지울 말" in page(client, address)
    assert Comment.objects.exists()
    answers = [client.post(address).url for _click in range(2)]
    assert answers == [f"{post.get_absolute_url()}#comments"] * 2
    assert not Comment.objects.exists()


@pytest.mark.behaviour("BL-52")
@pytest.mark.parametrize("way", ["blocked", "unpublished", "lost circle", "deleted"])
def test_ones_own_words_are_taken_back_also_where_they_are_no_longer_seen(
    as_user, minah, junho, sora, way
):
    post = make_article(minah, visibility="followers" if way == "lost circle" else "public")
    follow_person(minah, actor=junho)
    comment = say(junho, post, "거두고 싶은 말")
    answer = say(minah, post, "남의 답", parent=comment)
    if way == "blocked":
        block_person(junho, actor=minah)
    elif way == "unpublished":
        actions.unpublish_post(post, actor=minah)
    elif way == "deleted":
        actions.delete_post(post, actor=minah)
    else:
        unfollow_person(minah, actor=junho)
    address = f"/comments/{comment.pk}/delete/"
    html = page(as_user(junho), address)
    assert "거두고 싶은 말" in html
    assert post.title not in html
    assert "남의 답" not in html
    assert as_user(junho).get(f"/comments/{answer.pk}/delete/").status_code == 404
    for _click in range(2):
        assert as_user(junho).post(address).url == "/"
    comment.refresh_from_db()
    assert (comment.status, comment.source) == ("deleted", "")
    assert as_user(junho).get(address).status_code == 404


@pytest.mark.behaviour("BL-52")
def test_the_number_follows_what_is_decided_in_place(as_user, minah, junho):
    post = make_article(minah)
    comment, waiting = say(junho, post), say_as_guest(post)
    client = as_user(minah)
    for pk, name, number in (
        (comment.pk, "hide", 0),
        (comment.pk, "show", 1),
        (waiting.pk, "approve", 2),
    ):
        part = client.post(f"/comments/{pk}/{name}/", headers=HTMX).text
        assert f'id="comment-number" data-hx-swap-oob="true">{number}<' in part
    actions.pin_comment(comment, actor=minah)
    said = client.post(f"/comments/{comment.pk}/show/", headers=HTMX).text
    assert "고정한 글" not in said, "it is no post"


def test_what_cannot_be_decided_any_more_loads_the_page_again(as_user, minah, junho):
    comment = say(junho, make_article(minah))
    actions.hide_comment(comment, actor=minah)
    response = as_user(minah).post(f"/comments/{comment.pk}/pin/", headers=HTMX)
    assert (response.status_code, response.headers["HX-Refresh"]) == (204, "true")


@pytest.mark.behaviour("BL-52")
def test_the_author_of_the_post_decides_by_buttons(as_user, minah, junho, stranger):
    post = make_article(minah)
    comment = say(junho, post)
    for person, status in ((junho, 403), (stranger, 403)):
        for name in "hide show pin unpin".split():
            assert as_user(person).post(f"/comments/{comment.pk}/{name}/").status_code == status
        assert as_user(person).post(f"/posts/{post.pk}/close-comments/").status_code == 403
    client = as_user(minah)
    html = client.post(f"/comments/{comment.pk}/hide/", headers=HTMX).content.decode()
    assert f"/comments/{comment.pk}/show/" in html
    assert shown(page(as_user(stranger), post.get_absolute_url())) == []
    client = as_user(minah)
    client.post(f"/comments/{comment.pk}/show/")
    client.post(f"/comments/{comment.pk}/pin/")
    assert client.get(f"/comments/{comment.pk}/pin/").status_code == 405
    comment.refresh_from_db()
    assert comment.pinned_at
    client.post(f"/posts/{post.pk}/close-comments/")
    post.refresh_from_db()
    assert not post.is_open_to_comments


# The tree -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-51")
def test_answers_stand_below_what_they_answer_and_flat_from_the_fifth(client, minah, junho):
    post = make_article(minah)
    chain = [say(minah, post, "0")]
    for depth in range(1, 7):
        chain.append(say(junho if depth % 2 else minah, post, str(depth), parent=chain[-1]))
    beside = say(minah, post, "1b", parent=chain[0])
    html = page(client, post.get_absolute_url())
    assert shown(html) == [*(one.pk for one in chain), beside.pk]
    levels = depths_of(html)
    assert [levels[one.pk] for one in chain] == [0, 1, 2, 3, 4, 4, 4]
    assert levels[beside.pk] == 1
    assert html.count('<p class="comment__to">@미나</p>') == 1
    assert html.count('<p class="comment__to">@준호</p>') == 1


def depths_of(html: str) -> dict[int, int]:
    """Return how many lists of answers each comment stands in."""
    depth, found = 0, {}
    marks = r'<ol class="comment__answers">|<ol|</ol>|<li class="comment" id="comment-(\d+)"'
    for match in re.finditer(marks, html[html.index('id="threads"') :]):
        if match[1]:
            found[int(match[1])] = depth
        else:
            depth += {"</ol>": -1}.get(match[0], 1)
    return found


@pytest.mark.behaviour("BL-52", "X-01")
def test_an_empty_place_has_neither_name_nor_words(as_user, client, minah, junho, sora, stranger):
    post = make_article(minah)
    gone, hidden = say(junho, post, "지워질 말"), say(stranger, post, "숨겨질 말")
    alone = say(stranger, post, "혼자 숨은 말")
    say(sora, post, "지운 말에 답", parent=gone)
    say(sora, post, "숨은 말에 답", parent=hidden)
    actions.delete_comment(gone, actor=junho)
    actions.hide_comment(hidden, actor=minah)
    actions.hide_comment(alone, actor=minah)
    html = page(client, post.get_absolute_url())
    talk = html[html.index('id="comments"') : html.index('class="post__after"')]
    assert talk.count('class="comment__gone"') == 2
    for text in ("지워질 말", "숨겨질 말", "혼자 숨은 말", "준호", "나그네"):
        assert text not in talk
    assert shown(talk) == [gone.pk, gone.pk + 3, hidden.pk, hidden.pk + 3]
    block_person(sora, actor=stranger)
    assert shown(page(as_user(stranger), post.get_absolute_url())) == [hidden.pk, alone.pk]


@pytest.mark.behaviour("SO-08")
@pytest.mark.parametrize("mutes", ["who", "word"])
def test_the_address_of_a_muted_comment_shows_it_and_no_other(as_user, junho, sora, mutes):
    post = make_article(junho)
    root, other = say(sora, post, "지겨운 말 하나"), say(sora, post, "지겨운 말 둘")
    below = say(sora, post, "지겨운 말 셋", parent=other)
    if mutes == "who":
        mute_person(sora, actor=junho)
    else:
        mute_term("지겨운", kind="word", actor=junho)
    client = as_user(junho)
    assert "지겨운" not in page(client, post.get_absolute_url())
    for comment, words in ((root, "하나"), (other, "둘"), (below, "셋")):
        response = client.get(f"/comments/{comment.pk}/")
        assert response.url.endswith(f"?shown={comment.pk}#comment-{comment.pk}")
        html = page(client, response.url.partition("#")[0])
        assert html.count("지겨운 말") == 1
        assert f"지겨운 말 {words}" in html
    for value in ("x", "-1", "9" * 40, str(10**18)):
        assert "지겨운" not in page(client, f"{post.get_absolute_url()}?shown={value}")
    part = send(client, post, "그래도 답", parent=below.pk, headers=HTMX).text
    assert "지겨운 말 셋" in part


@pytest.mark.behaviour("X-01")
def test_asking_for_a_comment_by_name_opens_no_other_door(as_user, client, minah, junho, sora):
    post = make_article(minah)
    hidden, said = say(sora, post, "숨겨질 말"), say(sora, post, "들리는 말")
    actions.hide_comment(hidden, actor=minah)
    assert "숨겨질 말" not in page(client, f"{post.get_absolute_url()}?shown={hidden.pk}")
    assert "들리는 말" in page(client, f"{post.get_absolute_url()}?shown={hidden.pk}")
    block_person(junho, actor=sora)
    html = page(as_user(junho), f"{post.get_absolute_url()}?shown={said.pk}")
    assert "말" not in html[html.index('id="threads"') : html.index("comment-form")]


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(comment_tree, "THREADS_PER_PAGE", 3)
    monkeypatch.setattr(comment_tree, "ANSWERS_PER_THREAD", 4)


def walk(client, address: str, word: str) -> list[list[int]]:
    """Follow the link ``word`` (next, prev) from ``address``; return the threads of each page."""
    pages = []
    while address and len(pages) < 20:
        html = page(client, address)
        pages.append([key for key in shown(html) if depths_of(html)[key] == 0])
        found = re.search(rf'href="([^"]+)" rel="{word} nofollow"', html)
        base = address.split("?")[0]
        address = base + found[1].replace("&amp;", "&") if found else ""
    return pages


@pytest.mark.behaviour("BL-51", "X-05")
@pytest.mark.parametrize("sort", ["old", "new", "liked"])
def test_threads_are_paged_in_each_order_and_back(client, minah, junho, small_pages, sort):
    post = make_article(minah)
    moment = timezone.now()
    rows = [say(junho, post, str(number), created_at=moment) for number in range(8)]
    for row in (rows[5], rows[2]):
        actions.like_comment(row, actor=minah)
    actions.like_comment(rows[5], actor=junho)
    places = {"old": range(8), "new": reversed(range(8)), "liked": (5, 2, 0, 1, 3, 4, 6, 7)}
    keys = [rows[number].pk for number in places[sort]]
    address = f"{post.get_absolute_url()}?sort={sort}"
    assert walk(client, address, "next") == [keys[:3], keys[3:6], keys[6:]]
    back = walk(client, f"{address}&comments=last", "prev")
    assert [key for held in reversed(back) for key in held] == keys


@pytest.mark.behaviour("BL-52")
def test_the_pinned_thread_leads_the_first_page_alone(client, minah, junho, small_pages):
    post = make_article(minah)
    rows = [say(junho, post, str(number)).pk for number in range(7)]
    actions.pin_comment(Comment.objects.get(pk=rows[5]), actor=minah)
    pages = walk(client, post.get_absolute_url(), "next")
    assert pages == [[rows[5], *rows[:3]], [rows[3], rows[4]], [rows[6]]]


@pytest.mark.behaviour("BL-51")
def test_the_address_of_a_comment_opens_its_page(client, minah, junho, small_pages):
    post = make_article(minah)
    roots = [say(junho, post, str(number)) for number in range(7)]
    answers = [say(minah, post, f"답 {number}", parent=roots[4]) for number in range(6)]
    for comment in (*roots, *answers):
        response = client.get(f"/comments/{comment.pk}/")
        assert response.status_code == 302
        address, _hash, anchor = response.url.partition("#")
        assert anchor == f"comment-{comment.pk}"
        assert comment.pk in shown(page(client, address))
    assert client.get(f"/comments/{answers[5].pk}/").url.startswith(
        f"/comments/{roots[4].pk}/thread/"
    )
    assert client.get(f"/comments/{roots[2].pk}/").url.startswith(post.get_absolute_url() + "#")
    assert client.get(f"/comments/{10**30}/").status_code == 404


def test_a_long_thread_goes_on_on_its_own_page(client, as_user, minah, junho, small_pages):
    post = make_article(minah)
    root = say(junho, post, "처음")
    answers = [say(minah, post, f"답 {number}", parent=root) for number in range(6)]
    late = say(junho, post, "늦은 답", parent=answers[0])
    html = page(client, post.get_absolute_url())
    assert shown(html) == [root.pk, *(one.pk for one in answers[:4])]
    address = f"/comments/{root.pk}/thread/"
    assert f'href="{address}"' in html
    assert len(shown(page(client, address))) == 5
    second = re.search(r'href="([^"]+)" rel="next nofollow"', page(client, address))[1]
    html = page(client, address + second.replace("&amp;", "&"))
    assert shown(html) == [root.pk, answers[4].pk, answers[5].pk, late.pk]
    assert '<p class="comment__to">@미나</p>' in html
    assert client.get(f"/comments/{late.pk}/thread/").url == f"/comments/{late.pk}/"
    response = send(as_user(minah), post, "더 늦은 답", parent=late.pk, headers=HTMX)
    assert response.status_code == 204
    assert address in response.headers["HX-Redirect"]


@pytest.mark.behaviour("UX-10", "UX-11")
@pytest.mark.parametrize("cursor", ["x", "%00", "e30", "WyJhIl0", "a" * 3000, "last"])
def test_an_unreadable_cursor_shows_the_first_page(client, minah, junho, cursor):
    post = make_article(minah)
    comment = say(junho, post)
    assert shown(page(client, f"{post.get_absolute_url()}?comments={cursor}")) == [comment.pk]


def test_a_page_of_comments_costs_the_same_with_one_and_with_many(as_user, minah, junho, sora):
    post = make_article(minah)
    root = say(junho, post)
    say(minah, post, parent=root)

    def cost(person) -> int:
        client = as_user(person)
        client.get(post.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            page(client, post.get_absolute_url())
        return len(queries)

    before = [cost(person) for person in (minah, sora)]
    for number in range(40):
        held = say(sora if number % 2 else junho, post, f"@minah {number}")
        for _answer in range(3):
            held = say(minah, post, parent=held)
        actions.like_comment(held, actor=sora)
    assert [cost(person) for person in (minah, sora)] == before


@pytest.mark.parametrize("visitor", [True, False])
def test_a_post_without_comments_asks_nothing_for_them(client, minah, visitor):
    post = make_article(minah)
    with CaptureQueriesContext(connection) as queries:
        page(client, post.get_absolute_url())
    assert not [one for one in queries if "blog_comment" in one["sql"].split("FROM")[1][:20]]
