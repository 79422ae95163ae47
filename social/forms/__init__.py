"""Forms of relations, messages and notifications, a module each."""
