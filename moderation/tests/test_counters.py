"""Open reports of cases are counted anew like every other number."""

import pytest

from blog.tests.factories import make_article
from config.care import recounting
from moderation.models import Case
from moderation.tests.factories import make_report


@pytest.mark.behaviour("OP-30")
def test_a_number_of_reports_that_is_off_is_set_right(minah, junho):
    make_report(junho, "post", make_article(minah).pk)
    Case.objects.update(report_count=5)
    assert [(off.stored, off.counted) for off in recounting.recount()] == [(5, 1)]
    assert Case.objects.get().report_count == 1
    assert list(recounting.find_off()) == []
