"""What people, their tokens and their long work look like in answers, a module each."""

from accounts.api.shapes.people import (
    AVATAR_PIXELS,
    OwnPersonShape,
    PersonShape,
    PersonShortShape,
    own_shape,
    people_shapes,
    person_shape,
    person_short,
)

__all__ = [
    "AVATAR_PIXELS",
    "OwnPersonShape",
    "PersonShape",
    "PersonShortShape",
    "own_shape",
    "people_shapes",
    "person_shape",
    "person_short",
]
