"""News about relations, sent after the commit for the apps to the right."""

from django.dispatch import Signal

term_muted = Signal()
"""``term`` (MutedTerm): its person does not want to hear of it any more."""
