"""Comments by their actions: written once, changed with a memory, deleted without a trace."""

import unicodedata

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.actions import set_state
from accounts.exceptions import AccountInactive, EmailUnconfirmed
from accounts.tests.factories import make_person, make_unconfirmed_person
from blog import actions
from blog.exceptions import (
    CommentGone,
    CommentNotPinnable,
    CommentNotWaiting,
    CommentsClosed,
    EmptyComment,
    GuestsRefused,
    NotTheAuthor,
    TextTooLong,
)
from blog.models import Comment, CommentText, Draft, MachineTranslation, Post
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.talk.factories import counted, say, say_as_guest
from social.actions import block_person, mute_person, mute_term
from social.models import Notification, NotificationCause

pytestmark = pytest.mark.django_db


def told(person) -> list[tuple[str, str]]:
    """Return (kind, target's type) of what stands unread in the inbox of ``person``."""
    rows = Notification.objects.filter(person=person, read_at=None, cause_count__gt=0)
    return sorted(rows.values_list("kind", "target_type"))


# Writing ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-51")
def test_a_comment_is_markdown_without_images_and_headings(minah, junho):
    comment = say(
        junho, make_article(minah), "# 제목\n\n**장고(Django)**를 ![고양이](/cat.png) 봤다"
    )
    assert "<strong>장고(Django)</strong>를" in comment.html
    assert "<h" not in comment.html
    assert "<img" not in comment.html
    assert comment.language == "ko"


def test_what_was_typed_on_a_mac_is_stored_composed(minah, junho):
    comment = say(junho, make_article(minah), unicodedata.normalize("NFD", "한글 댓글"))
    assert comment.source == "한글 댓글"


@pytest.mark.behaviour("BL-51")
def test_an_answer_knows_its_thread_at_any_depth(minah, junho):
    post = make_article(minah)
    root = held = say(junho, post)
    for depth in range(1, 8):
        held = say(minah if depth % 2 else junho, post, f"{depth}째", parent=held)
        assert (held.root_id, held.depth) == (root.pk, depth)
    assert counted(post) == 8


@pytest.mark.behaviour("UX-07", "X-06")
def test_two_clicks_say_it_once(minah, junho):
    post = make_article(minah)
    first = say(junho, post, "한 번만", origin_key="form:1")
    again = say(junho, post, "한 번만", origin_key="form:1")
    assert first == again
    assert counted(post) == Comment.objects.count() == 1


@pytest.mark.parametrize("source", ["", "  \n ", "\u200b\u3164", "<!-- 아무것도 -->", "[a]: /b"])
def test_nothing_is_no_comment(minah, junho, source):
    post = make_article(minah)
    with pytest.raises(EmptyComment):
        say(junho, post, source)
    assert counted(post) == 0


def test_the_limit_counts_what_people_see(minah, junho):
    post = make_article(minah)
    say(junho, post, "👨‍👩‍👧‍👦" * 10_000)
    with pytest.raises(TextTooLong):
        say(junho, post, "가" * 10_001)


@pytest.mark.behaviour("BL-51")
def test_nobody_comments_on_what_they_may_not_see(minah, junho, taeo, stranger):
    for post, person in (
        (make_article(minah, visibility="private"), junho),
        (make_article(minah, visibility="followers"), stranger),
        (make_article(minah), taeo),
        (make_draft(minah), junho),
    ):
        with pytest.raises(Post.DoesNotExist):
            say(person, post)
    with pytest.raises(CommentsClosed):
        say(minah, make_draft(minah, "나만 보는 초고"))
    assert not Comment.objects.exists()


def test_only_who_may_take_part_comments(minah, junho):
    post = make_article(minah)
    with pytest.raises(EmailUnconfirmed):
        say(make_unconfirmed_person(), post)
    set_state(junho, "suspended", actor=None)
    junho.state = "active"  # what an old page still thinks
    with pytest.raises(AccountInactive):
        say(junho, post)
    assert counted(post) == 0


def test_what_was_deleted_hidden_or_is_elsewhere_is_not_answered(minah, junho, taeo):
    post, other = make_article(minah), make_article(minah, "다른 글")
    gone, hidden, elsewhere = say(junho, post), say(junho, post), say(junho, other)
    say(minah, post, parent=gone)
    actions.delete_comment(gone, actor=junho)
    actions.hide_comment(hidden, actor=minah)
    for parent in (gone, hidden, elsewhere):
        with pytest.raises(CommentGone):
            say(minah, post, parent=parent)


