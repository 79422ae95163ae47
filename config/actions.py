"""The only code that changes the site's settings."""

from django.core.cache import cache
from django.db import transaction

from config.models import DEFAULT_TITLE, SiteSettings
from config.selectors import SETTINGS_CACHE_KEY


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
    transaction.on_commit(lambda: cache.delete(SETTINGS_CACHE_KEY))
    return settings
