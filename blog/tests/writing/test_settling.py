"""Two versions of one text: neither side goes without a trace, and no detail goes back unseen."""

import re

import pytest

from blog import actions
from blog.models import Draft, Revision
from blog.tests.factories import make_draft
from blog.tests.views.test_writing import article_data

pytestmark = pytest.mark.django_db


def base_of(html: str) -> str:
    """Return the hidden field that says what the form was made from."""
    from html import unescape

    return unescape(re.search(r'name="base" value="([^"]*)"', html)[1])


@pytest.fixture
def opened(as_user, minah):
    """A draft and the fields of its form as somebody opened it a while ago."""
    post = make_draft(minah, "밥", source="밥을 먹었다.")
    actions.save_draft(post, actor=minah, changes={"tags": ["점심"]})
    page = as_user(minah).get(f"/write/{post.pk}/")
    fields = article_data(
        title="밥",
        source="밥을 먹었다.",
        tags="점심",
        intent="save",
        version=page.context["copy"].version,
        base=base_of(page.content.decode()),
    )
    return post, fields


def fields_of(response) -> dict:
    """Return what the form of a page would send."""
    form = response.context["form"]
    sent = {name: form[name].value() for name in form.fields if name != "cover"}
    return {name: value for name, value in sent.items() if value not in (None, False)}


@pytest.mark.behaviour("BL-10")
def test_the_side_that_is_not_taken_is_kept_as_a_revision(as_user, minah, send):
    post = make_draft(minah, source="처음")
    stored = actions.save_draft(post, actor=minah, changes={"source": "저쪽"})
    rejected = {"title": "이쪽 제목", "source": "이쪽", "tags": ["이쪽"]}
    for _time in range(2):  # an answer that was lost on the way is asked for again
        answer = send(
            as_user(minah), f"/write/{post.pk}/save/", {"keeps": rejected}, stored.version
        )
        assert answer.status_code == 200
        assert answer.json()["version"] == stored.version
    kept = Revision.objects.get(source="이쪽")
    assert (kept.kind, kept.title, kept.details["tags"]) == ("named", "이쪽 제목", ["이쪽"])
    assert Draft.objects.get().source == "저쪽"


@pytest.mark.parametrize("odd", ["글", [], {}, {"source": 3}, None])
def test_nothing_is_kept_of_what_is_no_text(as_user, minah, send, odd):
    post = make_draft(minah, source="처음")
    answer = send(as_user(minah), f"/write/{post.pk}/save/", {"keeps": odd}, 1)
    assert answer.status_code == 200
    assert not Revision.objects.filter(kind="named").exists()


@pytest.mark.behaviour("BL-10", "BL-13")
def test_without_scripts_the_own_text_is_kept_before_the_other_is_taken(as_user, minah, opened):
    post, fields = opened
    actions.save_draft(post, actor=minah, changes={"source": "국수를 먹었다."})
    client = as_user(minah)
    page = client.post(f"/write/{post.pk}/", fields | {"source": "죽을 먹었다."})
    assert page.status_code == 409
    assert 'name="intent" value="theirs"' in page.content.decode()
    answer = client.post(f"/write/{post.pk}/", fields_of(page) | {"intent": "theirs"})
    assert answer.headers["Location"] == f"/write/{post.pk}/"
    assert Draft.objects.get().source == "국수를 먹었다."
    assert Revision.objects.filter(source="죽을 먹었다.").exists()


@pytest.mark.behaviour("BL-10", "BL-13")
def test_what_only_the_other_side_changed_of_the_details_stays(as_user, minah, opened):
    post, fields = opened
    there = {"visibility": "private", "tags": ["점심", "비밀"], "excerpt": "둘만 아는 말"}
    actions.save_draft(post, actor=minah, changes=there)
    client = as_user(minah)
    page = client.post(f"/write/{post.pk}/", fields | {"source": "죽을 먹었다."})
    assert page.status_code == 409
    shown = page.content.decode()
    assert "비밀" in re.sub(r"<[^>]*>", " ", shown)  # named, not only carried along
    assert "둘만 아는 말" in re.sub(r"<[^>]*>", " ", shown)
    client.post(f"/write/{post.pk}/", fields_of(page) | {"intent": "save"})
    draft = Draft.objects.get()
    assert draft.source == "죽을 먹었다."
    assert {name: draft.details[name] for name in there} == there


@pytest.mark.behaviour("BL-10", "BL-13")
def test_what_both_sides_changed_is_asked_and_the_narrower_audience_proposed(
    as_user, minah, opened
):
    post, fields = opened
    there = {"visibility": "private", "excerpt": "저쪽 발췌", "license": "CC-BY-4.0"}
    actions.save_draft(post, actor=minah, changes=there | {"title": "저녁밥"})
    client = as_user(minah)
    mine = fields | {"source": "죽", "visibility": "followers", "excerpt": "이쪽 발췌"}
    page = client.post(f"/write/{post.pk}/", mine)
    form = page.context["form"]
    assert form["visibility"].value() == "private"
    assert form["excerpt"].value() == "이쪽 발췌"
    assert form["title"].value() == "저녁밥"
    shown = page.content.decode()
    assert "저쪽 발췌" in shown
    for name in ("visibility", "excerpt"):
        assert re.search(rf'<label[^>]*for="id_{name}"', shown), name
    assert not re.search(r'<label[^>]*for="id_license"', shown)


@pytest.mark.behaviour("BL-10", "BL-13")
def test_a_form_that_does_not_say_what_it_was_made_from_never_widens_the_audience(
    as_user, minah, opened
):
    post, fields = opened
    actions.save_draft(post, actor=minah, changes={"visibility": "private"})
    for odd in ("", "{", "[]", '{"tags": 3}', "[" * 9999):
        page = as_user(minah).post(f"/write/{post.pk}/", fields | {"source": "죽", "base": odd})
        assert page.status_code == 409
        assert page.context["form"]["visibility"].value() == "private"
