"""The description of the API as people see it: two viewers from our own origin, and YAML."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from playwright.sync_api import expect

from accounts import actions
from accounts.tests.factories import make_person
from config.api import documents
from config.api.documents import api_schema

pytestmark = pytest.mark.one_engine

DRAWING = 60_000  # milliseconds; both draw hundreds of operations at once
SCHEMA, SWAGGER, REDOC = "/api/v1/schema/", "/api/v1/docs/", "/api/v1/docs/redoc/"


@pytest.mark.behaviour("AP-16")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "accept"),
    [(f"{SCHEMA}?format=yaml", "*/*"), (SCHEMA, "application/yaml")],
    ids=["by address", "by Accept"],
)
def test_the_description_in_yaml_says_the_same_as_in_json(client, address, accept):
    response = client.get(address, headers={"accept": accept})
    assert response.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(response.content) == client.get(SCHEMA).json()
    assert b"&id" not in response.content  # no anchors: some readers know none


@pytest.mark.django_db
def test_a_description_in_another_format_is_refused_as_json(client):
    response = client.get(SCHEMA, headers={"accept": "text/html"})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


@pytest.mark.behaviour("AP-16")
@pytest.mark.django_db(transaction=True)
def test_redoc_shows_the_api_and_asks_nobody_else(chromium_page, live_server):
    chromium_page.goto(f"{live_server.url}{REDOC}")
    expect(chromium_page.locator("h1").first).to_contain_text(
        api_schema()["info"]["title"], timeout=DRAWING
    )
    operations = chromium_page.locator("[data-section-id^='tag/'] h2")
    expect(operations.first).to_be_visible(timeout=DRAWING)
    chromium_page.wait_for_load_state("networkidle")
    fonts = chromium_page.evaluate("[...document.fonts].length")
    assert fonts == 0
    assert chromium_page.locator("img[src^='http']").count() == 0


@pytest.mark.behaviour("AP-16")
@pytest.mark.django_db(transaction=True)
def test_swagger_calls_the_api_with_a_pasted_token(chromium_page, live_server):
    minah = make_person("minah", "미나")
    held, key = actions.make_token(minah, name="시험")
    chromium_page.set_default_timeout(DRAWING)
    chromium_page.goto(f"{live_server.url}{SWAGGER}")
    chromium_page.get_by_role("button", name="Authorize").first.click()
    dialogue = chromium_page.locator(".dialog-ux")
    dialogue.locator(".auth-container", has_text="http, Bearer").locator("input").fill(key)
    dialogue.locator(".auth-container", has_text="http, Bearer").get_by_role(
        "button", name="Apply credentials"
    ).click()
    dialogue.get_by_role("button", name="Close").last.click()
    operation = chromium_page.locator("#operations-start-root_retrieve")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    with chromium_page.expect_response(lambda answer: answer.url.endswith("/api/v1/")) as asked:
        operation.get_by_role("button", name="Execute").click()
    assert asked.value.request.headers["authorization"] == f"Bearer {key}"
    answer = operation.locator(".live-responses-table .highlight-code").first
    expect(answer).to_contain_text("/api/v1/search/", timeout=DRAWING)
    actions.flush_token_use()
    held.refresh_from_db()
    assert held.last_used_on is not None
    assert json.dumps(key) not in chromium_page.evaluate("JSON.stringify(localStorage)")


def test_readers_who_come_at_once_have_it_made_by_one_of_them(monkeypatch):
    beginnings = []

    class SlowGenerator:
        def __init__(self, **options):
            pass

        def get_schema(self, **options):
            beginnings.append(time.monotonic())
            time.sleep(0.05)
            return {"openapi": "3.1.0"}

    monkeypatch.setattr(documents, "SchemaGenerator", SlowGenerator)
    documents.forget_schema()
    try:
        with ThreadPoolExecutor(4) as readers:
            answers = [readers.submit(api_schema) for _ in range(4)]
        assert [answer.result() for answer in answers] == [{"openapi": "3.1.0"}] * 4
        assert len(beginnings) == 1
    finally:
        documents.forget_schema()
