"""One's own images: where they are used, how they are described, and how they go."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import member_required, wants_json
from blog import actions, limits
from blog.exceptions import ImageNotStored, ImageSpaceFull
from blog.image_library import count_affected_posts, image_cards, space_of, unused_of
from blog.models import Image
from blog.models.images import ALT_LENGTH, UNUSED_DAYS
from config.images import ImageRefused
from config.pagination import paginate
from config.redirects import safe_next

IMAGES_PER_PAGE = 24
IMAGES_SHOWN_BEFORE_REMOVAL = 12


@require_safe
@member_required
def images(request: HttpRequest) -> HttpResponse:
    """Members: one's own images, newest first; ``?show=unused`` those that nothing uses."""
    shows_unused = request.GET.get("show") == "unused"
    own = Image.objects.by(request.user)
    page = paginate(
        own.unused_for_days(UNUSED_DAYS) if shows_unused else own,
        request.GET,
        page_size=IMAGES_PER_PAGE,
        moment_field="created_at",
    )
    context = {
        "cards": image_cards(page.items),
        "page": page,
        "space": space_of(request.user),
        "unused": unused_of(request.user),
        "shows_unused": shows_unused,
        "alt_length": ALT_LENGTH,
    }
    return render(request, "blog/images.html", context)


@require_POST
@member_required
def add(request: HttpRequest) -> HttpResponse:
    """Members: store an image (``file``, ``alt``), for whoever writes without scripts."""
    back = reverse("blog:settings_images")
    file = request.FILES.get("file")
    try:
        if file is None:
            raise ImageRefused(_("Choose an image."))
        limits.count_upload(request.user)
        image = actions.store_image(
            file.read(settings.IMAGE_MAX_BYTES + 1),
            actor=request.user,
            name=file.name,
            alt=request.POST.get("alt", ""),
        )
    except (ImageRefused, ImageSpaceFull, ImageNotStored) as error:
        messages.error(request, error.message)
        return redirect(back)
    messages.success(request, _("The image is here. Copy its line into your text."))
    return HttpResponseRedirect(f"{back}#image-{image.key}")


@require_POST
@member_required
def describe(request: HttpRequest, key: str) -> HttpResponse:
    """The owner: change the description (``alt``); JSON where it was asked for. Others: 404."""
    image = get_object_or_404(Image.objects.by(request.user), key=key)
    limits.count_description(request.user)
    image = actions.describe_image(image, actor=request.user, alt=request.POST.get("alt", ""))
    if wants_json(request):
        return JsonResponse(
            {"key": image.key, "alt": image.alt}, json_dumps_params={"ensure_ascii": False}
        )
    messages.success(request, _("The description is saved."))
    back = safe_next(request, reverse("blog:settings_images"))
    return HttpResponseRedirect(f"{back}#image-{image.key}")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """The owner: says what follows, then deletes; JSON clients get 204. Others: 404."""
    image = get_object_or_404(Image.objects.by(request.user), key=key)
    if request.method != "POST":
        context = {
            "card": image_cards([image])[0],
            "affected_count": count_affected_posts(image),
            "next": safe_next(request, reverse("blog:settings_images")),
        }
        return render(request, "blog/images_delete.html", context)
    actions.delete_image(image, actor=request.user)
    if wants_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    messages.success(request, _("The image is deleted."))
    return redirect(safe_next(request, reverse("blog:settings_images")))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete_unused(request: HttpRequest) -> HttpResponse:
    """Members: shows which of one's own images nothing uses, then deletes them all at once."""
    if request.method == "POST":
        count = actions.delete_unused_images(actor=request.user)
        messages.success(
            request,
            ngettext("%(count)d image is deleted.", "%(count)d images are deleted.", count)
            % {"count": count},
        )
        return redirect("blog:settings_images")
    unused = unused_of(request.user)
    found = Image.objects.by(request.user).unused_for_days(UNUSED_DAYS)
    some = found.order_by("-created_at", "-pk")[:IMAGES_SHOWN_BEFORE_REMOVAL]
    context = {
        "unused": unused,
        "cards": image_cards(some),
        "more_count": max(0, unused.image_count - IMAGES_SHOWN_BEFORE_REMOVAL),
    }
    return render(request, "blog/images_delete_unused.html", context)
