"""What is timed: our pages, who asks for them, and the bare page that shows the same."""

from dataclasses import dataclass, field

from tools.bench.serving import Site

API_LIST = "/api/v1/posts/?page_size=20"
MISSES = "?fresh="
"""An address with this is never kept (config.kept_pages), so each request makes the page anew."""


@dataclass(frozen=True)
class Question:
    """One kind of request to one site."""

    name: str
    paths: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""
    status: int = 200
    is_conditional: bool = False


@dataclass(frozen=True)
class Pair:
    """A page of ours, the bare one, and the least share of its speed that ours shall have."""

    ours: Question
    bare: Question
    goal: float | None = None


def member(site: Site, handle: str) -> dict[str, str]:
    return {"Cookie": site.known["sessions"][handle]}


def pairs(site: Site) -> list[Pair]:
    """Return what to time on a filled site."""
    known = site.known
    deep = f"/explore/?cursor={known['deep']}"
    api_deep = f"{API_LIST}&cursor={known['api_deep']}"
    articles, people = known["articles"], known["people"]
    posts = tuple(f"/posts/{1 + one % 4000}/" for one in range(1000))
    misses = tuple(path + MISSES for path in articles)
    people_misses = tuple(path + MISSES for path in people)
    token = {"Authorization": f"Bearer {known['token']}"}
    hello, lists = Question("hello", ("/hello",)), Question("list", ("/",))
    bare_post = Question("post", posts)
    bare_kept, bare_profile = (
        Question("kept", ("/kept/200/",)),
        Question("profile", tuple(f"/authors/{1 + one}/" for one in range(200))),
    )
    bare_304 = Question("304", ("/kept/200/",), status=304, is_conditional=True)
    reader, many = member(site, "reader-200"), member(site, "reader-1000")
    return [
        Pair(Question("floor: /healthz", ("/healthz",)), hello),
        Pair(Question("one statement: bare only", ("/healthz",)), Question("one", ("/one",))),
        Pair(Question("post, made anew", misses), bare_post, 0.70),
        Pair(Question("post, kept", (articles[0],)), bare_kept, 0.60),
        Pair(
            Question("post, 304", (articles[0],), status=304, is_conditional=True), bare_304, 0.60
        ),
        Pair(Question("post, member", tuple(articles), reader), bare_post),
        Pair(Question("latest, kept", ("/explore/",)), bare_kept, 0.60),
        Pair(Question("latest, made anew", ("/explore/" + MISSES,)), lists),
        Pair(Question("latest, member", ("/explore/",), reader), lists),
        Pair(Question("latest, far back, member", (deep,), reader), lists),
        Pair(Question("front page, kept", ("/",)), bare_kept, 0.60),
        Pair(Question("profile, made anew", people_misses), bare_profile),
        Pair(Question("profile, member", tuple(people), reader), bare_profile),
        Pair(
            Question(
                "tag, made anew", tuple(f"/tags/꼬리표{1 + one}/{MISSES}" for one in range(50))
            ),
            lists,
        ),
        Pair(Question("timeline, 200 follows", ("/",), reader), lists),
        Pair(Question("timeline, 1,000 follows", ("/",), many), lists),
        Pair(Question("feed", ("/feed.atom",)), lists),
        Pair(Question("API list", (API_LIST,)), Question("API list", ("/api/posts/",)), 0.60),
        Pair(
            Question("API list, token", (API_LIST,), token), Question("API list", ("/api/posts/",))
        ),
        Pair(Question("API list, far back", (api_deep,)), Question("API list", ("/api/posts/",))),
        Pair(
            Question("API post", tuple(f"/api/v1/posts/{key}/" for key in known["keys"])),
            Question("API post", tuple(f"/api{path}" for path in posts)),
            0.60,
        ),
        Pair(
            Question(
                "write a note",
                ("/api/v1/posts/",),
                token | {"Content-Type": "application/json"},
                "POST",
                '{"kind": "note", "body": "지금은 $TIME, 마당에서 씁니다."}',
                201,
            ),
            Question("one", ("/one",)),
        ),
    ]
