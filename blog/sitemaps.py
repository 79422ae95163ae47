"""What search engines may know: sitemap index, its sections, robots.txt."""

from django.conf import settings
from django.contrib import sitemaps
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from blog.alternates import FIELDS, links_of_many
from blog.cards import absolute
from blog.models import Page, Post, Series, Tag, Topic

URLS_PER_FILE = 10_000
SITEMAP_SECONDS = 3600
CLOSED_PATHS = ("/search/", "/auth/", "/settings/", "/drafts/", "/write/", "/messages/", "/admin/")


class Section(sitemaps.Sitemap):
    """A part of the sitemap, its addresses built from SITE_URL rather than from the request."""

    limit = URLS_PER_FILE

    def get_domain(self, site=None) -> str:
        return settings.SITE_URL.split("://", 1)[1]

    def get_protocol(self, protocol=None) -> str:
        return settings.SITE_URL.split("://", 1)[0]


class PostSection(Section):
    def items(self):
        return (
            Post.objects.public()
            .select_related("author")
            .only(*FIELDS, "edited_at", "author__handle")
            .order_by("-published_at", "-pk")
        )

    def lastmod(self, post: Post):
        return post.edited_at or post.published_at

    def get_urls(self, page=1, site=None, protocol=None) -> list[dict[str, object]]:
        """Name the other languages of each post, in one query for the file."""
        urls = super().get_urls(page, site, protocol)
        languages = links_of_many(entry["item"] for entry in urls)
        for entry in urls:
            entry["alternates"] = [
                {"location": link.url, "lang_code": link.language}
                for link in languages.get(entry["item"].pk, ())
            ]
        return urls


class PersonSection(Section):
    def items(self):
        people = User.objects.present().filter(article_count__gt=0) | User.objects.present().filter(
            note_count__gt=0
        )
        return people.only("handle").order_by("pk")


class TagSection(Section):
    def items(self):
        return Tag.objects.used().order_by("pk")


class SeriesSection(Section):
    def items(self):
        posts = Post.objects.public().exclude(series=None)
        return (
            Series.objects.filter(pk__in=posts.values("series"), is_held=False)
            .select_related("author")
            .order_by("pk")
        )


class PlaceSection(Section):
    """The site's own pages, in each of its languages at one address."""

    def items(self) -> list[str]:
        paths = [reverse("home"), reverse("explore"), reverse("blog:tags"), reverse("blog:topics")]
        paths += [topic.get_absolute_url() for topic in Topic.objects.all()]
        return paths + [page.get_absolute_url() for page in Page.objects.all()]

    def location(self, path: str) -> str:
        return path


SECTIONS = {
    "posts": PostSection,
    "people": PersonSection,
    "tags": TagSection,
    "series": SeriesSection,
    "places": PlaceSection,
}


@require_safe
@cache_control(public=True, max_age=SITEMAP_SECONDS)
def index(request: HttpRequest) -> HttpResponse:
    """Anyone: the list of sitemaps (https://www.sitemaps.org/protocol.html)."""
    built = {name: section() for name, section in SECTIONS.items()}
    pages = [
        f"{absolute(reverse('blog:sitemap_section', args=[name]))}{f'?p={number}' if number > 1 else ''}"
        for name, section in built.items()
        for number in range(1, section.paginator.num_pages + 1)
    ]
    body = "".join(f"<sitemap><loc>{page}</loc></sitemap>" for page in pages)
    return HttpResponse(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>\n',
        content_type="application/xml",
    )


@require_safe
@cache_control(public=True, max_age=SITEMAP_SECONDS)
def section(request: HttpRequest, section: str) -> HttpResponse:
    """Anyone: one sitemap."""
    return sitemap_views.sitemap(
        request, {name: held() for name, held in SECTIONS.items()}, section
    )


@require_safe
@cache_control(public=True, max_age=SITEMAP_SECONDS)
def robots(request: HttpRequest) -> HttpResponse:
    """Anyone: what crawlers may read (RFC 9309); ROBOTS_CLOSED keeps all of them out."""
    if settings.ROBOTS_CLOSED:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        lines = ["User-agent: *"]
        lines += [f"Disallow: {settings.URL_PREFIX}{path}" for path in CLOSED_PATHS]
        lines += ["", f"Sitemap: {absolute(reverse('blog:sitemap'))}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
