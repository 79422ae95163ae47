"""Private messages."""
