"""``manage.py doctor``: what is made wrong is found and said; a site in order has no finding."""

import io
import json
import os
import socketserver
import threading
import unicodedata
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings as live_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation

from accounts.tests.factories import make_person
from blog.models import Post, Tag
from blog.tests.factories import make_article
from config import backups, heartbeats
from config.care import doctor
from config.care.checks import files, texts
from config.models import PromisedTask
from config.tests.care.own_site import sqlite_site

SQLITE_ONLY = pytest.mark.skipif(connection.vendor != "sqlite", reason="a file")
POSTGRES_ONLY = pytest.mark.skipif(connection.vendor != "postgresql", reason="a server")
NFD = unicodedata.normalize("NFD", "한글 날")


@pytest.fixture
def site(db, settings, tmp_path, monkeypatch):
    """A server in order: nothing to find."""
    # Of whoever runs the tests: a full disk, an .env that others can read.
    monkeypatch.setattr(files, "LEAST_BYTES", 1)
    monkeypatch.setattr(files, "ROOT", tmp_path)
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    settings.QUEUE_DIR = tmp_path / "var" / "queue"
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.QUEUE_DIR):
        Path(folder).mkdir()
    settings.SITE_URL = "https://madang.example"
    settings.SECRET_KEY = "0123456789" * 6
    settings.ADMINS = [("", "admin@madang.example")]
    settings.TRUSTED_PROXIES = 1
    settings.SECURE_HSTS_SECONDS = 31_536_000
    heartbeats.note_beat(heartbeats.WORKER, "worker@here")
    heartbeats.note_beat(heartbeats.BEAT, "beat@here")
    note_backup(hours=3)
    with redis_set("save", "3600 1"):
        yield settings


@contextmanager
def redis_set(name: str, value: str):
    """Set up Redis in another way for a while; nothing without one."""
    if not live_settings.REDIS_URL:
        yield
        return
    client = redis.Redis.from_url(live_settings.REDIS_URL)
    before = client.config_get(name)[name]
    client.config_set(name, value)
    try:
        yield
    finally:
        client.config_set(name, before)
        client.close()


def note_backup(*, hours: int) -> None:
    told = {"finished_at": (timezone.now() - timedelta(hours=hours)).isoformat(), "bytes": 7}
    Path(live_settings.VAR_DIR, backups.NOTE).write_text(json.dumps(told))


def findings(*names: str) -> list[tuple[str, str, str]]:
    """Return (check, level, what) of everything that is found, in English."""
    with translation.override("en"):
        return [(one.check, one.finding.level, one.finding.what) for one in doctor.examine(names)]


def the_finding(name: str) -> doctor.Finding:
    """Return the one finding of a check; everything in it says something."""
    with translation.override("en"):
        found = list(doctor.examine([name]))
    assert len(found) == 1, found
    finding = found[0].finding
    assert all(finding)
    return finding


# In order -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-07")
def test_a_site_in_order_has_no_finding(site):
    minah = make_person("minah", "미나")
    make_article(minah, "한글 날", tags=["한글"])
    from search.actions import drain_outbox

    drain_outbox()
    assert findings() == []
    out = io.StringIO()
    call_command("doctor", language="en", stdout=out)
    assert out.getvalue().strip()


@pytest.mark.behaviour("OP-07")
def test_a_finding_is_told_with_why_and_how_and_decides_the_exit_code(site):
    site.ADMINS = []
    out = io.StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command("doctor", "--only", "settings", language="en", stdout=out)
    assert stopped.value.returncode == 1
    finding = the_finding("settings")
    assert all(text in out.getvalue() for text in (finding.what, finding.why, finding.how))
    site.DEBUG = True
    out = io.StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command("doctor", "--only", "settings", "--json", language="en", stdout=out)
    assert stopped.value.returncode == 2
    told = json.loads(out.getvalue())["findings"]
    assert {one["level"] for one in told} == {"warning", "serious"}


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(site):
    doctor.register("broken", lambda: 1 / 0)
    try:
        assert [(name, level) for name, level, _what in findings("broken")] == [
            ("broken", "serious")
        ]
        assert findings("settings") == []
    finally:
        del doctor._checks["broken"]


# Database -----------------------------------------------------------------------------------------


