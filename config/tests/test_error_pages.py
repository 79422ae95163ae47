"""Error pages: right status, plain words, a way back, the request id; problem+json where asked."""

import json
import re

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponseNotAllowed
from django.test import Client
from django.urls import path

from blog import actions
from blog.tests.factories import make_article, make_person
from config import errors
from config.exceptions import DomainError, Gone, PermissionRefused, TooManyRequests
from config.urls import urlpatterns as site_urls

handler400, handler403 = errors.bad_request, errors.permission_denied
handler404, handler500 = errors.page_not_found, errors.server_error

SECRET = "hunter2-of-the-database"
STATUSES = sorted(errors.PAGES)


class Stopped(DomainError):
    """A rule that answers with the status it is given."""

    code = "stopped"

    def __init__(self, status: int):
        super().__init__("Because a rule says so.")
        self.status = status


def raise_it(request, kind: str):
    raise {
        "crash": RuntimeError(SECRET),
        "database": DatabaseError(SECRET),
        "suspicious": SuspiciousOperation(SECRET),
        "denied": PermissionDenied(),
        "missing": Http404(SECRET),
        "slow": TooManyRequests(retry_after=42),
        "slower": TooManyRequests(retry_after=290),
        "refused": PermissionRefused("That is not yours."),
        "gone": Gone("It was taken away."),
        "markup": DomainError("<script>alert(1)</script>"),
    }[kind]


def stop(request, status: int):
    raise Stopped(status)


def only_post(request):
    return HttpResponseNotAllowed(["POST"])


urlpatterns = [
    path("raise/<str:kind>/", raise_it),
    path("stop/<int:status>/", stop),
    path("only-post/", only_post),
    *site_urls,
]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.behaviour("UX-18"),
    pytest.mark.urls("config.tests.test_error_pages"),
]
HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def browser():
    return Client(raise_request_exception=False, **HTML)


def assert_is_error_page(response, status: int) -> str:
    """Check that ``response`` is a whole page of ours; return its HTML."""
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    html = response.content.decode()
    assert html.lstrip().startswith("<!DOCTYPE html>")
    assert 'class="site-header' in html
    assert "madang/css/site.css" in html
    assert re.search(r"<h1[^>]*>[^<]{5,}</h1>", html)
    assert 'href="/"' in html, "no way back"
    assert 'name="robots" content="noindex"' in html
    assert response.headers["X-Request-ID"] in html
    assert str(status) in html
    for leak in (SECRET, "Traceback", "Exception", "DatabaseError", "config/", "SELECT"):
        assert leak not in html
    return html


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_its_page(browser, status):
    html = assert_is_error_page(browser.get(f"/stop/{status}/"), status)
    assert "Because a rule says so." in html


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("crash", 500),
        ("database", 500),
        ("suspicious", 400),
        ("denied", 403),
        ("missing", 404),
        ("slow", 429),
        ("refused", 403),
        ("gone", 410),
    ],
)
def test_each_exception_has_its_page(browser, kind, status):
    assert_is_error_page(browser.get(f"/raise/{kind}/"), status)


def test_a_wrong_method_has_its_page_and_names_the_right_one(browser):
    for address in ("/only-post/", "/theme/", "/language/"):
        response = browser.get(address)
        assert_is_error_page(response, 405)
        assert response.headers["Allow"] == "POST"


def test_an_unknown_host_gets_400(browser):
    response = browser.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert_is_error_page(response, 400)


@pytest.mark.parametrize(
    "address", ["/nowhere/at/all/", "/@nobody/", "/@nobody/notes/1/", "/%00/", "/%FF%FE/"]
)
def test_what_is_not_there_has_its_page(browser, address):
    assert_is_error_page(browser.get(address), 404)


def test_an_expired_form_says_so(browser):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False, **HTML)
    strict.cookies["django_language"] = "en"
    html = assert_is_error_page(strict.post("/auth/login/", {"login": "minah"}), 403)
    assert "This form has expired" in html


def test_a_limit_says_when_it_works_again(browser):
    response = browser.get("/raise/slow/")
    assert response.headers["Retry-After"] == "42"
    assert "42초" in response.content.decode()
    response = browser.get("/raise/slower/")
    assert response.headers["Retry-After"] == "290"
    assert "5분" in response.content.decode()


def test_a_deleted_post_is_gone(browser):
    minah = make_person("minah", "미나")
    post = make_article(minah)
    address = post.get_absolute_url()
    actions.delete_post(post, actor=minah)
    assert_is_error_page(browser.get(address), 410)


