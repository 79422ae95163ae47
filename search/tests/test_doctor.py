"""What the doctor finds in search."""

import pytest
from django.utils import translation

from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from config.care import doctor
from search.actions import drain_outbox
from search.generations import document_model, written_slots
from search.models import Waiting


def found() -> list[str]:
    with translation.override("en"):
        return [one.finding.what for one in doctor.examine(["search"])]


@pytest.mark.django_db
@pytest.mark.behaviour("OP-07")
def test_an_entry_that_is_missing_and_rows_that_failed_are_found():
    make_article(make_person("minah", "미나"), "한글 날")
    drain_outbox()
    assert found() == []
    slot = written_slots()[0]
    document_model(slot).objects.filter(kind="post").delete()
    Waiting.objects.all().delete()
    assert any("post" in what for what in found())
