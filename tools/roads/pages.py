"""The commands of a page."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_TRIED = "# Not tried"


@dataclass(frozen=True)
class Block:
    """What a reader copies at once."""

    text: str
    line: int

    @property
    def is_tried(self) -> bool:
        return not self.text.startswith(NOT_TRIED)

    def fault(self) -> str:
        """Return what a shell has against the syntax; empty: nothing."""
        done = subprocess.run(
            ["bash", "-n"], input=self.text, capture_output=True, text=True, check=False
        )
        return done.stderr.strip()


def blocks(page: Path) -> list[Block]:
    """Return the ``sh`` blocks of a page in order."""
    text = page.read_text("utf-8")
    return [
        Block(found[1], text.count("\n", 0, found.start()) + 2) for found in BLOCK.finditer(text)
    ]
