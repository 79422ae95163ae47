"""Madang's project package: settings, edges shared by every app, the site's chrome."""

from config.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["celery_app"]
