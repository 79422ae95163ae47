"""Which fields of the site's settings are written once per language."""

from modeltranslation.translator import TranslationOptions, register

from config.models import SiteSettings


@register(SiteSettings)
class SiteSettingsTranslation(TranslationOptions):
    fields = ("title", "tagline")
    required_languages = {"ko": ("title",)}
