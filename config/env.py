"""The one place that reads the environment: typed, strict, every variable declared here.

Each variable may also be given as ``NAME_FILE``: the path of a file that holds the value (for
container secrets). A value that cannot be read stops the start and names its variable.
``.env`` in the project's root is read first; the real environment wins over it.
"""

import os
import re
import tempfile
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"0", "false", "no", "off", ""})
KNOWN_LANGUAGES = ("ko", "en", "es", "ja")
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
"""Scheme, host and perhaps port: no path, no wildcard, not ``null`` (RFC 6454, 6.2)."""
PATH_PREFIX = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
BIND = re.compile(r"unix:/[^\s\0]+|(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}")
SOCKET_PATH_LEAST_MAX = 103 + len("unix:")
"""Bytes that a path of a socket may have on every system of ours."""
PORT_MAX = 65_535
SOCIAL_PROVIDERS = ("KAKAO", "NAVER", "GOOGLE", "GITHUB")
SEARCH_ENGINES = ("sqlite", "postgres", "opensearch")
SEARCH_ANALYZERS = ("kiwi", "mecab", "bigram")
QUEUES = ("default", "mail", "index", "media")
"""What a worker may take: see ``config.settings.work``."""
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
        if value and value.strip() and path is not None:
            raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
        if path is not None:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ImproperlyConfigured(
                    f"{name}_FILE cannot be read by user {os.geteuid()}: {error}"
                ) from error
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

    def path_prefix(self, name: str) -> str:
        def parse(value: str) -> str:
            path = value.strip("/")
            if path and not PATH_PREFIX.fullmatch(path):
                raise ValueError(value)
            return f"/{path}" if path else ""

        return self.parsed(name, "", parse, "a path of letters without accents, such as /madang")

    def bind(self, name: str, default: str) -> str:
        def parse(value: str) -> str:
            if not BIND.fullmatch(value) or len(value.encode()) > SOCKET_PATH_LEAST_MAX:
                raise ValueError(value)
            if not value.startswith("unix:") and int(value.rpartition(":")[2]) > PORT_MAX:
                raise ValueError(value)
            return value

        kind = "an address such as 127.0.0.1:8000, [::1]:8000 or unix:/run/madang/web.sock"
        return self.parsed(name, default, parse, kind)

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


def parse_database_url(url: str, variable: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's DATABASES entry for a ``sqlite:///`` or ``postgres://`` URL.

    Raises ImproperlyConfigured for any other engine, by name; ``variable`` is where it stands.
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
        f"{variable} names the engine {scheme!r}; Madang runs on sqlite:/// and postgres://."
    )


