"""What changes by itself is heard as well as seen, and holds still for whoever asks for that."""

import re

import pytest
from django.conf import settings as site

from accounts.actions import start_job
from blog.tests.factories import make_note
from social.models import Inbox

pytestmark = pytest.mark.django_db
CSS = site.BASE_DIR / "config" / "static" / "madang" / "css"


@pytest.mark.behaviour("UX-23")
def test_a_badge_says_its_number_in_words_and_its_digits_are_for_the_eye(as_user, minah):
    Inbox.objects.update_or_create(person=minah, defaults={"unread_notifications": 1})
    html = as_user(minah).get("/", headers={"Accept-Language": "en"}).content.decode()
    badges = re.findall(r'<a [^>]*data-badge="unread_notifications".*?</a>', html, re.DOTALL)
    assert badges
    for badge in badges:
        assert "data-badge-text>Notifications: 1 unread</span>" in badge
        digits = re.search(r'<span class="icon-button__badge"[^>]*>', badge)[0]
        assert 'aria-hidden="true"' in digits


@pytest.mark.behaviour("UX-23")
def test_what_changes_while_one_reads_is_told_politely(as_user, minah):
    make_note(minah, "오늘의 바다")
    html = as_user(minah).get("/").content.decode()
    # A role of status is a polite live region (WAI-ARIA 1.2): it waits until the reader is done.
    assert re.search(r'id="news" role="status"', html)
    assert re.search(r'class="timeline-news" role="status"', html)
    assert "assertive" not in html


@pytest.mark.behaviour("UX-23")
def test_progress_has_a_name_and_its_news_are_spoken(as_user, minah, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    start_job(actor=minah, kind="probe", params={"seconds": 2})
    html = as_user(minah).get("/").content.decode()
    bar = re.search(r"<progress[^>]*>", html)[0]
    assert re.search(r'aria-label="[^"]+"', bar)
    assert re.search(r'role="status" aria-live="polite" data-job-news', html)


@pytest.mark.behaviour("UX-23")
def test_whoever_asks_for_less_motion_gets_none():
    base = (CSS / "base.css").read_text(encoding="utf-8")
    still = re.search(
        r"@media \(prefers-reduced-motion: reduce\) \{\s*\*,(.*?)\n\}", base, re.DOTALL
    )[1]
    for part in ("animation", "transition"):
        assert f"{part}: none !important;" in still
    assert "scroll-behavior: auto !important;" in still
