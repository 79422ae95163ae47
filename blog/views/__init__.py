"""Pages of what people write, by noun."""
