"""Pages of relations, messages and notifications, a module each."""
