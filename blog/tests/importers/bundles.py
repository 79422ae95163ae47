"""Blogs to bring in, for these tests."""

import io
import zipfile
from pathlib import Path

from PIL import Image as Picture

from blog.importers import apply_plan, plan_import


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def write_all(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        write(folder, name, text)
    return folder


def png(colour: str = "#0b6e5f", size: tuple[int, int] = (40, 20)) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def packed(files: dict[str, str | bytes]) -> bytes:
    """Return a ZIP of ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def planned(folder: Path, **options):
    with plan_import(folder, **options) as plan:
        return plan, {post.path: plan.load(post) for post in plan.posts}


def bring_in(folder: Path, author, *, run=None, choices=None, **options):
    with plan_import(folder, **options) as plan:
        return plan, list(apply_plan(plan, author=author, run=run, choices=choices))


def said(plan) -> str:
    return "\n".join(map(str, [*plan.problems, *plan.skipped]))
