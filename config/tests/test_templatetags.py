import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from config.fields import TextField
from config.templatetags import madang

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "config" / "static" / "madang"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def render(source: str, **context) -> str:
    return Template("{% load madang %}" + source).render(Context(context))


class LetterForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on your door.")
    text = TextField(label="Text", max_graphemes=5, lines=True, required=False)
    tone = forms.ChoiceField(
        label="Tone", choices=[("kind", "Kind"), ("terse", "Terse")], widget=forms.RadioSelect
    )
    is_urgent = forms.BooleanField(label="Urgent", required=False)


def templates() -> list[Path]:
    return [
        path
        for path in ROOT.glob("*/templates/**/*.html")
        if not path.is_relative_to(ROOT / ".venv")
    ]


def test_every_icon_that_a_template_names_is_in_the_sprite():
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    for path in templates():
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text()):
            assert name in symbols, f"{path}: {name}"


def test_the_label_of_an_icon_stays_text_though_an_equal_one_was_markup():
    typed = "<b>'하나'</b> & 둘"
    escaped = "&lt;b&gt;&#x27;하나&#x27;&lt;/b&gt; &amp; 둘"
    for first, second in ((mark_safe(typed), typed), (typed, mark_safe(typed))):
        madang._drawn_icon.cache_clear()
        render('{% icon "bell" label=label %}', label=first)
        render('{% icon "bell" label=label %}', label=second)
        html = render('{% icon "bell" label=label %}', label=typed)
        assert f'aria-label="{escaped}"' in html and "<b>" not in html


def test_icons_differ_by_size_label_and_language():
    for _again in range(2):
        assert render('{% icon "bell" %}') != render('{% icon "bell" "s" %}')
        assert "aria-label" not in render('{% icon "bell" %}')
        seen = set()
        for language in ("ko", "en", "es"):
            with translation.override(language):
                seen.add(render('{% icon "bell" label=label %}', label=gettext_lazy("Close")))
        assert len(seen) == 3


def test_every_static_file_that_a_template_names_is_there():
    for path in templates():
        for name in re.findall(r'{% (?:static|absolute_static) "madang/([^"]+)"', path.read_text()):
            assert (STATIC / name).exists(), f"{path}: {name}"


def test_templates_have_no_inline_style_script_or_safe_filter():
    for path in templates():
        if "emails" in path.parts:
            continue
        text = path.read_text()
        for pattern in (r"\sstyle=", r"<style", r"\son[a-z]+=\"", r"\|\s*safe\b"):
            assert not re.search(pattern, text), f"{path}: {pattern}"
        assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", text), path


def test_the_stylesheet_of_code_is_that_of_the_renderer():
    from blog.markdown.pygments_css import stylesheet

    written = (STATIC / "css" / "code.css").read_text()
    assert written.split("*/\n", 1)[1] == stylesheet()


def test_every_stylesheet_is_imported_into_a_declared_layer():
    site = (STATIC / "css" / "site.css").read_text()
    desks = [path.read_text() for path in sorted((STATIC / "css" / "desk").glob("*.css"))]
    layers = re.search(r"@layer ([^;]+);", site)[1].split(", ")
    found = re.findall(
        r'@import url\("([^"]+)"\) layer\((\w+)\)', site + "".join(desks).replace("../", "")
    )
    imports = dict(found)
    assert len(imports) == len(found)
    files = {str(path.relative_to(STATIC / "css")) for path in (STATIC / "css").rglob("*.css")}
    assert set(imports) == {name for name in files if not name.startswith("desk/")} - {
        "site.css",
        "admin-desk.css",
        "admin.css",
    }
    assert set(imports.values()) <= set(layers)


def test_only_tokens_and_code_name_colours():
    for path in (STATIC / "css").rglob("*.css"):
        if path.name in {"tokens.css", "code.css", "print.css", "admin.css", "admin-desk.css"}:
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())
        assert not found, f"{path}: {found}"


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in madang.icon("home")
    labelled = madang.icon("home", label="Home")
    assert 'role="img"' in labelled
    assert 'aria-label="Home"' in labelled


def test_icons_come_from_our_own_origin_even_if_static_files_do_not(settings):
    settings.STATIC_URL = "https://static.example/files/"
    assert "https://static.example" not in madang.icon("home")


def test_when_shows_relative_time_with_the_exact_one_on_hover():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    html = madang.when(moment)
    assert 'datetime="2026-01-02T03:04:05Z"' in html
    assert 'title="Jan. 2, 2026, 12:04 p.m."' in html
    assert "data-relative" in html
    assert madang.when(None) == madang.when_exact(None) == ""


def test_an_avatar_has_its_size_and_a_finer_picture_for_fine_screens():
    person = SimpleNamespace(avatar_url=lambda size: f"/avatars/{size}/")
    html = madang.avatar(person, 36)
    assert 'src="/avatars/36/"' in html
    assert 'srcset="/avatars/128/ 2x"' in html
    assert 'width="36" height="36"' in html
    assert 'alt=""' in html
    assert "srcset" not in madang.avatar(person, 256)