@pytest.mark.behaviour("BL-52")
def test_closed_comments_stay_and_take_no_more(minah, junho):
    post = make_article(minah)
    comment = say(junho, post)
    actions.save_draft(post, actor=minah, changes={"source": "고쳐 쓰는 중", "language": "ko"})
    draft = Draft.objects.get(post=post)
    draft.details["is_open_to_comments"] = True
    draft.save()
    actions.close_comments(post, actor=minah)
    actions.close_comments(post, actor=minah)
    with pytest.raises(CommentsClosed):
        say(junho, post)
    actions.publish_post(post, actor=minah)
    with pytest.raises(CommentsClosed):
        say(junho, post)
    assert Comment.objects.visible_to(junho).get() == comment
    with pytest.raises(NotTheAuthor):
        actions.open_comments(post, actor=junho)
    actions.open_comments(post, actor=minah)
    assert say(junho, post)


# Changing and deleting ----------------------------------------------------------------------------


@pytest.mark.behaviour("BL-52")
def test_a_changed_comment_says_so_and_remembers(minah, junho):
    comment = say(junho, make_article(minah), "처음")
    MachineTranslation.objects.create(comment=comment, state="done", text="first")
    same = actions.change_comment(comment, actor=junho, source=" 처음 ")
    assert not same.is_edited
    assert MachineTranslation.objects.exists()
    changed = actions.change_comment(comment, actor=junho, source="나중")
    changed.refresh_from_db()
    assert changed.is_edited
    assert changed.html == "<p>나중</p>\n"
    assert [text.source for text in CommentText.objects.all()] == ["처음"]
    assert not MachineTranslation.objects.exists()


def test_only_who_wrote_it_changes_or_deletes_it(minah, junho, sora):
    comment = say(junho, make_article(minah))
    for person in (minah, sora):
        with pytest.raises(NotTheAuthor):
            actions.change_comment(comment, actor=person, source="남의 말")
        with pytest.raises(NotTheAuthor):
            actions.delete_comment(comment, actor=person)
    comment.refresh_from_db()
    assert comment.source == "잘 읽었어요."


@pytest.mark.behaviour("BL-52")
def test_a_deleted_comment_with_answers_keeps_its_place_and_no_word(minah, junho):
    post = make_article(minah)
    comment = say(junho, post, "비밀번호는 감자")
    actions.change_comment(comment, actor=junho, source="비밀번호는 고구마")
    answer = say(minah, post, "앗", parent=comment)
    actions.like_comment(comment, actor=minah)
    actions.pin_comment(comment, actor=minah)
    MachineTranslation.objects.create(comment=comment, state="done", text="the password is potato")
    actions.delete_comment(comment, actor=junho)
    actions.delete_comment(comment, actor=junho)
    comment.refresh_from_db()
    assert (comment.source, comment.html, comment.status) == ("", "", "deleted")
    assert (comment.like_count, comment.likes.count(), comment.pinned_at) == (0, 0, None)
    assert not (CommentText.objects.exists() or MachineTranslation.objects.exists())
    assert counted(post) == 1
    actions.delete_comment(answer, actor=minah)
    assert not Comment.objects.exists(), "the empty place goes with its last answer"
    assert counted(post) == 0


@pytest.mark.behaviour("BL-52")
def test_a_deleted_comment_without_answers_is_gone(minah, junho):
    post = make_article(minah)
    actions.delete_comment(say(junho, post), actor=junho)
    assert not Comment.objects.exists()
    assert counted(post) == 0


@pytest.mark.behaviour("BL-52", "BL-53")
def test_the_author_of_the_post_hides_and_shows(minah, junho, sora, stranger, taeo):
    post = make_article(minah)
    comment = say(junho, post)
    for person in (junho, sora):
        with pytest.raises(NotTheAuthor):
            actions.hide_comment(comment, actor=person)
    for _click in range(2):
        actions.hide_comment(comment, actor=minah)
        assert counted(post) == 0
    seen_by = [p for p in (minah, junho, sora, stranger) if Comment.objects.visible_to(p).exists()]
    assert seen_by == [minah, junho, sora]
    for _click in range(2):
        actions.show_comment(comment, actor=minah)
        assert counted(post) == 1


