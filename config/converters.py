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


class KeyConverter:
    """A primary key; longer numbers are no keys (and too large for a database)."""

    regex = r"[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class PersonConverter(HandleConverter):
    """A person as programs name them: a key, or a handle after an ``@``."""

    regex = rf"[0-9]{{1,18}}|@{HandleConverter.regex}"


register_converter(KeyConverter, "key")
register_converter(PersonConverter, "person")
register_converter(HandleConverter, "handle")
register_converter(UnicodeSlugConverter, "uslug")
