"""Korean speaks in one voice, 해요체, and glues no particle to a name it does not know (I18-06).

Every form of the site is filled in wrongly, in each wrong way, and the answers are read: what
Django, allauth or a validator says there counts as ours.
"""

import ast
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import knox
import pytest
import rest_framework
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import get_default_password_validators
from django.core import validators
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import translation

from accounts.tests.factories import make_person
from config.tests.catalogue_texts import catalogue, in_python
from config.tests.sources import sources
from config.tests.test_guard_catalogues import DOUBLE_PARTICLE
from config.tests.test_guard_urls import ROUTES, samples_of
from config.tests.world import make_world, signed_in

pytestmark = [pytest.mark.behaviour("I18-06"), pytest.mark.one_engine]

FORMAL = re.compile(r"[가-힣]*(?:니다|시오|니까)(?=[.!?…)\"”’]|\s*$|\s*<)", re.M)
GLUED = re.compile(r"[A-Za-z0-9@”\"’'›»)]\s?(?:을\(를\)|이\(가\))")
SEPARATED = re.compile(r"(?<=[”\"’)])\s(?:을|를|이|가|은|는)\s")
OTHERS = ("admin/", "healthz", "readyz")
"""The administration is Django's own house; health is read by machines."""
OF_THE_MEMBER = ("import", "jobs", "passkeys")
"""What these show belongs to 준호 (config/tests/world.py)."""
LEAVE_ALONE = {"csrfmiddlewaretoken", "next"}
WRONG = {
    "nothing": "",
    "nonsense": "가 나다",
    "a zero": "가\x00나",
    "far too much": "가나다라" * 1000,
    "one's own handle": "minah",
    "digits": "12345678",
    "something else": "something-else@",
}


def complaints_about(text: str) -> list[str]:
    """Return what a Korean reader would stumble over."""
    return [
        match[0].strip()
        for pattern in (FORMAL, DOUBLE_PARTICLE, GLUED, SEPARATED)
        for match in pattern.finditer(text)
    ]


# Every form of the site ---------------------------------------------------------------------------


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    """Name → type."""


class Reader(HTMLParser):
    """Reads the forms of a page that are sent by POST, and what people read on it."""

    SILENT = frozenset({"script", "style", "textarea", "template", "title", "article"})

    def __init__(self, path: str):
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._is_open = False
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_open = given.get("method", "").lower() == "post"
            if self._is_open:
                self.forms.append(Form(given.get("action") or self.path))
        elif self._is_open and tag in {"input", "select", "textarea", "button"} and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("type", tag)
        self._silent += tag in self.SILENT

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_open = False
        self._silent -= tag in self.SILENT

    def handle_data(self, data):
        if not self._silent and data.strip():
            self.text.append(" ".join(data.split()))


def read(path: str, html: str) -> Reader:
    reader = Reader(path)
    reader.feed(html)
    return reader


def html_of(response) -> str:
    """Return the page; empty for files, which are read to their end, and data."""
    if response.streaming:
        b"".join(response.streaming_content)
    elif response.headers.get("Content-Type", "").startswith("text/html"):
        return response.content.decode()
    return ""


@pytest.fixture(scope="module")
def whole_world(django_db_setup, django_db_blocker):
    """One site for all routes."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = make_world()
        world.sessions["author"] = signed_in(world.minah)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def db(whole_world):
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


TRIED: set[tuple[str, str]] = set()
"""The header's forms stand on every page: once is enough."""


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if not route.route.startswith(OTHERS)],
    ids=lambda route: route.label,
)
def test_every_form_answers_in_our_voice(route, db, whole_world):
    found = []
    for values in samples_of(route, whole_world):
        path = route.path(values)
        is_of_the_member = any(part in route.route for part in OF_THE_MEMBER)
        for visitor in ("anonymous", "member" if is_of_the_member else "author"):
            page = read(path, html_of(whole_world.client(visitor).get(path)))
            found += [f"{path}: {one}" for line in page.text for one in complaints_about(line)]
            for form in page.forms:
                if (visitor, form.action) not in TRIED:
                    TRIED.add((visitor, form.action))
                    found += answers_of(whole_world, visitor, form)
    assert not found, "Not how we speak:\n" + "\n".join(dict.fromkeys(found))