@pytest.mark.behaviour("BL-52")
def test_one_comment_is_pinned_at_a_time(minah, junho):
    post = make_article(minah)
    first, second = say(junho, post), say(junho, post)
    actions.pin_comment(first, actor=minah)
    actions.pin_comment(second, actor=minah)
    assert list(Comment.objects.exclude(pinned_at=None)) == [second]
    with pytest.raises(CommentNotPinnable):
        actions.pin_comment(say(junho, post, parent=first), actor=minah)
    with pytest.raises(NotTheAuthor):
        actions.pin_comment(first, actor=junho)
    actions.hide_comment(second, actor=minah)
    assert not Comment.objects.exclude(pinned_at=None).exists()
    with pytest.raises(CommentNotPinnable):
        actions.pin_comment(second, actor=minah)
    actions.unpin_comment(actions.pin_comment(first, actor=minah), actor=minah)
    assert not Comment.objects.exclude(pinned_at=None).exists()


# Who sees -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("X-01")
def test_who_sees_a_comment(minah, junho, taeo, sora, stranger):
    post = make_article(minah)
    people = {"minah": minah, "junho": junho, "sora": sora, "stranger": stranger}
    people |= {"taeo": taeo, "visitor": AnonymousUser()}

    def seeing(comment):
        seen = Comment.objects.filter(pk=comment.pk)
        return {name for name, one in people.items() if seen.visible_to(one).exists()}

    comment = say(junho, post)
    assert seeing(comment) == {"minah", "junho", "sora", "stranger", "visitor"}
    Comment.objects.filter(pk=comment.pk).update(status="held")
    assert seeing(comment) == {"junho", "sora"}
    Comment.objects.filter(pk=comment.pk).update(status="deleted")
    assert seeing(comment) == set()
    assert seeing(say_as_guest(post)) == {"minah", "sora"}
    of_followers = say(junho, make_article(minah, visibility="followers"))
    assert seeing(of_followers) == {"minah", "junho"}
    block_person(stranger, actor=junho)
    assert "stranger" not in seeing(say(junho, post))
    own = say(junho, post)
    set_state(junho, "suspended", actor=None)
    assert seeing(own) == {"junho"}, "who is shut out cannot sign in to see it"


def test_whom_and_what_one_mutes_is_not_listed_but_readable(minah, junho, sora, stranger):
    post = make_article(minah)
    loud = say(sora, post, "오늘도 좋은 하루!")
    political = say(stranger, post, "이번 선거(選擧) 말인데요 ÉLECTION")
    kept = say(minah, post, "선거 이야기는 제가 먼저")
    mute_person(sora, actor=junho)
    mute_term("élection", kind="word", actor=junho)
    assert set(Comment.objects.listed_to(junho)) == {kept}
    assert set(Comment.objects.visible_to(junho)) == {loud, political, kept}
    mute_term("선거", kind="word", actor=minah)
    assert kept in Comment.objects.listed_to(minah), "one's own words are not muted"
    assert political not in Comment.objects.listed_to(minah)


def test_a_muted_word_with_signs_is_no_pattern(minah, junho):
    post = make_article(minah)
    comment = say(junho, post, "C와 Rust")
    mute_term("c++|.*", kind="word", actor=minah)
    assert comment in Comment.objects.listed_to(minah)
    assert say(junho, post, "나는 C++|.* 좋다") not in Comment.objects.listed_to(minah)


