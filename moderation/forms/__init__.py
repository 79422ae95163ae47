"""What people answer to decisions, and ask."""
