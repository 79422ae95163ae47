"""Where messages to the next page wait: a cookie of this site alone, or the session."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponse


class OwnCookieStorage(CookieStorage):
    """A cookie below URL_PREFIX; Django's is sent to everything on the host."""

    def _update_cookie(self, encoded_data: str, response: HttpResponse) -> None:
        super()._update_cookie(encoded_data, response)
        response.cookies[self.cookie_name]["path"] = settings.SESSION_COOKIE_PATH


class NoticeStorage(FallbackStorage):
    """The cookie, and the session for what is too long for it."""

    storage_classes = (OwnCookieStorage, SessionStorage)
