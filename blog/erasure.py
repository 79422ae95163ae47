"""What of somebody who left this app erases: posts, pictures, words under others' posts, marks."""

from accounts import erasure
from blog import actions

ORDER = 300


def register() -> None:
    """Let accounts erase what this app has of people."""
    erasure.register("marks", actions.erase_marks, order=ORDER)
    erasure.register("comments", actions.erase_comments, order=ORDER + 1)
    erasure.register("posts", actions.erase_posts, order=ORDER + 2)
    erasure.register("images", actions.erase_images, order=ORDER + 3)
    erasure.allow(
        "blog.post.author",
        "an empty row stays where others talked, so that their words are not lost to them",
        is_erased=True,
    )
