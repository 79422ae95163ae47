"""What API Gateway and EventBridge send to a function, field for field as AWS documents it.

Sources: "Input format of a Lambda function for proxy integration" (REST APIs), "Create AWS Lambda
proxy integrations for HTTP APIs" (payload 1.0 and 2.0), "Amazon EventBridge events". Where the two
kinds of API differ in what they leave encoded, the text here can be asked for both ways.
"""

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

API_ID = "a1b2c3d4e5"
REGION = "ap-northeast-2"
ACCOUNT = "123456789012"
STAGE_HOST = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
READER = "203.0.113.7"
TEXTS = ("text/", "application/json", "application/x-www-form-urlencoded")


@dataclass
class Asked:
    """A request as a browser sends it; ``path`` as people read it, without stage or base path."""

    method: str = "GET"
    path: str = "/"
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def all_headers(self, host: str) -> dict[str, str]:
        """Return the headers with those that every browser and gateway adds."""
        added = {
            "Accept": "text/html,application/xhtml+xml",
            "Accept-Encoding": "gzip, deflate, br",
            "Accept-Language": "ko",
            "Host": host,
            "User-Agent": BROWSER,
            "X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
            "X-Forwarded-For": self.headers.get("X-Forwarded-For", "") or READER,
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        }
        return added | {k: v for k, v in self.headers.items() if k != "X-Forwarded-For"}

    def told_body(self, *, always_binary: bool) -> tuple[str | None, bool]:
        """Return the body as it stands in the event and whether it is base64."""
        if not self.body:
            return None, False
        kind = self.headers.get("Content-Type", "")
        if not always_binary and kind.startswith(TEXTS):
            return self.body.decode(), False
        return base64.b64encode(self.body).decode(), True


def rest_event(
    asked: Asked, *, stage: str = "dev", domain: str = "", base_path: str = "", encoded: bool = True
) -> dict[str, Any]:
    """Return the event of a REST API whose binary media types are ``*/*`` (payload without version).

    ``domain``: a custom domain, whose mapping has ``base_path``.
    """
    host = domain or STAGE_HOST
    headers = asked.all_headers(host)
    if asked.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in asked.cookies.items())
    inner = f"{base_path}{asked.path}" if domain else asked.path
    path = quote(inner, safe="/@:!$&'()*+,;=~") if encoded else inner
    many: dict[str, list[str]] = {}
    for name, value in asked.query:
        many.setdefault(name, []).append(value)
    body, is_binary = asked.told_body(always_binary=True)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": asked.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in many.items()} or None,
        "multiValueQueryStringParameters": many or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "2gxmpl",
            "resourcePath": "/{proxy+}",
            "httpMethod": asked.method,
            "extendedRequestId": "JJbxmplHYosFVYQ=",
            "requestTime": "22/Nov/2026:20:03:59 +0000",
            "path": path if domain else f"/{stage}{path}",
            "accountId": ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": stage,
            "domainPrefix": host.split(".")[0],
            "requestTimeEpoch": 1795377839000,
            "requestId": "77375676-xmpl-4b79-853a-f982474efe18",
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "caller": None,
                "sourceIp": READER,
                "principalOrgId": None,
                "accessKey": None,
                "userArn": None,
                "userAgent": BROWSER,
                "user": None,
            },
            "domainName": host,
            "apiId": API_ID,
        },
        "body": body,
        "isBase64Encoded": is_binary,
    }


def http_event(
    asked: Asked, *, stage: str = "dev", domain: str = "", base_path: str = "", encoded: bool = True
) -> dict[str, Any]:
    """Return the event of an HTTP API (payload 2.0): the stage in ``rawPath``, at a custom domain too."""
    host = domain or STAGE_HOST
    headers = {name.lower(): value for name, value in asked.all_headers(host).items()}
    inner = asked.path if stage == "$default" else f"/{stage}{asked.path}"
    path = quote(inner, safe="/@:!$&'()*+,;=~") if encoded else inner
    body, is_binary = asked.told_body(always_binary=False)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(asked.query),
        "headers": headers | {"content-length": str(len(asked.body))},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": host,
            "domainPrefix": host.split(".")[0],
            "http": {
                "method": asked.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": READER,
                "userAgent": BROWSER,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "22/Nov/2026:20:03:59 +0000",
            "timeEpoch": 1795377839000,
        },
        "isBase64Encoded": is_binary,
    }
    if asked.cookies:
        event["cookies"] = [f"{name}={value}" for name, value in asked.cookies.items()]
    if asked.query:
        together: dict[str, str] = {}
        for name, value in asked.query:
            together[name] = f"{together[name]},{value}" if name in together else value
        event["queryStringParameters"] = together
    if body is not None:
        event["body"] = body
    return event


def http_event_1(asked: Asked, *, stage: str = "dev", **options: Any) -> dict[str, Any]:
    """Return the event of an HTTP API with payload 1.0: like a REST API's, the stage in ``path``."""
    event = rest_event(asked, stage=stage, **options) | {"version": "1.0"}
    if stage != "$default" and not options.get("domain"):
        event["path"] = event["requestContext"]["path"]
    return event


def clock_event() -> dict[str, Any]:
    """Return what a rule of EventBridge sends by its clock."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-11-22T20:05:00Z",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/madang-dev-clock"],
        "detail": {},
    }


@dataclass
class Answered:
    """What the reader's browser gets of what a function returned."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def answered(told: dict[str, Any]) -> Answered:
    """Return the answer that API Gateway makes of ``told`` (formats 1.0 and 2.0)."""
    many = told.get("multiValueHeaders")
    headers = {name.lower(): values[-1] for name, values in (many or {}).items()}
    headers |= {name.lower(): value for name, value in (told.get("headers") or {}).items()}
    cookies = list(told.get("cookies") or [])
    for name, values in (many or {}).items():
        if name.lower() == "set-cookie":
            cookies += values
    body = told.get("body") or ""
    content = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
    return Answered(told["statusCode"], headers, cookies, content)
