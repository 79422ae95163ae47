import unicodedata
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import actions
from accounts.exceptions import HandleTaken, LinkRefused, RenamedTooSoon, TextTooLong
from accounts.models import FormerHandle, User
from accounts.signals import person_renamed
from accounts.tests.factories import make_person

PROFILE, PREFERENCES = "/settings/profile/", "/settings/preferences/"
ALL = [PROFILE, PREFERENCES, "/settings/account/", "/settings/", "/settings/security/"]


def profile(**changes) -> dict[str, str]:
    return {"handle": "minah", "display_name": "미나", "bio": "", "links": ""} | changes


def preferences(**changes) -> dict[str, str]:
    return {
        "language": "",
        "time_zone": "",
        "theme": "system",
        "default_visibility": "public",
        "default_language": "",
        "who_may_message": "everyone",
    } | changes


@pytest.mark.parametrize("page", ALL)
def test_settings_need_a_sign_in(client, db, page):
    assert client.get(page)["Location"].startswith("/auth/login/?next=")
    assert client.post(page, {}).status_code in {302, 405}


@pytest.mark.parametrize("page", [page for page in ALL if page != "/settings/"])
def test_settings_open_for_members_in_every_language(as_user, minah, page):
    client = as_user(minah)
    for language in ("ko", "en", "es", "ja"):
        actions.change_preferences(minah, language=language)
        body = client.get(page).content.decode()
        assert f'<html lang="{language}"' in body
        assert "novalidate" in body or "<form" not in body.split("<main")[1].split("</main")[0]


@pytest.mark.behaviour("AC-39")
def test_the_profile_form_is_filled_in_saves_and_stays(as_user, minah):
    actions.change_profile(minah, bio="커피와 개발", links=["https://a.example/"])
    client = as_user(minah)
    form = client.get(PROFILE).context["form"]
    assert form.initial["bio"] == "커피와 개발"
    assert form.initial["links"] == "https://a.example/"
    answer = client.post(
        PROFILE,
        profile(
            display_name=unicodedata.normalize("NFD", "미나리"),
            bio="둘째\r\n줄",
            links="b.example\n\nhttps://c.example/길\nb.example",
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, PROFILE)
    assert "Your profile is saved." in client.get(PROFILE).content.decode()
    minah.refresh_from_db()
    assert minah.display_name == "미나리"
    assert minah.bio == "둘째\n줄"
    assert minah.links == ["https://b.example", "https://c.example/길"]


@pytest.mark.behaviour("AC-39")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "가" * 51),
        ("bio", "👩‍👩‍👧" * 301),
        ("links", "javascript:alert(1)"),
        ("links", "\n".join(f"https://{number}.example" for number in range(6))),
        ("handle", "mi nah"),
        ("handle", ""),
    ],
)
def test_errors_keep_what_was_typed(as_user, minah, field, value):
    answer = as_user(minah).post(PROFILE, profile(**{"bio": "새 소개", field: value}))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form["bio"].value() == (value if field == "bio" else "새 소개")
    assert "error-summary" in answer.content.decode()
    minah.refresh_from_db()
    assert minah.bio == ""


@pytest.mark.behaviour("AC-39")
def test_limits_count_what_people_see(as_user, minah):
    family = "👩‍👩‍👧"
    answer = as_user(minah).post(PROFILE, profile(display_name=family * 30, bio=family * 300))
    assert answer.status_code == 302


@pytest.mark.behaviour("AC-40")
def test_ones_own_handle_passes_and_anothers_does_not(as_user, minah, junho):
    client = as_user(minah)
    assert client.post(PROFILE, profile(bio="x")).status_code == 302
    refused = client.post(PROFILE, profile(handle="JUNHO"))
    assert list(refused.context["form"].errors) == ["handle"]


@pytest.mark.behaviour("AC-40")
def test_one_rename_in_fourteen_days(as_user, minah):
    client = as_user(minah)
    assert client.post(PROFILE, profile(handle="미나리")).status_code == 302
    refused = client.post(PROFILE, profile(handle="미나리꽃", bio="그 사이"))
    assert refused.status_code == 422
    assert "handle" in refused.context["form"].errors
    assert "@미나리<" in refused.content.decode()
    User.objects.update(handle_changed_at=timezone.now() - timedelta(days=14, minutes=1))
    assert client.post(PROFILE, profile(handle="미나리꽃")).status_code == 302


