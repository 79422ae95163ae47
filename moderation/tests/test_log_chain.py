"""The log: guarded by the database, chained by hashes; whatever is changed is found and named."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation import schema
from moderation.actions.chain import write_log
from moderation.chain import Anchor, digest_of, hash_of, verify_chain
from moderation.models import ChainHead, LogEntry
from moderation.tests.factories import make_moderator

pytestmark = pytest.mark.django_db
ROWS = 6


def write_rows(number: int = ROWS) -> list[LogEntry]:
    """Rows as acts leave them: with and without actor, rule, reports, states, times."""
    return [
        write_log(
            ("hold", "undo", "assign")[index % 3],
            actor=None,
            target=("post", 7 + index),
            before={"hidden": False, "until": datetime(2026, 1, 1, tzinfo=UTC), "이름": None},
            after={"hidden": True, "share": 2.0, "sizes": [1, 2.5, 1e22]},
            reason="광고예요 👩‍👩‍👧",
            evidence={"reports": index},
            category="spam",
            rule="links 1",
            decision_id=index,
            report_ids=[3, 1],
        )
        for index in range(number)
    ]


@pytest.fixture
def unguarded():
    """As somebody may write who can drop triggers."""
    schema.remove_guards()
    yield
    schema.install_guards()


def run_sql(statement: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


# What the database refuses ------------------------------------------------------------------------


@pytest.mark.behaviour("SO-43")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_logentry SET act = 'dismiss' WHERE number = 1",
        "UPDATE moderation_logentry SET actor_id = NULL",
        "DELETE FROM moderation_logentry WHERE number = 2",
        "DELETE FROM moderation_logentry",
        "UPDATE moderation_chainhead SET number = number - 1",
        "UPDATE moderation_chainhead SET hash = ''",
        "DELETE FROM moderation_chainhead",
    ],
)
def test_the_database_refuses_to_change_or_delete_what_is_in_the_log(statement):
    write_rows(3)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)
    assert verify_chain().is_sound
    assert LogEntry.objects.count() == 3


def test_the_database_refuses_what_replaces_rows_or_empties_the_table():
    write_rows(2)
    if connection.vendor == "postgresql":
        statements = [f"TRUNCATE {schema.LOG}", f"TRUNCATE {schema.HEAD}"]
    else:
        columns = ", ".join(field.column for field in LogEntry._meta.fields)
        statements = [
            f"INSERT OR REPLACE INTO {schema.LOG} SELECT {columns} FROM {schema.LOG} WHERE number = 1",
            f"UPDATE OR REPLACE {schema.LOG} SET number = 1 WHERE number = 2",
        ]
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)
    assert LogEntry.objects.count() == 2


def test_guards_come_back_after_a_migration_and_go_before_one():
    assert schema.missing_guards() == []
    schema.remove_guards()
    assert len(schema.missing_guards()) >= 4
    schema.install_guards()
    schema.install_guards()
    assert schema.missing_guards() == []


# What the chain finds -----------------------------------------------------------------------------


def other_value(value):
    """Something of the same kind that is not the same."""
    match value:
        case None:
            return 5
        case bool():
            return not value
        case int():
            return value + 1
        case datetime():
            return value + timedelta(microseconds=1)
        case str():
            return value[:-1] + ("0" if value[-1:] != "0" else "1")
        case dict():
            return {**value, "hidden": "maybe"}
        case list():
            return [*value, 9]


COLUMNS = [field.name for field in LogEntry._meta.fields if not field.primary_key]


@pytest.mark.behaviour("SO-43")
@pytest.mark.parametrize("column", COLUMNS)
def test_editing_any_column_of_any_row_is_detected_and_the_row_is_named(column, unguarded):
    write_rows()
    assert verify_chain().is_sound
    for number in range(1, ROWS + 1):
        row = LogEntry.objects.get(number=number)
        former = getattr(row, column)
        LogEntry.objects.filter(number=number).update(**{column: other_value(former)})
        verdict = verify_chain()
        assert (verdict.number, verdict.problem) == (number, "changed")
        assert str(number) in verdict.text
        LogEntry.objects.filter(number=number).update(**{column: former})
    assert verify_chain().is_sound


@pytest.mark.parametrize("number", range(1, ROWS + 1))
@pytest.mark.behaviour("SO-43")
def test_deleting_any_row_is_detected_and_the_row_is_named(number, unguarded):
    write_rows()
    LogEntry.objects.filter(number=number).delete()
    assert verify_chain()[2:] == (number, "missing")


@pytest.mark.parametrize("number", range(1, ROWS + 1))
def test_a_row_that_is_rewritten_with_a_fitting_hash_is_named(number, unguarded):
    write_rows()
    row = LogEntry.objects.get(number=number)
    row.actor_id = 99
    LogEntry.objects.filter(number=number).update(actor_id=99, hash=hash_of(row))
    verdict = verify_chain()
    assert verdict.number == number
    assert verdict.problem == ("head" if number == ROWS else "rewritten")


def test_renumbering_swapping_or_inserting_rows_is_detected(unguarded):
    write_rows()
    LogEntry.objects.filter(number=ROWS).update(number=50)
    assert verify_chain()[2:] == (ROWS, "missing")
    LogEntry.objects.filter(number=50).update(number=ROWS)
    assert verify_chain().is_sound
    for number in (0, ROWS + 1, 99):
        copy = LogEntry.objects.get(number=2)
        copy.number = number
        copy.hash = hash_of(copy)
        copy.save(force_insert=True)
        assert verify_chain()[2:] == (number, "inserted")
        LogEntry.objects.filter(number=number).delete()


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.integers(1, ROWS), min_size=2, max_size=2, unique=True),
    st.sampled_from(COLUMNS),
)
def test_exchanging_what_two_rows_hold_is_detected(numbers, column):
    """Property: whatever column two rows exchange, unless they hold the same."""
    with transaction.atomic():
        ChainHead.objects.filter(pk=1).exists() or write_rows()
        schema.remove_guards()
        first, second = (LogEntry.objects.get(number=number) for number in sorted(numbers))
        one, other = getattr(first, column), getattr(second, column)
        LogEntry.objects.filter(number=first.number).update(**{column: other})
        LogEntry.objects.filter(number=second.number).update(**{column: one})
        verdict = verify_chain()
        if one != other:
            assert (verdict.number, verdict.problem) == (first.number, "changed")
        else:
            assert verdict.is_sound
        transaction.set_rollback(True)


def test_swapping_two_whole_rows_is_detected(unguarded):
    write_rows()
    first, second = LogEntry.objects.get(number=2), LogEntry.objects.get(number=3)
    LogEntry.objects.filter(number__in=(2, 3)).delete()
    first.number, second.number = 3, 2
    for row in (first, second):
        row.save(force_insert=True)
    assert verify_chain()[2:] == (2, "changed")


@pytest.mark.behaviour("SO-43")
def test_a_tail_that_was_cut_off_is_found_by_the_head_and_by_a_hash_kept_elsewhere(unguarded):
    rows = write_rows()
    LogEntry.objects.filter(number__gt=4).delete()
    assert verify_chain()[2:] == (5, "missing")
    ChainHead.objects.update(number=4, hash=rows[3].hash)
    assert verify_chain().is_sound  # nothing in the database can tell
    kept = Anchor(ROWS, rows[-1].hash)
    assert verify_chain(anchors=(kept,))[2:] == (ROWS, "missing")


def test_a_log_that_was_made_anew_is_found_by_a_hash_kept_elsewhere(unguarded):
    kept = Anchor(3, write_rows()[2].hash)
    LogEntry.objects.all().delete()
    ChainHead.objects.all().delete()
    write_rows()
    assert verify_chain().is_sound
    assert verify_chain(anchors=(kept,))[2:] == (3, "anchor")


def test_a_head_that_is_gone_or_says_something_else_is_detected(unguarded):
    write_rows()
    ChainHead.objects.update(hash="0" * 64)
    assert verify_chain()[2:] == (ROWS, "head")
    ChainHead.objects.all().delete()
    assert verify_chain().problem == "head"


def test_a_column_that_holds_nonsense_is_named_instead_of_breaking_the_command(unguarded):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL does not store nonsense in a time.")
    write_rows()
    run_sql("UPDATE moderation_logentry SET at = 'gestern' WHERE number = 3")
    assert verify_chain()[2:] == (3, "unreadable")
    run_sql("DELETE FROM moderation_logentry WHERE number = 2")
    assert verify_chain()[2:] == (2, "missing")


def test_the_newest_rows_can_be_verified_alone(unguarded):
    write_rows()
    LogEntry.objects.filter(number=2).update(act="dismiss")
    assert verify_chain(newest=3) == verify_chain(newest=3)._replace(problem="", checked=3)
    assert verify_chain(newest=5).number == 2
    LogEntry.objects.filter(number=3).delete()
    assert verify_chain(newest=3)[2:] == (3, "missing")


def test_an_empty_log_is_sound():
    assert verify_chain().is_sound


def test_verifying_reads_pages_and_never_more(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("moderation.chain.PAGE", 2)
    write_rows(6)
    with django_assert_num_queries(1 + 3 + 2):
        assert verify_chain().checked == 6


def test_rows_hold_digests_and_no_words():
    row = write_rows(1)[0]
    stored = json.dumps([getattr(row, name) for name in COLUMNS], default=str, ensure_ascii=False)
    assert "광고" not in stored
    assert row.reason_digest == digest_of("광고예요 👩‍👩‍👧")


# The command --------------------------------------------------------------------------------------


def run_command(*args: str) -> str:
    out = StringIO()
    call_command("moderation_verify", *args, stdout=out)
    return out.getvalue()


@pytest.mark.behaviour("SO-43")
def test_the_command_says_that_all_is_well_and_gives_a_hash_to_keep():
    rows = write_rows()
    said = run_command("--language", "en")
    assert f"{ROWS} rows" in said
    assert f"{ROWS}:{rows[-1].hash}" in said
    assert run_command("--anchor", f"{ROWS}:{rows[-1].hash}", "--anchor", f"2:{rows[1].hash}")


@pytest.mark.behaviour("SO-43")
def test_the_command_fails_and_names_the_first_row_that_is_not_as_it_was(unguarded):
    write_rows()
    schema.install_guards()
    schema.remove_guards()
    LogEntry.objects.filter(number=4).update(category="abuse")
    out = StringIO()
    with pytest.raises(CommandError, match="4") as failed:
        call_command("moderation_verify", "--language", "en", stdout=out)
    assert failed.value.returncode == 1
    with pytest.raises(CommandError):
        call_command("moderation_verify", "--json", stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    assert (told["sound"], told["number"], told["problem"]) == (False, 4, "changed")
    assert told["missing_guards"]


def test_the_command_fails_when_the_database_does_not_guard_the_log(unguarded):
    write_rows(1)
    with pytest.raises(CommandError):
        run_command()


@pytest.mark.parametrize("anchor", ["7", "x:y", "1:" + "g" * 64, "0:" + "a" * 64, ""])
def test_an_anchor_that_is_none_is_refused(anchor):
    with pytest.raises(CommandError):
        run_command("--anchor", anchor)


# Many at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SO-43")
def test_parallel_writers_make_one_unbroken_chain():
    sora = make_moderator()
    before = LogEntry.objects.count()
    failed = []

    def write():
        try:
            for index in range(10):
                with transaction.atomic():
                    write_log("note", actor=sora, target=("post", index))
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=write) for _one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    verdict = verify_chain()
    assert verdict.is_sound and verdict.head.number == before + 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("X-12")
def test_what_was_rolled_back_leaves_no_row_and_no_gap():
    write_rows(2)
    with pytest.raises(RuntimeError), transaction.atomic():
        write_rows(1)
        raise RuntimeError
    write_rows(1)
    assert verify_chain().checked == 3
