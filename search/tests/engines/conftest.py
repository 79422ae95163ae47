"""A server that speaks OpenSearch, in memory and on loopback; TEST_SEARCH_URL names a real one."""

import os
import secrets
import subprocess

import pytest

from search.engines.rest import cluster
from tools.processes import LOOPBACK, free_port, start, stop, wait_until

START_SECONDS = 20


def _program() -> str:
    try:
        from osmem_server import OsmemError, resolve_binary

        return resolve_binary()
    except (ImportError, OsmemError) as error:
        if "CI" in os.environ:
            pytest.fail(f"No OpenSearch to test against: {error}")
        pytest.skip(f"No OpenSearch to test against: {error}")


@pytest.fixture(scope="session")
def opensearch_server():
    """The address of a running server that tests may fill."""
    if url := os.environ.get("TEST_SEARCH_URL"):
        yield url.rstrip("/")
        return
    port = free_port()
    command = [_program(), "-addr", f"{LOOPBACK}:{port}", "-no-ja", "-no-stdin-watch"]
    server = start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://{LOOPBACK}:{port}"
    try:
        assert wait_until(lambda: _answers(url), seconds=START_SECONDS, process=server)
        yield url
    finally:
        cluster(url).close()
        stop(server)


def _answers(url: str) -> bool:
    from search.engines import EngineDown

    try:
        return cluster(url).call("GET", "/")[0] == 200
    except EngineDown:
        return False


@pytest.fixture
def opensearch_engine(opensearch_server, settings, monkeypatch):
    """The engine on indexes of this test alone, also for all that asks for the site's engine."""
    from search.engines.opensearch import OpenSearchEngine

    monkeypatch.setattr(OpenSearchEngine, "is_seen_at_once", True)
    settings.SEARCH_ENGINE = "opensearch"
    settings.SEARCH_URL = f"{opensearch_server}/test-{secrets.token_hex(4)}"
    engine = OpenSearchEngine()
    engine.clear("a")
    engine.clear("b")
    yield engine
    engine.drop()
