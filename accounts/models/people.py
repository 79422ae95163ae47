"""People: one row each, with their preferences and their stored counts."""

import hashlib
import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.handles import HANDLE_MAX_CHARACTERS, validate_handle
from accounts.look_alikes import SKELETON_MAX_CHARACTERS
from accounts.querysets import UserManager
from config.addresses import address_of
from config.text import identity_key

AVATAR_SIZES = (36, 64, 128, 256)  # pixels a side
DISPLAY_NAME_MAX_LENGTH = 50  # graphemes
LINKS_PER_PERSON = 5
HANDLE_RENAME_DAYS = 14
GENERATED_AVATAR = "g"  # first letter of the version of a generated avatar


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account. Identity of handle and address: NFC and casefold."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        LIMITED = "limited", _("limited")
        SUSPENDED = "suspended", _("suspended")
        LEAVING = "leaving", _("leaving")
        ERASED = "erased", _("erased")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everyone")
        UNLISTED = "unlisted", _("Whoever has the link")
        FOLLOWERS = "followers", _("Followers")
        PRIVATE = "private", _("Only me")

    class WhoMayMessage(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        FOLLOWING = "following", _("People I follow")
        NOBODY = "nobody", _("Nobody")

    handle = models.CharField(
        _("handle"), max_length=HANDLE_MAX_CHARACTERS, unique=True, validators=[validate_handle]
    )
    handle_key = models.CharField(max_length=3 * HANDLE_MAX_CHARACTERS, unique=True, editable=False)
    # What the handle looks like; empty where another looked so before names were compared.
    handle_skeleton = models.CharField(
        max_length=SKELETON_MAX_CHARACTERS, blank=True, default="", editable=False
    )
    # Kept in casefold, so that the column itself says who has an address.
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    display_name = models.CharField(
        _("display name"), max_length=4 * DISPLAY_NAME_MAX_LENGTH, blank=True
    )
    bio = models.TextField(_("about me"), blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    avatar_key = models.CharField(max_length=32, blank=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    state_reason = models.TextField(_("reason for the state"), blank=True)
    state_until = models.DateTimeField(_("until"), null=True, blank=True)
    erase_at = models.DateTimeField(_("will be erased"), null=True, blank=True, editable=False)
    # The state before leaving, to which taking it back returns.
    left_as = models.CharField(max_length=10, blank=True, editable=False)
    # 0 to 2; ``trust_given`` is what staff or the operator said, else behaviour earns it.
    trust_level = models.PositiveSmallIntegerField(_("trust"), default=0, editable=False)
    trust_given = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    is_staff = models.BooleanField(_("may enter the administration"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last active"), null=True, blank=True, editable=False)
    handle_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    default_visibility = models.CharField(
        _("who may read new posts"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
    )
    default_language = models.CharField(_("language of new posts"), max_length=10, blank=True)
    who_may_message = models.CharField(
        _("who may message me"),
        max_length=10,
        choices=WhoMayMessage.choices,
        default=WhoMayMessage.EVERYONE,
    )
    shows_last_seen = models.BooleanField(_("show when I was last active"), default=True)
    # {kind of notification: "now", "daily" or "never"}; what is not named has its default.
    mail_choices = models.JSONField(_("mails"), default=dict, blank=True)
    mail_bounced_at = models.DateTimeField(null=True, blank=True, editable=False)
    uses_gravatar = models.BooleanField(_("use my Gravatar picture"), default=False)

    note_count = models.PositiveIntegerField(_("notes"), default=0, editable=False)
    article_count = models.PositiveIntegerField(_("articles"), default=0, editable=False)
    follower_count = models.PositiveIntegerField(_("followers"), default=0, editable=False)
    following_count = models.PositiveIntegerField(_("following"), default=0, editable=False)

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=~models.Q(email=""),
                name="accounts_user_one_per_address",
                violation_error_message=_("Somebody has this address already."),
            ),
            models.UniqueConstraint(
                fields=["handle_skeleton"],
                condition=~models.Q(handle_skeleton=""),
                name="accounts_user_one_per_look",
            ),
        ]
        indexes = [models.Index(fields=["-joined_at", "-id"], name="accounts_user_newest")]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_absolute_url(self) -> str:
        return address_of("accounts:profile", self.handle)

    @property
    def name(self) -> str:
        """How the person is called on pages."""
        return self.display_name or self.handle

    @property
    def post_count(self) -> int:
        return self.note_count + self.article_count

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in at all (allauth and the admin ask)."""
        return self.state in {self.State.ACTIVE, self.State.LIMITED}

    @property
    def avatar_version(self) -> str:
        """The uploaded picture's key, or what the generated picture is drawn from."""
        if self.avatar_key:
            return self.avatar_key
        return (
            GENERATED_AVATAR + hashlib.sha256(identity_key(self.handle).encode()).hexdigest()[:16]
        )

    def avatar_url(self, size: int) -> str:
        """Return the address of the avatar, ``size`` one of AVATAR_SIZES in pixels a side."""
        return address_of("accounts:avatar", self.avatar_version, size)


class FormerHandle(models.Model):
    """A handle somebody gave up: answers 301 and stays reserved for its owner."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_handles")
    handle = models.CharField(max_length=HANDLE_MAX_CHARACTERS)
    handle_key = models.CharField(max_length=3 * HANDLE_MAX_CHARACTERS, unique=True)
    handle_skeleton = models.CharField(
        max_length=SKELETON_MAX_CHARACTERS, blank=True, default="", editable=False, db_index=True
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("former handle")
        verbose_name_plural = _("former handles")

    def __str__(self) -> str:
        return f"@{self.handle} → @{self.user.handle}"


def new_key() -> str:
    """Return a random name for a file: 32 hexadecimal characters."""
    return secrets.token_hex(16)
