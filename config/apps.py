"""The site's shared chrome as an app, and the admin in the site's own colours."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from config.celery import make_queue_folders

        make_queue_folders()


class AdminConfig(admin_apps.AdminConfig):
    default_site = "config.admin_site.MadangAdminSite"
    default = False
