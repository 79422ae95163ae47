"""Which texts the code asks its catalogues for, read without gettext's programs.

Python files by ``ast``, templates through Django's ``templatize``, which writes each translated
text as a call of gettext. Compared once with xgettext by ``makemessages``: the same set.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from config.env import ROOT
from config.tests.sources import called_name, sources, templates

PLAIN = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
PLURAL_WITH_CONTEXT = {"npgettext", "npgettext_lazy"}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(
    rf"\b(gettext|ngettext|pgettext|npgettext|_)\(\s*({STRING}(?:\s*,\s*{STRING})*)", re.DOTALL
)


@dataclass(frozen=True)
class Text:
    """One message as gettext identifies it."""

    msgid: str
    plural: str = ""
    context: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.msgid


@dataclass(frozen=True)
class Use:
    text: Text
    where: str


def make_text(name: str, arguments: list[str]) -> Text | None:
    if name in PLAIN and arguments:
        return Text(arguments[0])
    if name in PLURAL and len(arguments) >= 2:
        return Text(arguments[0], plural=arguments[1])
    if name in WITH_CONTEXT and len(arguments) >= 2:
        return Text(arguments[1], context=arguments[0])
    if name in PLURAL_WITH_CONTEXT and len(arguments) >= 3:
        return Text(arguments[1], plural=arguments[2], context=arguments[0])
    return None


def in_python(tree: ast.AST, where: str) -> Iterator[Use]:
    """Yield the texts of one Python file; names must not be bound to anything but gettext."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            strings = []
            for argument in node.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    break
                strings.append(argument.value)
            if text := make_text(called_name(node), strings):
                yield Use(text, f"{where}:{node.lineno}")


def in_template(source: str, where: str) -> Iterator[Use]:
    """Yield the texts of one template."""
    for match in TEMPLATE_CALL.finditer(templatize(source, origin=where)):
        strings = [ast.literal_eval(one) for one in re.findall(STRING, match[2], re.DOTALL)]
        if text := make_text(match[1], strings):
            yield Use(text, where)


def dynamic_calls(tree: ast.AST, where: str) -> Iterator[str]:
    """Yield calls of gettext whose text cannot be read from the code."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and called_name(node) in PLAIN | PLURAL | WITH_CONTEXT | PLURAL_WITH_CONTEXT
            and node.args
            and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
        ):
            yield f"{where}:{node.lineno} {ast.unparse(node)[:80]}"


@functools.cache
def all_uses() -> tuple[Use, ...]:
    """Return every use of a text in the code and the templates, read once."""
    found = []
    for source in sources():
        found.extend(in_python(source.tree, source.relative))
    for path in templates():
        where = path.relative_to(ROOT).as_posix()
        found.extend(in_template(path.read_text(encoding="utf-8"), where))
    return tuple(found)


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


@functools.cache
def catalogue(language: str) -> polib.POFile:
    """Return the catalogue of a language, read once: it takes a second."""
    path = catalogue_path(language)
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing: run make messages"
    return polib.pofile(str(path), encoding="utf-8", check_for_duplicates=True)
