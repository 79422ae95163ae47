"""A notification as it is read: one sentence, who, where to; nothing that may not be seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Job
from accounts.tests.factories import make_person, make_trusted
from blog import actions as blog_actions
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note
from social import actions
from social.models import Block, Notification
from social.notice_cards import cards_for
from social.tests.notices.tellings import comment_by, like_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def cards_of(person):
    return cards_for(person, Notification.objects.filter(person=person).order_by("pk"))


def only_card(person, kind):
    return next(card for card in cards_of(person) if card.kind == kind)


@pytest.mark.behaviour("SO-25")
def test_many_who_did_the_same_are_one_sentence(minah, stranger):
    post = make_article(minah, "감나무 아래")
    like_of(post, stranger)
    assert only_card(minah, "like").sentence == "나그네 likes “감나무 아래”."
    people = [make_person(f"reader{number}", f"독자{number}") for number in range(4)]
    like_of(post, people[0])
    assert only_card(minah, "like").sentence == "독자0 and 1 other person like “감나무 아래”."
    for person in people[1:]:
        like_of(post, person)
    card = only_card(minah, "like")
    assert card.sentence == "독자3 and 4 other people like “감나무 아래”."
    assert [person.handle for person in card.people] == ["reader3", "reader2", "reader1"]
    assert card.url == post.get_absolute_url()


@pytest.mark.behaviour("SO-25")
def test_one_person_who_comments_often_is_one_person(minah, stranger, sora):
    post = make_article(minah, "감나무 아래")
    comment_by(sora, post, "첫째")
    for number in range(15):
        last = comment_by(stranger, post, f"말 {number}")
    card = only_card(minah, "comment")
    assert card.sentence == "나그네 and 1 other person commented on “감나무 아래”."
    assert (card.text, card.url) == ("말 14", last.get_absolute_url())


@pytest.mark.behaviour("SO-24")
def test_every_kind_has_its_sentence_and_leads_somewhere(minah, stranger, sora):
    note = make_note(minah, "오늘은 김밥을 말았다.")
    mine = Comment.objects.create(post=note, author=minah, html="<p>맛있었다.</p>")
    theirs = Comment.objects.create(post=note, author=stranger, html="<p>저도요!</p>")
    job = Job.objects.create(
        owner=minah, kind="probe", state="done", progress=100, finished_at=timezone.now()
    )
    Notification.objects.all().delete()
    told = [
        ("follow", ("person", minah.pk), ("person", stranger.pk)),
        ("like", ("post", note.pk), ("person", stranger.pk)),
        ("like", ("comment", mine.pk), ("person", stranger.pk)),
        ("comment", ("post", note.pk), ("comment", theirs.pk)),
        ("reply", ("comment", mine.pk), ("comment", theirs.pk)),
        ("mention", ("comment", theirs.pk), ("comment", theirs.pk)),
        ("job", ("job", job.pk), ("job", job.pk)),
    ]
    for kind, target, cause in told:
        actor = None if kind == "job" else stranger
        assert actions.notify(minah, kind, actor=actor, target=target, cause=cause)
    cards = cards_of(minah)
    assert [card.sentence for card in cards] == [
        "나그네 follows you now.",
        "나그네 likes your note.",
        "나그네 likes your comment.",
        "나그네 commented on your note.",
        "나그네 answered your comment.",
        "나그네 mentioned you in a comment.",
        "Test run: done.",
    ]
    assert all(card.url.startswith("/") for card in cards)
    assert [card.text for card in cards][1:6] == [
        "오늘은 김밥을 말았다.",
        "맛있었다.",
        "저도요!",
        "저도요!",
        "저도요!",
    ]


@pytest.mark.behaviour("SO-26")
def test_what_may_not_be_seen_any_more_has_no_card(minah, stranger, sora):
    post = make_article(minah, "감나무 아래")
    comment = comment_by(stranger, post)
    assert [card.kind for card in cards_of(minah)] == ["comment"]
    Comment.objects.filter(pk=comment.pk).update(status=Comment.Status.DELETED)
    assert cards_of(minah) == []
    later = comment_by(sora, post, "저도 읽었어요.")
    card = only_card(minah, "comment")
    assert (card.text, card.url) == ("저도 읽었어요.", later.get_absolute_url())
    Block.objects.create(blocker=sora, blocked=minah)
    assert cards_of(minah) == []
    Block.objects.all().delete()
    Post.objects.filter(pk=post.pk).update(status=Post.Status.DELETED)
    assert cards_of(minah) == []


@pytest.mark.behaviour("SO-26")
def test_what_becomes_private_is_taken_back_from_those_who_may_not_see_it(
    minah, stranger, committed
):
    post = make_article(stranger, "감나무 아래")
    actions.notify(
        minah, "mention", actor=stranger, target=("post", post.pk), cause=("post", post.pk)
    )
    like_of(post, minah)
    with committed():
        blog_actions.change_article(post, actor=stranger, visibility=Post.Visibility.FOLLOWERS)
    assert Notification.objects.get(person=minah, kind="mention").cause_count == 0
    assert Notification.objects.get(person=stranger, kind="like").cause_count == 1


def test_a_guest_is_called_by_the_name_given(minah):
    post = make_article(minah, "감나무 아래")
    comment = Comment.objects.create(
        post=post, guest_name="지나가던 이", source="안녕하세요", status=Comment.Status.WAITING
    )
    actions.notify(
        minah,
        "comment",
        actor=None,
        target=("post", post.pk),
        cause=("comment", comment.pk),
        data={"name": "지나가던 이"},
    )
    card = only_card(minah, "comment")
    assert card.sentence == "지나가던 이 commented on “감나무 아래”."
    assert card.people == []


@pytest.mark.behaviour("SO-25")
def test_guests_are_counted_one_by_one(minah, stranger):
    post = make_article(minah, "감나무 아래")
    comment_by(stranger, post)
    for number in range(3):
        comment = Comment.objects.create(post=post, guest_name=f"손님{number}", source="안녕")
        actions.notify(
            minah,
            "comment",
            actor=None,
            target=("post", post.pk),
            cause=("comment", comment.pk),
            data={"name": comment.guest_name},
        )
    card = only_card(minah, "comment")
    assert card.sentence == "손님2 and 3 other people commented on “감나무 아래”."


@pytest.mark.behaviour("SO-25", "SO-26")
def test_behind_many_that_are_gone_an_earlier_one_is_found(minah, stranger, sora):
    post = make_article(minah, "감나무 아래")
    first = comment_by(sora, post, "아직 있는 말")
    for number in range(7):
        last = comment_by(stranger, post, f"지울 말 {number}")
    Comment.objects.filter(pk__gt=first.pk, pk__lte=last.pk).update(status=Comment.Status.DELETED)
    card = only_card(minah, "comment")
    assert (card.text, card.url) == ("아직 있는 말", first.get_absolute_url())


def test_rows_of_a_kind_that_is_not_known_here_are_left_out(minah, stranger):
    actions.notify(minah, "wave", actor=stranger, target=("post", 1), cause=("person", 1))
    assert cards_of(minah) == []


@pytest.mark.behaviour("X-13")
def test_the_number_of_queries_stays(minah, stranger, sora):
    make_trusted(minah)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert cards_of(minah)
        return len(asked)

    like_of(make_article(minah, "하나"), stranger)
    comment_by(sora, make_article(minah, "둘"))
    before = cost()
    for number in range(6):
        post = make_article(minah, f"글 {number}")
        like_of(post, stranger)
        like_of(post, sora)
        comment_by(sora, post)
    assert cost() == before
    assert before <= 6
