"""Colours of code can be read in both themes."""

import re

import pytest
from pygments.token import STANDARD_TYPES

from blog.markdown import pygments_css as css

pytestmark = pytest.mark.one_engine

COLOURED = [role for role in css.CodeTheme._fields if role != "highlighted_line"]


def luminance(colour):
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_in_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("role", COLOURED)
@pytest.mark.parametrize(
    ("theme", "background"),
    [(css.LIGHT, css.LIGHT_BACKGROUND), (css.DARK, css.DARK_BACKGROUND)],
    ids=["light", "dark"],
)
def test_every_colour_has_enough_contrast(theme, background, role):
    colour = getattr(theme, role)
    assert contrast(colour, background) >= 4.5
    assert contrast(colour, theme.highlighted_line) >= 4.5


def test_the_style_sheet_names_only_classes_that_pygments_has():
    named = set(re.findall(r"\.([a-z][a-z0-9]*)[,)]", css.stylesheet()))
    assert named <= set(STANDARD_TYPES.values())
    assert {"k", "s1", "c1", "mi", "nf"} <= named


def test_the_style_sheet_has_both_themes_and_no_variables():
    sheet = css.stylesheet()
    assert "prefers-color-scheme: dark" in sheet
    assert ':root[data-theme="dark"] .highlight' in sheet
    assert "var(" not in sheet
    assert sheet.count("{") == sheet.count("}")
