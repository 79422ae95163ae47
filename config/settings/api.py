"""The API: tokens, how often programs may ask, its description, other origins."""

from config import env as environment

env = environment.load()

MINUTE, HOUR = 60, 3600  # seconds

API_RATES = {
    "anonymous": (60, MINUTE),
    "token": (300, MINUTE),
    "write": (60, MINUTE),
    "search": (120, MINUTE),
    "mint": (10, HOUR),
    "sign-up": (10, HOUR),
    "images": (60, HOUR),
}
"""Bucket → how many requests in how many seconds; docs/api.md is held to it by a test."""

LIMITS_FACTOR = env.LIMITS_FACTOR
"""Times this: those above, and those of pages."""

EMBED_CHALLENGE_BITS = 16
"""Zero bits that a guest's browser has to find: about 65,000 hashes, half a second on a phone."""

API_CORS_ORIGINS = env.API_CORS_ORIGINS

WEBHOOKS_TO_LOOPBACK = False
"""A laptop may be its own receiver, without encryption; production refuses to start with it."""

API_AUTHENTICATION = (
    # The token first: it is what 401 asks for.
    "accounts.api.authentication.BearerAuthentication",
    "accounts.api.authentication.OwnPageAuthentication",
)
"""Who is believed; config.api.views.ApiView asks them in this order."""

REST_FRAMEWORK = {
    # None of ours: these are read while the framework itself is imported.
    "DEFAULT_AUTHENTICATION_CLASSES": (),
    "DEFAULT_PERMISSION_CLASSES": (),
    "DEFAULT_RENDERER_CLASSES": ("rest_framework.renderers.JSONRenderer",),
    "DEFAULT_PARSER_CLASSES": ("rest_framework.parsers.JSONParser",),
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ("v1",),
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.Schema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
}

KNOX_TOKEN_MODEL = "accounts.AccessToken"
MIGRATION_MODULES = {"knox": None}  # its own table is swapped for ours
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_PREFIX": "madang_",  # by which scanners of leaked secrets know it
}

CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = API_CORS_ORIGINS
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CORS_ALLOW_HEADERS = (
    *("accept", "accept-language", "authorization", "content-type"),
    *("idempotency-key", "if-match", "if-none-match"),
)
CORS_EXPOSE_HEADERS = (
    *("ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy"),
    *("Retry-After", "X-Request-ID"),
)
CORS_PREFLIGHT_MAX_AGE = 600  # seconds

# Parts of addresses as JSON Schema knows patterns; config.converters is what decides.
HANDLE = r"^[^/\s@.?#%\\\x00-\x1f\x7f]{1,180}$"
PERSON = r"^([0-9]{1,18}|@[^/\s@.?#%\\\x00-\x1f\x7f]{1,180})$"
SLUG = r"^[^/\s?#%\\\x00-\x1f]{1,240}$"

SPECTACULAR_SETTINGS = {
    "TITLE": "Madang API",
    "VERSION": "1",
    "DESCRIPTION": (
        "Everything that members do on the pages of a Madang site, for programs: the same rules, the"
        " same codes of error.\n\n"
        "What is public needs no token. For the rest `POST /api/v1/tokens/` with handle and password"
        " makes one; it is sent as `Authorization: Bearer …`. Errors are problem documents"
        " (RFC 9457); lists have pages by cursor; within version 1 things are only added."
    ),
    "CONTACT": {"name": "The people of this site", "url": f"{env.SITE_URL}{env.URL_PREFIX}/"},
    "LICENSE": {
        "name": "What members wrote is theirs; the terms of this site say more",
        "url": f"{env.SITE_URL}{env.URL_PREFIX}/",
    },
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # A PATCH asks for what its serializer asks for; fields that may stay away are not required there.
    "COMPONENT_SPLIT_PATCH": False,
    "PATH_CONVERTER_OVERRIDES": {
        "key": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
        "person": {"type": "string", "pattern": PERSON},
        "handle": {"type": "string", "pattern": HANDLE},
        "uslug": {"type": "string", "pattern": SLUG},
    },
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "ENUM_NAME_OVERRIDES": {
        "LanguageEnum": "django.conf.settings.LANGUAGES",
        "CommentStatusEnum": ["published", "waiting", "held", "deleted"],
        "NewPostKindEnum": ["note", "article"],
        "NewPostStatusEnum": ["draft", "published", "scheduled"],
        "MutedTermKindEnum": "social.models.MutedTerm.Kind",
        "StateEnum": "social.models.Report.State",
        "AppealStateEnum": "moderation.models.Appeal.State",
        "DecisionKindEnum": "moderation.models.Decision.Kind",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.complete",
    ],
}
