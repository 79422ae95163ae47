"""XML of any size, one record at a time; a record that is broken does not take the rest along.

Declared entities are refused and nothing outside of the file is read. What WordPress writes is
often not quite XML (control characters out of old databases), so those are left out first.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

CHUNK = 256 * 1024
TEXT_MOST = 16 * 1024 * 1024
"""Characters of one element that are kept in memory."""

ELEMENTS_MOST = 100_000
RECORD_MOST = 64 * 1024 * 1024
"""Elements and characters of one record: a post with eight thousand comments."""

DEEPEST = 64
FAULTS_MOST = 200
FORBIDDEN = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], " "
)
DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w-]+)["']""")
KOREAN = frozenset("euc-kr euckr ks_c_5601-1987 ksc5601 cp949 ms949 uhc x-windows-949".split())

Sink = Callable[[str], None]


class EntityRefused(Exception):
    """The file declares entities, which no export does."""


@dataclass(eq=False)
class Element:
    """One element of a record; ``line`` is where its text begins, from 1."""

    tag: str
    attributes: dict[str, str]
    line: int
    texts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)
    sink: Sink | None = None
    size: int = 0

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def one(self, tag: str) -> str:
        """Return the text of the first child ``tag``, without spaces around it."""
        found = self.child(tag)
        return found.text.strip() if found is not None else ""

    def child(self, tag: str) -> "Element | None":
        """Return the first child ``tag``."""
        return next((child for child in self.children if child.tag == tag), None)

    def every(self, tag: str) -> list["Element"]:
        """Return the children ``tag``."""
        return [child for child in self.children if child.tag == tag]


@dataclass(eq=False)
class XmlRecords:
    """Reads ``opened`` and yields each element named in ``records`` when it is complete.

    fault: called with the line and the reason when a part cannot be read.
    skipped: elements whose content is not kept.
    sink: asked at the start of each element inside a record; what it returns gets the text.
    """

    opened: BinaryIO
    records: frozenset[str]
    fault: Callable[[int, str], None]
    skipped: frozenset[str] = frozenset()
    sink: Callable[[Element, list[Element]], Sink | None] | None = None

    def __post_init__(self) -> None:
        self.root: tuple[str, dict[str, str]] | None = None
        self.done: list[Element] = []
        self.faults = 0

    def __iter__(self) -> Iterator[Element]:
        """Yield the records. Raises EntityRefused."""
        self._begin(0, is_again=False)
        restarting = re.compile("<(?:" + "|".join(map(re.escape, self.records)) + r")[\s>]")
        pending = ""
        is_lost = False
        line = 1
        for text in _texts(self.opened):
            pending += text
            while pending:
                if is_lost:
                    found = restarting.search(pending)
                    if not found:
                        line += pending[:-64].count("\n")
                        pending = pending[-64:]
                        break
                    line += pending.count("\n", 0, found.start())
                    pending = pending[found.start() :]
                    self._begin(line - 1, is_again=True)
                    is_lost = False
                piece, pending = pending, ""
                try:
                    self._feed(piece)
                    line += piece.count("\n")
                except expat.ExpatError as error:
                    yield from self._taken()
                    if self._is_only_the_end(error):
                        is_lost = True
                        break
                    self.faults += 1
                    self.fault(
                        self.offset + error.lineno, _("XML: %(reason)s") % {"reason": _words(error)}
                    )
                    if self.faults >= FAULTS_MOST:
                        return
                    at = self._place_in(piece)
                    line += piece.count("\n", 0, at)
                    pending = piece[at:]
                    is_lost = True
                yield from self._taken()
        if not is_lost:
            try:
                self.parser.Parse("", True)
            except expat.ExpatError as error:
                if not self.is_again or self.stack:
                    self.fault(
                        self.offset + error.lineno,
                        _("XML: %(reason)s") % {"reason": _words(error)},
                    )
        yield from self._taken()

    def _is_only_the_end(self, error: expat.ExpatError) -> bool:
        """After a fault nothing stands around the records: what closes the file closes nothing."""
        mismatch = expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]
        return self.is_again and not self.stack and error.code == mismatch

    def _taken(self) -> Iterator[Element]:
        done, self.done = self.done, []
        yield from done

    def _feed(self, piece: str) -> None:
        self.before = self.fed
        self.fed += len(piece.encode("utf-8"))
        self.parser.Parse(piece, False)

    def _place_in(self, piece: str) -> int:
        """Return the place after the fault, in characters of ``piece``."""
        inside = self.parser.ErrorByteIndex - self.before
        if inside < 0:
            return 1
        return len(piece.encode("utf-8")[:inside].decode("utf-8", "ignore")) + 1

    def _begin(self, offset: int, *, is_again: bool) -> None:
        self.offset = offset
        self.is_again = is_again
        self.fed = self.before = 0
        self.stack: list[Element] = []
        self.skipping = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.UnparsedEntityDeclHandler = self._refuse
        self.parser = parser
        if is_again:
            self._feed("<again>")

    def _refuse(self, *_arguments: object) -> int:
        raise EntityRefused

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.root is None:
            self.root = (tag, attributes)
        if self.skipping or not (self.stack or tag in self.records):
            self.skipping += bool(self.skipping)
            return
        if not self.stack:
            self.elements = self.characters = 0
            self.is_full = False
        self.elements += 1
        if self.elements > ELEMENTS_MOST:
            self._fill()
        if tag in self.skipped or self.is_full or len(self.stack) >= DEEPEST:
            self.skipping = 1
            return
        element = Element(tag, attributes, self.offset + self.parser.CurrentLineNumber)
        if self.stack:
            self.stack[-1].children.append(element)
            if self.sink is not None:
                element.sink = self.sink(element, self.stack)
        self.stack.append(element)

    def _fill(self) -> None:
        """Keep no more of this record; its end still ends it."""
        if not self.is_full:
            self.is_full = True
            line = self.offset + self.parser.CurrentLineNumber
            self.fault(line, _("too much in one entry: the rest of it is left out"))

    def _end(self, tag: str) -> None:
        if self.skipping:
            self.skipping -= 1
        elif self.stack:
            element = self.stack.pop()
            if not self.stack:
                self.done.append(element)

    def _characters(self, text: str) -> None:
        if self.skipping or not self.stack:
            return
        here = self.stack[-1]
        if here.sink is not None:
            here.sink(text)
            return
        self.characters += len(text)
        if self.characters > RECORD_MOST:
            self._fill()
            return
        is_whole = here.size <= TEXT_MOST
        here.size += len(text)
        if here.size <= TEXT_MOST:
            here.texts.append(text)
        elif is_whole:
            self.fault(here.line, _("longer than 16 MB: the rest of it is left out"))


def _words(error: expat.ExpatError) -> str:
    return expat.ErrorString(error.code)


def _texts(opened: BinaryIO) -> Iterator[str]:
    first = opened.read(CHUNK)
    decoder = codecs.getincrementaldecoder(encoding_of(first))("replace")
    chunk = first
    while chunk:
        if text := decoder.decode(chunk).translate(FORBIDDEN):
            yield text
        chunk = opened.read(CHUNK)
    if text := decoder.decode(b"", True).translate(FORBIDDEN):
        yield text


def encoding_of(head: bytes) -> str:
    """Return how a file is written that begins with ``head``: what it says, else what it is."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = DECLARED.search(head[:400])
    if declared and declared[1].decode("ascii").lower() in KOREAN:
        return "cp949"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        try:
            codecs.getincrementaldecoder("cp949")().decode(head)
        except UnicodeDecodeError:
            return "utf-8-sig"
        return "cp949"
    return "utf-8-sig"
