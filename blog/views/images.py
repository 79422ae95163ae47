"""Pictures: taken in from members, shown to whoever may see a post that uses them."""

import re

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from blog import actions, limits
from blog.markdown.images import image_source
from blog.models import Image
from blog.models.images import ALT_LENGTH
from config.bodies import judges_its_body
from config.errors import error_response
from config.exceptions import DomainError
from config.images import ImageTooLarge
from config.stored_files import open_stored
from config.text import clean_line

PREVIEW_KEY = re.compile(r"[0-9a-f]{32}")
PUBLIC_SECONDS = 3600
"""How long a picture may be shown from a cache after its post became private."""

FORM_BYTES = 64 * 1024
"""What a form may have besides the file: description, token, boundaries."""


@require_safe
def image(request: HttpRequest, key: str, width: int) -> HttpResponse:
    """Whoever sees a post that uses it, its owner, and with ``?draft=`` whoever has an open
    preview link; hidden (404) from others.
    """
    found = _visible_image(request, key)
    if found is None or width not in found.widths:
        raise Http404
    cache_control = f"public, max-age={PUBLIC_SECONDS}" if found.is_public else "private, no-store"
    # The bytes behind an address never change; only who may have them does.
    etag = f'"{found.key}-{width}"'
    response = get_conditional_response(request, etag=etag) if found.is_public else None
    if response is None:
        response = _file_response(found, width)
    response.headers["Cache-Control"] = cache_control
    if found.is_public:
        response.headers["ETag"] = etag
    return response


def _visible_image(request: HttpRequest, key: str) -> Image | None:
    images = Image.objects.filter(key=key).with_publicity()
    found = images.visible_to(request.user).first()
    preview = request.GET.get("draft", "")
    if found is None and PREVIEW_KEY.fullmatch(preview):
        found = images.visible_by_preview(preview).first()
    return found


def _file_response(image: Image, width: int) -> HttpResponse:
    try:
        file = open_stored(Image.file_name(image.key, width))
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, content_type="image/webp")


@judges_its_body
@require_POST
@csrf_exempt  # Checking the token reads the whole body: _upload does it, after the size is known.
def upload(request: HttpRequest) -> HttpResponse:
    """Members: take a picture in (``file``, ``alt``); JSON, also for what is wrong.

    401 for people who are not signed in. A blocked member is one like any other here.
    """
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMAGE_MAX_BYTES + FORM_BYTES:
        return _refused(request, ImageTooLarge(settings.IMAGE_MAX_BYTES))
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        detail = _("Choose an image.")
        return error_response(request, 422, code="file_missing", detail=detail)
    if file.size > settings.IMAGE_MAX_BYTES:
        return _refused(request, ImageTooLarge(settings.IMAGE_MAX_BYTES))
    alt = request.POST.get("alt", "")
    try:
        limits.count_upload(request.user)
        data = b"".join(file.chunks())
        stored = actions.store_image(data, actor=request.user, name=file.name, alt=alt)
    except DomainError as error:
        return _refused(request, error)
    return _created(stored, alt)


@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """Members: fetch a picture from another server (``url``, ``alt``) and keep a copy; JSON.

    401 for people who are not signed in.
    """
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    alt = request.POST.get("alt", "")
    try:
        limits.count_fetch(request.user)
        stored = actions.bring_image_in(request.POST.get("url", ""), actor=request.user, alt=alt)
    except DomainError as error:
        return _refused(request, error)
    return _created(stored, alt)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    detail = _("Sign in first, then you come back here.")
    return error_response(request, 401, code="not_authenticated", detail=detail)


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return error_response(
        request,
        error.status,
        code=error.code,
        detail=error.message,
        retry_after=getattr(error, "retry_after", None),
    )


def _created(image: Image, typed_alt: str) -> JsonResponse:
    """Answer what the editor inserts; ``alt`` is what was typed now, else what was kept."""
    alt = clean_line(typed_alt)[:ALT_LENGTH] or image.alt
    url = image.get_absolute_url()
    return JsonResponse(
        {
            "key": image.key,
            "url": url,
            "width": image.width,
            "height": image.height,
            "alt": alt,
            "name": image.original_name,
            "markdown": image_source(url, alt),
        },
        status=201,
        json_dumps_params={"ensure_ascii": False},
    )