@SQLITE_ONLY
@pytest.mark.behaviour("OP-07")
def test_a_damaged_file_and_another_journal_are_found(tmp_path, empty_database):
    site = sqlite_site(tmp_path, empty_database)
    site.python("from django.db import connection as c; c.cursor().execute('VACUUM')")
    status, said = site.run("doctor", "--only", "database", "--json")
    assert status == 0, said
    data = bytearray(site.database.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200_000] = os.urandom(200_000)
    site.database.write_bytes(data)
    status, said = site.run("doctor", "--only", "database", "--language", "en")
    assert status == 2
    assert "restore" in said


@SQLITE_ONLY
@pytest.mark.behaviour("OP-07")
def test_rows_that_point_to_nothing_are_found(tmp_path, empty_database):
    site = sqlite_site(tmp_path, empty_database)
    site.python(
        "from django.db import connection as c; u = c.cursor();"
        "u.execute('PRAGMA foreign_keys=OFF');"
        'u.execute("INSERT INTO social_follow (follower_id, followed_id, created_at)'
        " VALUES (1, 2, '2026-01-01')\")"
    )
    status, said = site.run("doctor", "--only", "database", "--language", "en")
    assert status == 2
    assert "social_follow → accounts_user" in said


@POSTGRES_ONLY
@pytest.mark.behaviour("OP-07")
def test_a_time_zone_that_the_server_does_not_know_is_found(site):
    site.TIME_ZONE = "Mars/Olympus"
    assert "Mars/Olympus" in the_finding("database").what


@pytest.mark.behaviour("OP-07")
def test_a_migration_that_is_missing_or_from_tomorrow_is_found(site):
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.record_applied("blog", "9999_from_tomorrow")
    assert "blog.9999_from_tomorrow" in the_finding("migrations").what
    recorder.record_unapplied("blog", "9999_from_tomorrow")
    recorder.record_unapplied("social", "0006_holds")
    assert the_finding("migrations").level == doctor.SERIOUS


# Settings -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-07")
@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("DEBUG", True, "serious"),
        ("ALLOWED_HOSTS", ["*"], "serious"),
        ("SECRET_KEY", "short", "serious"),
        ("SITE_URL", "http://madang.example", "serious"),
        ("SECURE_HSTS_SECONDS", 0, "warning"),
        ("TRUSTED_PROXIES", 0, "warning"),
        ("ADMINS", [], "warning"),
    ],
)
def test_a_setting_that_is_risky_on_a_server_is_found_and_not_on_a_laptop(site, name, value, level):
    setattr(site, name, value)
    assert the_finding("settings").level == level
    site.SITE_URL = "http://localhost:8000"
    assert findings("settings") == []


