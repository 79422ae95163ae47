"""The site as a function, tried without AWS: its runtime API, its events, and a walk through them."""
