"""Caring for a site: making it ready, looking it over, counting anew, upgrading, backing up."""