# Files --------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-07")
def test_a_key_that_everybody_can_read_is_found(site):
    key = Path(site.VAR_DIR, "secret-key")
    key.write_text("geheim")
    key.chmod(0o644)
    for folder in [key.parent, *key.parent.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    assert str(key) in the_finding("files").what
    key.chmod(0o600)
    assert findings("files") == []


@pytest.mark.behaviour("OP-07", "OP-45")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_of_another_user_are_named_with_both_numbers(site):
    os.chown(site.VAR_DIR, 4321, 4321)
    what = the_finding("files").what
    assert "4321" in what
    assert str(os.geteuid()) in what


@pytest.mark.behaviour("OP-07")
def test_uploads_that_cannot_be_stored_are_found(site, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")
    site.MEDIA_ROOT = blocked / "media"
    assert the_finding("files").level == doctor.SERIOUS


@pytest.mark.behaviour("OP-07")
def test_static_files_that_were_not_collected_are_found(site, tmp_path):
    site.STATIC_ROOT = tmp_path / "static"
    site.STORAGES = site.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    assert the_finding("static").level == doctor.SERIOUS


@pytest.mark.behaviour("OP-07")
def test_a_disk_without_room_is_found(site, monkeypatch):
    monkeypatch.setattr(files, "LEAST_BYTES", 2**62)
    assert the_finding("disk").level == doctor.WARNING
    monkeypatch.setattr(files, "LEAST_BYTES_SERIOUS", 2**62)
    assert the_finding("disk").level == doctor.SERIOUS


# Services -----------------------------------------------------------------------------------------


class Greeter(socketserver.StreamRequestHandler):
    """A mail server that greets, and takes whatever comes."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            self.server.heard.append(line)
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@pytest.fixture
def mail_server(site):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        server.heard = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        site.EMAIL_HOST, site.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()


@pytest.mark.behaviour("OP-07")
def test_a_mail_server_is_greeted_and_nothing_is_sent(site, mail_server):
    assert findings("mail") == []
    assert not any(line.startswith(b"MAIL") for line in mail_server.heard)
    call_command("doctor", "--only", "mail", "--mail", "you@example.org", stdout=io.StringIO())
    assert any(b"you@example.org" in line for line in mail_server.heard)


@pytest.mark.behaviour("OP-07")
def test_a_mail_server_that_is_away_is_found_and_its_password_is_not_said(site):
    site.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    site.EMAIL_HOST, site.EMAIL_PORT = "127.0.0.1", 1
    site.EMAIL_HOST_PASSWORD = "geheim"
    finding = the_finding("mail")
    assert "127.0.0.1:1" in finding.what
    assert "geheim" not in "".join(finding)
    assert mail.outbox == []


@pytest.mark.behaviour("OP-07")
def test_redis_that_is_away_is_found(site):
    site.REDIS_URL = "redis://127.0.0.1:1/0"
    assert the_finding("redis").level == doctor.SERIOUS


@pytest.mark.behaviour("OP-07")
@pytest.mark.skipif(not live_settings.REDIS_URL, reason="no Redis")
def test_a_redis_that_throws_messages_away_or_keeps_nothing_is_found(site):
    assert findings("redis") == []
    with redis_set("maxmemory-policy", "allkeys-lru"):
        assert "allkeys-lru" in the_finding("redis").what
    with redis_set("save", ""):
        assert "on disk" in the_finding("redis").what


# Work ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-07")
def test_processes_that_are_not_heard_of_are_found(site):
    heartbeats.end_beat("worker@here")
    assert "worker" in the_finding("processes").what
    heartbeats.note_beat(heartbeats.WORKER, "worker@here")
    heartbeats.end_beat("beat@here")
    assert "scheduler" in the_finding("processes").what


@pytest.mark.behaviour("OP-07")
def test_work_that_was_given_up_and_messages_that_nobody_could_read_are_found(site):
    PromisedTask.objects.create(id="1", name="blog.announce", due_at=None)
    assert the_finding("processes").level == doctor.WARNING
    PromisedTask.objects.all().delete()
    (Path(site.QUEUE_DIR) / "unreadable").mkdir()
    (Path(site.QUEUE_DIR) / "unreadable" / "1.msg").write_text("?")
    assert "unreadable" in the_finding("processes").what


@pytest.mark.behaviour("OP-07")
def test_a_backup_that_is_old_or_was_never_made_is_found(site):
    note_backup(hours=49)
    assert the_finding("backup").level == doctor.WARNING
    Path(site.VAR_DIR, backups.NOTE).unlink()
    assert the_finding("backup").level == doctor.WARNING


# What is stored -----------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-07")
def test_numbers_that_are_off_are_counted_and_mended(site):
    make_article(make_person("minah", "미나"))
    Post.objects.update(like_count=5)
    assert "blog.post.like_count" in the_finding("numbers").what
    assert list(doctor.examine(["numbers"], mends=True)) == []
    assert Post.objects.get().like_count == 0


@pytest.mark.behaviour("OP-07", "I18-18")
def test_texts_that_are_not_nfc_are_found_with_their_rows_and_composed(site):
    minah = make_person("minah", "미나")
    post = make_article(minah, "한글 날", tags=["한글"])
    Post.objects.update(title=NFD)
    assert f"rows {post.pk}." in the_finding("texts").what
    assert "blog.post.title" in the_finding("texts").what
    assert list(doctor.examine(["texts"], mends=True)) == []
    assert Post.objects.get().title == unicodedata.normalize("NFC", NFD)


@pytest.mark.behaviour("I18-18")
def test_a_name_that_would_be_taken_twice_stays_and_is_said(site):
    Tag.objects.create(name="한글", key="한글")
    Tag.objects.create(name="다른", key=unicodedata.normalize("NFD", "한글"))
    assert len(list(doctor.examine(["texts"], mends=True))) == 1
    assert Tag.objects.count() == 2


@pytest.mark.behaviour("I18-18")
def test_texts_within_json_and_beyond_the_first_page_are_found(site, monkeypatch):
    monkeypatch.setattr(texts, "ROWS_AT_A_TIME", 2)
    for number in range(5):
        PromisedTask.objects.create(
            id=str(number), name="x", kwargs={"a": [NFD if number == 4 else "가"]}
        )
    found = list(texts.find_denormal())
    assert [(one.model, one.column, one.key) for one in found] == [(PromisedTask, "kwargs", "4")]
    assert texts.mend_normalisation() == 1
    assert texts.mend_normalisation() == 0
