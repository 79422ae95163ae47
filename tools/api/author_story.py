"""An author's story by the client that openapi-python-client makes of the description.

Run by ``make check-api`` on a demo site; it stops at the first thing that is not as described.
"""

import os
import struct
import sys
import zlib
from io import BytesIO
from typing import Any, TypeVar
from uuid import uuid4

from madang_client import AuthenticatedClient, Client
from madang_client.api.account import me_retrieve
from madang_client.api.comments import comments_destroy, posts_comments_create, posts_comments_list
from madang_client.api.images import images_create, images_destroy
from madang_client.api.lists import timeline_list
from madang_client.api.people import users_create, users_follow_update
from madang_client.api.posts import (
    posts_create,
    posts_destroy,
    posts_draft_retrieve,
    posts_draft_update,
    posts_like_update,
    posts_list,
    posts_partial_update,
    posts_publish,
    posts_retrieve,
)
from madang_client.api.search import search_retrieve
from madang_client.api.start import site_retrieve
from madang_client.api.tokens import tokens_create, tokens_current_destroy, tokens_list
from madang_client.models import (
    CommentInput,
    DraftInput,
    ImageUploadInput,
    NewPostKindEnum,
    PostChangeInput,
    PostInput,
    Problem,
    SignUpInput,
    TokenInput,
)
from madang_client.types import File, Response

SITE, PASSWORD = os.environ["MADANG_SITE"], os.environ["MADANG_PASSWORD"]
AUTHOR, OTHER = os.environ["MADANG_HANDLE"], os.environ["MADANG_OTHER"]
Answer = TypeVar("Answer")


def told(status: int, response: Response[Any], kind: type[Answer] | None = None) -> Answer:
    """Return what was answered; stop unless it has this status and is of this kind."""
    if response.status_code != status:
        sys.exit(f"{response.status_code}, not {status}: {response.content.decode()}")
    if kind is not None and not isinstance(response.parsed, kind):
        sys.exit(f"{type(response.parsed).__name__}, not {kind.__name__}")
    return response.parsed


def make_token(handle: str, password: str, **options: Any) -> AuthenticatedClient:
    """Return a client with a new token of somebody."""
    basic = Client(SITE, raise_on_unexpected_status=True, httpx_args={"auth": (handle, password)})
    made = told(201, tokens_create.sync_detailed(client=basic, body=TokenInput(**options)))
    return AuthenticatedClient(SITE, token=made.token, raise_on_unexpected_status=True)


