"""What templates of every app use: icons, times, avatars, form fields, numbers, particles.

Tag, template (``components/``) and stylesheet share one name.
"""

from datetime import date, datetime
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

from django import forms, template
from django.conf import settings
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from config import arrivals, clock
from config import josa as particles
from config.selectors import site_settings

register = template.Library()

SPRITE = "madang/icons.svg"
AVATAR_SIZES = (36, 64, 128, 256)
MYRIAD_WORDS = {"ko": "만", "ja": "万"}
"""Languages that count large numbers in ten thousands."""

TITLES_OF_WORDMARK = frozenset({"마당", "Madang", "マダン"})
SHORT_LINK_LENGTH = 40
ROWS = (forms.CheckboxSelectMultiple, forms.RadioSelect)


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw ``name`` of the sprite; silent unless it has a ``label``. ``size="s"`` is 16 px.

    The sprite always comes from our own origin: browsers refuse <use> across origins, also when
    the other static files are on a host of their own.
    """
    return _drawn_icon(name, size, conditional_escape(label), sprite_path())


def sprite_path() -> str:
    """Return the path of the sprite on our own origin."""
    return _path_of(static(SPRITE))


@lru_cache(maxsize=8)
def _path_of(url: str) -> str:
    return urlsplit(url).path


@lru_cache(maxsize=1000)
def _drawn_icon(name: str, size: str, label: SafeString, sprite: str) -> SafeString:
    names = f"icon icon--{size}" if size else "icon"
    href = f"{sprite}#{name}"
    if label:
        return format_html(
            '<svg class="{}" width="20" height="20" role="img" aria-label="{}">'
            '<use href="{}"></use></svg>',
            names,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" width="20" height="20" aria-hidden="true"><use href="{}"></use></svg>',
        names,
        href,
    )


@register.simple_tag
def when(moment: datetime | None) -> SafeString | str:
    """Show how long ago ``moment`` was, with the exact time on hover; time.js keeps it fresh."""
    if not moment:
        return ""
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        clock.iso(moment),
        clock.exact(moment),
        clock.relative(moment),
    )


@register.simple_tag
def when_exact(moment: datetime | None) -> SafeString | str:
    """Show date and time of ``moment``."""
    if not moment:
        return ""
    return format_html('<time datetime="{}">{}</time>', clock.iso(moment), clock.exact(moment))


@register.simple_tag
def when_date(moment: datetime | None) -> SafeString | str:
    """Show the date of ``moment``, with the exact time on hover."""
    if not moment:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        clock.iso(moment),
        clock.exact(moment),
        clock.exact_date(moment),
    )


@register.simple_tag
def avatar(person, size: int = 36, alt: str = "", extra: str = "") -> SafeString:
    """Show the picture of ``person``, ``size`` px wide; ``alt`` is empty beside the name."""
    finer = next((other for other in AVATAR_SIZES if other >= 2 * size), None)
    srcset = format_html(' srcset="{} 2x"', person.avatar_url(finer)) if finer else SafeString("")
    return format_html(
        '<img class="{}" src="{}"{} width="{}" height="{}" alt="{}" loading="lazy"'
        ' decoding="async">',
        f"avatar {extra}".strip(),
        person.avatar_url(size),
        srcset,
        size,
        size,
        alt,
    )


@register.inclusion_tag("components/wordmark.html")
def wordmark(title: str = "마당") -> dict[str, object]:
    """Show the name of the site: our lettering, or the mark and the owner's own title."""
    return {"title": title, "has_lettering": title in TITLES_OF_WORDMARK}


def _control(field, is_counted: bool, attributes: dict[str, object]) -> SafeString:
    """Return the control of ``field`` with what screen readers and scripts need to know."""
    widget = field.field.widget
    names = {name.replace("_", "-"): value for name, value in attributes.items()}
    if "css" in names:
        names["class"] = names.pop("css")
    if is_counted:
        names["data-counter"] = f"{field.auto_id}_count"
    if not isinstance(widget, ROWS):
        described = _descriptions(field, is_counted)
        if described:
            names["aria-describedby"] = described
        if field.errors:
            names["aria-invalid"] = "true"
    return field.as_widget(attrs=names)


def _descriptions(field, is_counted: bool) -> str:
    parts = [("help", field.help_text), ("errors", field.errors), ("count", is_counted)]
    return " ".join(f"{field.auto_id}_{name}" for name, is_there in parts if is_there)


@register.simple_tag
def control(field, *, is_counted: bool = False, **attributes) -> SafeString:
    """Draw the control of ``field`` alone; its label and errors are the template's care.

    Keywords become attributes, ``data_keep="x"`` as ``data-keep``; ``css`` is its class.
    """
    # Without help beside it, the help must not be named as its description.
    field.help_text = ""
    return _control(field, is_counted, attributes)


