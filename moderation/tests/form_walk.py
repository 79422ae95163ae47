"""Reading the forms of a page, and filling them in ways that may change something."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

REASON, WORD, PASSWORD = "까닭이 있어요", "words.example", "an0ther-good-Password"
NAMES, NAME = ("slug", "handle", "key"), "까닭-하나"
OPTIONS_TRIED = 14
PLAIN = ("text", "search", "textarea", "")
SPLIT_TIMES = ("_0", "_1")


@dataclass
class Field:
    """One control of a form; ``options`` of selects, ``is_on`` of boxes."""

    name: str
    kind: str
    value: str = ""
    is_on: bool = False
    is_many: bool = False
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    name: str = ""
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others: where it goes and what it asks."""
        return (self.action.partition("?")[0], *sorted({one.name for one in self.fields}))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[Form] = []
        self.elsewhere: dict[str, list[Field]] = {}
        self.form: Form | None = None
        self.select: Field | None = None
        self.area: Field | None = None

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            self.form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.form.name = values.get("id", "")
            self.forms.append(self.form)
        elif tag == "option" and self.select is not None:
            self.select.options.append(values.get("value", ""))
            if "selected" in values:
                self.select.chosen.append(values.get("value", ""))
        elif "disabled" in values:
            return
        elif tag == "input":
            kind = values.get("type", "text").lower()
            if kind in {"submit", "image"}:
                self._button(values)
            elif name:
                held = Field(name, kind, values.get("value", "on" if kind == "checkbox" else ""))
                held.is_on = "checked" in values
                self._add(held, values)
        elif tag == "button" and values.get("type", "submit") == "submit":
            self._button(values)
        elif tag == "select" and name:
            self.select = Field(name, "select", is_many="multiple" in values)
            self._add(self.select, values)
        elif tag == "textarea" and name:
            self.area = Field(name, "textarea")
            self._add(self.area, values)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area is not None:
            self.area.value += data

    def _add(self, held: Field, values: dict[str, str]) -> None:
        if "form" in values:
            self.elsewhere.setdefault(values["form"], []).append(held)
        elif self.form is not None:
            self.form.fields.append(held)

    def _button(self, values: dict[str, str]) -> None:
        if self.form is not None:
            self.form.buttons.append((values.get("name", ""), values.get("value", "")))


def forms_in(html: str) -> list[Form]:
    """Return the forms of a page that post."""
    reader = _Reader()
    reader.feed(html)
    for form in reader.forms:
        form.fields += reader.elsewhere.get(form.name, []) if form.name else []
    return [form for form in reader.forms if form.method == "post"]


def ways_to_fill(form: Form) -> Iterator[dict[str, list[str]]]:
    """Yield what may be sent: once plainly, once changed, and once for every choice and button."""
    seen = set()
    for filled in _ways(form):
        key = tuple(sorted((name, tuple(values)) for name, values in filled.items()))
        if key not in seen:
            seen.add(key)
            yield filled


def _ways(form: Form) -> Iterator[dict[str, list[str]]]:
    buttons = form.buttons or [("", "")]
    for word in (REASON, WORD):
        for is_flipped in (False, True):
            yield _pressed(_filled(form, word, is_flipped=is_flipped), buttons[0])
    for button in buttons[1:]:
        yield _pressed(_filled(form, REASON, is_flipped=False), button)
    for held in _choices(form):
        for option in [one for one in held.options if one][:OPTIONS_TRIED]:
            for word in (REASON, WORD):
                filled = _filled(form, word, is_flipped=False) | {held.name: [option]}
                yield _pressed(filled, buttons[0])


def _choices(form: Form) -> Iterator[Field]:
    radios: dict[str, Field] = {}
    for held in form.fields:
        if held.kind == "select" and not held.is_many:
            yield held
        elif held.kind == "radio":
            radios.setdefault(held.name, Field(held.name, "radio")).options.append(held.value)
    yield from radios.values()


def _filled(form: Form, word: str, *, is_flipped: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for held in form.fields:
        if held.kind == "file":
            continue
        values = found.setdefault(held.name, [])
        if held.kind == "checkbox":
            is_row = held.name in {"_selected_action", "target"}
            if is_row or held.is_on != is_flipped:
                values.append(held.value)
        elif held.kind == "radio":
            if held.is_on or not values:
                found[held.name] = [held.value]
        elif held.kind == "select":
            found[held.name] = _selected(held)
        elif held.kind == "hidden":
            values.append(held.value)
        else:
            values.append(_typed(held, word, is_flipped=is_flipped))
    return {name: values for name, values in found.items() if values}


def _selected(held: Field) -> list[str]:
    if held.chosen or held.is_many:
        return held.chosen
    first = held.options[:1]
    return first if first != [""] else [one for one in held.options if one][:1] or first


def _typed(held: Field, word: str, *, is_flipped: bool) -> str:
    value = held.value.strip()
    if held.kind == "password":
        return PASSWORD
    if held.kind not in PLAIN or held.name.endswith(SPLIT_TIMES) or value[:1] in {"[", "{"}:
        return value
    if not value:
        return NAME if held.name in NAMES else word
    return value + "x" if is_flipped and not value.isdigit() else value


def _pressed(filled: dict[str, list[str]], button: tuple[str, str]) -> dict[str, list[str]]:
    name, value = button
    return filled | ({name: [value]} if name else {})
