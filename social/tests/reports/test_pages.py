"""The page that asks what is wrong, and the ways to it."""

import pytest

from accounts.tests.factories import make_person
from blog import actions as blog_actions
from blog.tests.factories import make_article, make_note
from social import actions, limits
from social.models import Report


@pytest.fixture
def post(minah):
    return make_article(minah)


@pytest.mark.behaviour("SO-35")
def test_a_member_says_what_is_wrong_and_comes_back(post, junho, as_user):
    client = as_user(junho)
    path = f"/report/post/{post.pk}/"
    page = client.get(path)
    assert page.status_code == 200
    assert b'name="category"' in page.content
    assert not Report.objects.exists()
    sent = client.post(path, {"category": "spam", "note": "광고예요."}, follow=True)
    assert sent.redirect_chain == [(post.get_absolute_url(), 302)]
    report = Report.objects.get()
    assert (report.reporter, report.owner, report.note) == (junho, post.author, "광고예요.")
    client.post(path, {"category": "abuse"})
    assert Report.objects.get().category == "abuse"


def test_the_thanks_for_a_reported_comment_are_where_the_page_opens(post, minah, junho, as_user):
    comment = blog_actions.write_comment(post, actor=minah, source="한 마디")
    sent = as_user(junho).post(f"/report/comment/{comment.pk}/", {"category": "spam"})
    assert sent.headers["Location"] == post.get_absolute_url()


@pytest.mark.parametrize(
    "sent",
    [{}, {"category": "싫음"}, {"category": "spam", "note": "가" * 1001}],
    ids=["nothing", "unknown", "long"],
)
def test_a_report_that_does_not_do_keeps_what_was_typed(post, junho, as_user, sent):
    refused = as_user(junho).post(f"/report/post/{post.pk}/", sent)
    assert refused.status_code == 422
    assert sent.get("note", "") in refused.content.decode()
    assert not Report.objects.exists()


def test_a_visitor_signs_in_first(post, client):
    response = client.get(f"/report/post/{post.pk}/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/auth/")
    assert client.post(f"/report/post/{post.pk}/", {"category": "spam"}).status_code == 401
    assert not Report.objects.exists()


@pytest.mark.behaviour("SO-02")
def test_what_is_hidden_is_404_as_what_does_not_exist(minah, junho, taeo, post, client):
    message = actions.send_message(junho, actor=minah, text="비밀")
    for person, path in (
        (taeo, f"post/{post.pk}"),
        (taeo, f"person/{minah.pk}"),
        (make_person("narae"), f"message/{message.pk}"),
        (junho, "post/999999"),
        (junho, "nothing/1"),
    ):
        client.force_login(person)
        assert client.get(f"/report/{path}/").status_code == 404
        assert client.post(f"/report/{path}/", {"category": "spam"}).status_code == 404
    assert not Report.objects.exists()


def test_the_author_is_told_why_not(post, minah, as_user):
    refused = as_user(minah).post(f"/report/post/{post.pk}/", {"category": "spam"})
    assert refused.status_code == 422
    assert not Report.objects.exists()


def test_there_is_an_end_to_reporting_in_an_hour(minah, junho, as_user, monkeypatch):
    monkeypatch.setattr(limits, "REPORTS_AN_HOUR", 1)
    client = as_user(junho)
    for number, status in ((0, 302), (1, 429)):
        note = make_note(minah, f"글 {number}")
        sent = client.post(f"/report/post/{note.pk}/", {"category": "spam"})
        assert sent.status_code == status
    assert Report.objects.count() == 1


@pytest.mark.behaviour("SO-35")
def test_members_find_the_way_to_report_what_is_not_theirs(minah, junho, post, client):
    note = make_note(minah, "짧은 글")
    comment = blog_actions.write_comment(post, actor=minah, source="덧붙여요.")
    message = actions.send_message(junho, actor=minah, text="안녕")
    ways = {
        post.get_absolute_url(): [f"/report/post/{post.pk}/", f"/report/comment/{comment.pk}/"],
        note.get_absolute_url(): [f"/report/post/{note.pk}/"],
        "/@minah/": [f"/report/person/{minah.pk}/"],
    }
    for page, links in ways.items():
        shown = client.get(page).content.decode()
        assert not any(link in shown for link in links)
    for person, is_other in ((junho, True), (minah, False)):
        client.force_login(person)
        for page, links in ways.items():
            shown = client.get(page).content.decode()
            assert [link in shown for link in links] == [is_other] * len(links)
    link = f"/report/message/{message.pk}/"
    assert link not in client.get("/messages/@junho/").content.decode()
    client.force_login(junho)
    assert link in client.get("/messages/@minah/").content.decode()


def test_staff_looks_at_reports_and_changes_none(post, junho, sora, as_user):
    from accounts.models import User
    from social.reportables import find_reportable

    actions.report_target(
        find_reportable("post", post.pk, junho), actor=junho, category="spam", note="광고"
    )
    report = Report.objects.get()
    User.objects.filter(pk=sora.pk).update(is_superuser=True)
    client = as_user(User.objects.get(pk=sora.pk))
    assert client.get("/admin/social/report/").status_code == 200
    page = client.get(f"/admin/social/report/{report.pk}/change/")
    assert page.status_code == 200
    assert 'name="note"' not in page.content.decode()
    assert client.get("/admin/social/report/add/").status_code == 403
    sent = client.post(f"/admin/social/report/{report.pk}/delete/", {"post": "yes"})
    assert sent.status_code == 403
