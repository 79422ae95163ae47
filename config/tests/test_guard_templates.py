"""Templates: each compiles, each is used, and none does what a strict page must not do."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import get_resolver

from config.env import ROOT
from config.tests.sources import APPS, for_each, sources, template_name, templates

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
REFERENCE = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")
URL_NAME = re.compile(r"""{%\s*url\s+["']([^"']+)["']""")
ELEMENT = re.compile(r"<([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
FORM = re.compile(r"<form\b(.*?)>(.*?)</form>", re.DOTALL | re.IGNORECASE)

WITHOUT_TOKEN = ("set_language", "set_theme", "set_time_zone")
"""On cached public pages: their views check the origin instead (UX-06)."""

QUERY = re.compile(r"\.(all|filter|exclude|count|exists|order_by|first|last|aggregate)\b|_set\b")
MAIL_FOLDERS = (
    "emails/",
    "account/email/",
    "mfa/email/",
    "socialaccount/email/",
    "usersessions/email/",
)
"""Mail programs read no stylesheets: there style attributes are the only way."""

REVIEWED = {
    "config/templatetags/kept.py": 1,  # drawn by templates; what is put in is a token and a quoted path
    "config/templatetags/madang.py": 1,  # an empty string
    "blog/former_comments.py": 1,  # cleaned when it was stored
    "blog/comment_tree.py": 1,  # a comment's HTML, cleaned when it was stored
    "blog/cards.py": 1,  # a note's HTML, cleaned when it was stored
    "blog/meta.py": 1,  # JSON with every < > & escaped
    "blog/views/posts.py": 2,  # HTML of posts and pages, cleaned when it was stored
    "blog/views/machine.py": 1,  # the original, cleaned when it was stored
    "blog/views/writing.py": 1,  # the preview, cleaned by the renderer just now
    "blog/views/previews.py": 1,  # the draft, cleaned by the renderer just now
    "moderation/desk/texts.py": 1,  # what was reported, cleaned just now
}
"""How many times each file may call text safe, and why it is."""

each_template = for_each(templates())


def read(path: Path) -> str:
    """Return the text of a template; comments become blank so that lines keep their number."""
    return COMMENT.sub(lambda match: re.sub(r"\S", " ", match[0]), path.read_text(encoding="utf-8"))


def at(path: Path, text: str, offset: int) -> str:
    return f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, offset) + 1}"


def is_mail(path: Path) -> bool:
    return template_name(path).startswith(MAIL_FOLDERS)


@each_template
def test_it_compiles_and_so_does_what_it_uses(path):
    get_template(template_name(path))
    for name in REFERENCE.findall(read(path)):
        get_template(name)


@each_template
def test_it_names_addresses_that_exist(path):
    named = [name for name in URL_NAME.findall(read(path)) if not name.endswith(":")]
    unknown = [name for name in named if name not in url_names()]
    assert not unknown, f"{path.relative_to(ROOT)} links to unknown addresses: {unknown}"


@functools.cache
def url_names() -> set[str]:
    names = set()

    def collect(resolver, prefix: str) -> None:
        for name in resolver.reverse_dict:
            if isinstance(name, str):
                names.add(prefix + name)
        for namespace, (_route, inner) in resolver.namespace_dict.items():
            collect(inner, f"{prefix}{namespace}:")

    collect(get_resolver(), "")
    return names


# Is it used? --------------------------------------------------------------------------------------


def names_in_python() -> tuple[set[str], list[re.Pattern]]:
    """Return the string constants of the code, and patterns of its f-strings."""
    constants, patterns = set(), []
    for source in sources():
        for node in source.nodes:
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w/.-]+"
                    for part in node.values
                ]
                # Only an f-string that says itself that it names a template.
                if re.match(r"[\w-]+/", parts[0]) and re.search(r"(html|txt)$", parts[-1]):
                    patterns.append(re.compile("".join(parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
    return constants, patterns


def is_asked_for_by_a_library(name: str) -> bool:
    """Return whether an installed library has a template of this name, which ours replaces."""
    return any(
        (Path(config.path) / "templates" / name).is_file()
        for config in apps.get_app_configs()
        if config.label not in APPS
    )


def test_every_template_is_used():
    """Rendered by code, or replacing a library's, or extended or included by one that is."""
    constants, patterns = names_in_python()
    by_name = {template_name(path): path for path in templates()}

    def is_entry(name: str) -> bool:
        folder = name.rpartition("/")[0]
        is_whole_mail = is_mail(by_name[name]) and (
            folder in constants or folder.removeprefix("emails/") in constants
        )
        return (
            name in constants
            or is_whole_mail
            or any(pattern.fullmatch(name) for pattern in patterns)
            or is_asked_for_by_a_library(name)
        )

    reached: set[str] = set()
    waiting = [name for name in by_name if is_entry(name)]
    assert len(waiting) > 10, "the guard sees no entries"
    while waiting:
        name = waiting.pop()
        if name in reached or name not in by_name:
            continue
        reached.add(name)
        waiting.extend(REFERENCE.findall(read(by_name[name])))
    unused = sorted(set(by_name) - reached)
    assert not unused, "No view, mail or other template uses:\n" + "\n".join(unused)


def test_every_template_that_code_names_is_there():
    missing = []
    for source in sources():
        for node in source.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[\w-]+/[\w/-]+\.(html|txt)", node.value)
            ):
                try:
                    get_template(node.value)
                except TemplateDoesNotExist:
                    missing.append(f"{source.at(node)} {node.value}")
    assert not missing, "There is no such template:\n" + "\n".join(missing)


