"""What the owner of a site changes at run time."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DEFAULT_TITLE = "마당"
LATEST = "latest"
"""Value of ``front_page``: the list of everything."""


class SiteSettings(models.Model):
    """One row: the site's name and its switches. Translated fields are in translation.py."""

    # No default: modeltranslation takes a text equal to the default for one that is missing.
    title = models.CharField(_("title"), max_length=60)
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    is_signup_open = models.BooleanField(_("sign-up is open"), default=True)
    allows_guest_comments = models.BooleanField(
        _("guests may comment; each comment waits for approval"), default=False
    )
    has_transparency_page = models.BooleanField(
        _("a public page counts what moderators decide, without names"), default=False
    )
    approves_first_words = models.BooleanField(
        _("posts and comments of somebody new wait for approval"), default=False
    )
    staff_needs_second_factor = models.BooleanField(
        _("staff sign in with a second step"),
        default=False,
        help_text=_(
            "Who has none is led to where it is set up. Lost it: manage.py rescue_account --factors."
        ),
    )
    # Empty: the hero and the latest; ``latest``: the list of everything; else a page's address.
    front_page = models.CharField(
        _("front page for visitors"), max_length=80, blank=True, default=""
    )
    # Name of the file that messengers show beside a link to us; empty: the one that comes along.
    card_image = models.CharField(max_length=32, blank=True, default="", editable=False)
    contact_email = models.EmailField(_("contact address"), blank=True)
    google_verification = models.CharField(_("Google verification"), max_length=120, blank=True)
    naver_verification = models.CharField(_("Naver verification"), max_length=120, blank=True)
    bing_verification = models.CharField(_("Bing verification"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="config_one_row_of_settings")
        ]

    def __str__(self) -> str:
        return self.title or DEFAULT_TITLE

    @property
    def card_path(self) -> str:
        """Return where the card image is; empty for the one that comes along."""
        return reverse("card_image", args=[self.card_image]) if self.card_image else ""


class StoredAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for whoever sends it again (AP-12).

    ``owner`` is an account (``person-7``) or a hash of an address; ``key`` is a keyed hash, and
    ``sealed`` holds status, headers and data, which only whoever has the key can open.
    """

    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    sealed = models.TextField(default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="config_answer_once")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"


class Heartbeat(models.Model):
    """A process in the background: what it is and when it was last heard of (config.heartbeats)."""

    name = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=20)
    seen_at = models.DateTimeField(default=timezone.now)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class ScheduledRun(models.Model):
    """When an entry of the schedule was last sent to the workers, by whichever scheduler.

    Whoever moves ``ran_at`` on sends it: any number of schedulers do each run once (OP-14).
    """

    name = models.CharField(max_length=80, primary_key=True)
    ran_at = models.DateTimeField()

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")

    def __str__(self) -> str:
        return self.name


class PromisedTask(models.Model):
    """Work that a transaction asked for and that is not done yet (config.promises).

    ``id`` is the same for every message of it. Without ``due_at`` it was given up and stays for staff.
    """

    id = models.CharField(max_length=36, primary_key=True)
    name = models.CharField(max_length=80)
    args = models.JSONField(default=list, blank=True)
    kwargs = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("promised task")
        verbose_name_plural = _("promised tasks")

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
