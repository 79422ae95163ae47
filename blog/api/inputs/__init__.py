"""What programs send about posts and what belongs to them."""
