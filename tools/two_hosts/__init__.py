"""Two hosts that serve one site, and what happens when parts of it die; see ``__main__``."""
