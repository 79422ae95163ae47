"""Actions write; doors and reads never do. Views, API, admin, feeds, commands, forms: no rows.

By syntax, so it is a heuristic: what looks like a write of the ORM is one, unless its receiver is
made in the same module as a set, list or dictionary, or is named here with the reason.
"""

import ast
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin

from config.tests.sources import APPS, Source, for_each, sources

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

READING_ROOMS = frozenset({"querysets", "selectors", "policies"})
ALWAYS_WRITES = frozenset(
    {
        "save",
        "asave",
        "create",
        "acreate",
        "bulk_create",
        "abulk_create",
        "bulk_update",
        "abulk_update",
        "get_or_create",
        "aget_or_create",
        "update_or_create",
        "aupdate_or_create",
        "aupdate",
        "adelete",
        "save_m2m",
    }
)
MAY_WRITE = frozenset({"update", "delete", "set", "add", "remove", "clear", "aadd", "aset"})
"""Also methods of sets, dictionaries, caches: here the receiver decides."""

WRITING_SQL = ("INSERT", "UPDATE", "DELETE", "REPLACE", "ALTER", "DROP", "CREATE", "TRUNCATE")
WRITING_VIEWS = frozenset({"CreateView", "UpdateView", "DeleteView"})


class Allowed(NamedTuple):
    where: str
    """File, or ``*``."""
    call: str
    """As written: receiver and method."""
    reason: str


ALLOWED = (
    Allowed("*", "cache.set", "the cache holds no rows"),
    Allowed("*", "cache.add", "the cache holds no rows"),
    Allowed("*", "cache.delete", "the cache holds no rows"),
    Allowed("*", "buffers.add", "counts are gathered beside the request"),
    Allowed("config/management/commands/translate.py", "catalogues.update", "files, no rows"),
    Allowed("config/management/commands/translate.py", "catalogues.update", "files, no rows"),
    Allowed("config/api/repeating.py", "digest.update", "a hash, no row"),
    Allowed("accounts/querysets.py", "user.save", "Django's contract of a manager: create_user"),
)


def written(call: ast.Call) -> str:
    return ast.unparse(call.func)


def local_collections(tree: ast.Module) -> set[str]:
    """Return names bound to a set, list, dict, comprehension or ``QueryDict.copy()``."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=value):
                targets = [target]
            case _:
                continue
        if is_collection(value):
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def is_collection(value: ast.expr | None) -> bool:
    match value:
        case ast.Dict() | ast.Set() | ast.List() | ast.DictComp() | ast.SetComp() | ast.ListComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "dict" | "Counter" | "defaultdict" | "OrderedDict")):
            return True
        case ast.Call(func=ast.Attribute(attr="copy" | "get_context_data")):
            return True
        case ast.BinOp(op=ast.BitOr(), left=left):
            return is_collection(left)
    return False


def is_allowed(source: Source, call: ast.Call) -> bool:
    return any(one.where in {"*", source.relative} and one.call == written(call) for one in ALLOWED)


def writes_of(source: Source) -> list[str]:
    """Return each call of ``source`` that looks like a write, with its line."""
    collections = local_collections(source.tree)
    found = []
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, receiver = node.func.attr, node.func.value
            if name == "execute" and _is_writing_sql(node):
                found.append(f"{source.at(node)} {ast.unparse(node)[:80]}")
            if name not in ALWAYS_WRITES | MAY_WRITE or is_allowed(source, node):
                continue
            is_plain = is_collection(receiver) or (
                isinstance(receiver, ast.Name) and receiver.id in collections
            )
            if name in MAY_WRITE and is_plain:
                continue
            found.append(f"{source.at(node)} {written(node)}()")
        elif isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
            if generic := bases & WRITING_VIEWS:
                found.append(f"{source.at(node)} {node.name} is a {generic.pop()}")
    return found


def _is_writing_sql(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value.lstrip().upper().startswith(WRITING_SQL)
    return True  # not readable here, so not acceptable here


DOORS = [one for one in sources() if one.is_edge or one.kind in READING_ROOMS]


@for_each(DOORS)
def test_doors_and_reads_never_write(source):
    found = writes_of(source)
    assert not found, "Only actions write; call one of them instead:\n" + "\n".join(found)


def test_models_have_no_commands():
    found = [
        f"{source.at(node)} {node.name}"
        for source in sources()
        if source.kind == "models"
        for node in source.nodes
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "asave", "adelete"}
    ]
    assert not found, "Models answer questions; actions write:\n" + "\n".join(found)


def test_nothing_listens_to_every_save():
    found = [
        f"{source.at(node)} {node.id}"
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.Name) and node.id in {"post_save", "pre_save", "m2m_changed"}
    ]
    assert not found, "News travel by domain signals, sent by actions:\n" + "\n".join(found)


@pytest.mark.thorough
def test_the_admin_changes_our_rows_through_actions(rf, django_user_model):
    """Django's admin saves by itself unless told otherwise (AD-11)."""
    request = rf.get("/admin/")
    request.user = django_user_model(is_staff=True, is_superuser=True)
    found = []
    for model, one in admin.site._registry.items():
        if model._meta.app_label not in APPS:
            continue
        may = {
            "save_model": one.has_add_permission(request) or one.has_change_permission(request),
            "delete_model": one.has_delete_permission(request),
            "delete_queryset": one.has_delete_permission(request),
        }
        found += [
            f"{type(one).__name__}.{method}"
            for method, is_reachable in may.items()
            if is_reachable and getattr(type(one), method) is getattr(ModelAdmin, method)
        ]
        if one.inlines and type(one).save_formset is ModelAdmin.save_formset:
            found.append(f"{type(one).__name__}.save_formset")
        if one.list_editable:
            found.append(f"{type(one).__name__}.list_editable")
    assert not found, "The admin would write without an action:\n" + "\n".join(found)
