"""What one's own images look like in answers (AP-45)."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from blog.api.shapes.posts import ImageVariantShape
from blog.image_library import Space
from blog.markdown.images import image_source
from blog.models import Image
from config.api import Addresses, Shape
from config.clock import iso


class ImageLinksShape(Shape):
    """Where an image is looked after."""

    self = serializers.URLField()


class ImageShape(Shape):
    """One of one's own images."""

    id = serializers.IntegerField()
    url = serializers.URLField(help_text="Of the picture itself, in full size.")
    html_url = serializers.URLField()
    name = serializers.CharField(help_text="Of the file that was sent.")
    alt = serializers.CharField(help_text="What it shows, for those who cannot see it.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    variants = ImageVariantShape(many=True)
    byte_count = serializers.IntegerField(help_text="What all variants take together.")
    markdown = serializers.CharField(help_text="The line that shows it in a text.")
    is_held = serializers.BooleanField(help_text="Moderators hide it from everybody else.")
    created_at = serializers.DateTimeField()
    unused_since = serializers.DateTimeField(
        allow_null=True, help_text="As the last nightly look found it; null: in use."
    )
    links = ImageLinksShape()


class ImageSpaceShape(Shape):
    """How much of what somebody may keep is taken."""

    image_count = serializers.IntegerField()
    used_bytes = serializers.IntegerField()
    limit_bytes = serializers.IntegerField()


def image_shapes(images: list[Image], addresses: Addresses) -> list[dict[str, Any]]:
    """Return ``images``, from the rows alone."""
    library = addresses.page(reverse("blog:settings_images"))
    return [_image(image, library, addresses) for image in images]


def _image(image: Image, library: str, addresses: Addresses) -> dict[str, Any]:
    path = image.get_absolute_url()
    folder = addresses.page(path).removesuffix(f"{image.width}.webp")
    return {
        "id": image.pk,
        "url": addresses.page(path),
        "html_url": f"{library}#image-{image.key}",
        "name": image.original_name,
        "alt": image.alt,
        "width": image.width,
        "height": image.height,
        "variants": [{"width": width, "url": f"{folder}{width}.webp"} for width in image.widths],
        "byte_count": image.byte_count,
        "markdown": image_source(path, image.alt),
        "is_held": image.is_held,
        "created_at": iso(image.created_at),
        "unused_since": iso(image.unused_since) if image.unused_since else None,
        "links": {"self": addresses.api(f"images/{image.pk}/")},
    }


def space_shape(space: Space) -> dict[str, int]:
    """Return how much of somebody's space is taken."""
    return {
        "image_count": space.image_count,
        "used_bytes": space.used_bytes,
        "limit_bytes": space.limit_bytes,
    }
