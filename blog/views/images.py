"""Pictures, to whoever may see a post that uses them."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from blog.models import Image, Post

PUBLIC_SECONDS = 24 * 3600


@require_safe
def image(request: HttpRequest, key: str, width: int) -> HttpResponse:
    """Whoever sees a post that uses it, and its owner; hidden (404) from others."""
    found = Image.objects.visible_to(request.user).filter(key=key).first()
    if found is None or width not in found.widths:
        raise Http404
    try:
        file = default_storage.open(Image.file_name(key, width))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp")
    public = Post.objects.public()
    is_public = public.filter(images=found).exists() or public.filter(cover=found).exists()
    response.headers["Cache-Control"] = (
        f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-store"
    )
    return response
