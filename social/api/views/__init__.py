"""Resources between people, a module each noun."""
