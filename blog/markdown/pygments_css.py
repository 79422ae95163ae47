"""Colours of code for both themes.

Every colour has a contrast of at least 4.5:1 on the background of code and on that of a
highlighted line (WCAG 2.2, success criterion 1.4.3); a test measures them. Hues are few: keywords
in jade, names in indigo, literals in ochre, strings in green, errors in vermilion.
"""

from typing import NamedTuple

#: Background of code blocks.
LIGHT_BACKGROUND, DARK_BACKGROUND = "#f4f1ea", "#1f1d1a"


class CodeTheme(NamedTuple):
    """Colours of one theme as `#rrggbb`."""

    ink: str
    highlighted_line: str
    keyword: str
    name: str
    literal: str
    string: str
    comment: str
    decorator: str
    error: str
    inserted: str


LIGHT = CodeTheme(
    ink="#1d1b18",
    highlighted_line="#e9e2cf",
    keyword="#0a5c50",
    name="#2f4392",
    literal="#7d4a00",
    string="#3d5a0e",
    comment="#625b52",
    decorator="#7a3078",
    error="#a32a1a",
    inserted="#256029",
)
DARK = CodeTheme(
    ink="#ece7df",
    highlighted_line="#363128",
    keyword="#5fcbb6",
    name="#a9bcff",
    literal="#e6b673",
    string="#b4cf80",
    comment="#aca498",
    decorator="#e0a3dd",
    error="#ff8a76",
    inserted="#8fd694",
)

# Pygments' short class names by what they mean to a reader; names not listed keep the ink.
_CLASSES: dict[str, str] = {
    "keyword": "k kc kd kn kp kr kt ow nt",
    "name": "nb nc nf fm ne nn no bp na",
    "literal": "m mb mf mh mi mo il l ld",
    "string": "s s1 s2 sa sb sc sd sh sx sr ss dl",
    "comment": "c c1 ch cm cpf cs go",
    "decorator": "nd si se cp gp",
    "error": "err gd gr",
    "inserted": "gi",
}
_BOLD = "k kd kn kr gh gu gs"
_ITALIC = "c c1 cm cs ge"


def stylesheet() -> str:
    """Return CSS for all Pygments classes under `.highlight`, light first, then dark.

    Dark applies by the reader's system unless `data-theme="light"` stands on the root element, and
    always under `data-theme="dark"`.
    """
    return "\n".join(
        [
            "/* Made by blog.markdown.pygments_css.stylesheet(). */",
            *_rules(LIGHT, ""),
            f"{_selector(_BOLD, '')} {{ font-weight: 600; }}",
            f"{_selector(_ITALIC, '')} {{ font-style: italic; }}",
            ".highlight .hll { display: block; }",
            "@media (prefers-color-scheme: dark) {",
            *(f"  {rule}" for rule in _rules(DARK, ':root:not([data-theme="light"]) ')),
            "}",
            *_rules(DARK, ':root[data-theme="dark"] '),
            "",
        ]
    )


def _rules(theme: CodeTheme, scope: str) -> list[str]:
    colours = theme._asdict()
    return [
        f"{scope}.highlight {{ color: {theme.ink}; }}",
        f"{scope}.highlight .hll {{ background-color: {theme.highlighted_line}; }}",
        *(
            f"{_selector(classes, scope)} {{ color: {colours[role]}; }}"
            for role, classes in _CLASSES.items()
        ),
    ]


def _selector(classes: str, scope: str) -> str:
    return f"{scope}.highlight :is({', '.join(f'.{name}' for name in classes.split())})"
