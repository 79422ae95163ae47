"""What every address under ``/api/v1/`` has in common: one view to build on and its parts."""

from config.api.addresses import Addresses
from config.api.pages import InvalidApiCursor, Place
from config.api.problems import InvalidInput, problem, required
from config.api.schema import Shape
from config.api.views import ANYONE, ApiView

__all__ = [
    "ANYONE",
    "Addresses",
    "ApiView",
    "InvalidApiCursor",
    "InvalidInput",
    "Place",
    "Shape",
    "problem",
    "required",
]
