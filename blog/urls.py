"""Addresses of what people write."""

from django.urls import path

from blog import feeds, sitemaps
from blog.views import images, lists, posts, writing
from config import converters  # noqa: F401 registers the converters

app_name = "blog"

urlpatterns = [
    path("write/", writing.write, name="write"),
    path("write/<int:pk>/", writing.edit, name="edit"),
    path("write/<int:pk>/delete/", writing.delete, name="delete"),
    path("write/<int:pk>/restore/", writing.restore, name="restore"),
    path("drafts/", writing.drafts, name="drafts"),
    path("posts/<int:pk>/", posts.permalink, name="post_permalink"),
    path("tags/", lists.tag_list, name="tags"),
    path("tags/<uslug:name>/", lists.tag, name="tag"),
    path("tags/<uslug:name>/feed.<str:form>", feeds.tag_feed, name="tag_feed"),
    path("topics/", lists.topic_list, name="topics"),
    path("topics/<uslug:slug>/", lists.topic, name="topic"),
    path("topics/<uslug:slug>/feed.<str:form>", feeds.topic_feed, name="topic_feed"),
    path("media/images/<str:key>/<int:width>.webp", images.image, name="image"),
    path("feed.<str:form>", feeds.site_feed, name="site_feed"),
    path("@<handle:handle>/feed.<str:form>", feeds.author_feed, name="author_feed"),
    path("@<handle:handle>/notes/<int:pk>/", posts.note, name="note"),
    path("@<handle:handle>/archive/", posts.archive, name="archive"),
    path("@<handle:handle>/archive/<int:year>/<int:month>/", posts.archive, name="archive_month"),
    path("@<handle:handle>/series/<uslug:slug>/", posts.series, name="series"),
    path(
        "@<handle:handle>/series/<uslug:slug>/feed.<str:form>",
        feeds.series_feed,
        name="series_feed",
    ),
    path("@<handle:handle>/<uslug:slug>/", posts.article, name="post"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.section, name="sitemap_section"),
    path("<uslug:slug>/", posts.page, name="page"),
]
