"""After an error nothing of the request is left in the database (OP-24)."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from accounts.tests.factories import make_person
from blog.models import Post, Revision
from social.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-24")]
HTML = {"HTTP_ACCEPT": "text/html"}
COUNTED = (Post, Revision, Event)


class BreaksAt:
    """Lets writes through and fails at the one with this number: a database that goes away."""

    def __init__(self, number: int):
        self.left, self.broke = number, False

    def __call__(self, execute, sql, params, many, context):
        if sql.split(" ", 1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            self.left -= 1
            if self.left < 0:
                self.broke = True
                raise DatabaseError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)


def rows() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def test_a_write_that_breaks_anywhere_leaves_nothing_and_shows_the_page():
    sora = make_person("sora", "소라")
    browser = Client(raise_request_exception=False, **HTML)
    browser.force_login(sora)
    before, broken = rows(), 0
    for number in range(40):
        breaks = BreaksAt(number)
        with connection.execute_wrapper(breaks):
            response = browser.post("/", {"source": f"밤에 쓴 글 {number}", "visibility": "public"})
        if not breaks.broke:
            break
        if response.status_code == 500:
            broken += 1
            assert rows() == before, f"broken at write {number}"
            html = response.content.decode()
            assert 'class="site-header' in html and response.headers["X-Request-ID"] in html
        else:
            before = rows()  # what broke was beside the note: a count, a notification
    assert broken >= 2, "publishing a note writes more than one row"
    assert response.status_code == 302 and rows() != before