def test_a_field_is_tied_to_its_label_help_and_errors():
    html = render("{% form_field form.name %}", form=LetterForm({}))
    assert '<label class="field__label" for="id_name">' in html
    assert 'aria-describedby="id_name_help id_name_errors"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_help"' in html
    assert 'id="id_name_errors"' in html
    assert "This field is required." in html


def test_a_field_without_errors_says_nothing_of_them():
    html = render("{% form_field form.name %}", form=LetterForm())
    assert "aria-invalid" not in html
    assert 'aria-describedby="id_name_help"' in html
    assert "optional" not in html


def test_a_counted_field_names_its_counter():
    html = render(
        '{% form_field form.text is_counted=True css="big" data_keep="t" %}', form=LetterForm()
    )
    assert 'data-counter="id_text_count"' in html
    assert 'id="id_text_count"' in html
    assert 'data-limit="5"' in html
    assert 'class="big"' in html
    assert 'data-keep="t"' in html
    assert "optional" in html
    assert "Up to 5 characters" in html


def test_choices_are_a_group_with_a_legend():
    html = render("{% form_field form.tone %}", form=LetterForm({}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert 'aria-describedby="id_tone_errors"' in html
    assert html.count('type="radio"') == 2


def test_a_check_box_stands_inside_its_label():
    html = render("{% form_field form.is_urgent %}", form=LetterForm())
    assert re.search(r'<label class="choice" for="id_is_urgent"><input type="checkbox"', html)


def test_a_bare_control_does_not_point_at_help_that_is_not_there():
    html = render("{% control form.name %}", form=LetterForm())
    assert "aria-describedby" not in html


def test_the_summary_links_every_error_to_its_field():
    form = LetterForm({"text": "가나다라마바", "tone": "kind"})
    form.is_valid()
    form.add_error(None, "Not today.")
    html = render("{% error_summary form %}", form=form)
    assert 'role="alert"' in html
    assert "autofocus" in html
    assert 'href="#id_name"' in html
    assert 'href="#id_text"' in html
    assert "Not today." in html
    assert "Please look at 3 things again." in html


def test_there_is_no_summary_before_a_form_is_sent():
    assert render("{% error_summary form %}", form=LetterForm()).strip() == ""
    assert render("{% error_summary form %}", form=None).strip() == ""


def test_errors_and_labels_are_escaped():
    form = LetterForm({"tone": "<b>"})
    html = render("{% error_summary form %}{% form_field form.tone %}", form=form)
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("language", "number", "text"),
    [
        ("en", 0, "0"),
        ("en", 999, "999"),
        ("en", 1234, "1,234"),
        ("en", 12_345, "12K"),
        ("en", 1_250_000, "1.2M"),
        ("ko", 1234, "1,234"),
        ("ko", 12_345, "1.2만"),
        ("ko", 19_999, "1.9만"),
        ("ko", 20_000, "2만"),
        ("ko", 123_456, "12만"),
        ("ja", 12_345, "1.2万"),
        ("es", 1_250_000, "1,2 M"),
    ],
)
def test_large_numbers_are_short(language, number, text):
    with translation.override(language):
        assert madang.compact_number(number) == text


def test_no_number_is_zero():
    assert madang.compact_number(None) == "0"


def test_particles_follow_their_word():
    assert render('{{ name|josa:"을/를" }}', name="미나") == "미나를"
    assert render('{{ name|particle:"은/는" }}', name="준호") == "는"
    assert "&lt;" in render('{{ name|josa:"을/를" }}', name="<미나>")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://www.example.com/", "example.com"),
        ("https://example.com/%EA%B8%80/", "example.com/글"),
        ("https://example.com/" + "a" * 80, "example.com/" + "a" * 27 + "…"),
    ],
)
def test_links_are_shown_as_people_say_them(url, text):
    assert madang.short_link(url) == text


def test_months_have_names():
    with translation.override("ko"):
        assert madang.month_name(2026, 11) == "2026년 11월"
        assert madang.month_name(2026, 11, is_short=True) == "11월"


def test_the_wordmark_is_drawn_for_our_name_and_written_for_another():
    assert "<path" in render("{% wordmark title %}", title="마당")
    assert 'aria-label="마당"' in render("{% wordmark title %}", title="마당")
    other = render("{% wordmark title %}", title="글밭 <3")
    assert "글밭 &lt;3" in other
    assert "aria-label" not in other


@pytest.mark.parametrize(
    "status",
    ["400", "403", "403_csrf", "404", "405", "410", "413", "429", "451", "500", "503"],
)
def test_error_pages_need_no_context(status):
    html = render_to_string(f"errors/{status}.html")
    assert "<h1>" in html
    assert status[:3] in html
    assert 'href="/"' in html
    assert "req-1" in render_to_string(f"errors/{status}.html", {"request_id": "req-1"})
