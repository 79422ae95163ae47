"""The site's own pages."""

from django.db import transaction
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from blog.markdown import render_article
from blog.models import Page
from config.text import clean


@transaction.atomic
def save_page(page: Page) -> Page:
    """Store ``page`` with the HTML of each language's text."""
    from django.conf import settings

    for language, _name in settings.LANGUAGES:
        source = clean(getattr(page, build_localized_fieldname("source", language)) or "")
        setattr(page, build_localized_fieldname("source", language), source)
        html = render_article(source).html if source else ""
        setattr(page, build_localized_fieldname("html", language), html)
    page.updated_at = timezone.now()
    page.save()
    return page
