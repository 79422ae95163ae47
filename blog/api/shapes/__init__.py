"""What posts and what belongs to them look like in answers."""