def test_hidden_and_missing_look_alike(browser):
    minah = make_person("minah", "미나")
    hidden = make_article(minah, title="비밀", visibility="private").get_absolute_url()
    pages = []
    for address in (hidden, "/@minah/없는-글/"):
        response = browser.get(address)
        assert response.status_code == 404
        pages.append(response.content.decode().replace(response.headers["X-Request-ID"], ""))
    assert pages[0] == pages[1]


def test_the_words_of_a_rule_are_escaped(browser):
    html = assert_is_error_page(browser.get("/raise/markup/"), 400)
    assert "<script>alert" not in html


def test_error_pages_are_not_kept(browser):
    for address in ("/stop/404/", "/stop/500/", "/raise/gone/"):
        assert "no-store" in browser.get(address).headers["Cache-Control"]


def test_pages_speak_the_readers_language(browser):
    browser.cookies["django_language"] = "en"
    assert 'lang="en"' in browser.get("/nowhere/at/all/").content.decode()
    browser.cookies["django_language"] = "ja"
    assert 'lang="ja"' in browser.get("/nowhere/at/all/").content.decode()


@pytest.mark.behaviour("OP-24")
@pytest.mark.parametrize(
    ("address", "status"), [("/raise/crash/", 500), ("/raise/denied/", 403), ("/stop/503/", 503)]
)
def test_error_pages_need_no_database(browser, address, status):
    def away(execute, sql, params, many, context):
        raise DatabaseError(SECRET)

    with connection.execute_wrapper(away):
        assert_is_error_page(browser.get(address), status)


@pytest.mark.behaviour("OP-24")
def test_a_page_whose_database_is_away_is_a_500_page(browser):
    def away(execute, sql, params, many, context):
        raise DatabaseError(SECRET)

    with connection.execute_wrapper(away):
        assert_is_error_page(browser.get("/explore/"), 500)


# Which form an error has ------------------------------------------------------------------------

WANTS_HTML = [
    "text/html",
    HTML["HTTP_ACCEPT"],
    "text/html, application/json;q=0.9",
    "application/json;q=0.5, text/html;q=0.8",
    "application/xhtml+xml",
    "image/avif,image/webp,*/*;q=0.8",
    "text/plain",
]
WANTS_JSON = [
    None,
    "*/*",
    "application/json",
    "application/problem+json",
    "application/json, text/html",
    "text/html, application/json",
    "text/html;q=0.5, application/json;q=0.9",
    "application/json;q=0.9, */*;q=0.1",
]


@pytest.mark.behaviour("AP-06")
@pytest.mark.parametrize("accept", WANTS_HTML)
def test_html_is_answered_with_a_page(accept):
    response = Client(HTTP_ACCEPT=accept).get("/nowhere/at/all/")
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Accept" in response.headers["Vary"]


@pytest.mark.behaviour("AP-06")
@pytest.mark.parametrize("accept", WANTS_JSON)
def test_json_is_answered_with_a_problem(accept):
    headers = {} if accept is None else {"HTTP_ACCEPT": accept}
    response = Client(**headers).get("/nowhere/at/all/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Accept" in response.headers["Vary"]
    problem = json.loads(response.content)
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (problem["status"], problem["code"], problem["title"]) == (404, "not_found", "Not Found")
    assert problem["detail"] == "여기에 아무것도 없거나 볼 수 없는 것이에요."
    assert problem["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.behaviour("AP-06")
def test_htmx_is_answered_with_html():
    response = Client(HTTP_ACCEPT="*/*", HTTP_HX_REQUEST="true").get("/nowhere/at/all/")
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.behaviour("AP-06")
@pytest.mark.parametrize(
    ("path", "status"),
    [("nowhere/", 404), ("search/", 406), ("timeline/", 406), ("posts/999999999/", 406)],
)
def test_programs_are_answered_with_problems_whatever_they_accept(path, status):
    response = Client(HTTP_ACCEPT="text/html").get(f"/api/v1/{path}")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_its_problem(status):
    client = Client(HTTP_ACCEPT="application/json", raise_request_exception=False)
    problem = client.get(f"/stop/{status}/").json()
    assert (problem["status"], problem["code"]) == (status, "stopped")
    assert problem["detail"] == "Because a rule says so."


@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize(
    "accept",
    [
        "",
        ",,,",
        "text/html;q=x",
        "q=1",
        "/",
        "text/html;q=nan",
        "a" * 9000,
        "application/json;q=-1",
        "한글",
    ],
)
def test_any_accept_is_answered(accept):
    assert Client(HTTP_ACCEPT=accept).get("/nowhere/at/all/").status_code == 404


def test_a_crash_is_a_problem_without_its_cause():
    client = Client(raise_request_exception=False, HTTP_ACCEPT="application/json")
    response = client.get("/raise/crash/")
    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert SECRET not in response.content.decode()
