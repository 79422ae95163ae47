"""Task lists: `- [x] 끝낸 일`.

The box is disabled and stands inside a label with the item's text, which names it in the writer's
own language.
"""

import re

from markdown_it.token import Token

_MARK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


def place_tasks(tokens: list[Token]) -> None:
    """Turn list items that begin with `[ ]` or `[x]` into tasks."""
    lists: list[Token] = []
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open" and index + 2 < len(tokens):
            paragraph, block = tokens[index + 1], tokens[index + 2]
            if paragraph.type == "paragraph_open" and _make_task(block):
                token.attrSet("class", "task-list__item")
                lists[-1].attrSet("class", "task-list")


def _make_task(block: Token) -> bool:
    first = block.children[0] if block.children else None
    if first is None or first.type != "text" or not (mark := _MARK.match(block.content)):
        return False
    own_mark = _MARK.match(first.content) or re.fullmatch(r"\[[ xX]\][ \t]+", first.content)
    if not own_mark:
        return False
    first.content = first.content[own_mark.end() :]
    box = Token("task_open", "label", 1, meta={"is_done": mark.group(1) != " "})
    block.children = [box, *block.children, Token("task_close", "label", -1)]
    return True
