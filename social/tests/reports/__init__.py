"""Reports: what members tell the moderators."""
