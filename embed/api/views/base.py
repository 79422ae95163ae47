"""What every address for a site elsewhere has in common: the site, its origins, who asks."""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.api.authentication import BearerAuthentication
from accounts.models import User
from config.api import ApiView
from config.api.problems import InsufficientScope
from config.api.throttling import count_request
from config.api.views import SAFE_METHODS
from config.cors import origin_of_request
from embed.api.shapes import Talk
from embed.cors import is_listed_origin, site_of
from embed.exceptions import OriginRefused, SitePaused
from embed.keys import clean_key
from embed.models import EmbedSite, EmbedThread
from embed.policies import require_awake
from embed.selectors import is_thread_seen, thread_at
from social.selectors import is_hidden_from


class EmbedView(ApiView):
    """Something of one site. Only its own pages write; members come with a key for their origin."""

    authentication_classes = (BearerAuthentication,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the site and see whether the request comes from one of its pages."""
        try:
            self.site = self._site_of(request)
        except (Http404, OriginRefused, SitePaused):
            count_request(request, ("anonymous",), self._network)
            raise
        super().initial(request, *args, **kwargs)

    def _site_of(self, request: Request) -> EmbedSite:
        site = site_of(request._request)
        if site is None:
            raise Http404
        require_awake(site)
        is_listed = is_listed_origin(site, self.origin)
        if request.method not in SAFE_METHODS and not is_listed:
            raise OriginRefused(_("This page is not one of those that may write here."))
        return site

    @property
    def origin(self) -> str:
        """The origin of the page that asks; empty without one."""
        return origin_of_request(self.request._request)

    @cached_property
    def viewer(self) -> Any:
        """Who reads: the member whose key belongs to this page, else a visitor."""
        user, token = self.request.user, self.request.auth
        if not user.is_authenticated or token is None:
            return AnonymousUser()
        if self.origin and not is_listed_origin(self.site, self.origin):
            return AnonymousUser()
        return user if token.origin or self.has_scope("read") else AnonymousUser()

    def member(self, scope: str) -> User | None:
        """Return the member who writes, None for a guest. Raises InsufficientScope."""
        user = self.request.user
        if not user.is_authenticated:
            return None
        if not self.has_scope(scope):
            raise InsufficientScope(
                _("This token was not made for this; it needs the scope “%(scope)s”.")
                % {"scope": scope},
                field="scope",
            )
        return user

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.site, self.viewer, self.addresses)

    def thread_in(self, key: str) -> EmbedThread | None:
        """Return the thread of ``key``, None if nothing was said yet.

        Raises KeyRefused, and Http404 for a thread that is held, or lies across a block.
        """
        thread = thread_at(self.site, clean_key(key))
        if thread is None:
            is_hidden = is_hidden_from(self.viewer, self.site.owner)
        else:
            is_hidden = not is_thread_seen(thread, self.viewer)
        if is_hidden:
            raise Http404
        return thread
