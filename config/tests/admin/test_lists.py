"""Every list of the administration: pages, searches, and costs the same with many rows (AD-12)."""

import re
import uuid
from datetime import timedelta
from itertools import count

import pytest
from django.contrib import admin
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_person
from config.admin_site import PAGES_AHEAD, CheapList, PeekingPaginator
from config.tests.sources import APPS
from config.tests.world import make_world

pytestmark = pytest.mark.one_engine

numbers = count(10_000)

OURS = [model for model in admin.site._registry if model._meta.app_label in APPS]
SMALL = {
    "config.SiteSettings": "one row",
    "search.Generation": "two rows, and a page of its own",
    "search.QueryDay": "a page of its own, of 30 days",
    "moderation.Case": "the desk has pages of its own, with tests of their own",
    "moderation.LogEntry": "the log has pages of its own, and rows that nobody copies",
}
"""Model → why its list is no list of rows like the others."""

LISTS = [model for model in OURS if model._meta.label not in SMALL]


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(make_person("keeper", "지기", is_staff=True, is_superuser=True))
    return client


def list_url(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def copies(row: models.Model, number: int) -> None:
    """Store ``number`` rows that differ from ``row`` only where they have to."""
    unique = set()
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            unique |= set(constraint.fields)
    fields = row._meta.concrete_fields
    unique |= {field.name for field in fields if field.unique}
    for _each in range(number):
        values = {field.attname: getattr(row, field.attname) for field in fields}
        for field in fields:
            if isinstance(field, models.AutoField):
                values.pop(field.attname)
            elif field.name in unique and values[field.attname] is not None:
                values[field.attname] = another(field, getattr(row, field.attname))
        with transaction.atomic():
            type(row)._base_manager.bulk_create([type(row)(**values)])


def another(field: models.Field, value):
    """Return a value of ``field`` that no row has."""
    number = next(numbers)
    if field.is_relation:
        if field.related_model is User:
            return User.objects.bulk_create(
                [User(handle=f"copy{number}", handle_key=f"copy{number}")]
            )[0].pk
        first = field.related_model._base_manager.first()
        copies(first, 1)
        return field.related_model._base_manager.latest("pk").pk
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if field.choices or isinstance(field, models.DateTimeField):
        return value
    if isinstance(field, models.DateField):
        return value - timedelta(number)
    if isinstance(field, models.IntegerField):
        return number
    if isinstance(value, str):
        return f"{value[: (field.max_length or 100) - 6]}{number}"
    return value


def queries_of(client: Client, url: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        response.render() if hasattr(response, "render") else None
    assert response.status_code == 200
    return len(captured), [one["sql"] for one in captured]


@pytest.fixture
def one_of(db):
    """Give a row of a model: the world has one of most."""
    make_world()

    def find(model) -> models.Model | None:
        return model._base_manager.first()

    return find


@pytest.mark.thorough
@pytest.mark.behaviour("AD-12", "X-13")
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_list_costs_the_same_with_fifty_rows_as_with_five(model, boss, one_of):
    row = one_of(model)
    if row is None:
        pytest.skip("the world has none; the walk of all addresses asks for it")
    copies(row, 4)
    queries_of(boss, list_url(model))
    few, _sql = queries_of(boss, list_url(model))
    copies(row, 45)
    many, sql = queries_of(boss, list_url(model))
    assert many == few, "\n".join(sql)
    table = model._meta.db_table
    for one in sql:
        is_count = re.search(r"COUNT\(\*\)", one) and f'"{table}"' in one
        assert not is_count or "LIMIT" in one, f"It counts the whole table: {one}"
        assert "DISTINCT" not in one or f'FROM "{table}"' not in one, f"It reads a column: {one}"


@pytest.mark.guard
@pytest.mark.behaviour("AD-12")
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_list_counts_no_table_and_names_its_rows(model):
    one = admin.site._registry[model]
    assert one.show_full_result_count is False
    assert one.date_hierarchy is None, "it reads every date there is"
    assert one.list_display != ("__str__",), "a list shows more than a name"
    shown = set(one.list_display)
    assert not shown & {"target_kind", "id"}, "say what it is in words"


@pytest.mark.guard
def test_every_list_of_rows_is_one_of_the_house():
    others = [
        type(admin.site._registry[model]).__name__
        for model in LISTS
        if not isinstance(admin.site._registry[model], CheapList)
    ]
    assert not others


@pytest.mark.django_db
def test_pages_go_on_as_long_as_there_are_rows():
    for number in range(12):
        make_person(f"p{number:02}p")
    rows = User.objects.order_by("pk")
    first = PeekingPaginator(rows, 2, number=1)
    last = PeekingPaginator(rows, 2, number=6)
    assert first.is_cut == (rows.count() > 2 * (1 + PAGES_AHEAD))
    assert not last.is_cut and last.num_pages == 6
    assert [person.handle for person in last.page(6)] == ["p10p", "p11p"]


@pytest.mark.behaviour("AD-12")
def test_people_are_found_by_the_beginning_of_a_handle_and_rows_by_number(boss):
    from blog.models import Post
    from blog.tests.factories import make_article

    post = make_article(make_person("minah", "미나"), "김밥 마는 법")
    make_article(make_person("junho", "준호"), "떡볶이")
    for words in ("@MIN", "min", str(post.pk)):
        html = boss.get(list_url(Post), {"q": words}).content.decode()
        assert "김밥 마는 법" in html and "떡볶이" not in html
    for words in ("없는말", "\x00", "9" * 30, "%"):
        assert boss.get(list_url(Post), {"q": words}).status_code == 200
    for page in ("x", "0", "-1", "99999999999"):
        assert boss.get(list_url(Post), {"p": page}).status_code in {200, 302}


def test_who_has_no_right_sees_no_list(db):
    client = Client()
    client.force_login(make_person("minah"))
    staff = Client()
    staff.force_login(make_person("dajung", is_staff=True))
    for model in OURS:
        assert client.get(list_url(model), follow=True).status_code == 403
        assert staff.get(list_url(model)).status_code == 403