def answers_of(world, visitor: str, form: Form) -> list[str]:
    found = []
    for way, value in WRONG.items():
        given = {
            name: value
            for name, kind in form.fields.items()
            if name not in LEAVE_ALONE and kind != "file"
        }
        point = transaction.savepoint()
        response = world.client(visitor).post(form.action, given, follow=True)
        transaction.savepoint_rollback(point)
        found += [
            f"{form.action} with {way}: {one} in {line[-80:]!r}"
            for line in read(form.action, html_of(response)).text
            for one in complaints_about(line)
        ]
    return found


# What no form happens to say today ------------------------------------------------------------------


FOREIGN = (
    (django, "forms/*.py"),
    (django, "core/validators.py"),
    (django, "contrib/auth/*.py"),
    (django, "db/models/**/*.py"),
    (allauth, "*/*.py"),
    (rest_framework, "*.py"),
    (knox, "auth.py"),
)


def subclasses(kind: type) -> list[type]:
    return [kind, *(one for child in kind.__subclasses__() for one in subclasses(child))]


@pytest.mark.guard
def test_every_field_and_validator_of_django_speaks_as_we_do():
    """Also those that no form of ours uses yet."""
    with translation.override("ko"):
        texts = {
            str(text)
            for kind in subclasses(forms.Field)
            for text in getattr(kind, "default_error_messages", {}).values()
        }
        for kind in subclasses(validators.BaseValidator) + [
            validators.RegexValidator,
            validators.URLValidator,
            validators.EmailValidator,
            validators.FileExtensionValidator,
            validators.ProhibitNullCharactersValidator,
            validators.DecimalValidator,
        ]:
            texts.add(str(getattr(kind, "message", "")))
        found = [f"{text}: {one}" for text in texts for one in complaints_about(text)]
    assert not found, "List them in config/foreign_texts.py:\n" + "\n".join(found)


@pytest.mark.parametrize("password", ["minah", "minah123", "12345678", "password", "1", "iloveyou"])
def test_what_is_said_of_a_password_is_said_in_our_voice(db, password):
    found = []
    with translation.override("ko"):
        person = make_person("minahminah", "미나")
        person.handle = "minah123"
        for validator in get_default_password_validators():
            found += complaints_about(validator.get_help_text())
            try:
                validator.validate(password, person)
            except ValidationError as error:
                found += [one for text in error.messages for one in complaints_about(text)]
    assert not found


@pytest.mark.guard
def test_what_we_carry_for_others_is_asked_for_by_them():
    """A text that Django or allauth changed would be carried in vain."""
    asked = {
        use.text.key
        for package, part in FOREIGN
        for path in Path(package.__file__).parent.glob(part)
        for use in in_python(ast.parse(path.read_text(encoding="utf-8")), path.name)
    }
    [ours] = [one for one in sources() if one.relative == "config/foreign_texts.py"]
    carried = {use.text.key for use in in_python(ours.tree, ours.relative)}
    assert carried
    assert carried <= asked, f"They do not say any more: {sorted(carried - asked)}"


@pytest.mark.guard
def test_the_korean_catalogue_speaks_as_we_do():
    found = [
        f"{entry.linenum}: {text!r}"
        for entry in catalogue("ko")
        if not entry.obsolete
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if FORMAL.search(text)
    ]
    assert not found, "해요체, please:\n" + "\n".join(found)


# Does the guard see? --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "필수 항목입니다.",
        "올바른 값을 입력하십시오.",
        "비밀번호가 이름을(를) 닮았어요.",
        "abc 이/가 목록에 없어요.",
        "“abc” 은 목록에 없어요.",
        "정말 지우시겠습니까?",
    ],
)
def test_what_is_not_our_voice_is_seen(text):
    assert complaints_about(text)


@pytest.mark.parametrize(
    "text", ["꼭 필요한 항목이에요.", "어머니 다섯 분", "“나무”는 길어요.", "미나 님이 왔어요."]
)
def test_our_voice_is_left_alone(text):
    assert not complaints_about(text)


def test_the_forms_of_a_page_are_found():
    page = read(
        "/here/",
        '<form method="post"><input name="a" type="email"><textarea name="b">합니다.</textarea>'
        '</form><form action="/there/"><input name="q"></form><p>읽어요.</p>',
    )
    assert page.forms == [Form("/here/", {"a": "email", "b": "textarea"})]
    assert page.text == ["읽어요."]


def test_the_site_has_forms_to_try(whole_world, db):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = whole_world.sessions["author"]
    page = read("/settings/profile/", client.get("/settings/profile/").content.decode())
    assert any("display_name" in form.fields for form in page.forms)
