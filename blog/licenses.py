"""What readers may do with a text: names and addresses of the licences (https://spdx.org/licenses)."""

from dataclasses import dataclass

from blog.models import Post

HOME = "https://creativecommons.org"


@dataclass(frozen=True)
class License:
    """A licence by its short name, and where its words are."""

    code: str
    name: str
    url: str


def license_of(post: Post) -> License | None:
    """Return the licence that the author chose; None: all rights reserved."""
    if post.license not in Post.License.values:
        return None
    return License(post.license, Post.License(post.license).label, _address(post.license))


def _address(code: str) -> str:
    """Return the lasting address of a licence by its SPDX identifier."""
    if code == Post.License.CC0:
        return f"{HOME}/publicdomain/zero/1.0/"
    terms, _hyphen, version = code.removeprefix("CC-").rpartition("-")
    return f"{HOME}/licenses/{terms.lower()}/{version}/"
