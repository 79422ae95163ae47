"""What the site itself says: pages, topics, announcements."""

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from blog.actions.telling import tell_of_announcement
from blog.markdown import render_article
from blog.models import Announcement, Page, Topic
from config.text import clean

ANNOUNCEMENTS_CACHE_KEY = "blog:announcements"


@transaction.atomic
def save_page(page: Page) -> Page:
    """Store ``page`` with the HTML of each language's text."""
    for language, _name in settings.LANGUAGES:
        source = clean(getattr(page, build_localized_fieldname("source", language)) or "")
        setattr(page, build_localized_fieldname("source", language), source)
        html = render_article(source).html if source else ""
        setattr(page, build_localized_fieldname("html", language), html)
    page.updated_at = timezone.now()
    page.save()
    return page


def delete_page(page: Page) -> None:
    """Delete a page; its address answers 404."""
    page.delete()


def save_topic(topic: Topic) -> Topic:
    """Store a topic as its editor wrote it."""
    topic.save()
    return topic


def delete_topic(topic: Topic) -> None:
    """Delete a topic; its articles stay, without topic."""
    topic.delete()


@transaction.atomic
def save_announcement(announcement: Announcement) -> Announcement:
    """Store an announcement; every page shows it after commit, and people are told of a new one."""
    before = Announcement.objects.select_for_update().filter(pk=announcement.pk).first()
    announcement.save()
    tell_of_announcement(
        announcement.pk,
        was_active=before is not None and before.is_active,
        is_active=announcement.is_active,
    )
    transaction.on_commit(_forget_announcements)
    return announcement


@transaction.atomic
def delete_announcement(announcement: Announcement) -> None:
    """Take an announcement away; every page and list follows after commit."""
    tell_of_announcement(announcement.pk, was_active=announcement.is_active, is_active=False)
    announcement.delete()
    transaction.on_commit(_forget_announcements)


def _forget_announcements() -> None:
    cache.delete(ANNOUNCEMENTS_CACHE_KEY)
