"""What happens to a process that works for the length of a call (config.draining)."""

from django.dispatch import Signal

drain_began = Signal()
drain_ends = Signal()
"""Its time is nearly over: long work should put itself back and wait for the next call."""
