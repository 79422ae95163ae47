"""What the doctor finds in the log of moderation."""

import pytest
from django.utils import translation

from config.care import doctor
from moderation.models import LogEntry
from moderation.schema import install_guards, remove_guards
from moderation.tests.factories import make_decision


def found(*, mends: bool = False) -> list[str]:
    with translation.override("en"):
        return [one.finding.level for one in doctor.examine(["moderation"], mends=mends)]


@pytest.mark.behaviour("OP-07", "SO-43")
def test_a_row_that_was_changed_and_triggers_that_are_gone_are_found(sora, minah):
    make_decision(sora, "warn", ("person", minah.pk), text="다정하게 말해요.")
    assert found() == []
    remove_guards()
    assert found() == ["serious"]
    assert found(mends=True) == []
    remove_guards()
    LogEntry.objects.update(act="nothing")
    install_guards()
    assert found(mends=True) == ["serious"]
