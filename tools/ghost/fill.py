"""Fill a fresh Ghost through its Admin API and store its export; see README.md."""

import argparse
import http.cookiejar
import io
import json
import urllib.request
from pathlib import Path

from PIL import Image

PASSWORD = "Zq8-은행나무-tree"
TABLES = ("posts", "posts_authors", "posts_meta", "posts_tags", "tags")
TEXT = (
    "<p>첫 문단과 <strong>굵은</strong> <em>글</em>, a_b_c 3 * 4.</p>"
    '<figure class="kg-card kg-image-card kg-card-hascaption"><img src="{tree}" class="kg-image" alt="나무">'
    "<figcaption>골목의 은행나무</figcaption></figure><h2>둘째</h2><ul><li>하나</li><li>둘</li></ul>"
    '<pre><code class="language-python">print("봄") # &lt;b&gt;</code></pre><blockquote>인용</blockquote><hr>'
    '<p><a href="{home}/dulrae/">다른 글</a></p>'
)
CARDS = [
    {"type": "callout", "version": 1, "calloutText": "<p>알림 글</p>", "calloutEmoji": "💡", "backgroundColor": "blue"},
    {"type": "toggle", "version": 1, "heading": "<span>접은 제목</span>", "content": "<p>접은 글</p>"},
    {"type": "codeblock", "version": 1, "code": "a < b && c", "language": "js", "caption": ""},
    {"type": "markdown", "version": 1, "markdown": "**굵게** 그리고 [링크](https://x.kr)"},
    {"type": "html", "version": 1, "html": '<p>손으로 쓴 <b>HTML</b></p><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>'},
    {"type": "bookmark", "version": 1, "url": "https://example.org/", "metadata": {"title": "책갈피 제목", "description": "설명"}, "caption": ""},
    {"type": "horizontalrule", "version": 1},
]  # fmt: skip


class Admin:
    """The Admin API of one Ghost, signed in."""

    def __init__(self, home: str):
        self.home = home
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def call(
        self, method: str, path: str, body: object = None, *, form: tuple[str, bytes] | None = None
    ):
        """Return what Ghost answers."""
        kind, data = form or ("application/json", json.dumps(body).encode() if body else None)
        headers = {"Origin": self.home, "Content-Type": kind, "Accept-Version": "v5.0"}
        url = f"{self.home}/ghost/api/admin{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        with self.opener.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text

    def upload(self, name: str, colour: str) -> str:
        """Return the address of a new picture."""
        picture = io.BytesIO()
        Image.new("RGB", (320, 200), colour).save(picture, "PNG")
        head = (
            f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        data = head.encode() + picture.getvalue() + b"\r\n--edge--\r\n"
        form = ("multipart/form-data; boundary=edge", data)
        return self.call("POST", "/images/upload/", form=form)["images"][0]["url"]


def posts(admin: Admin) -> list[dict]:
    """Return what is going to be written."""
    tree, cover = admin.upload("은행나무.png", "#0b6e5f"), admin.upload("cover.png", "#aa3311")
    words = {"type": "extended-text", "version": 1, "text": "카드가 있는 글", "format": 0}
    first = {"type": "paragraph", "version": 1, "children": [words]}
    return [
        {
            "title": "봄날의 산책 🌱", "html": TEXT.format(tree=tree, home=admin.home), "status": "published",
            "feature_image": cover, "feature_image_alt": "표지", "custom_excerpt": "짧은 소개", "featured": True,
            "tags": [{"name": "산책"}, {"name": "봄"}, {"name": "#내부"}], "published_at": "2023-05-02T00:00:00.000Z",
        },
        {"title": "회원에게만", "slug": "dulrae", "html": "<p>회원 글</p>", "status": "published", "visibility": "members", "published_at": "2023-06-02T00:00:00.000Z"},
        {"title": "유료 글", "html": "<p>유료</p>", "status": "published", "visibility": "paid", "published_at": "2023-07-02T00:00:00.000Z"},
        {"title": "초고", "html": '<p>아직 <a href="https://example.org/글">쓰는</a> 중</p>', "status": "draft"},
        {"title": "예약한 글", "html": "<p>나중에</p>", "status": "scheduled", "published_at": "2037-01-01T00:00:00.000Z"},
        {
            "title": "카드 모음", "status": "published", "published_at": "2023-08-02T00:00:00.000Z",
            "canonical_url": "https://example.org/원본",
            "lexical": json.dumps({"root": {"type": "root", "version": 1, "children": [first, *CARDS]}}),
        },
    ]  # fmt: skip


def main() -> None:
    """Write the posts and store the export."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("home")
    arguments.add_argument("target", type=Path)
    arguments.add_argument("--for-tests", action="store_true")
    given = arguments.parse_args()
    admin = Admin(given.home.rstrip("/"))
    person = {
        "name": "소라",
        "email": "sora@example.com",
        "password": PASSWORD,
        "blogTitle": "은행나무 아래",
    }
    admin.call("POST", "/authentication/setup/", {"setup": [person]})
    admin.call("POST", "/session/", {"username": person["email"], "password": PASSWORD})
    for post in posts(admin):
        admin.call(
            "POST", "/posts/?source=html" if "html" in post else "/posts/", {"posts": [post]}
        )
    page = {"title": "소개", "html": "<p>소개</p>", "status": "published"}
    admin.call("POST", "/pages/?source=html", {"pages": [page]})
    export = admin.call("GET", "/db/")
    if given.for_tests:
        tables = export["db"][0]["data"]
        people = [{key: row[key] for key in ("id", "name", "slug")} for row in tables["users"]]
        export["db"][0]["data"] = {name: tables[name] for name in TABLES} | {"users": people}
    given.target.write_text(json.dumps(export, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
