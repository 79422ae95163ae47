"""The yardstick: posts, authors and tags in plain Django, with the same middleware in front."""
