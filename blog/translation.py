"""Which fields of the site's own texts are written once per language."""

from modeltranslation.translator import TranslationOptions, register

from blog.models import Announcement, Page, Topic


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "source", "html")


@register(Announcement)
class AnnouncementTranslation(TranslationOptions):
    fields = ("text",)
