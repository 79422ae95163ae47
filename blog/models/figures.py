"""Figures kept beside posts: views by day, and how much a post is talked about now."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Post


class PostDay(models.Model):
    """Views of a post on one day (UTC); kept as long as trending looks back."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("views of a day")
        verbose_name_plural = _("views of days")
        constraints = [models.UniqueConstraint(fields=["post", "day"], name="blog_day_once")]
        indexes = [models.Index(fields=["day"], name="blog_days_by_day")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.day}: {self.views}"


class TrendingPost(models.Model):
    """A post that is talked about now, with its score at ``computed_at`` (BL-35)."""

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="trending")
    score = models.FloatField()
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("trending post")
        verbose_name_plural = _("trending posts")
        indexes = [models.Index(fields=["-score", "-post"], name="blog_trending_first")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.score:.2f}"
