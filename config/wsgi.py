"""WSGI entry point (gunicorn: ``config.wsgi``)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import preloading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()

if settings.WEB_PRELOAD:
    preloading.load_before_fork()
else:
    preloading.load_soon()
