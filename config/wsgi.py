"""WSGI entry point (gunicorn: ``config.wsgi``)."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import preloading, starts
from config.url_prefix import below_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = below_prefix(get_wsgi_application(), settings.URL_PREFIX)
starts.log_start("web")

if settings.WEB_PRELOAD:
    preloading.load_before_fork()
else:
    preloading.load_soon()
