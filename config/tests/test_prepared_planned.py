"""Prepared statements that PostgreSQL keeps planned, for each connection (config.prepared)."""

from datetime import datetime

import pytest
from django.db import Error, NotSupportedError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import make_person
from blog.models import Post
from config import kept_pages
from config.prepared import PREFIX, Prepared

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="only PostgreSQL keeps statements planned",
)


@pytest.fixture(autouse=True)
def room_for_more(monkeypatch):
    """Other tests of this process have had statements planned on the same connection."""
    monkeypatch.setattr("config.prepared.PREPARED_AT_MOST", 10_000)


def build_people(shape, *, pk) -> QuerySet:
    return User.objects.exclude(pk=pk).order_by("pk")


def planned() -> dict[str, datetime]:
    """Return {name: since when} of what this connection's session keeps planned."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, prepare_time FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def sent(prepared: Prepared, shape: str = "") -> list[str]:
    """Return the statements that a page sends for ``prepared``, each by its first word."""
    with CaptureQueriesContext(connection) as context:
        prepared.objects(shape, pk=0)
    return [query["sql"].split()[0] for query in context.captured_queries]


def name_of(prepared: Prepared, shape: str = "") -> str:
    return prepared._statement(shape, {"pk": 0})._name


@on_postgresql
def test_the_server_plans_a_statement_once_for_a_connection():
    prepared = Prepared(build_people)
    assert name_of(prepared) not in planned()
    assert sent(prepared) == ["EXECUTE"]
    since = planned()[name_of(prepared)]
    assert sent(prepared) == ["EXECUTE"] and sent(prepared) == ["EXECUTE"]
    assert planned()[name_of(prepared)] == since
    assert sent(prepared, "another") == ["EXECUTE"]
    assert name_of(prepared) != name_of(prepared, "another")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_has_it_planned_anew():
    prepared = Prepared(build_people)
    assert sent(prepared) == ["EXECUTE"]
    connection.close()
    assert name_of(prepared) not in planned()
    assert sent(prepared) == ["EXECUTE"]
    assert name_of(prepared) in planned()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_noticed_before_it_is_used():
    prepared = Prepared(build_people)
    assert sent(prepared) == ["EXECUTE"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [own])
    other.close()
    # As at the beginning of a request.
    connection.health_check_enabled, connection.health_check_done = True, False
    assert prepared.objects("", pk=0) == []
    assert name_of(prepared) in planned()


@on_postgresql
def test_behind_a_pooler_nothing_is_planned_ahead(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    prepared = Prepared(build_people)
    assert sent(prepared) == ["SELECT"] and sent(prepared) == ["SELECT"]
    assert name_of(prepared) not in planned()


@on_postgresql
def test_above_so_many_the_longest_unused_is_planned_no_more(monkeypatch):
    first, second, third = (Prepared(build_people) for _each in range(3))
    assert sent(first) == sent(second) == sent(first) == ["EXECUTE"]
    kept = len([name for name in planned() if name.startswith(PREFIX)])
    monkeypatch.setattr("config.prepared.PREPARED_AT_MOST", kept)
    others = planned().keys() - {name_of(first), name_of(second)}
    for _other in range(len(others)):
        assert sent(Prepared(build_people)) == ["EXECUTE"]
    assert not others & planned().keys(), "those of other tests were used before ours"
    assert sent(third) == ["EXECUTE"]
    assert name_of(second) not in planned() and name_of(first) in planned()
    assert len(planned()) == kept
    assert sent(second) == ["EXECUTE"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_column_that_changed_its_type_meanwhile_does_not_break_the_page():
    make_person("minah")
    prepared = Prepared(lambda shape, *, pk: Post.objects.exclude(pk=pk).order_by("pk"))
    column = Post._meta.get_field("license")
    assert sent(prepared) == ["EXECUTE"]
    with connection.schema_editor() as editor:
        editor.execute(f'ALTER TABLE blog_post ALTER "{column.column}" TYPE text')
    try:
        with pytest.raises(NotSupportedError), transaction.atomic():
            prepared.objects("", pk=0)
        assert sent(prepared) == ["EXECUTE", "SELECT"]
        assert sent(prepared) == ["EXECUTE"]
    finally:
        with connection.schema_editor() as editor:
            editor.execute(
                f'ALTER TABLE blog_post ALTER "{column.column}" TYPE {column.db_type(connection)}'
            )
    assert prepared.objects("", pk=0) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_transactions_that_are_rolled_back_leave_it_planned():
    prepared = Prepared(build_people)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert sent(prepared) == ["EXECUTE"]
            raise ZeroDivisionError
        assert sent(prepared) == ["EXECUTE"]
        transaction.set_rollback(True)
    assert sent(prepared) == ["EXECUTE"]
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert sent(prepared) == ["EXECUTE"]
    assert sent(Prepared(build_people)) == ["EXECUTE"]


@on_postgresql
def test_what_the_server_refuses_to_plan_is_tried_again():
    """A statement that failed once is not taken for one that is planned."""
    prepared = Prepared(build_people)
    statement = prepared._statement("", {"pk": 0})
    right, statement._sql = statement._sql, "SELECT no_such_column FROM accounts_user"
    with pytest.raises(Error), transaction.atomic():
        prepared.objects("", pk=0)
    statement._sql = right
    assert sent(prepared) == ["EXECUTE"]


def test_prepared_reads_leave_kept_pages_as_they_are(monkeypatch):
    forgotten = []
    monkeypatch.setattr(kept_pages, "forget", lambda: forgotten.append(1))
    connection.has_forgotten_pages = False
    Prepared(build_people).objects("", pk=0)
    assert not forgotten
    assert kept_pages.READS.match("EXECUTE madang_ready_12(7, '2026-11-21'::timestamptz)")
    for other in ("EXECUTE other(1)", "EXECUTE madang_ready_ (1)", "EXECUTE madang_ready_1x"):
        assert not kept_pages.READS.match(other)
