"""Static files under names that hold a hash of what is in them."""

from collections.abc import Iterator
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.stylesheets import Paths, whole_stylesheets


class HashedFiles(CompressedManifestStaticFilesStorage):
    """The manifest of WhiteNoise; each address is put together once.

    A page names a hundred files (most of them the icons' one), and what a name stands for does not
    change while the process lives.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str | None, str, bool], str] = {}

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        return super().post_process(whole_stylesheets(paths), dry_run=dry_run, **options)

    def url(self, name: str, force: bool = False) -> str:
        key = (self.base_url, name, force)
        address = self._addresses.get(key)
        if address is None:
            address = self._addresses[key] = super().url(name, force)
        return address


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise; a file whose name holds its hash is kept for a year, as by nginx."""

    FOREVER = 365 * 24 * 60 * 60
