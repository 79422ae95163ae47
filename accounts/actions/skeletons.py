"""What handles look like, as it is stored beside them."""

from collections.abc import Iterator

from django.db import transaction

from accounts.free_handles import free_skeleton
from accounts.look_alikes import skeleton
from accounts.models import FormerHandle, User

ROWS_AT_A_TIME = 500


def wrong_skeletons() -> Iterator[tuple[type[User] | type[FormerHandle], int]]:
    """Yield the model and key of each handle that is stored with another look than it has.

    None is stored where the look was somebody else's already: that is no fault.
    """
    for model in (User, FormerHandle):
        rows = model.objects.exclude(handle_skeleton="").order_by("pk")
        found = rows.values_list("pk", "handle", "handle_skeleton").iterator(ROWS_AT_A_TIME)
        for pk, handle, stored in found:
            if stored != skeleton(handle):
                yield model, pk


def mend_skeletons() -> int:
    """Store how handles look that are stored with another look; return how many."""
    wrong = list(wrong_skeletons())
    for model, pk in wrong:
        with transaction.atomic():
            row = model.objects.select_for_update().get(pk=pk)
            owner = row if isinstance(row, User) else row.user
            row.handle_skeleton = free_skeleton(row.handle, owner)
            row.save(update_fields=["handle_skeleton"])
    return len(wrong)
