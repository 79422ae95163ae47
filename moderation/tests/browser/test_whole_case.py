"""One whole case in a real browser: told, held, read, answered, taken back; and the log of it."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from blog.actions import write_comment
from blog.models import Comment
from blog.tests.factories import make_article, make_person
from moderation.models import Appeal, Case, Decision, LogEntry
from moderation.roles import settle_roles
from moderation.tests.browser.test_desk import enter
from moderation.tests.factories import make_moderator
from social.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "김밥은 역시 우엉이죠. 제가 아는 가게는 https://example.com/우엉김밥 이에요 😋"
NOTE = "가게 광고 같아요."
REASON = "가게 주소를 빼고 다시 써 주세요. 김밥 이야기는 환영이에요."
APPEAL = "제 가게가 아니라 이웃에게 알려 준 곳이에요. 다시 보여 주세요."
ANSWER = "맞아요, 광고가 아니네요. 알려 주셔서 고마워요."


@pytest.mark.behaviour("SO-36", "SO-38", "SO-39", "SO-40", "SO-41", "SO-42", "SO-44", "AD-04")
def test_a_case_from_the_report_to_the_appeal_and_back(chromium_page, live_server, capsys):
    settle_roles()  # tables are emptied after each of these tests, and the groups with them
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    taeo = make_person("taeo", "태오")
    sora, dasom = make_moderator(), make_moderator("dasom", "다솜")
    post = make_article(minah, "김밥 마는 법")
    comment = write_comment(post, actor=taeo, source=SAID)
    page = chromium_page
    address = post.get_absolute_url()

    # 준호 reads it and tells the moderators.
    enter(page, junho, live_server)
    page.goto(address)
    expect(page.locator("#comments")).to_contain_text("우엉이죠")
    page.goto(reverse("social:report", args=["comment", comment.pk]))
    page.locator("[name=category][value=spam]").check()
    page.locator("[name=note]").fill(NOTE)
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]").click()
    assert Report.objects.get().state == "open"

    # 소라 finds it at the desk with what was said and told, and holds it.
    enter(page, sora, live_server)
    page.goto(reverse("admin:moderation_case_changelist"))
    page.locator("[data-item-link]").first.click()
    expect(page.locator("#content")).to_contain_text("우엉이죠")
    expect(page.locator("#content")).to_contain_text(NOTE)
    page.keyboard.press("h")
    page.locator("#id_text").fill(REASON)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-done")).to_be_visible()
    decision = Decision.objects.get()
    assert (decision.kind, decision.actor, decision.owner) == ("hold", sora, taeo)

    # 준호 does not see it any more, and hears that somebody acted.
    enter(page, junho, live_server)
    page.goto(address)
    expect(page.locator("#comments")).not_to_contain_text("우엉이죠")
    page.goto(reverse("social:notifications"))
    page.locator(f'main a[href*="{reverse("moderation:reports")}"]').first.wait_for()
    page.goto(reverse("moderation:reports"))
    expect(page.locator("main")).not_to_contain_text("소라")

    # 태오 finds the decision from the notification, reads why, and appeals.
    enter(page, taeo, live_server)
    page.goto(reverse("social:notifications"))
    page.locator(
        f'main a[href*="{reverse("moderation:decision", args=[decision.pk])}"]'
    ).first.click()
    main = page.locator("main")
    expect(main).to_contain_text(REASON)
    expect(main).not_to_contain_text("준호")
    expect(main).not_to_contain_text(NOTE)
    expect(main).not_to_contain_text("소라")
    page.locator("main [name=text]").fill(APPEAL)
    page.locator("main button[name=act][value=appeal]").click()
    expect(page.locator("#appeal")).to_contain_text(APPEAL)

    # 소라 decided it, so somebody else answers: 다솜 grants.
    case = reverse("admin:moderation_case_open", args=["comment", comment.pk])
    enter(page, sora, live_server)
    page.goto(case)
    expect(page.locator("#content")).to_contain_text(APPEAL)
    assert page.locator("button[name=verdict]").count() == 0
    enter(page, dasom, live_server)
    page.goto(reverse("admin:moderation_case_changelist"))
    page.locator("[data-item-link]").first.click()
    page.locator("[name=answer]").fill(ANSWER)
    with page.expect_navigation():
        page.locator("button[name=verdict][value=grant]").click()
    appeal = Appeal.objects.get()
    assert (appeal.state, appeal.decided_by) == ("granted", dasom)

    # All is as before; 태오 reads the answer.
    comment.refresh_from_db()
    assert comment.status == Comment.Status.PUBLISHED
    enter(page, taeo, live_server)
    page.goto(reverse("moderation:decision", args=[decision.pk]))
    expect(page.locator("#appeal")).to_contain_text(ANSWER)
    enter(page, junho, live_server)
    page.goto(address)
    expect(page.locator("#comments")).to_contain_text("우엉이죠")
    # What 준호 reported waits again, for nobody has decided about it now.
    assert Report.objects.get().state == "open"
    assert Case.objects.get().has_reports

    acts = list(LogEntry.objects.order_by("number").values_list("act", "actor_id"))
    assert acts == [("hold", sora.pk), ("undo", dasom.pk), ("grant_appeal", dasom.pk)]
    call_command("moderation_verify", "--language", "en")
    assert "3" in capsys.readouterr().out
