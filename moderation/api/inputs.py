"""What programs of the staff send."""

from rest_framework import serializers

from moderation.models import Decision
from social.api.inputs import ReportTargetInput
from social.models import Report

LONGEST_TEXT = 20_000  # code points; the actions count what people see


class DecisionInput(serializers.Serializer):
    """One decision about one thing."""

    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    target = ReportTargetInput()
    category = serializers.ChoiceField(
        choices=Report.Category.choices, required=False, allow_blank=True, default=""
    )
    text = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )
    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class UndoInput(serializers.Serializer):
    """Why a decision is undone."""

    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )


class AppealAnswerInput(serializers.Serializer):
    """What the staff answer to an appeal; a refusal needs words."""

    grants = serializers.BooleanField()
    answer = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_TEXT
    )
