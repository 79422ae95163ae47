"""Hashes of rows: equal on both engines when the rows are, and only then."""

import unicodedata
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from config.care.databases import open_database
from config.care.row_hashes import RowHasher, compare, derived_tables, hash_tables
from config.care.values import TO_POSTGRES, TO_SQLITE
from config.tests.care.sites import hashes_of
from config.tests.world import make_world

SEOUL = timezone(timedelta(hours=9))
HANGUL = "각자의 마당 👩‍👩‍👧"


def hash_of(kind, *values):
    hasher = RowHasher({"value": kind})
    for value in values:
        hasher.add((value,))
    return hasher.result().sha256


SAME = [
    ("bool", 1, True),
    ("bool", 0, False),
    ("int", 2**63 - 1, 2**63 - 1),
    ("datetime", "2026-11-22 10:00:00", datetime(2026, 11, 22, 19, 0, tzinfo=SEOUL)),
    ("datetime", "2026-11-22 10:00:00.123", datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)),
    ("datetime", "1969-12-31 23:59:59.999999", datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
    ("date", "2026-11-22", date(2026, 11, 22)),
    ("time", "08:00:00", time(8)),
    ("uuid", "0c1d2e3f" * 4, "0c1d2e3f-0c1d-2e3f-0c1d-2e3f0c1d2e3f"),
    ("float", 0.1, 0.1),
    ("decimal", "1.50", Decimal("1.5")),
    ("binary", b"\x00\xff", memoryview(b"\x00\xff")),
    ("text", HANGUL, HANGUL),
    ("inet", "2001:db8::1", "2001:db8::1"),
    ("json", r'{"b": 1.0, "a": "\ud55c"}', '{"a": "한", "b": 1}'),
    ("json", "[1e+16, 1e-05, -0.0]", "[10000000000000000, 0.00001, 0.0]"),
    ("json", "123456789012345678901234567890", "123456789012345678901234567890"),
]


@pytest.mark.parametrize(("kind", "in_sqlite", "in_postgres"), SAME, ids=range(len(SAME)))
def test_what_both_engines_keep_of_one_value_has_one_hash(kind, in_sqlite, in_postgres):
    assert hash_of(kind, in_sqlite) == hash_of(kind, in_postgres)
    there = TO_POSTGRES.get(kind, lambda value: value)(in_sqlite)
    assert hash_of(kind, there) == hash_of(kind, in_sqlite)
    back = TO_SQLITE.get(kind, lambda value: value)(in_postgres)
    assert hash_of(kind, back) == hash_of(kind, in_sqlite)


OTHERS = [
    ("text", "", None),
    ("text", unicodedata.normalize("NFC", "한글"), unicodedata.normalize("NFD", "한글")),
    ("text", "글 ", "글"),
    ("bool", True, None),
    ("datetime", "2026-11-22 10:00:00.000001", "2026-11-22 10:00:00"),
    ("float", 0.1, 0.1000000000000001),
    ("json", "[1, 2]", "[2, 1]"),
    ("json", '{"a": null}', "{}"),
    ("json", '"1"', "1"),
    ("json", "123456789012345678901234567890", "123456789012345678901234567891"),
]


@pytest.mark.parametrize(("kind", "one", "other"), OTHERS, ids=range(len(OTHERS)))
def test_another_value_has_another_hash(kind, one, other):
    assert hash_of(kind, one) != hash_of(kind, other)


def test_the_border_between_two_values_and_the_order_of_rows_count():
    def pair(one, other):
        hasher = RowHasher({"a": "text", "b": "text"})
        hasher.add((one, other))
        return hasher.result().sha256

    assert pair("가나", "다") != pair("가", "나다")
    assert hash_of("text", "가", "나") != hash_of("text", "나", "가")
    assert hash_of("text", "가") != hash_of("text", "가", "가")


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.django_db
def test_every_model_is_hashed_or_named_as_derived_with_a_reason():
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    derived = derived_tables()
    assert all(len(reason) > 10 for reason in derived.values())
    with closing(open_database(settings.DATABASES["default"])) as held:
        there = set(held.tables())
        assert ours <= there
        assert derived.keys() <= there, "What is derived is a table; a name that is none hides one."
        strange = {
            f"{table}.{name}"
            for table in ours
            for name, kind in held.columns(table).items()
            if kind == "other"
        }
        unknown = there - ours - derived.keys()
    assert not strange, f"Say in config/care/databases.py how both engines keep {strange}"
    # Places of entries of search, where SQLite keeps its words; an index by another name.
    assert all(name.startswith(("search_", "knox_")) for name in unknown)
    assert not any(name.startswith(("blog_", "accounts_", "social_")) for name in derived)


@pytest.mark.guard
@pytest.mark.thorough
@pytest.mark.django_db
def test_every_column_has_the_kind_of_its_field():
    kinds = {
        "BooleanField": "bool",
        "DateTimeField": "datetime",
        "DateField": "date",
        "JSONField": "json",
        "UUIDField": "uuid",
        "FloatField": "float",
        "GenericIPAddressField": "inet",
        "TextField": "text",
        "CharField": "text",
        "BinaryField": "binary",
        "DecimalField": "decimal",
    }
    with closing(open_database(settings.DATABASES["default"])) as held:
        for model in apps.get_models(include_auto_created=True):
            columns = held.columns(model._meta.db_table)
            for field in model._meta.local_concrete_fields:
                wanted = kinds.get(field.get_internal_type())
                assert wanted in {None, columns[field.column]}, f"{model._meta.label}.{field.name}"


@pytest.mark.django_db(transaction=True)
def test_one_changed_letter_anywhere_is_found():
    make_world()
    before = hashes_of(settings.DATABASES["default"])
    filled = {name for name, one in before.items() if one.rows}
    assert len(filled) > 60
    assert hashes_of(settings.DATABASES["default"]) == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE blog_comment SET source = source || ' ' WHERE author_id > 0")
        cursor.execute("DELETE FROM social_follow")
    with closing(open_database(settings.DATABASES["default"])) as held:
        held.hold()
        found = {one.table: one.what for one in compare(held, before)}
        assert hash_tables(held).keys() == before.keys()
    assert found == {
        "blog_comment": "as many rows, but others",
        "social_follow": "0 rows instead of 1",
    }
