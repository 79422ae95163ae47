"""Catalogues: every text of the code in every language, whole, with its places, and no 을(를)."""

import re
import shutil
import subprocess

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext, trans_real

from config.env import KNOWN_LANGUAGES, ROOT
from config.tests.catalogue_texts import (
    all_uses,
    catalogue,
    dynamic_calls,
    in_python,
    in_template,
)
from config.tests.sources import sources, templates

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

NAMED = re.compile(r"%\((\w+)\)[sdf]|\{(\w+)\}")
POSITIONAL = re.compile(r"(?<!%)%[sdf]")
DOUBLE_PARTICLE = re.compile(
    r"[을를은는이가과와아야]\s?\([을를은는이가과와아야]\)"
    r"|\((?:으|이)\)(?:로|라|나|랑)|(?<![가-힣])(?:을/를|은/는|이/가|과/와|와/과)(?![가-힣\"'])"
)
FOREIGN = "config/foreign_texts.py"
"""What others wrote stays as they wrote it."""
MOST_SHOWN = 30


def current_entries(language: str) -> list[polib.POEntry]:
    return [entry for entry in catalogue(language) if not entry.obsolete]


def shown(found: list[str]) -> str:
    rest = len(found) - MOST_SHOWN
    return "\n".join(found[:MOST_SHOWN]) + (f"\n… and {rest} more" if rest > 0 else "")


def texts_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def places(text: str) -> set[str]:
    return {first or second for first, second in NAMED.findall(text)}


@pytest.mark.behaviour("I18-01", "I18-15")
@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_every_text_of_the_code_is_in_the_catalogue(language):
    entries = {(entry.msgctxt, entry.msgid): entry for entry in current_entries(language)}
    missing, plural_differs = {}, {}
    for use in all_uses():
        entry = entries.get(use.text.key)
        if entry is None:
            missing[use.text.key] = f"{use.where}: {use.text.msgid!r}"
        elif use.text.plural and entry.msgid_plural != use.text.plural:
            plural_differs[use.text.key] = f"{use.where}: {use.text.plural!r}"
    assert not missing, f"{len(missing)} texts are not in the catalogue of {language}:\n" + shown(
        sorted(missing.values())
    )
    assert not plural_differs, f"Plurals of {language} differ from the code:\n" + shown(
        sorted(plural_differs.values())
    )


@pytest.mark.behaviour("I18-01", "I18-15")
@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_every_text_is_translated_and_none_is_a_guess(language):
    """English may leave a text empty: what stands in the code is English already."""
    found = []
    for entry in current_entries(language):
        if entry.fuzzy:
            found.append(f"{entry.linenum}: fuzzy: {entry.msgid!r}")
        elif language != "en" and not all(text.strip() for text in texts_of(entry)):
            found.append(f"{entry.linenum}: not translated: {entry.msgid!r}")
    assert not found, f"The catalogue of {language} is not finished:\n" + shown(found)


@pytest.mark.behaviour("I18-05")
@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_every_translation_has_the_places_of_its_text(language):
    found = []
    for entry in current_entries(language):
        wanted = places(entry.msgid) | places(entry.msgid_plural or "")
        for text in filter(None, texts_of(entry)):
            # One of several plural forms may leave out the number: "a minute ago".
            is_free = bool(entry.msgid_plural)
            if (places(text) - wanted) or (not is_free and wanted - places(text)):
                found.append(f"{entry.linenum}: {entry.msgid!r} → {text!r}")
            if entry.msgid.endswith("\n") != text.endswith("\n"):
                found.append(f"{entry.linenum}: line end: {entry.msgid!r}")
    assert not found, f"Named places differ in {language}:\n" + shown(found)


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
def test_every_catalogue_has_the_plural_forms_of_its_language(language):
    forms = {"ko": 1, "en": 2, "es": 2, "ja": 1}[language]
    opened = catalogue(language)
    header = opened.metadata.get("Plural-Forms", "")
    count = int(re.search(r"nplurals\s*=\s*(\d+)", header)[1]) if header else 0
    assert count >= forms, f"Plural-Forms of {language}: {header!r}"
    assert "charset=UTF-8" in opened.metadata.get("Content-Type", "")
    for entry in opened:
        if entry.msgid_plural and not entry.obsolete:
            assert len(entry.msgstr_plural) == count, f"{entry.linenum}: {entry.msgid!r}"


