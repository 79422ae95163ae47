"""What was decided about somebody, and what they answered, is theirs to take along."""

from types import SimpleNamespace

import pytest

from accounts.archive.sections import Arrival, Departure, Outcome, find_section
from blog.tests.factories import make_article, make_person
from moderation.actions import answer_appeal, appeal_decision
from moderation.tests.factories import REASON, make_decision, make_moderator

pytestmark = pytest.mark.django_db


def test_a_decision_leaves_with_the_appeal_and_comes_in_as_what_it_was(minah, sora):
    post = make_article(minah, "김밥 마는 법")
    held = make_decision(sora, "hold", ("post", post.pk))
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    appeal = appeal_decision(held, actor=minah, text="광고가 아니에요 🙏")
    answer_appeal(appeal, actor=make_moderator("dasom", "다솜"), grants=False, answer="광고예요.")
    section, departure = find_section("decisions"), Departure(minah)
    (line,) = section.lines(departure)
    record = section.load(departure, [line.pk])[line.pk]
    assert record["title"] == "김밥 마는 법"
    assert record["text"] == REASON
    assert (record["appeal"], record["appeal_state"]) == ("광고가 아니에요 🙏", "refused")
    assert "소라" not in str(record) and "sora" not in str(record)
    told = record | {"key": line.key}
    for owner, outcome in ((minah, Outcome.KNOWN), (make_person("junho"), Outcome.CARRIED)):
        arrival = Arrival(SimpleNamespace(owner=owner), None, is_dry=True)
        assert section.foresee(arrival, told) == outcome
