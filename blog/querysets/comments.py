"""Reading what readers answer."""

from django.db import models


class CommentQuerySet(models.QuerySet):
    """Comments; who sees a post sees what is said under it, across no block."""
