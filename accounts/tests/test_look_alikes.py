"""Handles that look like another one: compared with who is here, who was, and the site's words."""

import importlib
import unicodedata

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions import create_member, rename_handle, sign_up
from accounts.exceptions import HandleRefused, HandleTaken
from accounts.handles import clean_handle, is_reserved
from accounts.look_alikes import skeleton
from accounts.models import FormerHandle, User
from accounts.tests.factories import make_person
from config.tests.api_client import api_client

pytestmark = pytest.mark.behaviour("AC-03")


def come_in(handle: str) -> User:
    return sign_up(
        handle=handle, email=f"{len(handle)}-x@example.com", password="뜰에 부는 바람 12"
    )


# What looks alike ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("minah", "rninah"),
        ("paypal", "PaypaI"),
        ("cope", "соре"),
        ("kimo", "kim0"),
        ("cell1", "cel11"),
        ("가나", "ㄱㅏ나"),
        ("ㅋㅋ", "\u110f\u110f"),
        ("口笛", "ロ笛"),
        ("エリ", "工リ"),
        ("へび", "ヘび"),
        ("μmega", "µmega"),
        ("minah", "mi\u200bnah"),
        ("minah", "mi\u2060nah"),
        ("ñandú", unicodedata.normalize("NFD", "ñandú")),
        ("Straße", "strasse"),
        ("ﬁnal", "final"),
    ],
    ids=ascii,
)
def test_names_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("minah", "minha"), ("미나", "미니"), ("ali", "all"), ("ñandu", "nandu"), ("jun2", "jun3")],
)
def test_names_that_differ_to_the_eye_keep_apart(one, other):
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=40))
def test_a_skeleton_is_its_own_and_that_of_every_form_of_the_text(text):
    assert skeleton(skeleton(text)) == skeleton(text)
    assert skeleton(unicodedata.normalize("NFD", text)) == skeleton(
        unicodedata.normalize("NFC", text)
    )


# Coming in and being renamed -----------------------------------------------------------------------


@pytest.mark.parametrize("handle", ["rninah", "m1nah_", "minɑh"])
def test_nobody_signs_up_as_a_look_alike(db, handle):
    make_person("minah")
    make_person("mlnah_")
    with pytest.raises(HandleTaken) as refused:
        come_in(handle)
    assert "looks like" in refused.value.message
    assert not User.objects.by_handle(handle).exists()


def test_form_and_api_refuse_a_look_alike_at_the_field(client, db):
    make_person("minah")
    answer = client.post(
        "/auth/signup/",
        {
            "username": "rninah",
            "email": "m@example.com",
            "password1": "뜰에 부는 바람 12",
            "password2": "뜰에 부는 바람 12",
        },
    )
    assert "username" in answer.context["form"].errors
    told = api_client().post(
        "users/",
        {"handle": "rninah", "email": "m@example.com", "password": "뜰에 부는 바람 12"},
    )
    assert told.status_code == 400 and "handle" in str(told.json()["errors"])
    assert User.objects.count() == 1


def test_a_name_that_was_given_up_stays_its_owners_look_too(db):
    minah, junho = make_person("minah"), make_person("junho")
    rename_handle(minah, "bora")
    with pytest.raises(HandleTaken):
        come_in("rninah")
    with pytest.raises(HandleTaken):
        rename_handle(junho, "rninah")
    junho.refresh_from_db()
    assert (junho.handle, junho.handle_skeleton) == ("junho", skeleton("junho"))
    minah.handle_changed_at = None
    minah.save()
    rename_handle(minah, "rninah")
    assert minah.handle == "rninah"


def test_one_may_change_the_case_of_ones_own_name(db):
    minah = make_person("minah")
    assert rename_handle(minah, "Minah").handle == "Minah"
    assert not FormerHandle.objects.exists()


def test_the_operator_may_and_the_look_stays_with_who_had_it_first(db):
    minah = make_person("minah")
    second = create_member(handle="rninah")
    assert (minah.handle_skeleton, second.handle_skeleton) == (skeleton("minah"), "")
    third = rename_handle(make_person("bora"), "m1nah_", is_operator=True)
    assert third.handle_skeleton
    with pytest.raises(HandleTaken):
        come_in("mlnah_")


def test_the_database_itself_keeps_a_look_for_one(db):
    make_person("minah")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("rninah", handle_skeleton=skeleton("rninah"))


# The site's own words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "handle",
    ["adrnin", "adm1n", "ad-rnin", "r00t", "rnadang", "supp0rt", "0fficial", "ROOT", "마당"],
)
def test_what_looks_like_a_word_of_the_site_is_reserved(handle, db):
    assert is_reserved(handle)
    with pytest.raises(HandleRefused):
        come_in(handle)


@pytest.mark.parametrize(
    "handle", ["ali", "minah", "김관리", "rooted", "modem", "마당발", "운엉자"]
)
def test_what_only_resembles_a_word_of_the_site_is_free(handle):
    assert not is_reserved(handle)


# Those who were here before -------------------------------------------------------------------------


def test_names_of_before_stay_and_the_first_keeps_the_look(db):
    first, second = make_person("minah"), make_person("junho")
    User.objects.filter(pk=second.pk).update(handle="rninah", handle_key="rninah")
    FormerHandle.objects.create(user=first, handle="bora", handle_key="bora")
    User.objects.update(handle_skeleton="")
    migration = importlib.import_module("accounts.migrations.0007_handle_looks")
    migration.look_at_all(apps, None)
    looks = dict(User.objects.values_list("pk", "handle_skeleton"))
    assert looks == {first.pk: skeleton("minah"), second.pk: ""}
    assert FormerHandle.objects.get().handle_skeleton == skeleton("bora")
    assert clean_handle("rninah") == "rninah"
