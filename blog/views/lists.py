"""Front page, home, explore, tags, topics: posts of many people."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.shortcuts import background, member_required, refuse
from blog import limits, ready, selectors
from blog.actions import write_note
from blog.cards import cards_for
from blog.filters import PostFilter
from blog.followed_places import tag_for
from blog.forms import NoteForm
from blog.models import Page as SitePage
from blog.models import Post, Tag, Topic
from blog.shortcuts import get_tag_for_reading
from blog.timeline import count_newer, timeline_page
from blog.views.posts import page as site_page
from config.exceptions import DomainError
from config.fragments import fragment
from config.kept_pages import kept_page
from config.models import LATEST
from config.pagination import Page, encode_cursor, paginate, position_in
from config.selectors import site_settings

FRONT_PAGE_LATEST = 12
FRONT_PAGE_TRENDING = 6
TAGS_ON_PAGE = 300
NEWS_COUNTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Anyone: the front page. Signed in: the timeline, and POST writes a note."""
    if request.method == "POST":
        return _write_note(request)
    if not request.user.is_authenticated:
        return _chosen_page(request) or _front_page(request)
    return _timeline(request, NoteForm.blank(request.user))


def _chosen_page(request: HttpRequest) -> HttpResponse | None:
    """Return what the site's settings put in the place of the front page; None: nothing."""
    chosen = site_settings().front_page
    if chosen == LATEST:
        return redirect("explore")
    if chosen and SitePage.objects.filter(slug=chosen).exists():
        return site_page(request, slug=chosen)
    return None


@kept_page
def _front_page(request: HttpRequest) -> HttpResponse:
    latest = ready.page_of(ready.PUBLIC, request.user, QueryDict(), page_size=FRONT_PAGE_LATEST)
    return render(
        request,
        "blog/front_page.html",
        {
            "latest": cards_for(latest.items, request.user),
            "trending": cards_for(
                selectors.trending_posts(request.user).articles().for_line()[:FRONT_PAGE_TRENDING],
                request.user,
                with_tags=False,
            ),
            "topics": Topic.objects.all(),
            "feed_base": reverse("home"),
        },
    )


def _timeline(request: HttpRequest, composer: NoteForm, status: int = 200) -> HttpResponse:
    page = timeline_page(request.user, request.GET)
    context = {
        "composer": composer,
        "page": page,
        "cards": cards_for(page.items, request.user),
        # Only where the list begins: elsewhere news would not be what comes next.
        "news_since": "" if page.newer_url else _now_of(page),
    }
    return render(request, "blog/home.html", context, status=status)


def _now_of(page: Page) -> str:
    """Return the cursor of what is newer than a first page, also than an empty one."""
    if page.items:
        return encode_cursor("n", page.items[0].published_at, page.items[0].pk)
    return encode_cursor("n", timezone.now(), 0)


@require_safe
@member_required
@background
def timeline_news(request: HttpRequest) -> HttpResponse:
    """Members: a button for what came to one's timeline after the cursor ``since``, or 204."""
    since = position_in(request.GET, name="since")
    number = 0
    if since.moment is not None:
        number = count_newer(request.user, since, NEWS_COUNTED + 1)
    if not number:
        response = HttpResponse(status=204)
        response.headers["Cache-Control"] = "private, no-store"
        return response
    context = {"number": min(number, NEWS_COUNTED), "is_more": number > NEWS_COUNTED}
    return fragment(request, "blog/_timeline_news.html", context)


@member_required
def _write_note(request: HttpRequest) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="note-%s")
    if form.is_valid():
        limits.count_note(request.user)
        try:
            write_note(
                actor=request.user,
                source=form.cleaned_data["source"],
                visibility=form.cleaned_data["visibility"],
                origin_key=f"form:{form.cleaned_data['submission']}"
                if form.cleaned_data["submission"]
                else "",
            )
        except DomainError as error:
            error.field = "source"
            return _timeline(request, form, status=refuse(request, form, error))
        else:
            messages.success(request, _("Your note is up."))
            return redirect("home")
    return _timeline(request, form, status=422)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Anyone: the old address of the front page."""
    return HttpResponsePermanentRedirect(reverse("home"))


@require_safe
@kept_page
def explore(request: HttpRequest) -> HttpResponse:
    """Anyone: all public posts, newest first."""
    filters = PostFilter(request.GET, queryset=Post.objects.all(), request=request)
    if filters.is_valid() and filters.query:
        posts = filters.filter_queryset(Post.objects.public().listed_to(request.user))
        page = paginate(
            posts.for_card().with_viewer_state(request.user),
            request.GET,
            page_size=settings.POSTS_PER_PAGE,
        )
    else:
        page = ready.page_of(
            ready.PUBLIC, request.user, request.GET, page_size=settings.POSTS_PER_PAGE
        )

    def counted() -> QuerySet:
        # What is muted is counted, too: to look for words in ten thousand texts takes seconds.
        posts = Post.objects.public().listed_to(request.user, with_muted=True)
        return filters.filter_queryset(posts) if filters.is_valid() else posts

    return render(
        request,
        "blog/explore.html",
        {
            "filter_form": filters.form,
            "filter_query": filters.query,
            "page": page,
            "cards": cards_for(page.items, request.user),
            "post_total": selectors.count_for_a_while(
                counted, key=f"explore:{request.user.pk or 0}:{filters.query}"
            ),
        },
    )


@require_safe
@kept_page
def tag_list(request: HttpRequest) -> HttpResponse:
    """Anyone: the tags in use, by number of posts or in 가나다 order."""
    by_name = request.GET.get("sort") == "name"
    tags = (
        selectors.tags_in_korean_order(TAGS_ON_PAGE)
        if by_name
        else list(Tag.objects.used().popular_first()[:TAGS_ON_PAGE])
    )
    return render(request, "blog/tags.html", {"tags": tags, "is_by_name": by_name})


@require_safe
@kept_page
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """Anyone: the posts with a tag, newest first; other spellings answer 301."""
    found = get_tag_for_reading(name)
    if found.key != name:
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    page = ready.page_of(
        ready.WITH_TAG,
        request.user,
        request.GET,
        page_size=settings.POSTS_PER_PAGE,
        of=found.pk,
    )
    return render(
        request,
        "blog/tag.html",
        {
            "tag": found,
            "place": tag_for(found, request.user),
            "page": page,
            "cards": cards_for(page.items, request.user),
            "feed_base": found.get_absolute_url(),
        },
    )


@require_safe
@kept_page
def topic_list(request: HttpRequest) -> HttpResponse:
    """Anyone: the topics of the site."""
    return render(request, "blog/topics.html", {"topics": Topic.objects.all()})


@require_safe
@kept_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Anyone: the articles of a topic, newest first."""
    found = get_object_or_404(Topic, slug=slug)
    page = ready.page_of(
        ready.ON_TOPIC,
        request.user,
        request.GET,
        page_size=settings.POSTS_PER_PAGE,
        of=found.pk,
    )
    return render(
        request,
        "blog/topic.html",
        {
            "topic": found,
            "page": page,
            "cards": cards_for(page.items, request.user),
            "feed_base": found.get_absolute_url(),
        },
    )
