"""What programs send about webhooks."""

from rest_framework import serializers

from social.webhooks import DESCRIPTION_MAX_LENGTH, EVENTS, URL_MAX_LENGTH


class WebhookInput(serializers.Serializer):
    """A new webhook; the rest is checked where it is stored."""

    target_url = serializers.CharField(
        max_length=8 * URL_MAX_LENGTH, source="url", help_text="https, reachable from the internet."
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=100),
        allow_empty=False,
        max_length=100,
        help_text="Of " + ", ".join(EVENTS) + ".",
    )
    description = serializers.CharField(
        max_length=8 * DESCRIPTION_MAX_LENGTH, allow_blank=True, required=False
    )


class WebhookChangeInput(WebhookInput):
    """What of a webhook changes."""

    is_active = serializers.BooleanField(required=False)
