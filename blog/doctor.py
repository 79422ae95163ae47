"""What the doctor looks at among what people wrote: pictures, and news that lead nowhere."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from blog import actions
from blog.models import Announcement, Comment, Image, Post
from blog.models.images import FOLDER
from config.care import doctor
from config.care.checks import texts
from config.care.doctor import WARNING, Finding
from config.stored_files import folders_in
from social.actions import forget_target
from social.models import Notification

TARGETS = {"post": Post, "comment": Comment, "announcement": Announcement}
ROWS_AT_A_TIME = 500


def register() -> None:
    """Make the checks of this app known."""
    texts.exempt("blog.oldpath.path", "addresses of another site, letter by letter")
    doctor.register("pictures", look_at_pictures, mend=actions.clean_images)
    doctor.register("notifications", look_at_notifications, mend=forget_what_leads_nowhere)


def look_at_pictures() -> Iterator[Finding]:
    """Yield pictures without files, and folders that belong to no picture for more than a day."""
    stored = folders_in(default_storage, FOLDER)
    lost, last = [], 0
    rows = Image.objects.order_by("pk").values_list("pk", "key")
    while page := list(rows.filter(pk__gt=last)[:ROWS_AT_A_TIME]):
        for pk, key in page:
            if key in stored:
                stored.discard(key)
            else:
                lost.append(pk)
        last = page[-1][0]
    if lost:
        yield Finding(
            WARNING,
            _("The files of %(count)d pictures are lost; the first has the number %(first)d.")
            % {"count": len(lost), "first": lost[0]},
            _("Posts show an empty place instead."),
            _("Restore MEDIA_ROOT from a backup (manage.py restore)."),
        )
    if number := sum(map(actions.is_lost_folder, sorted(stored))):
        yield Finding(
            WARNING,
            _("%(count)d folders of pictures belong to no picture.") % {"count": number},
            _("They need room; of erased people nothing should stay."),
            _("Run manage.py doctor --fix, or see why the night's work (clean-images) does not."),
        )


def look_at_notifications() -> Iterator[Finding]:
    """Yield how many notifications tell of things that are gone."""
    for kind, rows in _leading_nowhere():
        if number := rows.count():
            yield Finding(
                WARNING,
                _("%(count)d notifications tell of something that is gone (%(kind)s).")
                % {"count": number, "kind": kind},
                _("People count news that nothing can be seen of."),
                _("Run manage.py doctor --fix."),
            )


def forget_what_leads_nowhere() -> None:
    """Delete such notifications and count the inboxes anew."""
    for kind, rows in _leading_nowhere():
        for key in list(rows.order_by().values_list("target_id", flat=True).distinct()):
            forget_target((kind, key))


def _leading_nowhere() -> Iterator[tuple[str, QuerySet[Notification]]]:
    for kind, model in TARGETS.items():
        there = model._base_manager.filter(pk=OuterRef("target_id"))
        yield kind, Notification.objects.filter(~Exists(there), target_type=kind)
