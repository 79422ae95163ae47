"""Sites elsewhere, and what a browser on their pages does: send an origin, and work for guests."""

from itertools import count
from typing import Any
from urllib.parse import quote

from accounts import actions as people
from accounts.models import User
from accounts.scopes import EMBED_SCOPES
from blog.models import Comment
from config.tests.api_client import ApiTestClient
from embed import actions
from embed.challenges import is_solved
from embed.models import EmbedSite

GARDEN = "https://garden.example"
EASY_BITS = 4
TEN_MINUTES = 600  # seconds


def make_site(owner: User, name: str = "바람의 뜰", **options: Any) -> EmbedSite:
    """A site of ``owner`` at GARDEN."""
    return actions.register_site(actor=owner, **({"name": name, "origins": [GARDEN]} | options))


class EmbedClient(ApiTestClient):
    """A page of a site: its paths begin behind the site's key, and it says where it comes from."""

    def __init__(
        self,
        site: EmbedSite,
        member: User | None = None,
        *,
        origin: str = GARDEN,
        scopes: tuple[str, ...] = EMBED_SCOPES,
    ):
        super().__init__()
        self.default_format = "json"
        self.site = site
        headers = {"HTTP_ORIGIN": origin} if origin else {}
        if member is not None:
            _token, key = people.make_token(
                member, name=site.name, scopes=scopes, seconds=TEN_MINUTES, origin=origin
            )
            headers["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        self.credentials(**headers)

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any):
        """Call ``path`` below the site, or an absolute one."""
        if not path.startswith(("/", "http")):
            path = f"embed/{self.site.key}/{path}"
        return super().generic(method, path, *args, **kwargs)

    def say(self, key: str, body: str = "잘 읽었어요.", **options: Any):
        """Comment under the page ``key``."""
        return self.post(thread_path(key, "comments/"), {"body": body} | options)

    def say_as_guest(self, key: str, body: str = "지나가다 읽었어요.", **options: Any):
        """Comment under the page ``key`` as a guest who did the work."""
        guest = {"name": "지나가던 이", **self.solved()}
        return self.say(key, body, guest=guest | options.pop("guest", {}), **options)

    def solved(self) -> dict[str, str]:
        """Return a challenge of the site and its answer."""
        task = self.get("challenge/").json()
        return {
            "challenge": task["challenge"],
            "answer": solve(task["challenge"], task["bits"]),
        }


def solve(challenge: str, bits: int) -> str:
    """Return the first number that solves ``challenge``."""
    return next(str(n) for n in count() if is_solved(challenge, str(n), bits))


def thread_path(key: str, rest: str = "") -> str:
    """Return the address of a thread below its site."""
    return f"threads/{'/'.join(map(quote, key.strip('/').split('/')))}/{rest}"


def comments_of(client: EmbedClient, key: str) -> list[dict[str, Any]]:
    """Return what the page ``key`` shows."""
    return client.get(thread_path(key, "comments/")).json()["results"]


def approved(comment: Comment) -> Comment:
    """Let the owner of the site approve what a guest said."""
    from blog.actions import approve_comment

    return approve_comment(comment, actor=comment.post.author)