@register.inclusion_tag("components/form_field.html")
def form_field(
    field, label: str = "", *, is_bare: bool = False, is_counted: bool = False, **attributes
):
    """Show ``field`` of a form: label, control, help, errors, tied together for screen readers.

    ``label`` replaces the form's; ``is_bare`` hides the label from sight; ``is_counted`` adds the
    live counter of graphemes of a ``config.fields.TextField``. Other keywords as ``control``.
    """
    widget = field.field.widget
    return {
        "field": field,
        "label": label or field.label,
        "control": _control(field, is_counted, attributes),
        # A group carries its description itself; each choice has its own label.
        "described_by": _descriptions(field, is_counted),
        "is_bare": is_bare,
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_group": isinstance(widget, ROWS),
        "is_hidden": field.is_hidden,
        "is_optional": not field.field.required,
        "is_counted": is_counted,
    }


@register.inclusion_tag("components/counter.html")
def counter(field) -> dict[str, object]:
    """Show how many graphemes of ``field`` are written and allowed; counter.js keeps it live."""
    return {"id": field.auto_id, "limit": field.field.max_graphemes}


@register.inclusion_tag("components/arrival_fields.html")
def arrival_fields() -> dict[str, object]:
    """Put into a form what tells people from programs: a field that nobody sees, and a clock."""
    return {"trap": arrivals.TRAP, "clock": arrivals.CLOCK, "started": arrivals.started_now()}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form) -> dict[str, object]:
    """List what is wrong with a sent form, each with a link to its field; takes the focus."""
    entries = []
    if form is not None and form.is_bound:
        entries = [
            {
                "id": form[name].id_for_label or form[name].auto_id,
                "label": form[name].label,
                "text": text,
            }
            if name in form.fields
            else {"id": "", "label": "", "text": text}
            for name, texts in form.errors.items()
            for text in texts
        ]
    return {"entries": entries}


@register.simple_tag
def month_name(year: int, month: int, *, is_short: bool = False) -> str:
    """Return the name of a month, with its year unless ``is_short``: 2026년 11월."""
    return formats.date_format(date(year, month, 1), "F" if is_short else "YEAR_MONTH_FORMAT")


@register.filter
def absolute(path: str) -> str:
    """Return the whole address of ``path`` on this site, for canonical links and cards."""
    return urljoin(settings.SITE_URL, str(path))


@register.simple_tag
def absolute_static(path: str) -> str:
    """Return the whole address of a static file."""
    return urljoin(settings.SITE_URL, static(path))


@register.simple_tag
def card_image() -> str:
    """Return the whole address of the picture that stands beside links to the site."""
    path = site_settings().card_path
    return urljoin(settings.SITE_URL, path or static("madang/icons/og-card.png"))


@register.filter
def compact_number(number: int | None) -> str:
    """Return ``number`` in few characters: 987, 1,234, 1.2만, 12K."""
    number = number or 0
    language = (get_language() or "").split("-")[0]
    if number < 10_000:
        return formats.number_format(number, force_grouping=number >= 1000)
    if language in MYRIAD_WORDS:
        return _shortened(number, 10_000) + MYRIAD_WORDS[language]
    if number < 1_000_000:
        return _shortened(number, 1_000) + ("K" if language != "es" else " mil")
    return _shortened(number, 1_000_000) + ("M" if language != "es" else " M")


def _shortened(number: int, unit: int) -> str:
    """Return ``number`` in ``unit``s, cut (never rounded up) to one decimal below ten units."""
    tenths = number * 10 // unit
    if tenths < 100 and tenths % 10:
        return formats.number_format(tenths / 10, decimal_pos=1)
    return formats.number_format(tenths // 10, force_grouping=tenths >= 10_000)


@register.filter
def josa(word: str, pair: str) -> str:
    """Return ``word`` with the particle of ``pair`` that fits it: ``{{ name|josa:"을/를" }}``."""
    return particles.with_josa(str(word), pair)


@register.filter
def particle(word: str, pair: str) -> str:
    """Return the particle alone, for a word that stands in a tag of its own."""
    return particles.josa(str(word), pair)


@register.filter
def short_link(url: str) -> str:
    """Return ``url`` as people say it: without scheme, ``www.`` and last slash, not too long."""
    parts = urlsplit(url)
    text = unquote(f"{parts.netloc.removeprefix('www.')}{parts.path}").rstrip("/")
    return text if len(text) <= SHORT_LINK_LENGTH else f"{text[: SHORT_LINK_LENGTH - 1]}…"
