"""What a handle looks like: two handles with one skeleton can be taken for each other.

Source: Unicode Technical Standard 39, section 4. The table is that of ``confusable_homoglyphs``,
which links each character with what it looks like, both ways; here one of each such family stands
for all of it. What is seen counts first (a capital I looks like l), then case is folded away.
"""

import unicodedata
from functools import cache

import regex

from config.text import identity_key

UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}")
SKELETON_MAX_CHARACTERS = 270
ROUNDS = 4
"""What a character looks like may look like something else once it is in casefold."""


@cache
def _stand_ins() -> dict[str, str]:
    """Return character → what stands for all that looks like it."""
    # A megabyte of JSON, read by the first process that needs it.
    from confusable_homoglyphs.confusables import confusables_data

    alike = {
        UNSEEN.sub("", one): [UNSEEN.sub("", other["c"]) for other in others]
        for one, others in confusables_data.items()
    }

    def rank(text: str) -> tuple[bool, int, str]:
        # Only characters look like others: a text of several, such as rn for m, is what they
        # look like. Else it is what most look like.
        return (len(text) == 1, -len(alike.get(text, ())), text)

    found = {}
    for one, others in alike.items():
        best = min([one, *others], key=rank)
        if len(one) == 1 and one != best:
            found[one] = best
    return found


def skeleton(handle: str) -> str:
    """Return what is the same for all handles that look like ``handle``."""
    stand_ins, shape = _stand_ins(), unicodedata.normalize("NFD", UNSEEN.sub("", handle))
    for _round in range(ROUNDS):
        before = shape
        shape = "".join(stand_ins.get(character, character) for character in shape)
        shape = unicodedata.normalize("NFD", identity_key(shape))
        if shape == before:
            break
    return shape[:SKELETON_MAX_CHARACTERS]
