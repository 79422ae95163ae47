"""What the doctor looks at among people: what is left of the erased, pictures, work that waits."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import actions, leftovers
from accounts.actions.pictures import avatar_path
from accounts.models import DelayedMail, FormerHandle, Job, User
from config.care import doctor
from config.care.checks import texts
from config.care.doctor import WARNING, Finding
from config.stored_files import folders_in

WAIT = timedelta(minutes=30)
"""A job may wait so long for a worker; the sweep announces it again before that."""

MAIL_WAIT = timedelta(hours=2)
AVATAR_SIZE_LOOKED_FOR = 96
ROWS_AT_A_TIME = 500
NAMED_AT_MOST = 5


def register() -> None:
    """Make the checks of this app known."""
    doctor.register("leftovers", look_at_leftovers)
    doctor.register("avatars", look_at_avatars)
    doctor.register("jobs", look_at_jobs, mend=actions.fail_stale_jobs)
    doctor.register("look_alikes", look_at_skeletons, mend=actions.mend_skeletons)
    for model in (User, FormerHandle):
        texts.exempt(f"{model._meta.label_lower}.handle_skeleton", "how it looks, decomposed")


def look_at_skeletons() -> Iterator[Finding]:
    """Yield how many handles are guarded by what they do not look like."""
    if number := sum(1 for _row in actions.wrong_skeletons()):
        yield Finding(
            WARNING,
            ngettext(
                "%(count)d handle is not guarded against others that look like it.",
                "%(count)d handles are not guarded against others that look like them.",
                number,
            )
            % {"count": number},
            _("Somebody could come in under a handle that looks the same."),
            _("Run doctor --fix: it looks at them anew."),
        )


def look_at_leftovers() -> Iterator[Finding]:
    """Yield columns that name people who were erased."""
    for left in leftovers.rows_of_everybody():
        yield Finding(
            WARNING,
            _("%(count)d rows in %(column)s name people who were erased.")
            % {"count": left.count, "column": left.where},
            _("They were promised that nothing stays."),
            _("manage.py doctor_leftovers says of whom; the next night's work tries again."),
        )


def look_at_avatars() -> Iterator[Finding]:
    """Yield how many pictures of people are lost."""
    stored = folders_in(default_storage, "avatars")
    lost, last = [], 0
    people = User.objects.exclude(avatar_key="").order_by("pk").values_list("pk", "avatar_key")
    while page := list(people.filter(pk__gt=last)[:ROWS_AT_A_TIME]):
        lost += [key for _pk, key in page if key not in stored]
        last = page[-1][0]
    if lost:
        yield Finding(
            WARNING,
            _("The files of %(count)d avatars are lost.") % {"count": len(lost)},
            _("An empty place is shown instead."),
            _("Restore MEDIA_ROOT from a backup; %(path)s is one of them.")
            % {"path": avatar_path(lost[0], AVATAR_SIZE_LOOKED_FOR)},
        )


def look_at_jobs() -> Iterator[Finding]:
    """Yield jobs that died or that nobody takes."""
    now = timezone.now()
    waiting_mails = DelayedMail.objects.filter(
        state=DelayedMail.State.WAITING, created_at__lte=now - MAIL_WAIT
    )
    if number := waiting_mails.count():
        yield Finding(
            WARNING,
            _("%(count)d mails about accounts have waited for %(hours)d hours.")
            % {"count": number, "hours": MAIL_WAIT.total_seconds() // 3600},
            _("People wait for a link to sign in or to confirm an address."),
            _("They stand in the administration with what the mail server said."),
        )
    waiting = Job.objects.unfinished().filter(seen_at__lte=now - WAIT)
    if number := waiting.count():
        yield Finding(
            WARNING,
            _("%(count)d jobs of members have not moved for %(minutes)d minutes.")
            % {"count": number, "minutes": WAIT.total_seconds() // 60},
            _("Their owners wait for an import or an archive."),
            _("See that a worker runs; manage.py probe_job 5 shows whether it takes work."),
        )
