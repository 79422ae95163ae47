"""The site by programs: what it is called, what it speaks, how much of everything it takes (AP-53)."""

from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.tokens import LONGEST_TOKEN_SECONDS, TOKEN_SECONDS, TOKENS_PER_PERSON
from accounts.handles import HANDLE_MAX_LENGTH, HANDLE_MIN_LENGTH
from accounts.models import DISPLAY_NAME_MAX_LENGTH, LINKS_PER_PERSON
from accounts.scopes import SCOPES
from blog.models.talk import COMMENT_MAX_LENGTH
from config.api.pages import LARGEST_PAGE, PAGE_SIZE
from config.api.schema import Shape
from config.api.views import ANYONE, ApiView
from config.selectors import site_settings
from social.models.messages import MESSAGE_MAX_LENGTH


class LanguageShape(Shape):
    """A language that the site speaks."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="In the language of this answer.")


class LengthsShape(Shape):
    """The longest texts, in grapheme clusters after NFC."""

    handle = serializers.IntegerField()
    display_name = serializers.IntegerField()
    bio = serializers.IntegerField()
    title = serializers.IntegerField()
    excerpt = serializers.IntegerField()
    note = serializers.IntegerField()
    article = serializers.IntegerField()
    comment = serializers.IntegerField()
    message = serializers.IntegerField()


class SizesShape(Shape):
    """The largest files, in bytes; ``image_pixels`` in pixels."""

    image = serializers.IntegerField()
    image_pixels = serializers.IntegerField()
    images_of_one_person = serializers.IntegerField()
    avatar = serializers.IntegerField()
    import_file = serializers.IntegerField()


class NumbersShape(Shape):
    """How many of something there may be."""

    shortest_handle = serializers.IntegerField()
    tags_of_one_post = serializers.IntegerField()
    websites = serializers.IntegerField()
    tokens = serializers.IntegerField()
    token_seconds = serializers.IntegerField(help_text="Unless named.")
    longest_token_seconds = serializers.IntegerField()


class RateShape(Shape):
    """A bucket: so many requests in so many seconds."""

    requests = serializers.IntegerField()
    seconds = serializers.IntegerField()


class LimitsShape(Shape):
    """How much of everything the site takes."""

    lengths = LengthsShape()
    sizes = SizesShape()
    numbers = NumbersShape()
    rates = serializers.DictField(child=RateShape())


class PageSizesShape(Shape):
    """How long lists are."""

    usual = serializers.IntegerField()
    largest = serializers.IntegerField()


class FeaturesShape(Shape):
    """What this site can do, by the choice of its operator."""

    sign_up = serializers.BooleanField(help_text="Whether new people may come in.")
    mail = serializers.BooleanField(help_text="Whether addresses are confirmed, and mails sent.")
    translation = serializers.BooleanField(help_text="Whether a machine translates.")
    gravatar = serializers.BooleanField()
    guest_comments = serializers.BooleanField()


class SiteShape(Shape):
    """The site."""

    title = serializers.CharField()
    tagline = serializers.CharField()
    html_url = serializers.URLField()
    language = serializers.CharField(
        help_text="The one that is spoken unless another is asked for."
    )
    languages = LanguageShape(many=True)
    time_zone = serializers.CharField()
    is_signup_open = serializers.BooleanField()
    scopes = serializers.DictField(
        child=serializers.CharField(), help_text="Scope of tokens: what it allows."
    )
    limits = LimitsShape()
    page_sizes = PageSizesShape()
    features = FeaturesShape()
    links = serializers.DictField(child=serializers.URLField())


def limits_shape() -> dict[str, Any]:
    """Return how much of everything the site takes, from the settings and the rules themselves."""
    return {
        "lengths": {
            "handle": HANDLE_MAX_LENGTH,
            "display_name": DISPLAY_NAME_MAX_LENGTH,
            "bio": settings.BIO_MAX_LENGTH,
            "title": settings.TITLE_MAX_LENGTH,
            "excerpt": settings.EXCERPT_MAX_LENGTH,
            "note": settings.NOTE_MAX_LENGTH,
            "article": settings.ARTICLE_MAX_LENGTH,
            "comment": COMMENT_MAX_LENGTH,
            "message": MESSAGE_MAX_LENGTH,
        },
        "sizes": {
            "image": settings.IMAGE_MAX_BYTES,
            "image_pixels": settings.IMAGE_MAX_PIXELS,
            "images_of_one_person": settings.IMAGE_QUOTA_BYTES,
            "avatar": settings.AVATAR_MAX_BYTES,
            "import_file": settings.IMPORT_MAX_BYTES,
        },
        "numbers": {
            "shortest_handle": HANDLE_MIN_LENGTH,
            "tags_of_one_post": settings.TAGS_PER_POST,
            "websites": LINKS_PER_PERSON,
            "tokens": TOKENS_PER_PERSON,
            "token_seconds": TOKEN_SECONDS,
            "longest_token_seconds": LONGEST_TOKEN_SECONDS,
        },
        "rates": {
            name: {"requests": number * settings.LIMITS_FACTOR, "seconds": seconds}
            for name, (number, seconds) in settings.API_RATES.items()
        },
    }


class Site(ApiView):
    """The site as a whole."""

    scopes: ClassVar = {"GET": ANYONE}
    shape = SiteShape

    @extend_schema(responses=SiteShape)
    def get(self, request: Request) -> Response:
        """Anyone: title, languages, limits, page sizes, and what is switched on."""
        site = site_settings()
        return self.one(
            {
                "title": str(site),
                "tagline": site.tagline or "",
                "html_url": self.addresses.page(reverse("home")),
                "language": settings.LANGUAGE_CODE,
                "languages": [
                    {"code": code, "name": str(name)} for code, name in settings.LANGUAGES
                ],
                "time_zone": settings.TIME_ZONE,
                "is_signup_open": site.is_signup_open,
                "scopes": {name: str(told) for name, told in SCOPES.items()},
                "limits": limits_shape(),
                "page_sizes": {"usual": PAGE_SIZE, "largest": LARGEST_PAGE},
                "features": {
                    "sign_up": site.is_signup_open,
                    "mail": settings.MAIL_ENABLED,
                    "translation": bool(settings.TRANSLATION_PROVIDER),
                    "gravatar": settings.GRAVATAR_ENABLED,
                    "guest_comments": site.allows_guest_comments,
                },
                "links": {
                    "api": self.addresses.api(),
                    "schema": self.addresses.api("schema/"),
                    "docs": self.addresses.api("docs/"),
                },
            }
        )
