"""What programs send about people, messages, notifications and reports."""

from typing import Any

from rest_framework import serializers

from blog.exceptions import TagRefused
from blog.tagging import clean_tag_name
from social.actions.mutes import MUTE_DAYS
from social.models import MutedTerm, Report
from social.models.relations import TERM_MAX_LENGTH
from social.notices import MAIL_CHOICES

LARGEST_KEY = 2**63 - 1
MOST_MARKED = 100
CODE_POINTS = 8
"""So many code points one grapheme may roughly have; the true lengths are counted by the actions."""


class MuteInput(serializers.Serializer):
    """For how long; without ``days``, or with null, for good."""

    days = serializers.ChoiceField(choices=MUTE_DAYS, required=False, allow_null=True, default=None)


class MutedTermInput(MuteInput):
    """A word or a tag to be left out of lists."""

    text = serializers.CharField(max_length=CODE_POINTS * TERM_MAX_LENGTH)
    kind = serializers.ChoiceField(choices=MutedTerm.Kind.choices, default=MutedTerm.Kind.WORD)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == MutedTerm.Kind.TAG:
            try:
                attrs["text"] = clean_tag_name(attrs["text"])
            except TagRefused as error:
                raise serializers.ValidationError({"text": error.message}, error.code) from error
        return attrs


class MessageInput(serializers.Serializer):
    """What is said; ``read_up_to`` is the last message that was shown above it."""

    body = serializers.CharField(trim_whitespace=False)
    read_up_to = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_KEY,
        help_text="The last message you were shown; without it all you received counts as read.",
    )


class ReadInput(serializers.Serializer):
    """The last message that was read."""

    up_to = serializers.IntegerField(min_value=0, max_value=LARGEST_KEY)


class UnreadInput(serializers.Serializer):
    """The first message that shall be unread."""

    from_id = serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)


class NotificationsReadInput(serializers.Serializer):
    """One of the three."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_KEY),
        required=False,
        max_length=MOST_MARKED,
    )
    up_to = serializers.DateTimeField(
        required=False, help_text="All whose ``latest_at`` is no later than this second."
    )
    all = serializers.BooleanField(required=False)


class NotificationSettingsInput(serializers.Serializer):
    """Kind of notification → when a mail tells of it, too. Kinds that are left out stay."""

    mails = serializers.DictField(
        child=serializers.ChoiceField(choices=MAIL_CHOICES), required=False
    )


class ReportTargetInput(serializers.Serializer):
    """What is reported."""

    kind = serializers.CharField(max_length=20)
    id = serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)


class ReportInput(serializers.Serializer):
    """What is wrong with what."""

    target = ReportTargetInput()
    category = serializers.ChoiceField(choices=Report.Category.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="")
