"""Statements that are compiled once: the same rows as the querysets they were made of."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_person
from config.prepared import MarkMissing, Prepared

pytestmark = pytest.mark.django_db


def people_before(shape: int, *, moment, pk: int) -> QuerySet:
    people = User.objects.filter(joined_at__lt=moment).exclude(pk=pk)
    return people.order_by("pk").values_list("pk", "handle", "joined_at", named=True)[:shape]


def test_a_statement_is_made_once_and_run_with_other_values(django_assert_num_queries):
    minah, junho, taeo = (make_person(handle) for handle in ("minah", "junho", "taeo"))
    built = []

    def build(shape, **values):
        built.append(values)
        return people_before(shape, **values)

    prepared, later = Prepared(build), timezone.now() + timedelta(days=1)
    for pk in (minah.pk, junho.pk, taeo.pk):
        with django_assert_num_queries(1):
            rows = prepared.rows(2, moment=later, pk=pk)
        assert rows == list(people_before(2, moment=later, pk=pk))
        assert rows[0].handle in {"minah", "junho"}
    assert prepared.rows(2, moment=junho.joined_at, pk=0) == list(
        people_before(2, moment=junho.joined_at, pk=0)
    )
    assert len(built) == 1


def test_each_shape_has_a_statement_of_its_own():
    make_person("minah")
    make_person("junho")
    prepared, later = Prepared(people_before), timezone.now() + timedelta(days=1)
    assert [len(prepared.rows(size, moment=later, pk=0)) for size in (1, 2, 1)] == [1, 2, 1]


def test_the_clock_is_asked_each_time():
    def build(shape, *, pk):
        rows = User.objects.filter(joined_at__lt=timezone.now()).exclude(pk=pk)
        return rows.values_list("handle", named=True)

    prepared = Prepared(build)
    assert prepared.rows("", pk=0) == []
    make_person("sora")
    assert [row.handle for row in prepared.rows("", pk=0)] == ["sora"]


def test_what_does_not_use_its_values_is_refused():
    def build(shape, *, pk):
        return User.objects.values_list("pk", named=True)

    with pytest.raises(MarkMissing, match="pk"):
        Prepared(build).rows("", pk=1)
