"""The page of blocks, mutes and muted words: works / needs sign-in / one's own alone / constant."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_person
from social import actions
from social.models import Mute, MutedTerm

pytestmark = pytest.mark.django_db
PAGE = "/settings/people/"
PAGES = (PAGE, f"{PAGE}blocks/", f"{PAGE}mutes/")


def body(response) -> str:
    return response.content.decode()


@pytest.mark.behaviour("SO-10")
def test_blocks_and_mutes_are_listed_with_their_undo(as_user, minah, junho, taeo, stranger):
    actions.mute_person(junho, actor=minah, days=7)
    actions.mute_person(stranger, actor=minah, days=1)
    Mute.objects.filter(muted=stranger).update(until=timezone.now() - timedelta(seconds=1))
    client = as_user(minah)
    page = body(client.get(PAGE))
    assert 'action="/@taeo/unblock/"' in page
    assert 'action="/@junho/unmute/"' in page
    assert "@stranger" not in page
    assert 'action="/@taeo/unblock/"' in body(client.get(f"{PAGE}blocks/"))
    assert 'action="/@junho/unmute/"' in body(client.get(f"{PAGE}mutes/"))
    response = client.post("/@taeo/unblock/", {"next": PAGE}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert 'action="/@taeo/unblock/"' not in body(response)


@pytest.mark.behaviour("SO-10")
@pytest.mark.parametrize("page", PAGES)
def test_the_pages_need_a_sign_in_and_show_ones_own_alone(
    client, as_user, minah, taeo, junho, page
):
    response = client.get(page)
    assert response["Location"].startswith("/auth/login/")
    assert "@taeo" not in body(as_user(junho).get(page))
    assert "@minah" not in body(as_user(taeo).get(page))


@pytest.mark.behaviour("SO-10", "X-13")
@pytest.mark.parametrize("page", PAGES)
def test_the_cost_does_not_grow_with_rows(as_user, minah, page):
    client = as_user(minah)

    def fill(numbers) -> int:
        for number in numbers:
            one = make_person(f"person{number}", f"사람{number}")
            actions.mute_person(one, actor=minah)
            actions.block_person(one, actor=minah)
            actions.mute_term(f"낱말{number}", kind="word", actor=minah)
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        return len(queries)

    assert fill(range(2)) == fill(range(2, 13))


@pytest.mark.behaviour("SO-09", "AC-45")
def test_words_and_tags_are_added_and_removed(as_user, minah, junho):
    client = as_user(minah)
    response = client.post(PAGE, {"text": "정치", "kind": "word", "days": ""}, follow=True)
    assert response.redirect_chain == [(f"{PAGE}#terms", 302)]
    client.post(PAGE, {"text": "#장고 입문", "kind": "tag", "days": "7"})
    assert {(term.kind, term.text) for term in MutedTerm.objects.all()} == {
        ("word", "정치"),
        ("tag", "장고-입문"),
    }
    term = MutedTerm.objects.get(kind="word")
    act = f"{PAGE}terms/{term.pk}/remove/"
    assert act in body(client.get(PAGE))
    as_user(junho).post(act)
    assert MutedTerm.objects.count() == 2
    as_user(minah).post(act)
    as_user(minah).post(act)
    assert MutedTerm.objects.count() == 1


@pytest.mark.behaviour("SO-09", "UX-05")
@pytest.mark.parametrize(
    "changes",
    [
        {"text": "​"},
        {"text": "가" * 51},
        {"kind": "tag", "text": "a/b"},
        {"days": "2"},
        {"kind": "x"},
    ],
)
def test_what_cannot_be_muted_comes_back_with_its_text(as_user, minah, changes):
    data = {"text": "정치", "kind": "word", "days": ""} | changes
    response = as_user(minah).post(PAGE, data)
    assert response.status_code == 422
    assert not MutedTerm.objects.exists()
    assert "error-summary" in body(response)
