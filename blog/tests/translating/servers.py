"""The five providers on this machine: they check what they are sent as their documents say.

``answer`` changes what comes back: a status with a body, or a function of the handler.
"""

import http.server
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "k3y:fx"
KEY_ID = "client-id"
REGION = "koreacentral"

Answer = tuple[int, Any]


class Refused(Exception):
    """What was sent is not what the document says."""

    def __init__(self, status: int, body: Any):
        super().__init__(status)
        self.status = status
        self.body = body


def said(text: str, target: str) -> str:
    """Return what these providers make of ``text``."""
    return f"[{target}] {text}"


def require(is_right: bool, status: int, body: Any) -> None:
    if not is_right:
        raise Refused(status, body)


def libretranslate(path, query, headers, body) -> tuple[list[str], str, Any]:
    require(path == "/translate", 404, {"error": "Not Found"})
    require(body.get("api_key", KEY) == KEY, 403, {"error": "Invalid API key"})
    require(body["format"] == "text", 400, {"error": "Invalid format"})
    require(isinstance(body["q"], list), 400, {"error": "Invalid request: missing q parameter"})
    require(
        all(len(text) <= 2000 for text in body["q"]),
        400,
        {"error": "Invalid request: request exceeds text limit (2000)"},
    )
    target = body["target"]
    require({body["source"], target} <= {"ko", "en", "es"}, 400, {"error": "ja is not supported"})
    return body["q"], target, lambda texts: {"translatedText": texts}


def deepl(path, query, headers, body) -> tuple[list[str], str, Any]:
    require(path == "/v2/translate", 404, {"message": "Not found"})
    require(headers["Authorization"] == f"DeepL-Auth-Key {KEY}", 403, {"message": "Forbidden"})
    require(isinstance(body["text"], list) and len(body["text"]) <= 50, 400, {"message": "text"})
    require(body["source_lang"] in {"KO", "EN", "ES", "JA"}, 400, {"message": "source_lang"})
    require(body["target_lang"] in {"KO", "EN-US", "ES", "JA"}, 400, {"message": "target_lang"})

    def answer(texts):
        source = body["source_lang"]
        return {"translations": [{"detected_source_language": source, "text": t} for t in texts]}

    return body["text"], body["target_lang"][:2].lower(), answer


def microsoft(path, query, headers, body) -> tuple[list[str], str, Any]:
    require(path == "/translate", 404, {"error": {"code": "404", "message": "Resource not found"}})
    wrong = {"error": {"code": 401000, "message": "The request is not authorized."}}
    require(headers["Ocp-Apim-Subscription-Key"] == KEY, 401, wrong)
    require(headers["Ocp-Apim-Subscription-Region"] == REGION, 401, wrong)
    require(query["api-version"] == ["3.0"], 400, {"error": {"code": 400021, "message": "version"}})
    require(len(body) <= 1000, 400, {"error": {"code": 400050, "message": "too many elements"}})
    texts, target = [one["Text"] for one in body], query["to"][0]
    require(query["from"][0] in {"ko", "en", "es", "ja"}, 400, {"error": {"code": 400035}})
    return (
        texts,
        target,
        lambda found: [{"translations": [{"text": text, "to": target}]} for text in found],
    )


def google(path, query, headers, body) -> tuple[list[str], str, Any]:
    require(path == "/language/translate/v2", 404, {"error": {"code": 404}})
    require(headers["x-goog-api-key"] == KEY, 400, {"error": {"message": "API key not valid."}})
    require(body["format"] == "text", 400, {"error": {"message": "HTML"}})
    require(len(body["q"]) <= 128, 400, {"error": {"message": "Too many text segments"}})
    require(bool(body["source"]), 400, {"error": {"message": "source"}})

    def answer(texts):
        return {"data": {"translations": [{"translatedText": text} for text in texts]}}

    return body["q"], body["target"], answer


def papago(path, query, headers, body) -> tuple[list[str], str, Any]:
    missing = {"error": {"errorCode": "300", "message": "Not Found Exception"}}
    require(path == "/nmt/v1/translation", 404, missing)
    wrong = {"error": {"errorCode": "200", "message": "Authentication Failed"}}
    require(headers["X-NCP-APIGW-API-KEY-ID"] == KEY_ID, 401, wrong)
    require(headers["X-NCP-APIGW-API-KEY"] == KEY, 401, wrong)
    require(len(body["text"]) <= 5000, 413, {"errorCode": "N2MT08", "errorMessage": "too long"})
    require(body["source"] != body["target"], 400, {"errorCode": "N2MT05"})

    def answer(texts):
        result = {"srcLangType": body["source"], "tarLangType": body["target"]}
        return {"message": {"result": result | {"translatedText": texts[0]}}}

    return [body["text"]], body["target"], answer


PROTOCOLS: dict[str, Callable] = {
    "libretranslate": libretranslate,
    "deepl": deepl,
    "microsoft": microsoft,
    "google": google,
    "papago": papago,
}


@dataclass
class Asked:
    """One request that came."""

    path: str
    headers: dict[str, str]
    texts: list[str]
    target: str


@dataclass
class FakeProvider:
    """A running provider: what it was asked, and how it answers from now on."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    """What was asked as the documents say; ``paths`` holds all requests."""
    paths: list[str] = field(default_factory=list)
    delay: float = 0
    answer: Answer | Callable[[http.server.BaseHTTPRequestHandler], None] | None = None
    translate: Callable[[str, str], str] = said
    protocol: str = "libretranslate"

    @property
    def texts(self) -> list[str]:
        return [text for one in self.asked for text in one.texts]


def handler_of(provider: FakeProvider) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            provider.paths.append(self.path)
            parts = urlsplit(self.path)
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length).decode("utf-8"))
            speak = PROTOCOLS[provider.protocol]
            try:
                require(self.headers["Content-Type"] == "application/json", 400, {"error": "type"})
                texts, target, shape = speak(parts.path, parse_qs(parts.query), self.headers, body)
            except Refused as refused:
                return self.send(refused.status, refused.body)
            provider.asked.append(Asked(self.path, dict(self.headers), texts, target))
            time.sleep(provider.delay)
            if callable(provider.answer):
                return provider.answer(self)
            if provider.answer:
                return self.send(*provider.answer)
            return self.send(200, shape([provider.translate(text, target) for text in texts]))

        def send(self, status: int, body: Any) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words):
            pass

        def handle(self):
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                pass  # who asked has given up

    return Handler


class Running:
    """A server in a thread of its own, from ``with`` to its end."""

    def __init__(self, protocol: str = "libretranslate"):
        self.provider = FakeProvider("", protocol=protocol)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self.provider))
        self.server.daemon_threads = True
        self.provider.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    def __enter__(self) -> FakeProvider:
        self.thread.start()
        return self.provider

    def __exit__(self, *_what) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
