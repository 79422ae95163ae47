"""The one place that reads the environment: typed, strict, every variable declared here.

Each variable may also be given as ``NAME_FILE``: the path of a file that holds the value (for
container secrets). A value that cannot be read stops the start and names its variable.
``.env`` in the project's root is read first; the real environment wins over it.
"""

import os
import re
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"0", "false", "no", "off", ""})
KNOWN_LANGUAGES = ("ko", "en", "es", "ja")
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
"""Scheme, host and perhaps port: no path, no wildcard, not ``null`` (RFC 6454, 6.2)."""
SOCIAL_PROVIDERS = ("KAKAO", "NAVER", "GOOGLE", "GITHUB")
SEARCH_ENGINES = ("sqlite", "postgres", "opensearch")
SEARCH_ANALYZERS = ("kiwi", "mecab", "bigram")
TRANSLATION_PROVIDERS = ("libretranslate", "deepl", "microsoft", "google", "papago")


class Reader:
    """Read typed values from a mapping and remember which names were asked for."""

    def __init__(self, source: Mapping[str, str]):
        self.source = source
        self.names: list[str] = []

    def raw(self, name: str) -> str | None:
        self.names.append(name)
        value = self.source.get(name)
        path = self.source.get(f"{name}_FILE")
        if value is not None and path is not None:
            raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
        if path is not None:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
        return value

    def parsed(self, name: str, default: Any, parse: Callable[[str], Any], wanted: str) -> Any:
        value = self.raw(name)
        if value is None or value.strip() == "":
            return default
        try:
            return parse(value.strip())
        except (ValueError, KeyError) as error:
            raise ImproperlyConfigured(f"{name} must be {wanted}, not {value!r}.") from error

    def text(self, name: str, default: str = "") -> str:
        return self.parsed(name, default, str, "text")

    def flag(self, name: str, default: bool = False) -> bool:
        def parse(value: str) -> bool:
            if value.lower() in ON:
                return True
            if value.lower() in OFF:
                return False
            raise ValueError(value)

        return self.parsed(name, default, parse, "on or off (1, true, yes / 0, false, no)")

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        def parse(value: str) -> int:
            number = int(value.replace("_", ""))
            if number < least:
                raise ValueError(value)
            return number

        return self.parsed(name, default, parse, f"a whole number of at least {least}")

    def items(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        def parse(value: str) -> list[str]:
            return [item.strip() for item in value.split(",") if item.strip()]

        return self.parsed(name, list(default), parse, "a comma-separated list")

    def origins(self, name: str) -> list[str]:
        def parse(value: str) -> list[str]:
            items = [item.strip().rstrip("/") for item in value.split(",") if item.strip()]
            if not all(ORIGIN.fullmatch(item) for item in items):
                raise ValueError(value)
            return items

        kind = "a comma-separated list of origins such as https://blog.example:8443"
        return self.parsed(name, [], parse, kind)

    def some_of(self, name: str, choices: tuple[str, ...]) -> list[str]:
        def parse(value: str) -> list[str]:
            items = [item.strip() for item in value.split(",") if item.strip()]
            if not items or not set(items) <= set(choices):
                raise ValueError(value)
            return items

        return self.parsed(name, list(choices), parse, "some of " + ", ".join(choices))

    def time_zone(self, name: str, default: str) -> str:
        def parse(value: str) -> str:
            if value not in zoneinfo.available_timezones():
                raise ValueError(value)
            return value

        return self.parsed(name, default, parse, "a time zone such as Asia/Seoul")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        def parse(value: str) -> str:
            if value not in choices:
                raise ValueError(value)
            return value

        return self.parsed(name, default, parse, "one of " + ", ".join(choices))


def parse_database_url(url: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for a ``sqlite:///`` or ``postgres://`` URL.

    Raises ImproperlyConfigured for any other engine, by name.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = unquote(url.removeprefix("sqlite:///"))
        if path == ":memory:":
            name: str | Path = path
        else:
            name = Path(path) if path.startswith("/") else ROOT / path
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(name),
            "OPTIONS": {
                "timeout": 20,
                # A write lock taken at BEGIN waits its turn; one taken later fails at once.
                "transaction_mode": "IMMEDIATE",
                # The size of pages counts for a new file: texts of 2-4 KB fill small ones badly.
                "init_command": "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; "
                "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    if scheme in {"postgres", "postgresql"}:
        database = environ.Env.db_url_config(url)
        database["ENGINE"] = "django.db.backends.postgresql"
        return database
    raise ImproperlyConfigured(
        f"DATABASE_URL names the engine {scheme!r}; Madang runs on sqlite:/// and postgres://."
    )


class Environment:
    """All settings that come from outside, in the order of ``.env.example``."""

    def __init__(self, source: Mapping[str, str]):
        read = Reader(source)
        self.SECRET_KEY = read.text("SECRET_KEY")
        self.DEBUG = read.flag("DEBUG")
        self.ALLOWED_HOSTS = read.items("ALLOWED_HOSTS")
        self.API_CORS_ORIGINS = read.origins("API_CORS_ORIGINS")
        self.LIMITS_FACTOR = read.number("LIMITS_FACTOR", 1, least=1)
        self.PORT = read.number("PORT", 8000, least=1)
        self.SITE_URL = read.text("SITE_URL", f"http://localhost:{self.PORT}").rstrip("/")
        self.DATABASE_URL = read.text("DATABASE_URL", "sqlite:///var/madang.sqlite3")
        self.DATABASE = parse_database_url(self.DATABASE_URL)
        self.REDIS_URL = read.text("REDIS_URL")
        self.VAR_DIR = Path(read.text("VAR_DIR", str(ROOT / "var")))
        self.WEB_BIND = read.text("WEB_BIND", f"127.0.0.1:{self.PORT}")
        self.WEB_CONCURRENCY = read.number("WEB_CONCURRENCY", 4 if self.REDIS_URL else 1, least=1)
        # One process that loads everything and then forks: what is loaded is shared. It cannot
        # reload code.
        self.WEB_PRELOAD = self.WEB_CONCURRENCY > 1 and not self.DEBUG
        self.URL_PREFIX = read.text("URL_PREFIX").rstrip("/")
        self.TRUSTED_PROXIES = read.number("TRUSTED_PROXIES", 0)
        self.HSTS_SECONDS = read.number("HSTS_SECONDS", 0)
        self.STATIC_HOST = read.text("STATIC_HOST").rstrip("/")
        self.MEDIA_ROOT = Path(read.text("MEDIA_ROOT", str(self.VAR_DIR / "media")))
        self.S3_BUCKET = read.text("S3_BUCKET")
        self.S3_ENDPOINT_URL = read.text("S3_ENDPOINT_URL").rstrip("/")
        self.S3_REGION = read.text("S3_REGION")
        self.S3_ACCESS_KEY_ID = read.text("S3_ACCESS_KEY_ID")
        self.S3_SECRET_ACCESS_KEY = read.text("S3_SECRET_ACCESS_KEY")
        self.S3_FOLDER = read.text("S3_FOLDER").strip("/")
        self.MAIL_SERVER = read.text("MAIL_SERVER")
        self.MAIL_PORT = read.number("MAIL_PORT", 25, least=1)
        self.MAIL_USE_TLS = read.flag("MAIL_USE_TLS")
        self.MAIL_USERNAME = read.text("MAIL_USERNAME")
        self.MAIL_PASSWORD = read.text("MAIL_PASSWORD")
        self.ADMINS = read.items("ADMINS")
        self.MAIL_FROM = read.text(
            "MAIL_FROM", self.ADMINS[0] if self.ADMINS else "madang@localhost"
        )
        self.LOG_TO_STDOUT = read.flag("LOG_TO_STDOUT")
        self.LOG_FILE = Path(read.text("LOG_FILE", str(ROOT / "logs" / "madang.log")))
        self.LOG_LEVEL = read.choice(
            "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        )
        self.LOG_FORMAT = read.choice("LOG_FORMAT", "text", ("text", "json"))
        self.LANGUAGES = read.some_of("LANGUAGES", KNOWN_LANGUAGES)
        self.LANGUAGE_CODE = read.choice("LANGUAGE_CODE", self.LANGUAGES[0], tuple(self.LANGUAGES))
        self.TIME_ZONE = read.time_zone("TIME_ZONE", "Asia/Seoul")
        self.FORCE_LANGUAGE = read.choice("FORCE_LANGUAGE", "", tuple(self.LANGUAGES))
        self.NOTE_MAX_LENGTH = read.number("NOTE_MAX_LENGTH", 500, least=1)
        self.ARTICLE_MAX_LENGTH = read.number("ARTICLE_MAX_LENGTH", 1_000_000, least=1)
        self.BIO_MAX_LENGTH = read.number("BIO_MAX_LENGTH", 300, least=1)
        self.POSTS_PER_PAGE = read.number("POSTS_PER_PAGE", 25, least=1)
        self.IMAGE_MAX_BYTES = read.number("IMAGE_MAX_BYTES", 10 * 1024 * 1024, least=1)
        self.IMAGE_MAX_PIXELS = read.number("IMAGE_MAX_PIXELS", 50_000_000, least=1)
        self.IMAGE_QUOTA_BYTES = read.number("IMAGE_QUOTA_BYTES", 1024**3, least=1)
        self.EXPORT_LINK_DAYS = read.number("EXPORT_LINK_DAYS", 7, least=1)
        self.EXPORT_MAIL_MAX_BYTES = read.number("EXPORT_MAIL_MAX_BYTES", 10 * 1024 * 1024)
        self.SESSION_REMEMBER_DAYS = read.number("SESSION_REMEMBER_DAYS", 30, least=1)
        self.PASSWORD_RESET_MINUTES = read.number("PASSWORD_RESET_MINUTES", 10, least=1)
        self.EMAIL_CONFIRM_DAYS = read.number("EMAIL_CONFIRM_DAYS", 3, least=1)
        self.STAFF_REQUIRE_MFA = read.flag("STAFF_REQUIRE_MFA")
        self.GRAVATAR_ENABLED = read.flag("GRAVATAR_ENABLED")
        self.ROBOTS_CLOSED = read.flag("ROBOTS_CLOSED")
        self.TRANSLATION_PROVIDER = read.choice("TRANSLATION_PROVIDER", "", TRANSLATION_PROVIDERS)
        self.TRANSLATION_URL = read.text("TRANSLATION_URL").rstrip("/")
        self.TRANSLATION_KEY = read.text("TRANSLATION_KEY")
        self.TRANSLATION_KEY_ID = read.text("TRANSLATION_KEY_ID")
        self.TRANSLATION_REGION = read.text("TRANSLATION_REGION")
        self.TRANSLATION_MONTHLY_CHARACTERS = read.number("TRANSLATION_MONTHLY_CHARACTERS", 500_000)
        self.TRANSLATION_TIMEOUT = read.number("TRANSLATION_TIMEOUT", 20, least=1)
        self.SEARCH_ENGINE = read.choice("SEARCH_ENGINE", "", SEARCH_ENGINES)
        self.SEARCH_URL = read.text("SEARCH_URL").rstrip("/")
        self.SEARCH_ANALYZER = read.choice("SEARCH_ANALYZER", "", SEARCH_ANALYZERS)
        self.SEARCH_PAGE_SIZE = read.number("SEARCH_PAGE_SIZE", 20, least=1)
        self.SOCIAL = {
            provider.lower(): (
                read.text(f"SOCIAL_{provider}_ID"),
                read.text(f"SOCIAL_{provider}_SECRET"),
            )
            for provider in SOCIAL_PROVIDERS
        }
        self.names = tuple(read.names)
        self._refuse_half_set_pairs()
        self._refuse_half_set_translation()
        self._refuse_impossible_search()

    def _refuse_half_set_pairs(self) -> None:
        for provider, (client_id, secret) in self.SOCIAL.items():
            if bool(client_id) != bool(secret):
                name = f"SOCIAL_{provider.upper()}"
                raise ImproperlyConfigured(f"Set both {name}_ID and {name}_SECRET, or neither.")
        if bool(self.MAIL_USERNAME) != bool(self.MAIL_PASSWORD):
            raise ImproperlyConfigured("Set both MAIL_USERNAME and MAIL_PASSWORD, or neither.")
        if bool(self.S3_ACCESS_KEY_ID) != bool(self.S3_SECRET_ACCESS_KEY):
            raise ImproperlyConfigured(
                "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither."
            )

    def _refuse_half_set_translation(self) -> None:
        provider = self.TRANSLATION_PROVIDER
        needed = ["TRANSLATION_URL"] if provider == "libretranslate" else ["TRANSLATION_KEY"]
        if provider == "papago":
            needed.append("TRANSLATION_KEY_ID")
        if missing := [name for name in needed if provider and not getattr(self, name)]:
            raise ImproperlyConfigured(
                f"TRANSLATION_PROVIDER={provider} needs {' and '.join(missing)}."
            )
        parts = urlsplit(self.TRANSLATION_URL)
        if self.TRANSLATION_URL and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ImproperlyConfigured("TRANSLATION_URL must be a web address.")

    def _refuse_impossible_search(self) -> None:
        engine = self.SEARCH_ENGINE
        parts = urlsplit(self.SEARCH_URL)
        if self.SEARCH_URL and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ImproperlyConfigured("SEARCH_URL must be a web address.")
        if engine == "opensearch" and not self.SEARCH_URL:
            raise ImproperlyConfigured("SEARCH_ENGINE=opensearch needs SEARCH_URL.")
        kind = self.DATABASE["ENGINE"].rpartition(".")[2]
        wanted = {"sqlite": "sqlite3", "postgres": "postgresql"}.get(engine, kind)
        if wanted != kind:
            raise ImproperlyConfigured(
                f"SEARCH_ENGINE={engine} lives in the database, and DATABASE_URL names another one."
            )


def load() -> Environment:
    """Read ``.env`` if there is one, then the process environment, and return both typed."""
    dotenv = ROOT / ".env"
    if dotenv.is_file():
        environ.Env.read_env(dotenv, encoding="utf-8")
    return Environment(os.environ)
