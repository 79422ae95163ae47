"""Texts that we wrote ourselves: what spam looks like, and what people write that looks like it.

One a line: kind (c comment, n note, p article with its title in the first line), a tab, the text with
``\\n`` for new lines. Three of ten are held out: the classifier never learned them, figures are theirs.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from blog.markdown import render_article, render_comment, render_note
from moderation.screening.texts import Text, read_html, read_note

FOLDER = Path(__file__).parent
HELD_OUT = frozenset({2, 5, 8})
CORPORA = ("spam", "spam_more", "innocent", "innocent_more")
LEARNED_ONLY = frozenset({"spam_more", "innocent_more"})
"""Written later, so that the classifier knows more words; no figure is taken of them."""
KINDS = {"c": "comment", "n": "note", "p": "post"}


class Sample(NamedTuple):
    """One text of a corpus."""

    number: int
    form: str
    title: str
    source: str
    is_spam: bool
    is_held_out: bool


@cache
def samples(name: str) -> tuple[Sample, ...]:
    """Return the texts of one of CORPORA, in the order of the file."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(filter(None, lines)):
        kind, _tab, text = line.partition("\t")
        title, source = "", text.replace("\\n", "\n")
        if kind == "p":
            title, _line, source = source.partition("\n")
        is_held_out = name not in LEARNED_ONLY and number % 10 in HELD_OUT
        found.append(
            Sample(number, KINDS[kind], title, source, name.startswith("spam"), is_held_out)
        )
    return tuple(found)


def text_of(sample: Sample, *, pk: int = 0) -> Text:
    """Return a text as the rules see it when somebody new sends it."""
    if sample.form == "comment":
        prose, links, number = read_html(render_comment(sample.source).html)
    elif sample.form == "note":
        prose, links, number = read_note(render_note(sample.source).html)
    else:
        prose, links, number = read_html(render_article(sample.source).html)
    return Text(
        kind="comment" if sample.form == "comment" else "post",
        pk=pk,
        author=None,
        prose=f"{sample.title}\n{prose}".strip(),
        links=links,
        mention_count=number,
        has_clock=sample.form != "post",
    )


def training_texts() -> Iterator[tuple[Text, bool]]:
    """Yield what the classifier learns from, each with whether it is spam."""
    for name in CORPORA:
        for sample in samples(name):
            if not sample.is_held_out:
                yield text_of(sample), sample.is_spam