def drawing(width: int, height: int) -> bytes:
    """Return a PNG: a red area."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\xb0\x30\x20" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header)]
        + [chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def join() -> None:
    """Sign up; what cannot be is told with a code for each field."""
    visitor = Client(SITE, raise_on_unexpected_status=True)
    site = told(200, site_retrieve.sync_detailed(client=visitor))
    assert site.is_signup_open
    handle, password = f"jieun{uuid4().hex[:8]}", f"감나무 {uuid4().hex}"
    wish = SignUpInput(handle=handle, email=f"{handle}@example.com", password=password)
    made = told(201, users_create.sync_detailed(client=visitor, body=wish))
    assert made.handle == handle
    refused = told(400, users_create.sync_detailed(client=visitor, body=wish), Problem)
    assert {entry.field for entry in refused.errors} >= {"handle", "email"}
    jieun = make_token(handle, password)
    assert told(200, me_retrieve.sync_detailed(client=jieun)).email == wish.email
    told(204, tokens_current_destroy.sync_detailed(client=jieun))


def write(author: AuthenticatedClient) -> tuple[int, str]:
    """Write an article with a picture, save it twice, publish it."""
    upload = ImageUploadInput(
        file=File(BytesIO(drawing(320, 200)), "붉은 마당.png", "image/png"), alt="붉은 마당"
    )
    image = told(201, images_create.sync_detailed(client=author, body=upload))
    assert image.alt == "붉은 마당"
    word, key = f"살구{uuid4().hex[:6]}", uuid4().hex
    wish = PostInput(
        kind=NewPostKindEnum.ARTICLE, title=f"{word} 꽃이 피었다", body="첫 줄", tags=["마당", "봄"]
    )
    first = posts_create.sync_detailed(client=author, body=wish, idempotency_key=key)
    post = told(201, first)
    assert (post.status, post.published_at) == ("draft", None)
    again = posts_create.sync_detailed(client=author, body=wish, idempotency_key=key)
    assert told(201, again).id == post.id
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["Location"] == post.url
    draft = told(200, posts_draft_retrieve.sync_detailed(post.id, client=author))
    text = f"오늘 아침 {word} 꽃이 피었다. ㅋㅋㅋ 🌸\n\n{image.markdown}\n"
    saved = DraftInput(base_version=draft.version, title=wish.title, body=text)
    draft = told(200, posts_draft_update.sync_detailed(post.id, client=author, body=saved))
    late = DraftInput(base_version=saved.base_version, title=wish.title, body="다른 창에서")
    stale = posts_draft_update.sync_detailed(post.id, client=author, body=late)
    assert told(409, stale, Problem).code == "edit_conflict"
    visitor = Client(SITE, raise_on_unexpected_status=True)
    assert told(404, posts_retrieve.sync_detailed(post.id, client=visitor), Problem).code
    post = told(200, posts_publish.sync_detailed(post.id, client=author))
    assert post.status == "published"
    seen = told(200, posts_retrieve.sync_detailed(post.id, client=visitor))
    assert word in seen.html
    assert "🌸" in seen.body
    in_use = images_destroy.sync_detailed(image.id, client=author)
    assert in_use.status_code in {204, 409}
    return post.id, word


def answer(other: AuthenticatedClient, post: int, author: str) -> int:
    """Follow, like and comment as another member; the second time changes nothing."""
    told(200, users_follow_update.sync_detailed(f"@{author}", client=other))
    for _time in range(2):
        told(200, posts_like_update.sync_detailed(post, client=other))
    wish = CommentInput(body="저희 집에도 피었어요!")
    comment = told(201, posts_comments_create.sync_detailed(post, client=other, body=wish))
    seen = told(200, posts_retrieve.sync_detailed(post, client=other))
    assert seen.viewer.liked
    assert (seen.like_count, seen.comment_count) == (1, 1)
    assert post in [one.id for one in told(200, timeline_list.sync_detailed(client=other)).results]
    return comment.id


def main() -> None:
    join()
    author = make_token(AUTHOR, PASSWORD, name="파이썬 클라이언트", expires_in=600)
    other = make_token(OTHER, PASSWORD)
    post, word = write(author)
    comment = answer(other, post, AUTHOR)
    page = told(200, posts_list.sync_detailed(client=author, author=f"@{AUTHOR}", page_size=2))
    assert page.results[0].id == post
    assert page.next_.startswith(SITE)
    comments = told(200, posts_comments_list.sync_detailed(post, client=author))
    assert [one.id for one in comments.results] == [comment]
    visitor = Client(SITE, raise_on_unexpected_status=True)
    told(200, search_retrieve.sync_detailed(client=visitor, q=word))
    # The author may not change what others said, but may change what is theirs.
    told(403, comments_destroy.sync_detailed(comment, client=author), Problem)
    told(204, comments_destroy.sync_detailed(comment, client=other))
    read = posts_retrieve.sync_detailed(post, client=author)
    change = PostChangeInput(tags=["살구"])
    etag = read.headers["ETag"]
    kept = {"client": author, "body": change, "if_match": etag}
    told(200, posts_partial_update.sync_detailed(post, **kept))
    told(204, posts_destroy.sync_detailed(post, client=author))
    gone = posts_retrieve.sync_detailed(post, client=visitor)
    assert gone.status_code in {404, 410}
    assert len(told(200, tokens_list.sync_detailed(client=author)).results) >= 1
    told(204, tokens_current_destroy.sync_detailed(client=author))
    dead = told(401, me_retrieve.sync_detailed(client=author), Problem)
    assert dead.code == "not_authenticated"


main()
