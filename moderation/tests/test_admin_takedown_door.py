"""Requests for a takedown are read in the administration, and answered at the desk alone."""

import pytest
from django.urls import NoReverseMatch, reverse

from blog.tests.factories import make_article
from moderation import actions
from moderation.models import LogEntry, Takedown
from moderation.tests.factories import make_moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(minah):
    post = make_article(minah, "이웃 이야기")
    return actions.ask_takedown(
        ("post", post.pk),
        name="한별",
        email="h@example.com",
        right="privacy",
        claim="제 전화번호가 그대로 있어요.",
    )


@pytest.fixture
def desk(client):
    client.force_login(make_moderator("dasom", "다솜"))
    return client


@pytest.mark.behaviour("SO-50", "AD-03")
@pytest.mark.parametrize("state", ["asked", "refused"])
def test_a_request_leads_to_its_case_where_it_is_answered(desk, asked, state):
    if state == "refused":
        actions.refuse_takedown(asked, actor=make_moderator(), reason="공개된 정보예요.")
    html = desk.get(reverse("admin:moderation_takedown_change", args=[asked.pk])).content.decode()
    case = reverse("admin:moderation_case_open", args=["post", asked.case.target_id])
    assert f'href="{case}"' in html
    assert 'name="reason"' not in html and 'name="act"' not in html
    answer = reverse("admin:moderation_case_takedown", args=[asked.pk])
    assert f'action="{answer}"' in desk.get(case).content.decode()


def test_there_is_no_second_way_to_answer(desk, asked):
    with pytest.raises(NoReverseMatch):
        reverse("admin:moderation_takedown_answer", args=[asked.pk])
    url = f"/admin/moderation/takedown/{asked.pk}/answer/"
    desk.post(url, {"act": "refuse", "reason": "공개된 정보예요."})
    assert Takedown.objects.get().state == "asked"
    assert not LogEntry.objects.exists()


@pytest.mark.behaviour("UX-05")
def test_what_the_desk_refuses_keeps_the_reason(desk, asked):
    reason = "까" * 2001
    url = reverse("admin:moderation_case_takedown", args=[asked.pk])
    page = desk.post(url, {"verdict": "refuse", "reason": reason})
    assert page.status_code == 422
    assert reason in page.content.decode()
