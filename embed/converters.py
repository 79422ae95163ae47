"""Path converters for what is embedded."""

from django.urls import register_converter

from config.converters import HandleConverter


class SiteKeyConverter(HandleConverter):
    """The public name of a site: 16 hexadecimal digits."""

    regex = "[0-9a-f]{16}"


class DecisionConverter(HandleConverter):
    """What the owner of a site decides about a comment."""

    regex = "(?:approve|refuse|hide|show|pin|unpin)"


register_converter(SiteKeyConverter, "site_key")
register_converter(DecisionConverter, "decision")
