"""What staff said about somebody's trust."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TrustSetting(models.Model):
    """Why staff set a level (``User.trust_given``), or let behaviour earn it again (SO-45)."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="trust_setting",
        verbose_name=_("person"),
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    reason = models.TextField(_("reason"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="trust_settings_made",
        verbose_name=_("who set it"),
    )
    set_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("trust that staff set")
        verbose_name_plural = _("trust that staff set")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.level}"
