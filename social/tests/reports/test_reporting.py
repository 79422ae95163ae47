"""Reporting: once per person and thing, with a copy, and secret from whom it is about."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from accounts import actions as account_actions
from accounts.archive.sections import Departure, find_section
from accounts.exceptions import EmailUnconfirmed
from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from blog import actions as blog_actions
from blog.tests.factories import make_article, make_draft, make_note
from social import actions
from social.exceptions import CannotReportOwn, ReportRefused
from social.models import Notification, Report
from social.reportables import all_kinds, find_reportable
from social.tests.at_once import at_once

pytestmark = pytest.mark.django_db


def tell(actor, kind="post", pk=0, category="spam", note=""):
    return actions.report_target(
        find_reportable(kind, pk, actor), actor=actor, category=category, note=note
    )


@pytest.mark.behaviour("SO-35")
def test_posts_comments_messages_and_people_can_be_reported(minah, junho):
    post = make_article(minah, "좋은 글")
    comment = blog_actions.write_comment(post, actor=minah, source="제 글이에요.")
    message = actions.send_message(junho, actor=minah, text="여기 보세요 https://example.com")
    things = {"person": minah, "message": message, "post": post, "comment": comment}
    assert all_kinds() == [*things, "series", "image"]
    for kind, thing in things.items():
        report, is_new = tell(junho, kind, thing.pk)
        assert is_new
        assert (report.owner, report.state) == (minah, "open")
    assert not Notification.objects.filter(person=minah, kind__contains="report").exists()


@pytest.mark.behaviour("SO-35")
def test_the_same_again_changes_the_open_report(minah, junho):
    post = make_note(minah)
    first, _is_new = tell(junho, pk=post.pk, note="광고예요.")
    again, is_new = tell(junho, pk=post.pk, category="abuse", note="  욕이기도 해요.\n")
    assert (again.pk, is_new) == (first.pk, False)
    report = Report.objects.get()
    assert (report.category, report.note) == ("abuse", "욕이기도 해요.")
    Report.objects.update(state=Report.State.CLOSED)
    later, is_new = tell(junho, pk=post.pk)
    assert is_new and later.pk != first.pk
    other, is_new = tell(make_person("narae"), pk=post.pk)
    assert is_new and other.pk != later.pk


@pytest.mark.behaviour("SO-36")
def test_a_report_keeps_the_text_as_it_was(minah, junho):
    message = actions.send_message(junho, actor=minah, text="나쁜 말")
    source = "나쁜 글 [여기](https://spam.example)\n\n<!-- 숨긴 말 -->"
    post = make_article(minah, source=source)
    tell(junho, "message", message.pk)
    tell(junho, "post", post.pk)
    actions.delete_message(message, actor=minah)
    blog_actions.delete_post(post, actor=minah)
    kept = dict(Report.objects.values_list("target_kind", "copy"))
    assert kept["message"] == "나쁜 말"
    assert "나쁜 글" in kept["post"]
    assert "https://spam.example" in kept["post"]
    assert "숨긴 말" not in kept["post"]


def test_what_one_does_not_see_cannot_be_reported(minah, junho, taeo, stranger):
    draft, note = make_draft(minah), make_note(minah)
    for_followers = make_note(minah, "벗에게만", visibility="followers")
    comment = blog_actions.write_comment(note, actor=junho, source="네")
    message = actions.send_message(junho, actor=minah, text="비밀")
    assert find_reportable("post", draft.pk, stranger) is None
    assert find_reportable("post", for_followers.pk, stranger) is None
    assert find_reportable("message", message.pk, stranger) is None
    for kind, thing in (("post", note), ("comment", comment), ("person", minah)):
        assert find_reportable(kind, thing.pk, stranger) is not None
    for kind, thing in (("post", note), ("comment", comment), ("person", minah)):
        assert find_reportable(kind, thing.pk, taeo) is None
    assert find_reportable("person", taeo.pk, minah) is not None  # whom one blocked oneself
    assert find_reportable("series", 1, minah) is None
    account_actions.set_state(junho, "suspended", actor=None)
    assert find_reportable("person", junho.pk, minah) is None
    actions.delete_message(message, actor=minah)
    assert find_reportable("message", message.pk, minah) is None


def test_nobody_reports_what_is_theirs(minah, junho):
    post = make_note(minah)
    message = actions.send_message(junho, actor=minah, text="안녕")
    for kind, thing in (("post", post), ("person", minah), ("message", message)):
        with pytest.raises(CannotReportOwn):
            tell(minah, kind, thing.pk)


def test_the_unconfirmed_and_unknown_categories_are_refused(minah, junho):
    post = make_note(minah)
    with override_settings(MAIL_ENABLED=True), pytest.raises(EmailUnconfirmed):
        tell(make_unconfirmed_person(), pk=post.pk)
    with pytest.raises(ReportRefused):
        tell(junho, pk=post.pk, category="싫음")
    with pytest.raises(ReportRefused):
        tell(junho, pk=post.pk, note="가" * 1001)
    tell(junho, pk=post.pk, note="👨‍👩‍👧‍👦" * 1000)


def test_the_database_holds_one_open_report(minah, junho):
    post = make_note(minah)
    tell(junho, pk=post.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            reporter=junho, target_kind="post", target_id=post.pk, category="spam"
        )


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_one_row(db):
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    post = make_note(minah)
    at_once([lambda: tell(junho, pk=post.pk)] * 6)
    assert Report.objects.count() == 1


# Leaving and taking along -----------------------------------------------------------------------


def erase(person) -> dict[str, int]:
    account_actions.ask_to_leave(person, handle=person.handle)
    User.objects.filter(pk=person.pk).update(erase_at=timezone.now() - timedelta(seconds=1))
    return account_actions.erase_account(User.objects.get(pk=person.pk))


def test_who_leaves_takes_their_name_and_words_out_of_reports(minah, junho, stranger):
    message = actions.send_message(junho, actor=minah, text="미나가 쓴 말")
    tell(junho, "message", message.pk, note="준호가 쓴 말")
    tell(junho, "person", minah.pk, note="준호가 또 쓴 말")
    tell(stranger, "person", junho.pk, note="나그네가 쓴 말")
    erase(minah)
    assert set(Report.objects.filter(reporter=junho).values_list("owner", "copy")) == {(None, "")}
    assert erase(junho)["reports"] == 2
    rest = Report.objects.order_by("pk").values_list("reporter", "owner", "note", "copy")
    assert list(rest) == [
        (None, None, "", ""),
        (None, None, "", ""),
        (stranger.pk, None, "나그네가 쓴 말", ""),
    ]


def test_ones_own_reports_are_in_the_archive_without_the_words_of_others(minah, junho):
    post = make_note(minah, "남의 말")
    report, _is_new = tell(junho, pk=post.pk, note="제 말이에요.")
    section = find_section("reports")
    (line,) = section.lines(Departure(junho))
    record = section.load(Departure(junho), [line.pk])[report.pk]
    assert (record["note"], record["category"], record["number"]) == (
        "제 말이에요.",
        "spam",
        post.pk,
    )
    assert "남의 말" not in str(record)
    assert list(section.lines(Departure(minah))) == []
