from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from config import clock

NOW = datetime(2026, 11, 21, 5, 45, 10, tzinfo=UTC)  # 14:45:10 in Seoul


@pytest.fixture(autouse=True)
def in_seoul():
    with timezone.override(ZoneInfo("Asia/Seoul")), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(hours=24), "yesterday"),
        (timedelta(hours=38), "yesterday"),
        (timedelta(hours=39), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "Nov 14"),
        (timedelta(days=400), "Oct. 17, 2025"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=-5), "Nov. 21, 2026, 2:50 p.m."),
    ],
)
def test_relative_times_grow_coarser_with_age(age, text):
    assert clock.relative(NOW - age, NOW) == text


def test_yesterday_is_a_day_of_the_readers_zone():
    moment = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert clock.relative(moment, NOW) == "yesterday"
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):
        # There the same moment is 18:00 on the 20th and now is 19:45 on the 21st.
        assert clock.relative(moment, NOW) == "yesterday"
    with timezone.override(ZoneInfo("Pacific/Honolulu")):
        # 18:00 on the 19th, and now 19:45 on the 20th.
        assert clock.relative(moment, NOW) == "yesterday"
        assert clock.relative(moment - timedelta(hours=19), NOW) == "2 days ago"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "2026년 11월 21일 오후 2:45"),
        ("en", "Nov. 21, 2026, 2:45 p.m."),
        ("es", "21 de noviembre de 2026 a las 14:45"),
        ("ja", "2026年11月21日 14:45"),
    ],
)
def test_exact_times_are_written_as_people_of_the_language_write_them(language, text):
    with translation.override(language):
        assert clock.exact(NOW) == text


def test_exact_times_are_in_the_readers_zone():
    with timezone.override(ZoneInfo("America/New_York")), translation.override("ko"):
        assert clock.exact(NOW) == "2026년 11월 21일 오전 12:45"
        assert clock.exact_date(NOW) == "2026년 11월 21일"
        assert clock.exact_date(NOW - timedelta(hours=1)) == "2026년 11월 20일"


def test_one_moment_has_a_text_for_each_zone_and_language():
    texts = {}
    for _again in range(2):
        for zone in ("Asia/Seoul", "UTC", "America/New_York"):
            for language in ("ko", "en", "es", "ja"):
                with timezone.override(ZoneInfo(zone)), translation.override(language):
                    for told in (NOW, NOW.astimezone(ZoneInfo("Asia/Tokyo"))):
                        text = clock.exact(told)
                        assert texts.setdefault((zone, language), text) == text
    assert len(set(texts.values())) == 12
    assert texts["UTC", "ko"] == "2026년 11월 21일 오전 5:45"
    assert texts["Asia/Seoul", "ja"] == "2026年11月21日 14:45"


def test_moments_that_read_alike_in_two_zones_are_not_mixed_up():
    same_clock = NOW - timedelta(hours=14)
    with timezone.override(ZoneInfo("America/New_York")):
        there = clock.exact(NOW)
    assert clock.exact(same_clock) == there == "Nov. 21, 2026, 12:45 a.m."
    assert clock.exact(NOW) == "Nov. 21, 2026, 2:45 p.m."


def test_dates_of_this_year_leave_the_year_out():
    with translation.override("ko"):
        assert clock.relative(NOW - timedelta(days=60), NOW) == "9월 22일"
        assert clock.relative(NOW - timedelta(days=365), NOW) == "2025년 11월 21일"
    with translation.override("es"):
        assert clock.relative(NOW - timedelta(days=60), NOW) == "22 de septiembre"


def test_iso_is_utc_with_z():
    local = NOW.astimezone(ZoneInfo("Asia/Seoul"))
    assert clock.iso(local) == "2026-11-21T05:45:10Z"
    assert clock.iso(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05Z"
