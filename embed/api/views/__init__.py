"""Views of the API for sites elsewhere, by noun."""