@pytest.mark.behaviour("BL-53")
def test_a_hidden_account_takes_its_words_out_of_the_number(
    minah, junho, django_capture_on_commit_callbacks
):
    post, other = make_article(minah), make_note(minah)
    for place in (post, post, other):
        say(junho, place)
    say(minah, post)
    with django_capture_on_commit_callbacks(execute=True):
        set_state(junho, "suspended", actor=None)
    assert (counted(post), counted(other)) == (1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        set_state(junho, "active", actor=None)
    assert (counted(post), counted(other)) == (3, 1)


# Guests -------------------------------------------------------------------------------------------


def test_guests_wait_until_they_are_approved(minah, junho):
    post = make_article(minah)
    comment = say_as_guest(post, name="  지나가던   이 ", origin_key="form:1")
    assert say_as_guest(post, origin_key="form:1") == comment
    assert (comment.guest_name, comment.status, counted(post)) == ("지나가던 이", "waiting", 0)
    assert told(minah) == [("comment", "post")]
    with pytest.raises(NotTheAuthor):
        actions.approve_comment(comment, actor=junho)
    actions.approve_comment(comment, actor=minah)
    actions.approve_comment(comment, actor=minah)
    assert counted(post) == 1
    with pytest.raises(CommentNotWaiting):
        actions.refuse_comment(comment, actor=minah)


def test_a_refused_guest_leaves_nothing(minah, sora):
    post = make_article(minah)
    comment = say_as_guest(post)
    actions.refuse_comment(comment, actor=sora)
    assert not Comment.objects.exists()
    assert told(minah) == []


def test_guests_need_the_sites_leave_and_a_name(minah):
    post = make_article(minah)
    with pytest.raises(GuestsRefused):
        actions.write_guest_comment(post, name="손님", source="안녕")
    with pytest.raises(EmptyComment):
        say_as_guest(post, name=" \u200b ")
    with pytest.raises(Post.DoesNotExist):
        say_as_guest(make_article(minah, visibility="followers"))


def test_whom_a_guest_names_hears_of_it_once_it_is_approved(minah, junho):
    comment = say_as_guest(make_article(minah), "@junho 님 보셨어요?")
    assert told(junho) == []
    actions.approve_comment(comment, actor=minah)
    assert told(junho) == [("mention", "comment")]


# Telling ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-26")
def test_each_hears_once_and_nobody_of_oneself(minah, junho, stranger):
    post = make_article(minah)
    say(minah, post, "제 글에 제가")
    assert told(minah) == []
    comment = say(junho, post, "@minah @junho @stranger 보세요")
    assert told(minah) == [("comment", "post")]
    assert told(stranger) == [("mention", "comment")]
    assert told(junho) == []
    say(stranger, post, "@junho 답", parent=comment)
    assert told(junho) == [("reply", "comment")]
    say(junho, post, parent=say(minah, post, "제가 먼저"))
    assert ("reply", "comment") in told(minah)
    assert NotificationCause.objects.filter(notification__person=minah).count() == 3


@pytest.mark.behaviour("SO-26")
def test_what_is_taken_back_is_not_told(minah, junho, stranger):
    post = make_article(minah)
    comment = say(junho, post, "@stranger 보세요")
    actions.like_comment(comment, actor=minah)
    actions.hide_comment(comment, actor=minah)
    assert (told(minah), told(stranger)) == ([], [])
    assert told(junho) == [("like", "comment")]
    actions.delete_comment(comment, actor=junho)
    assert told(junho) == []


@pytest.mark.behaviour("SO-34")
def test_only_who_may_see_the_post_is_called(minah, junho, taeo, stranger):
    comment = say(junho, make_article(minah, visibility="followers"), "@stranger @taeo @nobody")
    assert (told(stranger), told(taeo)) == ([], [])
    assert 'href="/@stranger/"' in comment.html
    assert "/@nobody/" not in comment.html


@pytest.mark.behaviour("SO-34")
def test_a_name_across_a_block_stays_plain_text(minah, junho, stranger, taeo):
    assert "/@taeo/" not in say(minah, make_article(junho), "@taeo").html
    assert "/@minah/" not in make_note(taeo, "@minah 안녕").html
    assert "/@junho/" in make_note(taeo, "@junho 안녕").html


@pytest.mark.behaviour("SO-34")
def test_an_edit_calls_only_new_names(minah, junho, sora, stranger):
    comment = say(junho, make_article(minah), "@sora 님")
    Notification.objects.all().delete()
    actions.change_comment(comment, actor=junho, source="@sora @stranger @minah 님")
    assert (told(sora), told(minah)) == ([], [])
    assert told(stranger) == [("mention", "comment")]


@pytest.mark.behaviour("SO-34")
def test_at_most_twenty_are_called(minah, junho):
    names = [make_person(f"person{number}").handle for number in range(22)]
    say(junho, make_article(minah), " ".join(f"@{name}" for name in names))
    assert Notification.objects.filter(kind="mention").count() == 20


def test_a_muted_word_is_not_told(minah, junho):
    post = make_article(minah)
    mute_term("스포일러", kind="word", actor=minah)
    say(junho, post, "스포일러: 범인은 집사")
    assert told(minah) == []


def test_stale_comments_are_rendered_again_and_nobody_is_told(minah, junho):
    comment = say(junho, make_article(minah), "@minah **안녕**")
    gone = say(junho, comment.post, parent=None)
    say(minah, comment.post, parent=gone)
    actions.delete_comment(gone, actor=junho)
    Comment.objects.filter(pk=comment.pk).update(html="", renderer_version=0)
    Notification.objects.all().delete()
    assert list(actions.rebuild_comment_html()) == [comment.pk]
    comment.refresh_from_db()
    assert "<strong>안녕</strong>" in comment.html
    assert told(minah) == []
    assert not comment.is_edited
