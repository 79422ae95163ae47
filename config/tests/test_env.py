"""The environment: typed, strict, every mistake named."""

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from config.env import ROOT, Environment, load, parse_database_url


@pytest.mark.behaviour("OP-01")
def test_nothing_set_gives_the_defaults():
    env = Environment({})
    assert env.DEBUG is False
    assert env.SECRET_KEY == ""
    assert env.ALLOWED_HOSTS == []
    assert env.SITE_URL == "http://localhost:8000"
    assert env.DATABASE_URL == "sqlite:///var/madang.sqlite3"
    assert env.REDIS_URL == ""
    assert env.WEB_BIND == "127.0.0.1:8000"
    assert env.WEB_CONCURRENCY == 1
    assert (env.URL_PREFIX, env.TRUSTED_PROXIES, env.HSTS_SECONDS) == ("", 0, 0)
    assert env.VAR_DIR == ROOT / "var"
    assert env.MEDIA_ROOT == ROOT / "var" / "media"
    assert (env.MAIL_SERVER, env.MAIL_PORT, env.MAIL_USE_TLS) == ("", 25, False)
    assert env.ADMINS == []
    assert (env.LOG_LEVEL, env.LOG_FORMAT, env.LOG_TO_STDOUT) == ("INFO", "text", False)
    assert env.LOG_FILE == ROOT / "logs" / "madang.log"
    assert env.LANGUAGES == ["ko", "en", "es", "ja"]
    assert (env.LANGUAGE_CODE, env.TIME_ZONE, env.FORCE_LANGUAGE) == ("ko", "Asia/Seoul", "")
    assert (env.NOTE_MAX_LENGTH, env.BIO_MAX_LENGTH) == (500, 300)
    assert env.ARTICLE_MAX_LENGTH == 1_000_000
    assert env.POSTS_PER_PAGE == 25
    assert (env.IMAGE_MAX_BYTES, env.IMAGE_MAX_PIXELS) == (10 * 1024**2, 50_000_000)
    assert env.SESSION_REMEMBER_DAYS == 30
    assert (env.PASSWORD_RESET_MINUTES, env.EMAIL_CONFIRM_DAYS) == (10, 3)
    assert not env.STAFF_REQUIRE_MFA
    assert not env.GRAVATAR_ENABLED
    assert all(pair == ("", "") for pair in env.SOCIAL.values())


def test_defaults_follow_what_is_set():
    env = Environment(
        {
            "PORT": "9000",
            "REDIS_URL": "redis://127.0.0.1/0",
            "ADMINS": "소라@example.com, b@example.com",
        }
    )
    assert env.SITE_URL == "http://localhost:9000"
    assert env.WEB_BIND == "127.0.0.1:9000"
    assert env.WEB_CONCURRENCY == 4
    assert env.ADMINS == ["소라@example.com", "b@example.com"]
    assert env.MAIL_FROM == "소라@example.com"


def test_without_korean_the_first_language_is_the_default():
    assert Environment({"LANGUAGES": "en,ja"}).LANGUAGE_CODE == "en"


def test_media_follow_the_folder_of_data():
    assert Path("/srv/madang/media") == Environment({"VAR_DIR": "/srv/madang"}).MEDIA_ROOT


@pytest.mark.behaviour("OP-02")
@pytest.mark.parametrize("value", ["0", "no", "off", "false", "FALSE", "Off", " no ", ""])
def test_off_is_off(value):
    assert Environment({"DEBUG": value}).DEBUG is False


@pytest.mark.behaviour("OP-02")
@pytest.mark.parametrize("value", ["1", "yes", "on", "true", "True", " ON "])
def test_on_is_on(value):
    assert Environment({"DEBUG": value}).DEBUG is True