@pytest.mark.behaviour("AC-40")
def test_the_old_handle_stays_reserved_for_its_owner(minah, junho):
    actions.rename_handle(minah, "미나리")
    with pytest.raises(HandleTaken):
        actions.rename_handle(junho, "Minah")
    with pytest.raises(HandleTaken):
        actions.sign_up(handle="minah", email="x@example.com", password=None)
    actions.rename_handle(minah, "minah", is_operator=True)
    assert [row.handle for row in FormerHandle.objects.all()] == ["미나리"]


@pytest.mark.behaviour("AC-04", "AC-40")
def test_a_refused_rename_leaves_everything_as_it_was(minah, junho):
    with pytest.raises(HandleTaken):
        actions.rename_handle(minah, "junho")
    assert (minah.handle, minah.handle_key) == ("minah", "minah")
    assert User.objects.get(pk=minah.pk).handle == "minah"
    assert not FormerHandle.objects.exists()


def test_the_case_alone_can_change(minah):
    actions.rename_handle(minah, "MinAh")
    assert User.objects.by_handle("minah").get().handle == "MinAh"
    assert not FormerHandle.objects.exists()
    with pytest.raises(RenamedTooSoon):
        actions.rename_handle(minah, "minaH")


@pytest.mark.behaviour("X-12")
def test_a_rename_is_told_after_the_commit(minah, django_capture_on_commit_callbacks):
    told = []

    def listen(sender, person, former, **kwargs):
        told.append((person.handle, former))

    person_renamed.connect(listen)
    try:
        with django_capture_on_commit_callbacks() as waiting:
            actions.rename_handle(minah, "미나리")
        assert not told
        for call in waiting:
            call()
    finally:
        person_renamed.disconnect(listen)
    assert told == [("미나리", "minah")]


@pytest.mark.behaviour("AC-45")
def test_preferences_are_filled_in_saved_and_used(as_user, minah, db):
    client = as_user(minah)
    wanted = preferences(
        language="ja",
        time_zone="Europe/Madrid",
        theme="dark",
        default_visibility="followers",
        default_language="en",
        who_may_message="following",
    )
    answer = client.post(PREFERENCES, wanted)
    assert (answer.status_code, answer["Location"]) == (302, PREFERENCES)
    page = client.get(PREFERENCES)
    for name, value in wanted.items():
        assert page.context["form"].initial[name] == value
    body = page.content.decode()
    assert '<html lang="ja" data-theme="dark" data-time-zone="Europe/Madrid"' in body
    minah.refresh_from_db()
    assert minah.shows_last_seen is False
    assert client.get("/write/").context["form"].initial["visibility"] == "followers"


@pytest.mark.behaviour("AC-45")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "tlh"),
        ("time_zone", "Mars/Olympus"),
        ("theme", "neon"),
        ("default_visibility", "everybody"),
        ("default_language", "xx"),
        ("who_may_message", "dogs"),
    ],
)
def test_what_is_no_choice_is_refused(as_user, minah, field, value):
    answer = as_user(minah).post(PREFERENCES, preferences(**{field: value}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_actions_hold_the_limits_without_any_form(minah):
    with pytest.raises(TextTooLong):
        actions.change_profile(minah, display_name="가" * 51)
    with pytest.raises(LinkRefused):
        actions.change_profile(minah, links=["ftp://a.example/"])
    with pytest.raises(TypeError):
        actions.change_preferences(minah, is_staff=True)


def test_nobody_changes_anothers_settings(as_user, minah, stranger):
    as_user(stranger).post(PROFILE, profile(handle="stranger", bio="나"))
    minah.refresh_from_db()
    assert minah.bio == ""


def test_a_picture_and_an_error_beside_it_keep_the_form(as_user, minah):
    file = SimpleUploadedFile("x.png", b"no picture", content_type="image/png")
    answer = as_user(minah).post(PROFILE, profile(avatar=file, bio="새 소개"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["avatar"]


def test_queries_are_few(as_user, minah, django_assert_max_num_queries):
    client = as_user(minah)
    make_person("other")
    client.get(PROFILE)
    for page in (PROFILE, PREFERENCES, "/settings/account/", "/settings/security/"):
        with django_assert_max_num_queries(6):
            client.get(page)
