"""What programs send about comments."""

from rest_framework import serializers

from blog.api.inputs.posts import LARGEST_KEY


class CommentTextInput(serializers.Serializer):
    """A text in the Markdown of comments."""

    body = serializers.CharField(trim_whitespace=False)


class CommentInput(CommentTextInput):
    """An answer to a post, or with ``parent`` to a comment under it."""

    parent = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY
    )
