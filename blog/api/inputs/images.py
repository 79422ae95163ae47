"""What programs send about images."""

from rest_framework import serializers

MOST_CHARACTERS = 2000
"""Of a description, which is cut to what is kept of it."""


class ImageUploadInput(serializers.Serializer):
    """A picture, and what it shows to those who cannot see it."""

    file = serializers.FileField(
        allow_empty_file=True, help_text="JPEG, PNG, WebP, GIF or AVIF, by what is in it."
    )
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MOST_CHARACTERS)


class ImageFetchInput(serializers.Serializer):
    """Where on another server a picture is that is to be copied."""

    url = serializers.CharField(max_length=MOST_CHARACTERS)
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MOST_CHARACTERS)


class ImageChangeInput(serializers.Serializer):
    """A new description."""

    alt = serializers.CharField(required=False, allow_blank=True, max_length=MOST_CHARACTERS)
