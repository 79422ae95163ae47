"""Django's own admin, entered through the site's sign-in."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


class MadangAdminSite(admin.AdminSite):
    site_title = _("Madang administration")
    site_header = _("Madang administration")
    index_title = _("Everything in this place")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Send visitors to the site's sign-in; refuse members who are not staff (AD-01)."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or request.get_full_path()
        from django.urls import reverse

        return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
