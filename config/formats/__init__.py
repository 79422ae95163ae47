"""How times are written where Django's own forms are not how people write."""
