"""A site of somebody else: a small web server at an origin of its own."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; font: 17px/1.8 sans-serif; word-break: keep-all; }
body.night { background: #101010; color: #e8e8e8; }
main { max-width: 42rem; margin: auto; padding: 1rem; }
"""

PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
<script src="{madang}/embed.js" data-site="{site}" async></script>
</head>
<body class="{body_class}">
<main>
<h1>{title}</h1>
<p>오늘은 강을 따라 두 시간을 걸었다.</p>
{body}
</main>
</body>
</html>
"""

COMMENTS = "<madang-comments></madang-comments>"


class HostSite:
    """Serves what it was told to show, with the policy of docs/embed.md."""

    def __init__(self, madang: str):
        self.madang = madang
        self.site = ""
        self.policy = (
            f"default-src 'self'; script-src 'self' {madang}; connect-src {madang};"
            f" img-src 'self' {madang}"
        )
        self.style_delay = 0.0  # seconds
        self._pages: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def show(
        self,
        path: str = "/2026/강가-산책/",
        body: str = COMMENTS,
        *,
        title: str = "강가 산책",
        lang: str = "ko",
        body_class: str = "",
    ) -> str:
        """Put a page at ``path`` and return its address."""
        self._pages[path] = PAGE.format(
            lang=lang,
            title=title,
            madang=self.madang,
            site=self.site,
            body=body,
            body_class=body_class,
        )
        return self.origin + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(urlsplit(self.path).path)
                if path == "/style.css":
                    time.sleep(host.style_delay)
                    self._send(200, "text/css", STYLE)
                elif path in host._pages:
                    self._send(200, "text/html; charset=utf-8", host._pages[path])
                else:
                    self._send(404, "text/plain", "")

            def _send(self, status: int, kind: str, text: str) -> None:
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Content-Security-Policy", host.policy)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args) -> None:
                """Be quiet."""

        return Handler
