"""Moderation by programs of the staff: the same rooms as the desk (AP-52)."""
