"""Work that was given up stays for staff, who let it be tried again (OP-15)."""

import pytest
from django.utils import timezone

from accounts.tests.factories import make_person
from config.models import PromisedTask
from moderation.models import LogEntry

pytestmark = pytest.mark.django_db
TASKS = "/admin/config/promisedtask/"


@pytest.fixture
def dead():
    return PromisedTask.objects.create(
        pk="a-1", name="blog.tell_of_post", args=[7], attempts=13, error="KeyError: '한가운데'"
    )


@pytest.mark.behaviour("OP-15")
def test_what_was_given_up_is_seen_with_its_error_and_tried_again(client, dead):
    client.force_login(make_person("keeper", "지기", is_staff=True, is_superuser=True))
    assert "KeyError: &#x27;한가운데&#x27;" in client.get(TASKS).content.decode()
    assert "blog.tell_of_post" in client.get(f"{TASKS}{dead.pk}/change/").content.decode()
    client.post(TASKS, {"action": "retry", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.attempts == 0
    assert dead.due_at <= timezone.now()
    assert LogEntry.objects.get().act == "promisedtask_retry"


def test_others_do_not_see_it(client, dead):
    assert client.get(TASKS).status_code == 302
    client.force_login(make_person("minah", "미나"))
    assert client.get(TASKS, follow=True).status_code == 403
    client.force_login(make_person("dajung", is_staff=True))
    assert client.get(TASKS).status_code == 403
