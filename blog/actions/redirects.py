"""Old addresses that staff let go."""

from blog.models import OldPath, PostRedirect


def delete_redirect(redirect: PostRedirect) -> None:
    """Let an old address of a post answer 404 from now on. Idempotent."""
    PostRedirect.objects.filter(pk=redirect.pk).delete()


def delete_old_path(path: OldPath) -> None:
    """Let an imported address answer 404 from now on. Idempotent."""
    OldPath.objects.filter(pk=path.pk).delete()
