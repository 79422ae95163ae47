"""``manage.py import_markdown``: the former name of ``import_blog``."""

from blog.management.commands.import_blog import Command

__all__ = ["Command"]
