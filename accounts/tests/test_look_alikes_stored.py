"""What handles look like is stored decomposed; the doctor neither spoils nor overlooks it."""

import unicodedata

import pytest

from accounts import actions
from accounts.doctor import look_at_skeletons
from accounts.exceptions import HandleTaken
from accounts.look_alikes import skeleton
from accounts.models import FormerHandle, User
from accounts.tests.factories import make_person
from config.care.checks import texts

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AC-03")]


def come_in(handle: str) -> User:
    return actions.sign_up(
        handle=handle, email=f"{handle.encode().hex()}@example.com", password="뜰에 부는 바람 12"
    )


@pytest.fixture
def renamed():
    """Somebody who was @새벽l and is @감나무l."""
    person = come_in("새벽l")
    actions.rename_handle(person, "감나무l")
    person.refresh_from_db()
    return person


def spoil(row) -> None:
    """Store the look as a check for composed texts would have it."""
    composed = unicodedata.normalize("NFC", row.handle_skeleton)
    type(row).objects.filter(pk=row.pk).update(handle_skeleton=composed)


def test_looks_are_no_texts_that_have_to_be_composed(renamed):
    assert not unicodedata.is_normalized("NFC", renamed.handle_skeleton)
    assert not list(texts.find_denormal()) and not list(look_at_skeletons())
    texts.mend_normalisation()
    renamed.refresh_from_db()
    assert renamed.handle_skeleton == skeleton("감나무l")


def test_looks_that_were_spoiled_are_found_and_mended(renamed):
    former = FormerHandle.objects.get(user=renamed)
    for row in (renamed, former):
        spoil(row)
    [finding] = look_at_skeletons()
    assert finding.what.startswith("2 ")
    assert actions.mend_skeletons() == 2
    assert not list(look_at_skeletons())
    for row in (renamed, former):
        row.refresh_from_db()
        assert row.handle_skeleton == skeleton(row.handle)
    for alike in ("감나무1", "새벽I"):
        with pytest.raises(HandleTaken):
            come_in(alike)


def test_a_look_that_somebody_else_took_meanwhile_is_guarded_once(renamed):
    spoil(renamed)
    other = make_person("감나무1")
    User.objects.filter(pk=other.pk).update(handle_skeleton=skeleton("감나무1"))
    assert actions.mend_skeletons() == 1
    renamed.refresh_from_db()
    assert renamed.handle_skeleton == "" and not list(look_at_skeletons())
