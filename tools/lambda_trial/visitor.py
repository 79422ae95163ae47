"""A reader with a browser, on the other side of API Gateway."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tools.lambda_trial.events import STAGE_HOST, Answered, Asked, answered

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----madang-trial"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Visitor:
    """Asks by paths below ``prefix``; keeps cookies as a browser does, by path and host."""

    invoke: Callable[[dict[str, Any]], dict[str, Any]]
    shape: Callable[..., dict[str, Any]]
    prefix: str = "/dev"
    options: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cookie_paths: dict[str, str] = field(default_factory=dict)
    base: str = ""

    @property
    def host(self) -> str:
        return self.options.get("domain") or STAGE_HOST

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answered:
        """Ask for ``path`` (below the prefix, perhaps with a query) and keep the cookies."""
        parts = urlsplit(path)
        inner = unquote(parts.path)
        if self.prefix and (inner == self.prefix or inner.startswith(f"{self.prefix}/")):
            inner = inner.removeprefix(self.prefix) or "/"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = Asked(
            method,
            inner,
            parse_qsl(parts.query, keep_blank_values=True),
            self.headers | sent,
            dict(self.cookies),
            body,
        )
        answer = answered(self.invoke(self.shape(asked, **self.options)))
        for line in answer.cookies:
            for name, one in SimpleCookie(line).items():
                self.cookie_paths[name] = one["path"]
                self.cookies[name] = one.value
                if one["max-age"] == "0" or not one.value:
                    self.cookies.pop(name)
        return answer

    def get(self, path: str, **headers: str) -> Answered:
        """GET."""
        return self.ask("GET", path, **headers)

    def submit(self, page: str, fields: dict[str, str], action: str = "") -> Answered:
        """Send the form of ``page`` with its token, as a browser on that page does."""
        shown = self.get(page).text
        found = TOKEN.search(shown)
        token = unescape(found[1]) if found else ""
        body = urlencode({"csrfmiddlewaretoken": token} | fields).encode()
        origin = f"https://{self.host}"
        return self.ask(
            "POST",
            action or page,
            body,
            Content_Type=FORM,
            Origin=origin,
            Referer=f"{origin}{self.prefix}{page}",
        )

    def upload(self, path: str, name: str, content: bytes, **headers: str) -> Answered:
        """Send one file as a form does, and nothing of it is text."""
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="그림.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        body += content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", path, body, Content_Type=kind, **headers)
