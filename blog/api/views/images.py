"""One's own images by programs (AP-45): to send, describe and delete them."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.api.inputs.images import ImageChangeInput, ImageFetchInput, ImageUploadInput
from blog.api.shapes.images import ImageShape, ImageSpaceShape, image_shapes, space_shape
from blog.image_library import space_of
from blog.models import Image
from blog.models.images import UNUSED_DAYS
from blog.querysets import ImageQuerySet
from config.api import ApiView
from config.images import ImageTooLarge

ROOM_FOR_FIELDS = 64 * 1024  # bytes of a request beside its file


class ImageView(ApiView):
    """A resource that answers with images of whoever asks; those of others are hidden."""

    shape = ImageShape

    def listed(self, images: ImageQuerySet) -> Response:
        """Return the page of ``images`` that was asked for, newest first."""
        return self.page(images, self._shaped, field="created_at")

    def _shaped(self, images: list[Image]) -> list[dict[str, Any]]:
        return image_shapes(images, self.addresses)

    def told(self, image: Image) -> dict[str, Any]:
        """Return the object of ``image``."""
        return self._shaped([image])[0]

    def made(self, image: Image) -> Response:
        """Return 201 with the address of ``image``."""
        told = self.told(image)
        return self.one(told, status=HTTPStatus.CREATED, location=told["links"]["self"])


class Images(ImageView):
    """One's own images, and new ones."""

    scopes: ClassVar = {"GET": "images", "POST": "images"}
    buckets: ClassVar = {"POST": "images"}
    keeps_answers = False
    """Pictures are decoded outside of transactions; the same one again is the same image anyway."""
    parser_classes = (MultiPartParser,)
    judges_its_body = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unread what is too large in any case."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.IMAGE_MAX_BYTES + ROOM_FOR_FIELDS:
            raise ImageTooLarge(settings.IMAGE_MAX_BYTES)
        super().initial(request, *args, **kwargs)

    @extend_schema(responses=ImageShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's own images, newest first."""
        return self.listed(Image.objects.by(request.user))

    @extend_schema(request={"multipart/form-data": ImageUploadInput}, responses={201: ImageShape})
    def post(self, request: Request) -> Response:
        """Members: send a picture, as multipart.

        The same picture again is the image that there is.
        """
        data = self.valid(ImageUploadInput)
        if data["file"].size > settings.IMAGE_MAX_BYTES:
            raise ImageTooLarge(settings.IMAGE_MAX_BYTES)
        limits.count_upload(request.user)
        image = actions.store_image(
            b"".join(data["file"].chunks()),
            actor=request.user,
            name=data["file"].name,
            alt=data.get("alt", ""),
        )
        return self.made(image)


class ImageCopies(ImageView):
    """Pictures that lie on other servers."""

    scopes: ClassVar = {"POST": "images"}
    buckets: ClassVar = {"POST": "images"}
    keeps_answers = False

    @extend_schema(request=ImageFetchInput, responses={201: ImageShape})
    def post(self, request: Request) -> Response:
        """Members: copy a picture from its address on another server.

        The same picture again is the image that there is.
        """
        data = self.valid(ImageFetchInput)
        limits.count_fetch(request.user)
        return self.made(
            actions.bring_image_in(data["url"], actor=request.user, alt=data.get("alt", ""))
        )


class OneImage(ImageView):
    """One of one's own images."""

    scopes: ClassVar = {"GET": "images", "PATCH": "images", "DELETE": "images"}

    @extend_schema(responses=ImageShape)
    def get(self, request: Request, pk: int) -> Response:
        """The owner: an image."""
        return self.one(self.told(self._own(pk)))

    @extend_schema(request=ImageChangeInput, responses=ImageShape)
    def patch(self, request: Request, pk: int) -> Response:
        """The owner: describe an image; the posts that show it follow."""
        image = self._own(pk)
        self.require_version(self.told(image))
        data = self.valid(ImageChangeInput)
        if "alt" in data:
            limits.count_description(request.user)
            image = actions.describe_image(image, actor=request.user, alt=data["alt"])
        return self.one(self.told(image))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The owner: delete an image for good; posts show its description instead."""
        image = self._own(pk)
        self.require_version(self.told(image))
        actions.delete_image(image, actor=request.user)
        return self.nothing()

    def _own(self, pk: int) -> Image:
        return get_object_or_404(Image.objects.by(self.request.user), pk=pk)


class UnusedImages(ImageView):
    """One's own images that nothing has used for a month."""

    scopes: ClassVar = {"GET": "images", "DELETE": "images"}

    @extend_schema(responses=ImageShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's own images that nothing has used for 30 days, newest first."""
        return self.listed(Image.objects.by(request.user).unused_for_days(UNUSED_DAYS))

    @extend_schema(operation_id="images_unused_destroy_all", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Members: delete all of these at once."""
        actions.delete_unused_images(actor=request.user)
        return self.nothing()


class ImageSpace(ApiView):
    """How much room one has for images."""

    scopes: ClassVar = {"GET": "images"}
    shape = ImageSpaceShape

    @extend_schema(responses=ImageSpaceShape)
    def get(self, request: Request) -> Response:
        """Members: how much space one's images take, and how much there is."""
        return self.one(space_shape(space_of(request.user)))
