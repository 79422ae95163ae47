"""What in a PostgreSQL schema is the site's own: others may keep tables and functions beside it."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.apps import apps

from config.care.databases import Postgres
from config.care.row_hashes import derived_tables

TABLE, ROUTINE = "TABLE", "ROUTINE"
NOT_OF_AN_EXTENSION = "NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = one.oid AND deptype = 'e')"
# ruff: noqa: S608 all of it is written here
RELATIONS = f"""
SELECT CASE one.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
    WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE '{TABLE}' END,
  one.relname, quote_ident(%s), quote_ident(one.relname), one.oid::bigint,
  coalesce(of_table.relname, '')
FROM pg_class AS one
LEFT JOIN pg_depend AS hangs ON one.relkind = 'S' AND hangs.objid = one.oid
  AND hangs.classid = 'pg_class'::regclass AND hangs.refclassid = 'pg_class'::regclass
  AND hangs.deptype IN ('a', 'i')
LEFT JOIN pg_class AS of_table ON of_table.oid = hangs.refobjid
WHERE one.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
  AND one.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND {NOT_OF_AN_EXTENSION}
ORDER BY 1, 2"""
ROUTINES = f"""
SELECT '{ROUTINE}', proname, quote_ident(%s),
  format('%%I(%%s)', proname, pg_get_function_identity_arguments(oid)), oid::bigint, ''
FROM pg_proc AS one
WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND {NOT_OF_AN_EXTENSION}
ORDER BY 2, 3"""
HANGING = """
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid = ANY(%(ours)s::oid[]) AND conrelid <> ALL(%(ours)s::oid[])
UNION
SELECT ev_class::regclass::text FROM pg_depend JOIN pg_rewrite AS one ON one.oid = objid
WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass
  AND refobjid = ANY(%(ours)s::oid[]) AND ev_class <> ALL(%(ours)s::oid[])
ORDER BY 1"""

OF_TABLES = (
    "TABLE DATA|TABLE ATTACH|TABLE|SEQUENCE OWNED BY|SEQUENCE SET|SEQUENCE|DEFAULT|CHECK CONSTRAINT"
    "|FK CONSTRAINT|CONSTRAINT|INDEX ATTACH|INDEX|TRIGGER|STATISTICS|RULE"
)
OF_THEMSELVES = (
    "FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|MATERIALIZED VIEW DATA|MATERIALIZED VIEW|VIEW"
)


class Thing(NamedTuple):
    """A table, view, sequence or function."""

    kind: str
    name: str
    schema: str
    within: str
    """Its name in its schema, quoted; of a function with its arguments."""
    oid: int
    of_table: str = ""
    """Of a sequence: the table that it numbers and goes with."""

    @property
    def path(self) -> str:
        """Return its whole name for SQL."""
        return f"{self.schema}.{self.within}"


def things_in(held: Postgres, schema: str) -> list[Thing]:
    """Return what a schema holds that is no extension's."""
    found = held.execute(RELATIONS, [schema, schema]) + held.execute(ROUTINES, [schema, schema])
    return [Thing(*row) for row in found]


def known_tables() -> set[str]:
    """Return the tables that this code has models for, and what is made of them."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models} | derived_tables().keys()


class Own:
    """Tells what is a site's by its name: a table of a model, or the name of an app before it.

    ``applied``: its migrations; apps that this code no longer has stand there.
    """

    def __init__(self, applied: Mapping[str, list[str]]):
        labels = {app.label for app in apps.get_app_configs()} | applied.keys() | {"django"}
        self.tables = known_tables()
        self.starts = tuple(f"{label}_" for label in labels)

    def __contains__(self, name: str) -> bool:
        return name in self.tables or name.startswith(self.starts)

    def holds(self, one: Thing) -> bool:
        """Return whether a thing is the site's."""
        return (one.of_table or one.name) in self


def hanging_on(held: Postgres, ours: Iterable[Thing]) -> list[str]:
    """Return what else has a foreign key to these tables or is a view of them."""
    return [name for (name,) in held.execute(HANGING, {"ours": [one.oid for one in ours]})]


def wanted_entries(listed: str, schema: str, own: Own) -> list[str]:
    """Return the lines of ``pg_restore --list`` that make the site's tables in a schema.

    Extensions, other schemas, comments and what others keep in this one are left out.
    """
    entry = re.compile(
        rf"\d+; \d+ \d+ (?:(?:{OF_TABLES}) {re.escape(schema)} "
        rf"|(?:{OF_THEMSELVES}) {re.escape(schema)} (?P<name>[^\s(]+))"
    )
    found = ((entry.match(line), line) for line in listed.splitlines())
    return [line for one, line in found if one and (one["name"] is None or one["name"] in own)]


def schemas_of(listed: str) -> set[str]:
    """Return the schemas of all tables in a list of ``pg_restore``."""
    return set(re.findall(r"^\d+; \d+ \d+ TABLE (?!DATA |ATTACH )(\S+) ", listed, re.M))
