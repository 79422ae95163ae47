"""The only code that changes sites elsewhere and what belongs to their pages."""

from embed.actions.erasure import erase_sites
from embed.actions.pages import refresh_indexes, refresh_pages, store_pages
from embed.actions.reactions import react_as_guest, unreact_as_guest
from embed.actions.sites import (
    change_site,
    delete_site,
    pause_site,
    register_site,
    rotate_site_key,
)
from embed.actions.threads import (
    alias_thread,
    drop_alias,
    find_or_create_thread,
    move_thread,
    recount_guest_reactions,
)

__all__ = [
    "alias_thread",
    "change_site",
    "delete_site",
    "drop_alias",
    "erase_sites",
    "find_or_create_thread",
    "move_thread",
    "pause_site",
    "react_as_guest",
    "recount_guest_reactions",
    "refresh_indexes",
    "refresh_pages",
    "register_site",
    "rotate_site_key",
    "store_pages",
    "unreact_as_guest",
]
