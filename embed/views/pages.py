"""Threads as plain pages: every comment and a form, without a script (EM-14)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.shortcuts import keeps_what_was_sent, refuse
from blog import actions as blog_actions
from blog import limits as blog_limits
from blog.comment_forms import CommentForm, GuestCommentForm
from blog.comment_tree import comments_under
from blog.exceptions import GuestsRefused
from blog.guests import guest_rule_of
from blog.models import Post
from config.exceptions import DomainError
from embed import actions, limits
from embed.exceptions import KeyRefused
from embed.forms import FirstCommentForm, FirstGuestCommentForm
from embed.keys import clean_key
from embed.models import EmbedSite
from embed.selectors import thread_at
from embed.shortcuts import get_open_site, get_thread_for_reading
from social.selectors import is_hidden_from

REFUSED_IN_PLACE = 422


@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may see it: what is said under a page elsewhere, and a form to answer."""
    found = get_thread_for_reading(pk, request.user)
    post = found.post
    context = {
        "embed_site": found.site,
        "thread": found,
        "post": post,
        "talk": comments_under(post, request.user, request.GET),
        "comment_form": _form_under(request, post),
        "comment_form_id": f"comment-{post.pk}-form",
        "is_guest": not request.user.is_authenticated,
        "allows_guests": guest_rule_of(post).are_allowed,
        "is_shown_at_once": not found.site.needs_approval,
        "reaction_count": post.like_count + found.guest_reaction_count,
    }
    return render(request, "embed/thread.html", context)


def _form_under(request: HttpRequest, post: Post) -> CommentForm | None:
    if request.user.is_authenticated:
        return CommentForm.blank(post.pk)
    return GuestCommentForm.blank(post.pk) if guest_rule_of(post).are_allowed else None


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, site: str, key: str) -> HttpResponse:
    """Whoever may see it: leads to the thread of a page, or takes its first comment.

    Guests too where the site allows it; others sign in first and come back.
    """
    found = get_open_site(site)
    if is_hidden_from(request.user, found.owner):
        raise Http404
    try:
        key = clean_key(key)
    except KeyRefused as error:
        raise Http404 from error
    if request.method != "POST":
        thread = thread_at(found, key)
        if thread is not None:
            return redirect(thread.post)
        return _first_page(request, found, key, _first_form(request, found, key))
    if request.user.is_authenticated or found.allows_guests:
        return _first_comment(request, found, key)
    return _members_first_comment(request, found, key)


def _first_form(request: HttpRequest, site: EmbedSite, key: str) -> CommentForm | None:
    if request.user.is_authenticated:
        return FirstCommentForm.blank_for(site.key, key)
    return FirstGuestCommentForm.blank_for(site.key, key) if site.allows_guests else None


def _first_comment(request: HttpRequest, site: EmbedSite, key: str) -> HttpResponse:
    person = request.user if request.user.is_authenticated else None
    form = (FirstCommentForm if person else FirstGuestCommentForm)(request.POST)
    if not form.is_valid():
        return _first_page(request, site, key, form, status=REFUSED_IN_PLACE)
    try:
        limits.count_write(request)
        if person is not None:
            blog_limits.count_comment(person)
        elif form.is_by_program:
            return _thanks(request, site, key)
        return _say(request, site, key, form, person)
    except Post.DoesNotExist as error:
        raise Http404 from error
    except DomainError as error:
        return _first_page(request, site, key, form, status=refuse(request, form, error))


_members_first_comment = keeps_what_was_sent(_first_comment)


def _say(
    request: HttpRequest, site: EmbedSite, key: str, form: CommentForm, person: User | None
) -> HttpResponse:
    thread = actions.find_or_create_thread(site, key)
    source = form.cleaned_data["source"]
    if person is not None:
        blog_actions.write_comment(
            thread.post, actor=person, source=source, origin_key=form.origin_key
        )
        messages.success(request, _("Your comment is up."))
        return redirect(thread.post)
    if not site.allows_guests:
        raise GuestsRefused(_("Sign in to comment here."))
    said = blog_actions.write_guest_comment(
        thread.post,
        name=form.cleaned_data["name"],
        source=source,
        origin_key=form.origin_key,
    )
    if not said.is_published:
        return _thanks(request, site, key)
    messages.success(request, _("Your comment is up."))
    return redirect(thread.post)


def _thanks(request: HttpRequest, site: EmbedSite, key: str) -> HttpResponse:
    messages.success(
        request, _("Thank you! Your comment is shown as soon as the author has approved it.")
    )
    return redirect("embed:page", site.key, key)


def _first_page(
    request: HttpRequest,
    site: EmbedSite,
    key: str,
    form: CommentForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "embed_site": site,
        "key": key,
        "comment_form": form,
        "is_guest": not request.user.is_authenticated,
    }
    return render(request, "embed/thread_first.html", context, status=status)
