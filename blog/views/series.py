"""One's own series: what they are called, what is in them, in which order."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.shortcuts import keeps_what_was_sent, member_required, refuse, wants_json
from blog import actions, limits
from blog.exceptions import SeriesChanged
from blog.forms import SeriesForm
from blog.models import Post, Series
from blog.series_desk import articles_on_their_way, articles_to_add, series_rows
from blog.shortcuts import get_series_for_editing
from config.errors import error_response
from config.exceptions import DomainError
from config.numbers import row_number

MOVES = frozenset({"first", "up", "down", "last"})


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def own_series(request: HttpRequest) -> HttpResponse:
    """Members: one's own series; POST starts one."""
    form = SeriesForm.for_new(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            limits.count_new_series(request.user)
            try:
                made = actions.create_series(
                    form.cleaned_data["title"],
                    actor=request.user,
                    description=form.cleaned_data["description"],
                )
            except DomainError as error:
                status = refuse(request, form, error)
            else:
                messages.success(request, _("The series is there. Add articles to it."))
                return redirect("blog:edit_series", made.pk)
    rows = Series.objects.by(request.user).with_visible_count(request.user).order_by("-pk")
    found = list(rows)
    for row in found:
        row.author = request.user
    return render(
        request, "blog/own_series.html", {"series_list": found, "form": form}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def edit_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: order, articles and name of one series; POST renames. Others: 404 or 403."""
    found = get_series_for_editing(pk, request.user)
    if request.method != "POST":
        known = {"title": found.title, "description": found.description, "slug": found.slug}
        return _editor(request, found, SeriesForm(initial=known))
    form = SeriesForm(request.POST)
    if not form.is_valid():
        return _editor(request, found, form, status=422)
    limits.count_series_change(request.user)
    try:
        actions.change_series(
            found,
            actor=request.user,
            title=form.cleaned_data["title"],
            description=form.cleaned_data["description"],
            slug=form.cleaned_data["slug"],
        )
    except DomainError as error:
        return _editor(request, found, form, status=refuse(request, form, error))
    messages.success(request, _("The series is changed."))
    return redirect("blog:edit_series", found.pk)


def _editor(
    request: HttpRequest, series: Series, form: SeriesForm, status: int = 200
) -> HttpResponse:
    rows = series_rows(series)
    moved, by = row_number(request.GET.get("moved", "")), request.GET.get("by", "")
    context = {
        "series": series,
        "form": form,
        "rows": rows,
        "on_their_way": articles_on_their_way(series),
        "choices": articles_to_add(series),
        # After a move without a script the same button has the focus again.
        "focus": (moved, by) if by in MOVES else None,
    }
    return render(request, "blog/series_edit.html", context, status=status)


@require_POST
@member_required
def order_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: puts ``post`` behind ``after`` (0: first); JSON for scripts. Others: 404 or 403."""
    found = get_series_for_editing(pk, request.user)
    limits.count_series_change(request.user)
    by = next((name for name in MOVES if name in request.POST), "")
    post_id = row_number(request.POST.get("post", ""))
    after = row_number(request.POST.get(by or "after", ""))
    try:
        order = actions.move_in_series(found, post_id, after=after, actor=request.user)
    except DomainError as error:
        return _refused(request, found, error)
    if wants_json(request):
        return JsonResponse({"order": order})
    page = reverse("blog:edit_series", args=[found.pk])
    # No fragment beside it: browsers then ignore which button wants the focus.
    return redirect(f"{page}?moved={post_id}&by={by}" if by else f"{page}#article-{post_id}")


@require_POST
@member_required
def add_to_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: puts one of one's articles (``post``) at the end. Others: 404 or 403."""
    return _change_posts(request, pk, actions.add_to_series, _("“%(title)s” is in the series."))


@require_POST
@member_required
def remove_from_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: takes an article (``post``) out; it stays itself. Others: 404 or 403."""
    told = _("“%(title)s” is out of the series. The article itself stays.")
    return _change_posts(request, pk, actions.remove_from_series, told)


def _change_posts(request: HttpRequest, pk: int, action, told: str) -> HttpResponse:
    found = get_series_for_editing(pk, request.user)
    limits.count_series_change(request.user)
    post = Post.objects.by(request.user).filter(pk=row_number(request.POST.get("post", ""))).first()
    try:
        if post is None:
            raise SeriesChanged(_("Choose one of your articles."))
        post = action(found, post, actor=request.user)
    except DomainError as error:
        return _refused(request, found, error)
    messages.success(request, told % {"title": post.title or _("Untitled")})
    return redirect(f"{reverse('blog:edit_series', args=[found.pk])}#articles")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: asks first, then deletes; the articles stay. Others: 404 or 403."""
    found = get_series_for_editing(pk, request.user)
    if request.method == "POST":
        actions.delete_series(found, actor=request.user)
        messages.success(request, _("The series is gone. Its articles are all still there."))
        return redirect("blog:own_series")
    count = Post.objects.filter(series=found).exclude(status="deleted").count()
    return render(request, "blog/series_delete.html", {"series": found, "post_count": count})


def _refused(request: HttpRequest, series: Series, error: DomainError) -> HttpResponse:
    if wants_json(request):
        return error_response(request, error.status, code=error.code, detail=error.message)
    messages.error(request, error.message)
    return redirect("blog:edit_series", series.pk)
