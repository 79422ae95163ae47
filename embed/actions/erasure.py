"""Taking away the sites of somebody who left; their threads go with blog's posts."""

from accounts.models import User
from embed.actions.sites import remove_site
from embed.models import EmbedSite


def erase_sites(person: User) -> dict[str, int]:
    """Take away the sites of a person with their threads."""
    number = 0
    for site in list(EmbedSite.objects.by(person).order_by("pk")):
        remove_site(site)
        number += 1
    return {"embed sites": number}