@pytest.mark.behaviour("I18-06")
def test_korean_never_shows_both_particles():
    found = [
        f"{entry.linenum}: {text!r}"
        for entry in current_entries("ko")
        for text in texts_of(entry)
        if DOUBLE_PARTICLE.search(text)
    ]
    assert not found, "Say it without a particle, or with the josa filter:\n" + shown(found)


@pytest.mark.behaviour("I18-06")
def test_no_page_or_script_shows_both_particles():
    files = [*templates(), *sorted((ROOT / "config" / "static").rglob("*.js"))]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if DOUBLE_PARTICLE.search(
            re.sub(r"""josa:\s*["'][^"']*["']|particle:\s*["'][^"']*["']""", "", line)
        )
    ]
    assert not found, "Use the josa filter:\n" + shown(found)


@pytest.mark.behaviour("I18-05")
def test_no_text_is_put_together_before_it_is_translated():
    found = [line for source in sources() for line in dynamic_calls(source.tree, source.relative)]
    assert not found, "Catalogues hold whole sentences with named places:\n" + shown(found)


@pytest.mark.behaviour("I18-05")
def test_places_in_texts_have_names():
    """Languages order words differently: two places without names cannot be moved."""
    found = sorted(
        {
            f"{use.where}: {use.text.msgid!r}"
            for use in all_uses()
            if POSITIONAL.search(use.text.msgid) and not use.where.startswith(FOREIGN)
        }
    )
    assert not found, "Name every place:\n" + shown(found)


def test_compiled_catalogues_are_not_in_version_control():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no version control here")
    listed = subprocess.run(
        ["git", "ls-files", "*.mo", "*.pot"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert listed == ""


def test_the_reader_of_python_sees_every_way_to_ask():
    import ast

    code = (
        "a = _('one'); b = gettext_lazy('two ' 'halves'); c = ngettext('%(n)s cat', '%(n)s cats', n)\n"
        "d = pgettext('month', 'May'); e = npgettext('unit', 'foot', 'feet', 2); f = _(name)\n"
    )
    read = {
        (use.text.context, use.text.msgid, use.text.plural)
        for use in in_python(ast.parse(code), "x")
    }
    assert read == {
        (None, "one", ""),
        (None, "two halves", ""),
        (None, "%(n)s cat", "%(n)s cats"),
        ("month", "May", ""),
        ("unit", "foot", "feet"),
    }


def test_the_reader_of_templates_sees_every_way_to_ask():
    source = (
        "{% translate \"It's\" %}{% translate 'May' context 'month' %}"
        "{% include 'x' with label=_('Label') %}{{ a|default:_(\"None\") }}"
        "{% blocktranslate trimmed %}\n  Hello {{ name }},\n  welcome 100%\n{% endblocktranslate %}"
        "{% blocktranslate count n=3 %}{{ n }} cat{% plural %}{{ n }} cats{% endblocktranslate %}"
    )
    read = {(use.text.context, use.text.msgid, use.text.plural) for use in in_template(source, "x")}
    assert read == {
        (None, "It's", ""),
        ("month", "May", ""),
        (None, "Label", ""),
        (None, "None", ""),
        (None, "Hello %(name)s, welcome 100%%", ""),
        (None, "%(n)s cat", "%(n)s cats"),
    }


@pytest.mark.behaviour("I18-15")
def test_an_unfinished_catalogue_shows_english(settings, tmp_path):
    """Not the default language: a Spanish reader is not helped by Korean."""
    for language, texts in {
        "ko": {"Only half done": "반쯤", "Done": "끝"},
        "es": {"Done": "Hecho"},
    }.items():
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        made = polib.POFile()
        made.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
        made.extend(polib.POEntry(msgid=msgid, msgstr=text) for msgid, text in texts.items())
        made.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]
    held, trans_real._translations = trans_real._translations, {}
    try:
        with translation.override("es"):
            assert gettext("Done") == "Hecho"
            assert gettext("Only half done") == "Only half done"
        with translation.override("ko"):
            assert gettext("Only half done") == "반쯤"
    finally:
        trans_real._translations = held
