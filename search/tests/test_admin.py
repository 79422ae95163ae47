"""What staff see and do about search."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.tests.factories import make_person
from search import actions, tasks
from search.models import Generation, QueryDay, Synonym, Waiting
from search.synonyms import synonyms_of

SYNONYMS = "/admin/search/synonym/"
STATE = "/admin/search/generation/"
MISSED = "/admin/search/queryday/"
WAITING = "/admin/search/waiting/"


@pytest.fixture
def boss(as_user, db):
    return as_user(make_person("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def started(monkeypatch):
    """Remember how often a new index was asked for."""
    calls = []
    monkeypatch.setattr(tasks.rebuild, "delay_on_commit", lambda: calls.append(1))
    return calls


@pytest.mark.behaviour("AD-16")
@pytest.mark.parametrize("address", [SYNONYMS, STATE, MISSED, WAITING])
def test_it_opens_for_staff_who_may(client, as_user, minah, sora, address):
    assert client.get(address).status_code == 302
    assert as_user(sora).get(address).status_code == 403  # of the staff, without the right
    sora.user_permissions.set(Permission.objects.filter(content_type__app_label="search"))
    assert as_user(sora).get(address).status_code == 200
    assert as_user(minah).get(address, follow=True).status_code == 403


@pytest.mark.behaviour("AD-16")
def test_the_state_tells_engine_index_and_what_waits(boss, minah):
    Generation.objects.create(
        slot="b", state="building", total=400, done=100, analyzer="kiwi", engine="sqlite"
    )
    Waiting.objects.all().delete()
    Waiting.objects.create(
        kind="post", object_id=1, attempts=8, error="ValueError: <b>", created_at=timezone.now()
    )
    body = boss.get(STATE).content.decode()
    assert "25%" in body and "(100 / 400)" in body
    assert '<td id="state-waiting"><a href="/admin/search/waiting/">0</a></td>' in body
    assert f'<td id="state-failed"><a href="{WAITING}?failed=1">1</a></td>' in body
    failed = boss.get(WAITING, {"failed": "1"}).content.decode()
    assert "ValueError: &lt;b&gt;" in failed


@pytest.mark.behaviour("AD-16")
def test_a_new_index_is_built_by_the_button_alone(boss, started):
    assert boss.get(f"{STATE}rebuild/").status_code == 405
    assert started == []
    assert boss.post(f"{STATE}rebuild/").headers["location"] == STATE
    assert started == [1]


def test_who_may_only_look_builds_nothing(as_user, sora, started):
    sora.user_permissions.set(Permission.objects.filter(codename="view_generation"))
    client = as_user(sora)
    assert 'id="rebuild"' not in client.get(STATE).content.decode()
    assert client.post(f"{STATE}rebuild/").status_code == 403
    assert started == []


@pytest.mark.behaviour("AD-16")
def test_what_failed_is_tried_again(boss, minah):
    Waiting.objects.all().delete()
    row = Waiting.objects.create(kind="post", object_id=1, attempts=8, error="TimeoutError")
    form = {"action": "try_again", "_selected_action": [row.pk]}
    assert boss.post(WAITING, form).status_code == 302
    row.refresh_from_db()
    assert (row.attempts, row.error) == (0, "")


@pytest.mark.behaviour("AD-16")
def test_synonyms_are_written_changed_and_deleted(boss, django_capture_on_commit_callbacks):
    form = {"words": "마당쇠 ,  MadangSoe, 마당쇠", "is_active": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        assert boss.post(f"{SYNONYMS}add/", form).status_code == 302
    row = Synonym.objects.get(words="마당쇠, madangsoe")
    assert synonyms_of(["마당쇠", "madangsoe", "없는말"]) == {
        "마당쇠": ("madangsoe",),
        "madangsoe": ("마당쇠",),
    }
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"{SYNONYMS}{row.pk}/change/", form | {"is_one_way": "on"})
    assert synonyms_of(["마당쇠", "madangsoe"]) == {"마당쇠": ("madangsoe",)}
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(
            SYNONYMS, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        )
    assert synonyms_of(["마당쇠"]) == {}


@pytest.mark.parametrize(
    "words",
    ["", "하나", "하나, 하나", f"{'긴' * 41}, 말", ",".join("가나다라마바사아자차카타파하abcdefg")],
)
def test_words_that_are_no_synonyms_are_refused(boss, words):
    before = Synonym.objects.count()
    assert boss.post(f"{SYNONYMS}add/", {"words": words}).status_code == 200
    assert Synonym.objects.count() == before


@pytest.mark.behaviour("AD-16")
def test_what_nobody_found_is_listed(boss):
    today = timezone.now().date()
    for day in (today, today - timedelta(days=3)):
        QueryDay.objects.create(day=day, query="<도커>", count=5, empty_count=2)
    QueryDay.objects.create(day=today, query="찾은 말", count=9, empty_count=0)
    QueryDay.objects.create(day=today - timedelta(days=31), query="옛날 말", count=9, empty_count=9)
    body = boss.get(MISSED).content.decode()
    assert '<th scope="row">&lt;도커&gt;</th><td>4</td><td>10</td>' in body
    assert "찾은 말" not in body and "옛날 말" not in body
    add = boss.get(f"{SYNONYMS}add/", {"words": "<도커>"}).content.decode()
    assert "&lt;도커&gt;</textarea>" in add


def test_only_staff_write_synonyms(minah):
    from search.exceptions import NotOfTheStaff

    with pytest.raises(NotOfTheStaff):
        actions.save_synonym(
            Synonym(), actor=minah, words="가, 나", is_one_way=False, is_active=True
        )
    with pytest.raises(NotOfTheStaff):
        actions.delete_synonym(Synonym.objects.first(), actor=minah)
