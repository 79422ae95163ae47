"""What is talked about now, and how that is found out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from blog import selectors
from blog.actions import trending as rule
from blog.cards import cards_for
from blog.filters import PostFilter
from config.kept_pages import kept_page

TRENDING_SHOWN = 50


@require_safe
@kept_page
def trending(request: HttpRequest) -> HttpResponse:
    """Anyone: public posts that are talked about now, the most first."""
    posts = selectors.trending_posts(request.user)
    filters = PostFilter(request.GET, queryset=posts, request=request)
    if filters.is_valid():
        posts = filters.qs
    shown = posts.for_card().with_viewer_state(request.user)[:TRENDING_SHOWN]
    context = {
        "filter_form": filters.form,
        "filter_query": filters.query,
        "cards": cards_for(shown, request.user),
    }
    return render(request, "blog/trending.html", context)


@require_safe
@kept_page
def how(request: HttpRequest) -> HttpResponse:
    """Anyone: how the list comes about (BL-35)."""
    context = {
        "days": rule.WINDOW.days,
        "hours": rule.HALF_LIFE.total_seconds() / 3600,
        "views_for_a_like": rule.LIKE_WEIGHT / rule.VIEW_WEIGHT,
        "new_days": rule.NEW_PERSON_TIME.days,
        "new_posts": rule.NEW_PERSON_POSTS,
    }
    return render(request, "blog/trending_how.html", context)
