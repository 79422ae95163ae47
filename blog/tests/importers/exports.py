"""Reading exports in tests, without any database."""

from pathlib import Path

from blog.importers.bundles import open_bundle

DATA = Path(__file__).parent / "data"


class Notes:
    """A report that remembers."""

    def __init__(self):
        self.noted: list[tuple[str, int, str]] = []
        self.skipped: list[tuple[str, str]] = []
        self.hosts: list[str] = []

    def note(self, path: str, line: int, text: str) -> None:
        self.noted.append((path, line, text))

    def skip(self, path: str, text: str, line: int = 0) -> None:
        self.skipped.append((path, text))

    def host(self, name: str) -> None:
        self.hosts.append(name)


def read(reader, path: Path, **options):
    """Return (posts, report) of what lies at ``path``; the reader must know it for its own."""
    notes = Notes()
    with open_bundle(path) as bundle:
        assert reader.recognises(bundle)
        return list(reader.read(bundle, notes, **options)), notes


def problems(post) -> str:
    return "\n".join(f"{line or 0}: {text}" for line, text in post.problems)
