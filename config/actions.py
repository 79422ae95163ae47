"""The only code that changes the site's settings."""

import io
import secrets
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageOps

from config.commits import after_commit
from config.images import read_image, turn
from config.models import DEFAULT_TITLE, SiteSettings
from config.selectors import forget_site_settings

CARD_WIDTH, CARD_HEIGHT = 1200, 630  # pixels
CARD_QUALITY = 88


@transaction.atomic
def change_site_settings(**values: object) -> SiteSettings:
    """Store ``values`` in the one row of settings; every page sees them at once after commit."""
    settings, _ = SiteSettings.objects.select_for_update().get_or_create(
        pk=1, defaults={"title_ko": DEFAULT_TITLE}
    )
    for field, value in values.items():
        setattr(settings, field, value)
    settings.full_clean(validate_unique=False, validate_constraints=False)
    settings.save()
    transaction.on_commit(forget_site_settings)
    return settings


def set_card_image(data: bytes, **values: object) -> SiteSettings:
    """Store ``data`` as the picture that stands beside links to the site, cut to its size.

    ``values``: what else changes. It is a JPEG, which every messenger reads. Raises ImageRefused.
    """
    content = _as_card(data)
    key = secrets.token_hex(16)
    default_storage.save(card_file(key), ContentFile(content))
    try:
        return _replace_card(key, values)
    except Exception:
        delete_card_file(key)
        raise


def remove_card_image(**values: object) -> SiteSettings:
    """Go back to the picture that comes along; ``values``: what else changes. Idempotent."""
    return _replace_card("", values)


def card_file(key: str) -> str:
    """Return where the storage keeps a card image."""
    return f"site/{key}.jpg"


def delete_card_file(key: str) -> None:
    """Delete a picture that no page names any more."""
    with suppress(OSError):
        default_storage.delete(card_file(key))


@transaction.atomic
def _replace_card(key: str, values: dict[str, object]) -> SiteSettings:
    held = SiteSettings.objects.select_for_update().filter(pk=1).first()
    former = held.card_image if held else ""
    settings = change_site_settings(**values, card_image=key)
    if former and former != key:
        after_commit(delete_card_file, former)
    return settings


def _as_card(data: bytes) -> bytes:
    with turn:
        picture = read_image(data)
        if picture.mode == "RGBA":
            ground = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(ground, picture)
        fitted = ImageOps.fit(
            picture.convert("RGB"), (CARD_WIDTH, CARD_HEIGHT), Image.Resampling.LANCZOS
        )
        out = io.BytesIO()
        fitted.save(out, "JPEG", quality=CARD_QUALITY, optimize=True)
    return out.getvalue()
