"""How dear our pages are, beside a bare Django application that does the least for the same."""
