"""What programs send about series."""

from rest_framework import serializers

LARGEST_KEY = 2**63 - 1
MOST_POSTS = 2000
MOST_CHARACTERS = 4000
"""Far above what actions allow, which count what people see."""


class SeriesInput(serializers.Serializer):
    """A new series; its address is made from its title."""

    title = serializers.CharField(max_length=MOST_CHARACTERS)
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=MOST_CHARACTERS
    )


class SeriesChangeInput(serializers.Serializer):
    """Changes of a series; what is left out stays as it is."""

    title = serializers.CharField(required=False, max_length=MOST_CHARACTERS)
    description = serializers.CharField(
        required=False, allow_blank=True, max_length=MOST_CHARACTERS
    )
    slug = serializers.CharField(
        required=False,
        max_length=MOST_CHARACTERS,
        help_text="Links to the old address stop working.",
    )


class SeriesOrderInput(serializers.Serializer):
    """All that is in a series."""

    posts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_KEY),
        max_length=MOST_POSTS,
        help_text="The keys of one's own articles, first part first.",
    )
