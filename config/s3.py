"""Uploaded pictures in an S3 bucket: private, and read only through our own views."""

from django.core.exceptions import ImproperlyConfigured

try:
    from botocore.config import Config
    from storages.backends.s3 import S3Storage
except ImportError as error:  # pragma: no cover
    raise ImproperlyConfigured(
        "S3_BUCKET is set, but the packages for S3 are not installed: "
        "pip install --require-hashes -r requirements-s3.txt"
    ) from error

CONNECT_SECONDS = 5
READ_SECONDS = 30
ATTEMPTS = 3


class PrivateBucket(S3Storage):
    """A bucket whose objects nobody reaches but this site.

    Who may see a picture is decided by our views for every request, so the objects need no access
    rules of their own and their addresses are shown nowhere.
    """

    def get_default_settings(self) -> dict[str, object]:
        """Return django-storages' settings with ours in their place."""
        return super().get_default_settings() | {
            "default_acl": None,  # what the bucket says: private
            "file_overwrite": False,
            "querystring_auth": True,
            # Half of a role's credentials, from the environment, beside no keys: boto3 finds all of
            # them, and new ones in time.
            "security_token": None,
            "object_parameters": {"CacheControl": "private, no-store"},
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "max_attempts": ATTEMPTS},
            ),
        }
