"""Resources of moderation, a module each noun."""
