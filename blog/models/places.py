"""Addresses: the site's own pages, banners, and where moved things went."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blog.models.posts import Post


class Page(models.Model):
    """A page of the site itself (About, Terms, Privacy…), written by staff in every language."""

    slug = models.SlugField(
        pgettext_lazy("of a page", "address"), max_length=80, unique=True, allow_unicode=True
    )
    title = models.CharField(_("title"), max_length=120)
    source = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True, editable=False)
    is_in_footer = models.BooleanField(_("link in the footer"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("blog:page", args=[self.slug])


class Announcement(models.Model):
    """A line for everybody, shown as a banner while it is active."""

    text = models.CharField(_("text"), max_length=300)
    url = models.CharField(_("link"), max_length=300, blank=True)
    is_active = models.BooleanField(_("shown"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.text


class PostRedirect(models.Model):
    """A slug that a post used to have; its address answers 301."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="post_redirects"
    )
    slug = models.CharField(_("old address"), max_length=80)
    post = models.ForeignKey(Post, models.CASCADE, related_name="redirects")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("old address of a post")
        verbose_name_plural = _("old addresses of posts")
        constraints = [
            models.UniqueConstraint(fields=["author", "slug"], name="blog_redirect_per_author")
        ]

    def __str__(self) -> str:
        return f"{self.slug} → {self.post}"


class OldPath(models.Model):
    """A path of the blog that a post was brought from (``/2023/05/01/제목.html``)."""

    path = models.CharField(_("old path"), max_length=500, unique=True)
    post = models.ForeignKey(Post, models.CASCADE, related_name="old_paths")

    class Meta:
        verbose_name = _("imported address")
        verbose_name_plural = _("imported addresses")

    def __str__(self) -> str:
        return self.path
