"""What templates of every app use: icons, times, avatars, form fields, numbers, particles.

Tag, template (``components/``) and stylesheet share one name.
"""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from django import forms, template
from django.conf import settings
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from config import clock
from config import josa as particles

register = template.Library()

SPRITE = "madang/icons.svg"
AVATAR_SIZES = (36, 64, 128, 256)
MYRIAD_WORDS = {"ko": "만", "ja": "万"}
"""Languages that count large numbers in ten thousands."""

TITLES_OF_WORDMARK = frozenset({"마당", "Madang", "マダン"})
ROWS = (forms.CheckboxSelectMultiple, forms.RadioSelect)


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw ``name`` of the sprite; silent unless it has a ``label``. ``size="s"`` is 16 px.

    The sprite always comes from our own origin: browsers refuse <use> across origins, also when
    the other static files are on a host of their own.
    """
    names = f"icon icon--{size}" if size else "icon"
    href = f"{urlsplit(static(SPRITE)).path}#{name}"
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
    return format_html(
        '<time datetime="{}">{}</time>', clock.iso(moment), clock.exact(moment)
    )


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
    srcset = (
        format_html(' srcset="{} 2x"', person.avatar_url(finer)) if finer else SafeString("")
    )
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


@register.inclusion_tag("components/form_field.html")
def form_field(field, label: str = "", *, is_bare: bool = False, max_count: int = 0, **attributes):
    """Show ``field`` of a form: label, control, help, errors, tied together for screen readers.

    ``label`` replaces the form's; ``is_bare`` hides the label from sight; ``max_count`` adds the
    live counter of graphemes. Other keywords become attributes of the control, ``data_keep="x"``
    as ``data-keep``; ``css`` is its class.
    """
    widget = field.field.widget
    names = {name.replace("_", "-"): value for name, value in attributes.items()}
    if "css" in names:
        names["class"] = names.pop("css")
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}_help")
    if field.errors:
        described.append(f"{field.auto_id}_errors")
        names["aria-invalid"] = "true"
    if max_count:
        described.append(f"{field.auto_id}_count")
        names["data-counter"] = f"{field.auto_id}_count"
        names["data-max"] = max_count
    if described:
        names["aria-describedby"] = " ".join(described)
    is_group = isinstance(widget, ROWS)
    if is_group:
        # The group carries the description; each choice has its own label.
        names.pop("aria-describedby", None)
        names.pop("aria-invalid", None)
    elif field.field.required and not isinstance(widget, forms.CheckboxInput):
        names["aria-required"] = "true"
    return {
        "field": field,
        "label": label or field.label,
        "control": field.as_widget(attrs=names),
        "described_by": " ".join(described),
        "is_bare": is_bare,
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_group": is_group,
        "is_hidden": field.is_hidden,
        "is_optional": not field.field.required,
        "max_count": max_count,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form) -> dict[str, object]:
    """List what is wrong with a sent form, each with a link to its field; takes the focus."""
    entries = []
    if form is not None and form.is_bound:
        entries = [
            {"id": form[name].id_for_label or form[name].auto_id, "label": form[name].label, "text": text}
            if name in form.fields
            else {"id": "", "label": "", "text": text}
            for name, texts in form.errors.items()
            for text in texts
        ]
    return {"entries": entries}


@register.filter
def absolute(path: str) -> str:
    """Return the whole address of ``path`` on this site, for canonical links and cards."""
    return urljoin(settings.SITE_URL, str(path))


@register.simple_tag
def absolute_static(path: str) -> str:
    """Return the whole address of a static file."""
    return urljoin(settings.SITE_URL, static(path))


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
