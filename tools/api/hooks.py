"""What Schemathesis cannot know of the API, told before each call."""

import re
from uuid import uuid4

import schemathesis
from schemathesis import GenerationMode

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Let no call that is meant to be good be spoilt by what only the site can make or judge.

    With ``fields`` an answer is a part of what is described; a key that came with another request
    before is refused; cursors come from lists. The suite tries all three.
    """
    query = case.query or {}
    names = query.get("fields")
    if names and _is_well_formed(names, "fields", case.operation.query):
        del case.query["fields"]
    if "cursor" in query and _is_meant_to_be_good(case):
        del case.query["cursor"]
    if _is_well_formed((case.headers or {}).get(KEY), KEY, case.operation.headers):
        case.headers[KEY] = uuid4().hex


def _is_meant_to_be_good(case):
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def _is_well_formed(value, name, parameters):
    for parameter in parameters:
        if parameter.name == name and isinstance(value, str):
            return bool(re.search(parameter.definition["schema"]["pattern"], value))
    return False
