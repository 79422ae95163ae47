"""Pages about what was decided: for authors, for reporters, for everybody."""