@pytest.mark.behaviour("OP-02")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DEBUG", "2"),
        ("MAIL_USE_TLS", "네"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "-1"),
        ("POSTS_PER_PAGE", "25.5"),
        ("POSTS_PER_PAGE", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("WEB_CONCURRENCY", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("LANGUAGE_CODE", "fr"),
        ("FORCE_LANGUAGE", "xx"),
        ("DATABASE_URL", "mysql://u:p@h/d"),
        ("DATABASE_URL", "madang.sqlite3"),
        ("SOCIAL_KAKAO_ID", "only-half"),
        ("SOCIAL_GITHUB_SECRET", "only-half"),
        ("TRANSLATION_PROVIDER", "babelfish"),
        ("TRANSLATION_PROVIDER", "LibreTranslate"),
        ("TRANSLATION_MONTHLY_CHARACTERS", "-1"),
        ("TRANSLATION_TIMEOUT", "0"),
        ("TRANSLATION_URL", "localhost:5000"),
        ("TRANSLATION_URL", "ftp://example.org"),
        ("TRANSLATION_URL", "http://"),
        ("MAIL_USERNAME", "only-half"),
        ("MAIL_PASSWORD", "only-half"),
        ("TIME_ZONE", "Asia/Soul"),
        ("LANGUAGES", "ko,tlh"),
        ("LANGUAGES", ","),
    ],
)
def test_a_bad_value_stops_the_start_and_names_its_variable(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        Environment({name: value})


@pytest.mark.behaviour("BL-68")
@pytest.mark.parametrize(
    ("provider", "given", "missing"),
    [
        ("libretranslate", {}, "TRANSLATION_URL"),
        ("libretranslate", {"TRANSLATION_KEY": "k"}, "TRANSLATION_URL"),
        ("deepl", {}, "TRANSLATION_KEY"),
        ("microsoft", {"TRANSLATION_REGION": "koreacentral"}, "TRANSLATION_KEY"),
        ("google", {"TRANSLATION_URL": "https://example.org"}, "TRANSLATION_KEY"),
        ("papago", {"TRANSLATION_KEY": "k"}, "TRANSLATION_KEY_ID"),
        ("papago", {"TRANSLATION_KEY_ID": "i"}, "TRANSLATION_KEY"),
    ],
)
def test_a_provider_of_translations_without_its_keys_is_refused(provider, given, missing):
    needed = {"TRANSLATION_URL": "http://x:5000", "TRANSLATION_KEY": "k", "TRANSLATION_KEY_ID": "i"}
    whole = {"TRANSLATION_PROVIDER": provider, **needed}
    assert provider == Environment(whole).TRANSLATION_PROVIDER
    with pytest.raises(ImproperlyConfigured, match=missing):
        Environment({"TRANSLATION_PROVIDER": provider, **given})


@pytest.mark.behaviour("OP-06")
@pytest.mark.parametrize("engine", ["mysql", "oracle", "mssql", "sqlite3x", "spatialite"])
def test_another_database_is_refused_by_name(engine):
    with pytest.raises(ImproperlyConfigured, match=engine):
        Environment({"DATABASE_URL": f"{engine}://user:secret@host/name"})


def test_a_refusal_does_not_print_the_password_of_the_database():
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"DATABASE_URL": "mysql://user:hunter2@host/name"})
    assert "hunter2" not in str(refused.value)


def test_databases_are_read():
    sqlite = parse_database_url("sqlite:////srv/한글 폴더/madang.sqlite3")
    assert sqlite["NAME"] == "/srv/한글 폴더/madang.sqlite3"
    assert "journal_mode=WAL" in sqlite["OPTIONS"]["init_command"]
    assert parse_database_url("sqlite:///var/a.sqlite3")["NAME"] == str(ROOT / "var/a.sqlite3")
    assert parse_database_url("sqlite:///:memory:")["NAME"] == ":memory:"
    postgres = parse_database_url("postgres://minah:p%40ss@db.example:5433/madang")
    assert postgres["ENGINE"] == "django.db.backends.postgresql"
    assert (postgres["USER"], postgres["PASSWORD"]) == ("minah", "p@ss")
    assert (postgres["HOST"], postgres["PORT"], postgres["NAME"]) == ("db.example", 5433, "madang")


@pytest.mark.behaviour("OP-01")
def test_a_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("열쇠-아주-긴-열쇠\n", encoding="utf-8")
    assert Environment({"SECRET_KEY_FILE": str(secret)}).SECRET_KEY == "열쇠-아주-긴-열쇠"


@pytest.mark.behaviour("OP-01")
def test_every_variable_may_come_from_a_file(tmp_path):
    names = [name for name in Environment({}).names if "SOCIAL" not in name]
    for name in names:
        path = tmp_path / name
        path.write_text("", encoding="utf-8")
        Environment({f"{name}_FILE": str(path)})


def test_both_a_value_and_a_file_are_refused(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        Environment({"SECRET_KEY": "x", "SECRET_KEY_FILE": str(tmp_path / "secret")})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE"):
        Environment({"SECRET_KEY_FILE": str(tmp_path / "nowhere")})


def test_a_bad_value_from_a_file_does_not_show_a_secret(tmp_path):
    path = tmp_path / "port"
    path.write_text("eighty", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        Environment({"PORT_FILE": str(path)})


@pytest.mark.behaviour("OP-02")
@given(
    st.sampled_from(Environment({}).names),
    st.text(alphabet=st.characters(exclude_characters="\x00"), max_size=30),
)
def test_any_value_is_taken_or_refused_by_name(name, value):
    try:
        Environment({name: value})
    except ImproperlyConfigured as refused:
        assert name in str(refused)


def test_an_empty_number_of_processes_is_not_handed_on_to_gunicorn(monkeypatch):
    """As a copy of .env.example has it: gunicorn would end while it is imported."""
    monkeypatch.setenv("WEB_CONCURRENCY", "")
    assert load().WEB_CONCURRENCY >= 1
    assert "WEB_CONCURRENCY" not in os.environ
