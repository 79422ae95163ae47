"""The accounts part of the API, a module for each kind of thing."""
