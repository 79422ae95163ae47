"""What members type is fetched through ``config.fetch`` alone: nobody else opens connections."""

import ast

import pytest

from config.tests.sources import Source, imported_modules, sources

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

OPENS = frozenset(
    "aiohttp asyncio boto3 botocore ftplib http.client httpcore httplib2 imaplib nntplib paramiko"
    " poplib pycurl requests smtplib socket socketserver ssl subprocess telnetlib tornado"
    " urllib.request urllib3 websocket websockets xmlrpc".split()
)
"""Modules that reach other machines or programs."""

HTTPX_PROBLEMS = frozenset({"HTTPError", "codes", "InvalidURL", "ConnectError", "TimeoutException"})
"""What of httpx may be named anywhere: numbers of answers, and what goes wrong."""

DOORS = {
    "config/fetch.py": "the door: addresses that members give",
    "config/services.py": "services that the operator names; led nowhere, bounded",
    "config/s3.py": "the operator's bucket",
    "config/care/children.py": "starts commands of ours",
    "config/care/dumping.py": "starts pg_dump",
    "config/care/restore.py": "starts commands of ours",
    "config/care/restoring_postgres.py": "starts pg_restore",
    "accounts/actions/mails.py": "names what goes wrong at the operator's mail server",
    "config/health.py": "ends the connection to the database that does not answer; opens none",
    "search/engines/rest.py": "the operator's search engine; led nowhere, bounded",
    "social/actions/mails.py": "names what goes wrong at the operator's mail server",
}
"""Module → why it may. Nothing of them takes an address from a member but the first."""


def opened_by(source: Source) -> list[str]:
    """Return which ways out ``source`` has of its own."""
    found = [
        f"{source.at(node)} imports {module}"
        for node, module in imported_modules(source)
        if any(module == one or module.startswith(f"{one}.") for one in OPENS)
    ]
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "httpx":
            names = {alias.name for alias in node.names}
            found += [f"{source.at(node)} takes {name} of httpx" for name in names - HTTPX_PROBLEMS]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "httpx" and node.attr not in HTTPX_PROBLEMS:
                found.append(f"{source.at(node)} uses httpx.{node.attr}")
            if f"{node.value.id}.{node.attr}" in {"os.system", "os.popen"}:
                found.append(f"{source.at(node)} starts a program")
    return found


def test_nobody_opens_connections_but_the_doors():
    broken = [
        line
        for source in sources()
        if source.relative not in DOORS and not source.is_test
        for line in opened_by(source)
    ]
    assert not broken, "Use config.fetch:\n" + "\n".join(broken)


def test_every_door_is_still_one():
    by_path = {source.relative: source for source in sources()}
    assert [path for path in DOORS if not opened_by(by_path[path])] == []


def test_what_mails_carry_is_never_fetched():
    text = next(one for one in sources() if one.relative == "config/mails.py").text
    assert "CSSInliner(load_remote_stylesheets=False)" in text


@pytest.mark.parametrize(
    "line",
    [
        "import requests",
        "from urllib.request import urlopen",
        "import urllib.request as u",
        "import socket",
        "import httpx\nhttpx.get('https://x')",
        "from httpx import Client",
        "import http.client",
        "import subprocess",
        "import os\nos.system('x')",
    ],
)
def test_a_second_way_out_would_be_seen(line, tmp_path, monkeypatch):
    from config.tests import sources as reading

    monkeypatch.setattr(reading, "ROOT", tmp_path)
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "leak.py").write_text(line)
    assert opened_by(Source(tmp_path / "blog" / "leak.py"))
