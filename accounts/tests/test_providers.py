import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.github.provider import GitHubProvider

from accounts.models import User
from accounts.policies import is_email_confirmed
from accounts.tests.factories import PASSWORD, make_person
from config.actions import change_site_settings

pytestmark = pytest.mark.behaviour("AC-24")
SAID = "/auth/github/said/"
SIGNUP = "/auth/provider/signup/"


@pytest.fixture
def github(settings, db):
    """GitHub as if SOCIAL_GITHUB_ID and _SECRET were set."""
    registry.load()
    registry.register(GitHubProvider)
    settings.SOCIALACCOUNT_PROVIDERS = {"github": {"APP": {"client_id": "id", "secret": "s"}}}
    settings.SOCIAL_CREDENTIALS = {"github": ("id", "s")}
    settings.ROOT_URLCONF = "accounts.tests.urls_with_provider"
    yield
    registry.provider_map.pop("github")


@pytest.fixture
def haru(db):
    return make_person("haru", "하루", password=PASSWORD)


def sign_in(client):
    return client.post("/auth/login/", {"login": "haru", "password": PASSWORD})


def test_nothing_is_shown_unless_configured(client, db):
    for page in ("/auth/login/", "/auth/signup/"):
        body = client.get(page).content.decode()
        assert "provider-list" not in body
        assert "GitHub" not in body
    assert client.get("/auth/github/login/").status_code == 404


def test_a_configured_provider_is_a_button_that_posts(client, github):
    body = client.get("/auth/login/?next=/explore/").content.decode()
    assert "Go on with GitHub" in body
    assert 'method="post" action="/auth/github/login/' in body
    # Opening the address asks first; it leads nowhere by itself.
    assert client.get("/auth/github/login/").status_code == 200


def test_the_way_to_the_provider_leads_over_a_page_of_ours(client, github):
    """Our policy lets forms go to this site alone, also along redirects."""
    answer = client.post("/auth/github/login/")
    assert answer.status_code == 200
    assert "https://github.com/login/oauth/authorize" in answer.content.decode()
    assert "form-action 'self'" in answer["Content-Security-Policy"]


def test_a_new_person_chooses_a_handle_and_a_vouched_address_is_confirmed(client, github):
    answer = client.get(SAID, {"uid": "7", "email": "new@example.com", "verified": "yes"})
    assert answer["Location"] == SIGNUP
    assert not User.objects.exists()
    page = client.get(SIGNUP)
    assert page.context["form"]["email"].value() == "new@example.com"
    client.post(SIGNUP, {"username": "새벽", "email": "new@example.com"})
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert is_email_confirmed(user)
    assert SocialAccount.objects.get().user == user
    assert not user.has_usable_password()


def test_an_address_the_provider_does_not_vouch_for_is_confirmed_by_mail(client, github):
    client.get(SAID, {"uid": "7", "email": "new@example.com", "verified": "yes"})
    client.post(SIGNUP, {"username": "새벽", "email": "other@example.com"})
    assert not is_email_confirmed(User.objects.get())


def test_a_provider_without_an_address_must_be_given_one(client, github):
    client.get(SAID, {"uid": "7"})
    refused = client.post(SIGNUP, {"username": "새벽", "email": ""})
    assert "email" in refused.context["form"].errors
    assert not User.objects.exists()
    client.post(SIGNUP, {"username": "새벽", "email": "new@example.com"})
    assert not is_email_confirmed(User.objects.get())


def test_a_matching_address_never_merges_by_itself(client, github, haru):
    answer = client.get(SAID, {"uid": "7", "email": "haru@example.com", "verified": "yes"})
    assert answer["Location"] == SIGNUP
    assert "_auth_user_id" not in client.session
    refused = client.post(SIGNUP, {"username": "새벽", "email": "haru@example.com"})
    assert "email" in refused.context["form"].errors
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_linking_needs_a_signed_in_session_and_a_verified_address(client, github, haru):
    linking = {"uid": "7", "email": "haru@example.com", "process": "connect"}
    client.get(SAID, linking | {"verified": "yes"})
    assert not SocialAccount.objects.exists()
    sign_in(client)
    answer = client.get(SAID, linking | {"verified": "no"})
    assert answer["Location"] == "/settings/connections/"
    assert not SocialAccount.objects.exists()
    client.get(SAID, linking | {"verified": "yes"})
    assert SocialAccount.objects.get().user == haru


def test_a_linked_account_opens_the_door_and_can_be_unlinked(
    client, github, haru, committed, outbox
):
    sign_in(client)
    with committed():
        client.get(
            SAID,
            {"uid": "7", "email": "h@example.com", "verified": "yes", "process": "connect"},
        )
    assert "GitHub" in outbox[-1].body
    client.post("/auth/logout/")
    assert client.get(SAID, {"uid": "7"})["Location"] == "/"
    assert client.session["_auth_user_id"] == str(haru.pk)
    client.post("/auth/logout/")
    sign_in(client)
    page = client.get("/settings/connections/").content.decode()
    assert "Unlink" in page
    client.post("/settings/connections/", {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


@pytest.mark.behaviour("AC-08")
def test_when_sign_up_is_closed_only_members_come_in(client, github, haru):
    SocialAccount.objects.create(user=haru, provider="github", uid="7")
    change_site_settings(is_signup_open=False)
    assert client.get(SAID, {"uid": "7"})["Location"] == "/"
    client.post("/auth/logout/")
    refused = client.get(SAID, {"uid": "8", "email": "new@example.com", "verified": "yes"})
    assert refused.status_code == 403
    assert client.get(SIGNUP).status_code in {302, 403}
    assert User.objects.count() == 1


def test_a_suspended_person_does_not_come_in_by_a_provider_either(client, github, haru):
    from accounts import actions

    SocialAccount.objects.create(user=haru, provider="github", uid="7")
    actions.set_state(haru, User.State.SUSPENDED, actor=None)
    assert client.get(SAID, {"uid": "7"}).status_code == 403
    assert "_auth_user_id" not in client.session


def test_the_page_of_links_needs_a_sign_in(client, db):
    assert client.get("/settings/connections/")["Location"].startswith("/auth/login/?next=")
    assert EmailAddress.objects.count() == 0
