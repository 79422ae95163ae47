"""News about people, sent after the commit for the apps to the right."""

from django.dispatch import Signal

person_renamed = Signal()
"""``person`` (User) and ``former`` (the handle before)."""

person_state_changed = Signal()
"""``person`` (User) and ``former`` (the state before)."""

password_replaced = Signal()
"""``person`` (User): whatever was opened with the former password closes now."""

job_changed = Signal()
"""``job`` (Job), as it is stored now: it moved, or its state changed."""
