"""Resources of what people write, a module each noun."""
