"""How much memory the archive of a large blog takes: ``make bench-archive``.

Makes a site of its own in a temporary folder (SQLite), fills it without actions, writes the archive
in a process of its own and prints the most memory that process ever held (AC-59: 200 MB).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.processes import ROOT

MB = 1024 * 1024
IMAGE_BYTES = 2 * MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=5_000, help="of images")
    parser.add_argument("--folder", help="where there is room for three times as much")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="madang-bench-", dir=options.folder) as folder:
        environment = os.environ | {
            "VAR_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DEBUG": "off",
        }
        for step in ("fill", "write"):
            command = [sys.executable, "-c", STEPS[step], folder]
            sizes = [str(options.posts), str(options.megabytes)]
            subprocess.run([*command, *sizes], env=environment, cwd=ROOT, check=True)
    return 0


def fill(folder: str, posts: int, megabytes: int) -> None:
    """Make the site: one author, posts of 20 kB with a revision each, images of 2 MB."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.core.management import call_command

    from accounts.actions import create_member
    from blog.models import Image, Post, Revision

    call_command("migrate", verbosity=0)
    author = create_member(handle="minah")
    text = "마당에 감나무가 있다. " * 500
    for start in range(0, posts, 500):
        made = Post.objects.bulk_create(
            Post(author=author, title=f"글 {number}", slug=f"글-{number}", source=text)
            for number in range(start, min(posts, start + 500))
        )
        Revision.objects.bulk_create(Revision(post=post, source=text) for post in made)
    content = os.urandom(IMAGE_BYTES)
    for number in range(megabytes * MB // IMAGE_BYTES):
        key = f"{number:032x}"
        default_storage.save(Image.file_name(key, 8), ContentFile(content))
        Image.objects.create(
            owner=author, key=key, width=8, height=6, widths=[8], content_hash=f"{number:064x}"
        )


def write(folder: str, posts: int, megabytes: int) -> None:
    """Write the archive and say what it took."""
    from accounts.archive.departing import write_archive
    from accounts.models import User

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    begun = time.monotonic()
    path = write_archive(User.objects.get(), Path(folder, "archive"))["path"]
    seconds = time.monotonic() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    size = path.stat().st_size // MB
    print(f"{posts} posts, {megabytes} MB of images: {size} MB in {seconds:.0f} s;")
    print(f"at most {most} MB of memory, of which {before} MB before it began.")


SET_UP = "import sys, django; django.setup(); from tools import bench_archive as bench; "
CALL = "(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
STEPS = {name: f"{SET_UP}bench.{name}{CALL}" for name in ("fill", "write")}

if __name__ == "__main__":
    sys.exit(main())
