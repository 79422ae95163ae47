"""The site's shared chrome as an app, and the admin in the site's own colours."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = _("Site")
    quiet_writes = {
        "account_emailaddress": (),
        "account_emailconfirmation": (),
        "config_heartbeat": (),
        "config_promisedtask": (),
        "config_scheduledrun": (),
        "config_storedanswer": (),
        "django_admin_log": (),
        "django_session": (),
        "mfa_authenticator": (),
        "socialaccount_socialaccount": (),
        "socialaccount_socialtoken": (),
        "usersessions_usersession": (),
    }

    def ready(self) -> None:
        from django.conf import settings

        from config import kept_pages, metrics, sentry, starts  # noqa: F401
        from config.care import checks
        from config.celery import make_queue_folders

        make_queue_folders()
        checks.register()
        starts.watch_celery()
        if settings.METRICS:
            metrics.start()
        if settings.SENTRY_DSN:
            sentry.start(
                settings.SENTRY_DSN,
                environment=settings.SETTINGS_MODULE.rpartition(".")[2],
                site_url=settings.SITE_URL,
            )
        _show_english_for_what_a_catalogue_lacks()


def _show_english_for_what_a_catalogue_lacks() -> None:
    """Fall back to the English of the code, not to LANGUAGE_CODE as Django does (I18-15).

    A Spanish reader is not helped by a sentence in Korean.
    """
    from django.utils.translation.trans_real import DjangoTranslation

    DjangoTranslation._add_fallback = lambda self, localedirs=None: None


class AdminConfig(admin_apps.AdminConfig):
    default_site = "config.admin_site.MadangAdminSite"
    default = False
