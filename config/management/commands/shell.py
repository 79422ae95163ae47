"""``manage.py shell``: every model by its name, and each app's rooms by the app's."""

from importlib import import_module

from django.apps import apps
from django.core.management.commands import shell

OURS = ("config", "accounts", "social", "blog", "search", "embed", "moderation")
PLACES = (
    "django.db.models.Count",
    "django.db.models.F",
    "django.db.models.Q",
    "django.utils.timezone",
    "config.selectors.site_settings",
    "search.selectors.search",
)


class Command(shell.Command):
    help = (
        "A Python shell with all models loaded; of two of one name ours is there, and the other by"
        " its app: admin_LogEntry. Actions are by app: blog_actions.publish_post(post, actor=minah)."
    )

    def get_auto_imports(self) -> list[str]:
        """Return what is loaded: what comes later takes the name."""
        paths = super().get_auto_imports() or []
        ours = [path for path in paths if path.partition(".")[0] in OURS]
        return [*(path for path in paths if path not in ours), *PLACES, *ours]

    def get_namespace(self, **options) -> dict[str, object]:
        """Return the names of a session, those of doubles and of rooms too."""
        namespace = super().get_namespace(**options)
        if not namespace:
            return namespace
        for model in apps.get_models():
            if namespace.get(model.__name__) is not model:
                namespace[f"{model._meta.app_label}_{model.__name__}"] = model
        for app in OURS:
            for room in ("actions", "selectors"):
                try:
                    namespace[f"{app}_{room}"] = import_module(f"{app}.{room}")
                except ModuleNotFoundError:
                    continue
        return namespace
