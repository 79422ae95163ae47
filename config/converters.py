"""Path converters that keep every script: Hangul stays Hangul in addresses."""

from django.urls import register_converter


class HandleConverter:
    """A handle in any Unicode form; the view redirects to the canonical one."""

    # Also marks, which belong to letters in many scripts and in NFD.
    regex = r"[^/\s@.?#%\\\x00-\x1f\x7f]{1,180}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class UnicodeSlugConverter(HandleConverter):
    """A slug or tag of letters, marks and numbers of any script, ``_``, ``-`` and emoji."""

    regex = r"[^/\s?#%\\\x00-\x1f]{1,240}"


register_converter(HandleConverter, "handle")
register_converter(UnicodeSlugConverter, "uslug")
