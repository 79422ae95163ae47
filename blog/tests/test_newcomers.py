"""What somebody new may write in a day, by every door (SO-46)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import sign_up
from accounts.exceptions import TrustLimit
from accounts.models import User
from accounts.tests.factories import PASSWORD
from blog import actions
from blog.models import Comment, Post
from blog.newcomers import COMMENTS_A_DAY, LINKS_A_TEXT, POSTS_A_DAY, links_in
from blog.tests.factories import BODY, make_article, make_draft, make_note, make_person
from blog.tests.talk.factories import say
from config.tests.api_client import api_client
from embed.tests.factories import EmbedClient, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("SO-46")]
THREE_LINKS = "https://a.example.com을 보고 https://b.example.com/%EA%B8%80 도 www.c.example.com 도"
EXPLAINED = ("3일", "3 days")


@pytest.fixture
def saebom():
    """새봄, who signed up just now and confirmed the address."""
    person = sign_up(handle="saebom", email="saebom@example.com", password=PASSWORD)
    person.emailaddress_set.update(verified=True)
    return User.objects.get(pk=person.pk)


@pytest.fixture
def minah():
    return make_person("minah", "미나")


def fill_day(person) -> None:
    for number in range(POSTS_A_DAY):
        make_note(person, f"{number}번째 글")


# Posts a day ------------------------------------------------------------------------------------


def test_the_sixth_post_of_a_day_is_refused_and_says_how_the_limit_ends(saebom):
    fill_day(saebom)
    draft = make_draft(saebom)
    for attempt in (
        lambda: make_note(saebom, "여섯째"),
        lambda: actions.publish_post(draft, actor=saebom),
        lambda: actions.schedule_post(draft, actor=saebom, at=timezone.now() + timedelta(1)),
    ):
        with pytest.raises(TrustLimit, match=r"3 days and 3 things|3일"):
            attempt()
    draft.refresh_from_db()
    assert (draft.status, draft.source) == ("draft", BODY)
    assert Post.objects.filter(status="published").count() == POSTS_A_DAY


def test_a_day_later_there_is_room_again(saebom, time_machine):
    now = timezone.now()
    time_machine.move_to(now)
    fill_day(saebom)
    time_machine.move_to(now + timedelta(hours=24, minutes=1))
    assert make_note(saebom, "새 아침이에요 ☀️").is_published


def test_to_delete_makes_no_room(saebom):
    fill_day(saebom)
    for post in Post.objects.by(saebom):
        actions.delete_post(post, actor=saebom)
    with pytest.raises(TrustLimit):
        make_note(saebom)


def test_known_members_and_what_is_moved_in_are_not_counted(saebom, minah):
    long_ago = timezone.now() - timedelta(days=400)
    for number in range(POSTS_A_DAY + 3):
        make_note(minah, f"{number}번째")
        make_note(saebom, f"옛 글 {number} {THREE_LINKS}", published_at=long_ago)
    fill_day(saebom)
    with pytest.raises(TrustLimit):
        make_note(saebom)


def test_to_publish_changes_or_again_takes_no_room(saebom):
    posts = [make_article(saebom, f"{number}번째 글") for number in range(POSTS_A_DAY)]
    actions.unpublish_post(posts[0], actor=saebom)
    assert actions.publish_post(posts[0], actor=saebom).is_published
    assert actions.change_article(posts[1], actor=saebom, title="고친 제목").title == "고친 제목"


def test_what_was_scheduled_counts_when_it_is_scheduled_and_always_goes_out(saebom, time_machine):
    drafts = [make_draft(saebom, f"{number}번째 글") for number in range(POSTS_A_DAY)]
    at = timezone.now() + timedelta(days=2)
    for draft in drafts:
        actions.schedule_post(draft, actor=saebom, at=at)
    with pytest.raises(TrustLimit):
        make_note(saebom)
    moved = actions.schedule_post(drafts[0], actor=saebom, at=at + timedelta(hours=1))
    assert moved.status == "scheduled"
    time_machine.move_to(at + timedelta(hours=2))
    assert actions.publish_due_posts() == POSTS_A_DAY
    with pytest.raises(TrustLimit):
        make_note(saebom)


# Links ------------------------------------------------------------------------------------------


def test_links_are_counted_as_readers_see_them(settings):
    own = f'<a href="{settings.SITE_URL}/@minah/">미나</a> <a href="/tags/점심/">#점심</a>'
    assert links_in(own + '<pre>https://a.example.com</pre><a href="#fn1">1</a>') == []
    other = f'<a rel="x" href="{settings.SITE_URL}.evil.example.com/">여기</a>'
    assert links_in(other) == [f"{settings.SITE_URL}.evil.example.com/"]


@pytest.mark.parametrize(
    ("source", "is_fine"),
    [
        ("https://a.example.com 과 [여기](https://b.example.com)요 😀", True),
        (THREE_LINKS, False),
        (f"```\n{THREE_LINKS}\n```", True),
        ("`https://a.example.com` https://b.example.com https://c.example.com", True),
        (
            "[가](https://a.example.com) [나](https://a.example.com) [다](https://a.example.com)",
            False,
        ),
    ],
    ids=["two", "three", "code", "inline", "same"],
)
def test_a_text_holds_two_links_and_code_none(saebom, minah, source, is_fine):
    post = make_article(minah)
    draft = make_draft(saebom, source=source)
    attempts = [
        lambda: say(saebom, post, source),
        lambda: actions.publish_post(draft, actor=saebom),
    ]
    if "`" not in source:  # notes know no code: what looks like a link is one
        attempts.append(lambda: make_note(saebom, source))
    for attempt in attempts:
        if is_fine:
            attempt()
        else:
            with pytest.raises(TrustLimit) as refused:
                attempt()
            assert refused.value.field == "source"
            assert str(LINKS_A_TEXT) in refused.value.message
    assert make_note(minah, THREE_LINKS).is_published


def test_more_links_do_not_come_in_by_editing_and_those_from_before_may_stay(saebom):
    note, said = make_note(saebom, "링크 없이"), say(saebom, make_note(saebom), "링크 없이")
    article = make_article(saebom)
    for attempt in (
        lambda: actions.change_note(note, actor=saebom, source=THREE_LINKS),
        lambda: actions.change_comment(said, actor=saebom, source=THREE_LINKS),
        lambda: actions.change_article(article, actor=saebom, source=THREE_LINKS),
    ):
        with pytest.raises(TrustLimit):
            attempt()
    User.objects.filter(pk=saebom.pk).update(trust_level=1)
    saebom.refresh_from_db()
    actions.change_note(note, actor=saebom, source=f"{THREE_LINKS} https://d.example.com")
    User.objects.filter(pk=saebom.pk).update(trust_level=0)
    saebom.refresh_from_db()
    assert actions.change_note(note, actor=saebom, source=f"고침: {THREE_LINKS}").edited_at


def test_a_draft_may_hold_links_and_is_tried_when_it_is_scheduled(saebom):
    draft = make_draft(saebom, source=THREE_LINKS)
    with pytest.raises(TrustLimit):
        actions.schedule_post(draft, actor=saebom, at=timezone.now() + timedelta(days=1))
    draft.refresh_from_db()
    assert (draft.status, draft.source) == ("draft", THREE_LINKS)


# Comments a day ---------------------------------------------------------------------------------


def test_the_twenty_first_comment_of_a_day_is_refused(saebom, minah):
    post = make_article(minah)
    for number in range(COMMENTS_A_DAY):
        say(saebom, post, f"{number}번째")
    with pytest.raises(TrustLimit, match=str(COMMENTS_A_DAY)):
        say(saebom, post, "스물한째")
    assert Comment.objects.filter(author=saebom).count() == COMMENTS_A_DAY


# Doors ------------------------------------------------------------------------------------------


def test_the_front_page_keeps_what_was_written(client, saebom):
    fill_day(saebom)
    client.force_login(saebom)
    answer = client.post("/", {"source": "여섯째 글 😀", "visibility": "public"})
    assert answer.status_code == 403
    assert "여섯째 글 😀" in answer.content.decode()
    assert any(words in answer.content.decode() for words in EXPLAINED)


def test_the_editor_keeps_what_was_written(client, saebom):
    client.force_login(saebom)
    data = {"title": "링크 셋", "source": THREE_LINKS, "intent": "publish", "visibility": "public"}
    answer = client.post("/write/", data)
    assert answer.status_code == 403
    body = answer.content.decode()
    assert "https://b.example.com/%EA%B8%80" in body
    assert any(words in body for words in EXPLAINED)
    assert Post.objects.get().status == "draft"


def test_under_a_post_what_was_written_stays_in_the_form(client, saebom, minah):
    post = make_article(minah)
    client.force_login(saebom)
    answer = client.post(f"/posts/{post.pk}/comments/", {"source": THREE_LINKS})
    assert answer.status_code == 403
    assert "www.c.example.com" in answer.content.decode()
    assert not Comment.objects.exists()


def test_programs_get_the_same_answer_with_a_code(saebom, minah):
    post = make_article(minah)
    client = api_client(saebom)
    said = client.post(f"posts/{post.pk}/comments/", {"body": THREE_LINKS})
    assert (said.status_code, said.json()["code"]) == (403, "trust_limit")
    fill_day(saebom)
    note = client.post("posts/", {"kind": "note", "body": "여섯째"})
    assert (note.status_code, note.json()["code"]) == (403, "trust_limit")
    article = client.post(
        "posts/", {"kind": "article", "title": "여섯째", "body": "글", "status": "published"}
    )
    assert (article.status_code, article.json()["code"]) == (403, "trust_limit")
    assert Post.objects.by(saebom).count() == POSTS_A_DAY


def test_pages_elsewhere_hold_the_same_limit(saebom, minah):
    site = make_site(minah)
    answer = EmbedClient(site, saebom).say("글/바람", THREE_LINKS)
    assert (answer.status_code, answer.json()["code"]) == (403, "trust_limit")
    assert not Comment.objects.exists()


# nofollow ---------------------------------------------------------------------------------------


def test_links_of_members_tell_search_engines_not_to_follow(client, saebom):
    User.objects.filter(pk=saebom.pk).update(links=["https://blog.example.com/"])
    post = make_article(saebom, source="[여기](https://a.example.com)를 보세요")
    page = client.get("/@saebom/").content.decode()
    link = page[page.index('href="https://blog.example.com/"') :].partition(">")[0]
    assert "nofollow" in link
    assert 'rel="ugc nofollow noopener"' in client.get(post.get_absolute_url()).content.decode()
