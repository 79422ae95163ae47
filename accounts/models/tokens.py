"""Keys by which programs act for a person; of each only a hash is kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

TOKEN_NAME_MAX_LENGTH = 60  # graphemes
SHOWN_CHARACTERS = 12  # of the key, in lists


class AccessToken(AbstractAuthToken):
    """One program's access to one account, for some of what its person may do, for a while."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=128, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=4 * TOKEN_NAME_MAX_LENGTH, blank=True)
    scopes = models.JSONField(_("scopes"), default=list)
    # Where a site embeds us: the token is taken from there and for that alone.
    origin = models.CharField(_("origin"), max_length=255, blank=True, editable=False)
    last_used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        indexes = [models.Index(fields=["expiry"], name="accounts_token_expiry")]

    def __str__(self) -> str:
        return self.name or self.first_characters

    @property
    def first_characters(self) -> str:
        """The beginning of the key, to tell one from another."""
        return self.token_key[:SHOWN_CHARACTERS]
