"""``manage.py translate``: start, update, compile and check catalogues without losing work."""

import shutil

import polib
import pytest
from django.core.management import CommandError, call_command

from tools import catalogues

pytestmark = pytest.mark.one_engine


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A copy of the catalogues to work on."""
    shutil.copytree(catalogues.ROOT / "locale", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    defaults = (tmp_path,)
    for function in (catalogues.catalogues, catalogues.compile_stale):
        monkeypatch.setattr(function, "__defaults__", defaults)
    return tmp_path / "locale"


@pytest.mark.behaviour("I18-13")
def test_a_language_is_started_once_with_every_text(workshop):
    call_command("translate", "init", "fr")
    french = polib.pofile(str(workshop / "fr/LC_MESSAGES/django.po"))
    english = polib.pofile(str(workshop / "en/LC_MESSAGES/django.po"))
    assert len(french) == len(english)
    assert not any(entry.msgstr for entry in french)
    with pytest.raises(CommandError, match="init"):
        call_command("translate", "init", "fr")
    with pytest.raises(CommandError, match="init"):
        call_command("translate", "init", "../../etc")
    assert sorted(path.name for path in (workshop / "fr/LC_MESSAGES").iterdir()) == ["django.po"]


@pytest.mark.behaviour("I18-13", "I18-14")
def test_check_names_what_is_missing_and_fails(workshop, capsys):
    korean = workshop / "ko/LC_MESSAGES/django.po"
    catalogue = polib.pofile(str(korean))
    catalogue[0].msgstr = ""
    catalogue[1].flags.append("fuzzy")
    catalogue.save()
    with pytest.raises(CommandError, match="check"):
        call_command("translate", "check")
    said = capsys.readouterr().err
    assert repr(catalogue[0].msgid) in said
    assert "fuzzy" in said


@pytest.mark.behaviour("I18-13", "I18-14")
def test_compile_builds_what_is_stale_and_leaves_nothing_behind(workshop):
    for path in workshop.glob("*/LC_MESSAGES/*.mo"):
        path.unlink()
    call_command("translate", "compile")
    assert len(list(workshop.glob("*/LC_MESSAGES/*.mo"))) == 4
    assert not list(workshop.glob("*/LC_MESSAGES/*.partial"))
    broken = workshop / "ja/LC_MESSAGES/django.po"
    broken.write_bytes(b"msgid \xff\xfe nonsense")
    with pytest.raises(CommandError, match="compile"):
        call_command("translate", "compile")
