"""What scripts on sites elsewhere send; the rules are those of the actions."""

from rest_framework import serializers

from blog.models.talk import COMMENT_MAX_LENGTH, GUEST_NAME_MAX_LENGTH
from embed.models import ADDRESS_MAX_LENGTH

CODE_POINTS = 16  # that one character may have, coarsely


class PageInput(serializers.Serializer):
    url = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=8 * ADDRESS_MAX_LENGTH
    )
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=8_000)


class GuestInput(serializers.Serializer):
    name = serializers.CharField(max_length=CODE_POINTS * GUEST_NAME_MAX_LENGTH)
    challenge = serializers.CharField(max_length=500)
    answer = serializers.CharField(max_length=40)


class EmbedCommentInput(serializers.Serializer):
    body = serializers.CharField(max_length=CODE_POINTS * COMMENT_MAX_LENGTH, trim_whitespace=False)
    parent = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=10**18
    )
    page = PageInput(required=False)
    guest = GuestInput(required=False)


class EmbedCommentChangeInput(serializers.Serializer):
    body = serializers.CharField(max_length=CODE_POINTS * COMMENT_MAX_LENGTH, trim_whitespace=False)
    edit_key = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class EditKeyInput(serializers.Serializer):
    edit_key = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class ReactionInput(serializers.Serializer):
    page = PageInput(required=False)