def without_certificate_check(url: str) -> str:
    """Return a ``rediss://`` URL that takes any certificate; every client of ours reads it there."""
    if not url.startswith("rediss://"):
        return url
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "ssl_cert_reqs"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("ssl_cert_reqs", "none")])))


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
        self.DATABASE_CONNECTION_SECONDS = read.number("DATABASE_CONNECTION_SECONDS", 60)
        self.DATABASE_POOLER = read.flag("DATABASE_POOLER")
        self.DATABASE_REPLICA_URL = read.text("DATABASE_REPLICA_URL")
        self.REDIS_CHECK_CERTIFICATE = read.flag("REDIS_CHECK_CERTIFICATE", True)
        self.REDIS_URL = read.text("REDIS_URL")
        if not self.REDIS_CHECK_CERTIFICATE:
            self.REDIS_URL = without_certificate_check(self.REDIS_URL)
        self.SERVERLESS = read.flag("SERVERLESS")
        # A function writes to its own small /tmp alone; what the image holds lies beside the code.
        scratch = Path(tempfile.gettempdir(), "madang") if self.SERVERLESS else ROOT / "var"
        self.VAR_DIR = Path(read.text("VAR_DIR", str(scratch)))
        self.WEB_BIND = read.bind("WEB_BIND", f"127.0.0.1:{self.PORT}")
        self.WEB_CONCURRENCY = read.number("WEB_CONCURRENCY", 4 if self.REDIS_URL else 1, least=1)
        self.WEB_THREADS = read.number("WEB_THREADS", 8, least=1)
        self.WORKER_CONCURRENCY = read.number("WORKER_CONCURRENCY", 2, least=1)
        self.WORKER_QUEUES = read.some_of("WORKER_QUEUES", QUEUES)
        # One process that loads everything and then forks: what is loaded is shared. It cannot
        # reload code.
        self.WEB_PRELOAD = self.WEB_CONCURRENCY > 1 and not self.DEBUG
        self.URL_PREFIX = read.path_prefix("URL_PREFIX")
        self.TRUSTED_PROXIES = read.number("TRUSTED_PROXIES", 0)
        self.HSTS_SECONDS = read.number("HSTS_SECONDS", 0)
        self.STATIC_HOST = read.text("STATIC_HOST").rstrip("/")
        static = (ROOT / "var" if self.SERVERLESS else self.VAR_DIR) / "static"
        self.STATIC_ROOT = Path(read.text("STATIC_ROOT", str(static)))
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
        self.LOG_TO_STDOUT = read.flag("LOG_TO_STDOUT", self.SERVERLESS)
        self.LOG_FILE = Path(read.text("LOG_FILE", str(ROOT / "logs" / "madang.log")))
        self.LOG_LEVEL = read.choice(
            "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        )
        self.LOG_FORMAT = read.choice(
            "LOG_FORMAT", "json" if self.SERVERLESS else "text", ("text", "json")
        )
        self.METRICS = read.flag("METRICS")
        self.METRICS_TOKEN = read.text("METRICS_TOKEN")
        self.SENTRY_DSN = read.text("SENTRY_DSN")
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
        self._refuse_impossible_databases()
        self._refuse_half_set_pairs()
        self._refuse_half_set_translation()
        self._refuse_impossible_search()

    def _refuse_impossible_databases(self) -> None:
        is_postgres = self.DATABASE["ENGINE"].endswith("postgresql")
        if self.DATABASE_REPLICA_URL:
            replica = parse_database_url(self.DATABASE_REPLICA_URL, "DATABASE_REPLICA_URL")
            if not is_postgres or replica["ENGINE"] != self.DATABASE["ENGINE"]:
                raise ImproperlyConfigured(
                    "DATABASE_REPLICA_URL needs PostgreSQL there and in DATABASE_URL."
                )
        if self.SERVERLESS:
            self._refuse_impossible_functions(is_postgres)

    def _refuse_impossible_functions(self, is_postgres: bool) -> None:
        wrong = []
        if not is_postgres:
            wrong.append("DATABASE_URL must name a PostgreSQL server.")
        if not self.S3_BUCKET:
            wrong.append("S3_BUCKET must name a bucket for uploads.")
        if not self.REDIS_URL:
            wrong.append("REDIS_URL must name a Redis for the queue and the limits.")
        if not self.LOG_TO_STDOUT:
            wrong.append("LOG_TO_STDOUT must be on.")
        if self.METRICS:
            wrong.append("METRICS must be off: they count in processes that last.")
        if wrong:
            raise ImproperlyConfigured(
                " ".join(["SERVERLESS has no disk of its own and no process that lasts:", *wrong])
            )

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
    if not os.environ.get("WEB_CONCURRENCY", "1").strip():
        del os.environ["WEB_CONCURRENCY"]  # gunicorn, started from here, takes it for a number
    return Environment(os.environ)


def given() -> dict[str, str]:
    """Return every variable that is set, as it was said; what lies in files is read."""
    read = Reader(os.environ)
    return {name: value for name in load().names if (value := read.raw(name))}


def is_dyno() -> bool:
    """Return whether this process runs at Heroku."""
    return "DYNO" in os.environ


def surroundings(**changed: str) -> dict[str, str]:
    """Return the environment for a process of ours in which some variables are others."""
    files = {f"{name}_FILE" for name in changed}
    kept = {name: value for name, value in os.environ.items() if name not in files}
    return kept | changed