# Strict pages -------------------------------------------------------------------------------------


def elements(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield offset, name and attributes of each start tag, template tags blanked out."""
    blank = TAG.sub(lambda match: re.sub(r"\S", "_", match[0].replace(">", "_")), text)
    for match in ELEMENT.finditer(blank):
        yield match.start(), match[1].lower(), match[2]


@each_template
def test_nothing_is_trusted_by_the_template(path):
    text = read(path)
    found = [
        f"{at(path, text, match.start())} {match[0].strip()}"
        for match in re.finditer(r"\|\s*(safe|safeseq)\b|{%\s*autoescape\s+off", text)
        if not template_name(path).endswith(".txt")  # plain mails have nothing to escape
    ]
    assert not found, "Safe text is made in Python, where it is reviewed:\n" + "\n".join(found)


@each_template
def test_nothing_inline_runs_or_styles(path):
    text, found = read(path), []
    for offset, name, attributes in elements(text):
        if name == "script" and not re.search(r"\bsrc\s*=", attributes):
            if "application/ld+json" not in attributes:
                found.append(f"{at(path, text, offset)} script without src")
        if name == "style" and not is_mail(path):
            found.append(f"{at(path, text, offset)} style element")
        if re.search(r"(^|\s)style\s*=", attributes) and not is_mail(path):
            found.append(f"{at(path, text, offset)} style attribute of <{name}>")
        if handler := re.search(r"(?:^|\s)(on[a-z]+)\s*=", attributes):
            found.append(f"{at(path, text, offset)} {handler[1]} of <{name}>")
        if "javascript:" in attributes.lower():
            found.append(f"{at(path, text, offset)} javascript: in <{name}>")
    assert not found, "The content security policy stops this:\n" + "\n".join(found)


@each_template
def test_nothing_comes_from_another_origin(path):
    text, found = read(path), []
    for offset, name, attributes in elements(text):
        addresses = r"(?:src|srcset|poster|data|action|formaction|background)"
        if name in {"link", "use", "image"}:
            addresses = r"(?:href|xlink:href|src)"
        if match := re.search(
            rf"(?:^|\s){addresses}\s*=\s*[\"']?\s*((?:https?:)?//[^\s\"']+)", attributes
        ):
            found.append(f"{at(path, text, offset)} <{name}> {match[1]}")
    assert not found, "Everything comes from our own origin:\n" + "\n".join(found)


@each_template
def test_every_form_that_posts_has_its_token(path):
    text, found = read(path), []
    for match in FORM.finditer(text):
        if not re.search(r"""method\s*=\s*["']?post""", match[1], re.IGNORECASE):
            continue
        is_free = any(f'"{name}"' in match[1] for name in WITHOUT_TOKEN)
        has_token = "{% csrf_token %}" in match[2]
        if not has_token and not is_free:
            found.append(f"{at(path, text, match.start())} lacks {{% csrf_token %}}")
        if has_token and is_free:
            found.append(f"{at(path, text, match.start())} would set a cookie on a public page")
    assert not found, "\n".join(found)


@each_template
def test_it_asks_the_database_nothing(path):
    text = read(path)
    found = [
        f"{at(path, text, match.start())} {match[0][:70]}"
        for match in TAG.finditer(text)
        if not re.match(r"{%\s*(load|extends|translate|blocktranslate|comment)\b", match[0])
        if QUERY.search(without_texts(match[0]))
    ]
    assert not found, "Prepare it in the view or selector:\n" + "\n".join(found)


def without_texts(tag: str) -> str:
    return re.sub(r"""["'][^"']*["']""", "", tag)


def test_safe_text_is_made_in_few_places():
    """Every ``mark_safe`` is one more place to review; ``format_html`` needs none."""
    found = []
    for source in sources():
        places = [
            source.at(node)
            for node in source.nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"mark_safe", "SafeString"}
        ]
        if len(places) > REVIEWED.get(source.relative, 0):
            found += places
    assert not found, "Use format_html, or review it and say here why:\n" + "\n".join(found)


def test_the_reviewed_places_are_still_there():
    assert all((ROOT / name).is_file() for name in REVIEWED)
