"""Sites elsewhere, for their owners: to register one, to change it, to look after its threads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import member_required, refuse
from config.exceptions import DomainError
from config.pagination import paginate
from config.text import clean
from embed import actions, limits
from embed.forms import SWITCH_NAMES, KeyForm, SiteForm
from embed.keys import key_of_address
from embed.models import EmbedSite, EmbedThread, ThreadAlias
from embed.origins import origin_of
from embed.shortcuts import get_site_for_settings, get_thread_for_settings, noted
from embed.snippets import lines_for

THREADS_PER_PAGE = 50
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def sites(request: HttpRequest) -> HttpResponse:
    """Members: one's own sites elsewhere; POST registers one."""
    if request.method != "POST":
        return _sites_page(request, SiteForm.blank())
    limits.count_site_change(request.user)
    form = SiteForm(request.POST)
    if not form.is_valid():
        return _sites_page(request, form, status=UNPROCESSABLE)
    try:
        site = actions.register_site(actor=request.user, **form.cleaned_data)
    except DomainError as error:
        return _sites_page(request, form, status=refuse(request, form, error))
    messages.success(request, _("The site is registered. Copy the lines into its pages."))
    return redirect("embed:settings_site", site.key)


def _sites_page(request: HttpRequest, form: SiteForm, status: int = 200) -> HttpResponse:
    own = EmbedSite.objects.by(request.user).newest_first()
    context = {"form": form, "sites": own}
    return render(request, "embed/settings_sites.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def site(request: HttpRequest, site: str) -> HttpResponse:
    """The owner, and staff: a site and the lines for its pages; POST changes it. Others: 404."""
    found = get_site_for_settings(site, request.user)
    if request.method != "POST":
        return _site_page(request, found, SiteForm.for_site(found))
    limits.count_site_change(request.user)
    form = SiteForm(request.POST)
    if not form.is_valid():
        return _site_page(request, found, form, status=UNPROCESSABLE)
    try:
        with noted(request.user, found, "change"):
            actions.change_site(found, actor=request.user, **form.cleaned_data)
    except DomainError as error:
        return _site_page(request, found, form, status=refuse(request, form, error))
    messages.success(request, _("The site is changed."))
    return redirect("embed:settings_site", found.key)


def _site_page(
    request: HttpRequest, found: EmbedSite, form: SiteForm, status: int = 200
) -> HttpResponse:
    context = {
        "embed_site": found,
        "form": form,
        "switches": [form[name] for name in SWITCH_NAMES],
        "lines": lines_for(found, request),
    }
    return render(request, "embed/settings_site.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, site: str) -> HttpResponse:
    """The owner, and staff: asks, then deletes a site with its threads. Others: 404."""
    found = get_site_for_settings(site, request.user)
    if request.method != "POST":
        number = found.threads.count()
        return render(
            request,
            "embed/settings_site_delete.html",
            {"embed_site": found, "thread_count": number},
        )
    limits.count_site_change(request.user)
    with noted(request.user, found, "delete"):
        actions.delete_site(found, actor=request.user)
    messages.success(request, _("The site and its threads are deleted."))
    return redirect("embed:settings_embed")


@require_safe
@member_required
def threads(request: HttpRequest, site: str) -> HttpResponse:
    """The owner, and staff: the threads of a site, newest first. Others: 404."""
    found = get_site_for_settings(site, request.user)
    rows = EmbedThread.objects.filter(site=found).with_post()
    page = paginate(rows, request.GET, page_size=THREADS_PER_PAGE, moment_field="created_at")
    context = {"embed_site": found, "page": page, "threads": page.items}
    return render(request, "embed/settings_threads.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def thread(request: HttpRequest, site: str, pk: int) -> HttpResponse:
    """The owner, and staff: the keys of a thread; POST adds one. Others: 404."""
    found = get_thread_for_settings(get_site_for_settings(site, request.user), pk)
    form, status = KeyForm(), 200
    if request.method == "POST":
        limits.count_site_change(request.user)
        form = KeyForm(request.POST)
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                key = _key_as_typed(found, form.cleaned_data["key"])
                with noted(request.user, found.site, "alias"):
                    actions.alias_thread(found, actor=request.user, key=key)
            except DomainError as error:
                status = refuse(request, form, error)
            else:
                messages.success(request, _("This page is found by that name, too."))
                return redirect("embed:settings_thread", site, pk)
    context = {
        "embed_site": found.site,
        "thread": found,
        "aliases": ThreadAlias.objects.filter(thread=found).order_by("key"),
        "form": form,
    }
    return render(request, "embed/settings_thread.html", context, status=status)


def _key_as_typed(thread: EmbedThread, typed: str) -> str:
    # Whoever copies the address of a page means its path.
    is_page = origin_of(typed.strip()) in thread.site.origins
    return key_of_address(typed.strip()) if is_page else typed


@require_POST
@member_required
def drop_key(request: HttpRequest, site: str, pk: int) -> HttpResponse:
    """The owner, and staff: a thread (``pk``) loses one of its other names. Others: 404."""
    found = get_thread_for_settings(get_site_for_settings(site, request.user), pk)
    limits.count_site_change(request.user)
    alias = ThreadAlias.objects.filter(thread=found, key=clean(request.POST.get("key", ""))).first()
    if alias is not None:
        with noted(request.user, found.site, "drop_alias"):
            actions.drop_alias(alias, actor=request.user)
        messages.success(request, _("This name leads nowhere any more."))
    return redirect("embed:settings_thread", site, pk)
