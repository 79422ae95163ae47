"""The site's addresses, and GitHub as if it were configured; /auth/github/said/ is its answer."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.github import urls as github
from django.urls import include, path

from accounts.models import User
from accounts.urls.entrance import over_a_page_of_ours
from config import urls
from config.urls import handler400, handler403, handler404, handler429, handler500  # noqa: F401


def said(request):
    """Act as if the provider had just answered; the query says what."""
    email = request.GET.get("email", "")
    addresses = (
        [EmailAddress(email=email, verified=request.GET.get("verified") == "yes", primary=True)]
        if email
        else []
    )
    login = SocialLogin(
        user=User(handle=request.GET.get("handle", ""), email=email),
        account=SocialAccount(provider="github", uid=request.GET["uid"], extra_data={}),
        email_addresses=addresses,
        provider=get_adapter().get_provider(request, "github"),
    )
    login.state = {"process": request.GET.get("process", "login")}
    return complete_social_login(request, login)


urlpatterns = [
    path("auth/github/said/", said),
    path("auth/", include(over_a_page_of_ours(github.urlpatterns))),
    *urls.urlpatterns,
]
