"""People who decide, and things to decide about."""

from django.contrib.auth.models import Group

from accounts.actions import change_groups
from accounts.models import User
from accounts.tests.factories import make_person
from moderation.actions import decide
from moderation.models import Decision
from moderation.roles import EDITOR, MODERATOR
from social.actions import report_target
from social.models import Report
from social.reportables import find_reportable

REASON = "광고를 여러 번 올렸어요. 링크를 빼고 다시 올려 주세요."


def make_moderator(handle: str = "sora", name: str = "소라", **options) -> User:
    """Somebody of the staff with the role of a moderator, and no other right."""
    return make_staff(MODERATOR, handle, name, **options)


def make_editor(handle: str = "dajung", name: str = "다정", **options) -> User:
    """Somebody of the staff who edits what the site says, and does not moderate."""
    return make_staff(EDITOR, handle, name, **options)


def make_staff(role: str, handle: str, name: str, **options) -> User:
    """Somebody of the staff with one role."""
    person = make_person(handle, name, is_staff=True, **options)
    return change_groups(person, groups=[Group.objects.get(name=role)])


def make_report(
    reporter: User, kind: str, pk: int, category: str = "spam", note: str = ""
) -> Report:
    """What ``reporter`` tells of something they see."""
    target = find_reportable(kind, pk, reporter)
    report, _is_new = report_target(target, actor=reporter, category=category, note=note)
    return report


def make_decision(actor: User, kind: str, target: tuple[str, int], **options) -> Decision:
    """What ``actor`` decided, with a reason."""
    options = {"category": "spam", "text": REASON} | options
    return decide(kind, target=target, actor=actor, **options)
