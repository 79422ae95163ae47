"""Which provider this site uses, if any."""

from django.conf import settings

from blog.translating.base import Provider
from blog.translating.deepl import DeepL
from blog.translating.google import Google
from blog.translating.libretranslate import LibreTranslate
from blog.translating.microsoft import Microsoft
from blog.translating.papago import Papago

PROVIDERS: dict[str, type[Provider]] = {
    kind.code: kind for kind in (LibreTranslate, DeepL, Microsoft, Google, Papago)
}


def current_provider() -> Provider | None:
    """Return the provider that the environment names, with its keys, or None."""
    kind = PROVIDERS.get(settings.TRANSLATION_PROVIDER)
    if kind is None:
        return None
    return kind(
        url=settings.TRANSLATION_URL,
        key=settings.TRANSLATION_KEY,
        key_id=settings.TRANSLATION_KEY_ID,
        region=settings.TRANSLATION_REGION,
    )


def provider_name(code: str) -> str:
    """Return what people call the provider of ``code``."""
    kind = PROVIDERS.get(code)
    return kind.name if kind else code
