"""Reading one post, and everything that gathers one author's posts."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from accounts.shown_people import shown_person
from blog import selectors
from blog.alternates import translations_of
from blog.audience import count_view
from blog.cards import TagLink, cards_for, cover_for, lines_for, reactions_of, view_count
from blog.comment_forms import CommentForm
from blog.comment_tree import comments_under
from blog.followed_places import series_for
from blog.former_comments import as_shown, former_comments
from blog.guests import guest_rule_of
from blog.licenses import license_of
from blog.meta import page_meta_for_post, page_meta_for_series
from blog.models import ImportedComment, Page, Post
from blog.policies import can_edit_post
from blog.related import related_posts
from blog.shortcuts import (
    get_note_for_reading,
    get_post_by_permalink,
    get_post_for_reading,
    get_series_for_reading,
)
from config.kept_pages import kept_page
from config.pagination import paginate
from social.selectors import is_following
from social.shortcuts import get_person_for_reading

COVER_WIDTH = 960  # pixels
COMMENTS_PER_PAGE = 100


def is_canonical(request: HttpRequest, url: str) -> bool:
    """Return whether the request came to exactly ``url``, percent-encoding aside."""
    return request.path == unquote(url)


def moved(request: HttpRequest, url: str) -> HttpResponse:
    """Answer 301 to ``url`` with the query kept."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)


@require_safe
@kept_page
def article(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Whoever may see it: an article; other spellings and old addresses answer 301."""
    post = get_post_for_reading(handle, slug, request.user)
    if not is_canonical(request, post.get_absolute_url()):
        return moved(request, post.get_absolute_url())
    return _show(request, post, "blog/post.html")


@require_safe
@kept_page
def note(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Whoever may see it: a note."""
    post = get_note_for_reading(handle, pk, request.user)
    if not is_canonical(request, post.get_absolute_url()):
        return moved(request, post.get_absolute_url())
    return _show(request, post, "blog/note.html")


@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may see it: the lasting short address, 301 to the canonical one."""
    return HttpResponsePermanentRedirect(get_post_by_permalink(pk, request.user).get_absolute_url())


def _show(request: HttpRequest, post: Post, template: str) -> HttpResponse:
    count_view(request, post)
    translations = translations_of(post, request.user)
    context = {
        "post": post,
        "author": post.author,
        "shown_author": shown_person(post.author, bio=post.author.bio),
        "html": mark_safe(post.html),  # noqa: S308 sanitised when it was stored
        "toc": post.toc,
        "tags": tuple(
            TagLink(row.tag.name, row.tag.get_absolute_url()) for row in post.posttag_set.all()
        ),
        "series": selectors.place_of(post, request.user),
        "cover": cover_for(request.user, post, COVER_WIDTH),
        "view_count": view_count(post),
        "related": lines_for(related_posts(post, request.user)),
        "former": former_comments(post),
        "talk": comments_under(post, request.user, request.GET),
        "comment_form": CommentForm.blank(post.pk) if request.user.is_authenticated else None,
        "comment_form_id": f"comment-{post.pk}-form",
        "allows_guests": guest_rule_of(post).are_allowed,
        "reactions": reactions_of(post),
        "can_edit": can_edit_post(request.user, post),
        "is_following": is_following(request.user, post.author),
        "languages": translations.languages,
        "license": license_of(post),
        "first_place": urlsplit(post.canonical_url).hostname,
        "meta": page_meta_for_post(post, translations.links),
        "feed_base": post.author.get_absolute_url(),
    }
    return render(request, template, context)


@require_safe
def former_comment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may see the post: all comments it brought along from its former blog."""
    post = get_post_by_permalink(pk, request.user)
    rows = ImportedComment.objects.filter(post=post).select_related("parent")
    page = paginate(rows, request.GET, page_size=COMMENTS_PER_PAGE, moment_field="created_at")
    context = {"post": post, "comments": as_shown(page.items), "page": page}
    return render(request, "blog/former_comments.html", context)


@require_safe
@kept_page
def series(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Anyone who may see the author: the posts of a series in its order."""
    found = get_series_for_reading(handle, slug, request.user)
    if not is_canonical(request, found.get_absolute_url()):
        return moved(request, found.get_absolute_url())
    cards = cards_for(
        selectors.series_posts(found, request.user).for_card().with_viewer_state(request.user),
        request.user,
    )
    return render(
        request,
        "blog/series.html",
        {
            "series": found,
            "author": found.author,
            "cards": cards,
            "is_own": request.user.pk == found.author_id,
            "place": series_for(found, request.user),
            "meta": page_meta_for_series(found, len(cards)),
            "feed_base": found.get_absolute_url(),
        },
    )


@require_safe
@kept_page
def archive(
    request: HttpRequest, handle: str, year: int | None = None, month: int | None = None
) -> HttpResponse:
    """Anyone who may see the author: years and months with counts; one month opened."""
    author = get_person_for_reading(handle, request.user)
    if author.handle != handle:
        match = request.resolver_match
        values = match.kwargs | {"handle": author.handle}
        return moved(request, reverse(match.view_name, kwargs=values))
    context = {
        "author": author,
        "years": selectors.archive_months(author, request.user),
        "year": year,
        "month": month,
    }
    if year and month:
        if not 1 <= month <= 12:
            raise Http404
        posts = Post.objects.listed_to(request.user, with_muted=True).by(author)
        posts = posts.filter(published_at__year=year, published_at__month=month)
        page = paginate(
            posts.for_card().with_viewer_state(request.user),
            request.GET,
            page_size=settings.POSTS_PER_PAGE,
        )
        context |= {"page": page, "cards": cards_for(page.items, request.user)}
    return render(request, "blog/archive.html", context)


@require_safe
@kept_page
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Anyone: a page of the site itself."""
    found = get_object_or_404(Page, slug=slug)
    return render(
        request,
        "blog/page.html",
        {"page": found, "html": mark_safe(found.html or "")},  # noqa: S308 sanitised when stored
    )
