"""Values are parameters of statements, never part of their text (OP-09)."""

import ast

import pytest

from config.tests.sources import Source, for_each, sources

pytestmark = pytest.mark.guard

RUNS_SQL = frozenset({"execute", "executemany", "executescript", "raw", "RawSQL", "extra"})
REASONED = "S608"
"""Whoever composes a statement says in the file that what is put in are names of ours."""


ALLOWED = {"embed/bringing/isso.py": "the name of a table, written there"}


def is_composed(node: ast.expr) -> bool:
    """Return whether a text is put together from something that is not written there."""
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str())):
            return True
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return (
                is_composed(left)
                or is_composed(right)
                or not (isinstance(left, ast.Constant) and isinstance(right, ast.Constant))
            )
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
    return False


def composed_statements(source: Source) -> list[ast.Call]:
    """Return calls that run a statement which is composed on the spot."""
    return [
        node
        for node in source.nodes
        if isinstance(node, ast.Call)
        and node.args
        and (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in RUNS_SQL
        and is_composed(node.args[0])
    ]


@pytest.mark.behaviour("OP-09")
@for_each(sources())
def test_a_statement_that_is_composed_says_why_that_is_safe(source):
    found = [] if source.relative in ALLOWED else composed_statements(source)
    assert not found or REASONED in source.text or "S611" in source.text or names_only(found), (
        "Give values as parameters; for names of tables say so (# noqa: S608 names are ours):\n"
        + "\n".join(f"{source.at(node)} {ast.unparse(node)[:100]}" for node in found)
    )


def names_only(calls: list[ast.Call]) -> bool:
    """Return whether all that is put in are constants of the module or quoted names."""
    return all(
        (isinstance(part.value, ast.Name) and part.value.id.isupper())
        or (
            isinstance(part.value, ast.Call)
            and getattr(part.value.func, "id", getattr(part.value.func, "attr", ""))
            in {"quoted", "quote_name"}
        )
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.FormattedValue)
    )


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("c.execute(f'SELECT {name}')", True),
        ("c.execute('SELECT ' + name)", True),
        ("c.execute('SELECT %s' % name)", True),
        ("Post.objects.raw('SELECT {}'.format(name))", True),
        ("c.execute('SELECT %s', [name])", False),
        ("c.execute(f'SELECT 1')", False),
        ("print(f'{name}')", False),
    ],
    ids=["f-string", "plus", "percent", "format", "parameter", "constant", "no statement"],
)
def test_the_guard_sees_what_it_should(tmp_path, code, is_found):
    path = tmp_path / "some.py"
    path.write_text(code)
    assert bool(composed_statements(Source(path))) == is_found
