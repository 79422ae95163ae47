"""The author of something hidden reads at the thing that it is, and finds the reasons; others nothing."""

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from blog import actions as blog
from blog.models import Post
from blog.tests.factories import make_article, make_note, make_person
from blog.tests.images.pictures import png
from moderation.actions import undo_decision
from moderation.tests.factories import make_decision

pytestmark = pytest.mark.django_db


def page_of(person, path: str) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def link_to(decision) -> str:
    return f'href="/moderation/decisions/{decision.pk}/"'


@pytest.mark.behaviour("SO-39", "SO-40")
def test_each_page_of_a_held_post_leads_its_author_to_the_reasons(minah, sora):
    article, note = make_article(minah, "빨간 열쇠"), make_note(minah, "오늘의 광고")
    places = {
        article.pk: (article.get_absolute_url(), f"/write/{article.pk}/"),
        note.pk: (note.get_absolute_url(), f"/write/{note.pk}/"),
    }
    for pk, paths in places.items():
        for path in paths:
            assert "/moderation/decisions/" not in page_of(minah, path)
        decision = make_decision(sora, "hold", ("post", pk))
        for path in paths:
            assert link_to(decision) in page_of(minah, path)
        assert link_to(decision) not in page_of(sora, paths[0])
        assert 'role="note"' in page_of(sora, paths[0])
        undo_decision(decision, actor=sora)
        assert "/moderation/decisions/" not in page_of(minah, paths[0])


@pytest.mark.behaviour("SO-39", "SO-40")
def test_a_held_comment_says_so_to_who_wrote_it_and_not_to_the_author_of_the_post(minah, sora):
    junho = make_person("junho", "준호")
    post = make_article(minah)
    comment = blog.write_comment(post, actor=junho, source="파란 대문")
    decision = make_decision(sora, "hold", ("comment", comment.pk))
    assert link_to(decision) in page_of(junho, post.get_absolute_url())
    theirs = page_of(minah, post.get_absolute_url())
    assert link_to(decision) not in theirs
    assert "파란 대문" not in theirs


@pytest.mark.behaviour("SO-39", "SO-40")
def test_series_and_pictures_say_so_where_their_owner_looks_after_them(minah, sora):
    series = blog.create_series("대문 이야기", actor=minah)
    image = blog.store_image(png(), actor=minah, name="들.png", alt="들")
    make_article(minah, series=series)
    held = make_decision(sora, "hold", ("series", series.pk))
    for path in (series.get_absolute_url(), f"/write/series/{series.pk}/"):
        assert link_to(held) in page_of(minah, path)
    held = make_decision(sora, "hold", ("image", image.pk))
    assert link_to(held) in page_of(minah, "/settings/images/")


def test_the_note_costs_one_query_and_leaks_nothing_to_others(
    minah, sora, django_assert_num_queries
):
    post = make_article(minah)
    make_decision(sora, "hold", ("post", post.pk))
    make_decision(sora, "remove", ("post", post.pk))
    template = Template("{% load held %}{% held_note 'post' pk %}")
    for person, number, is_shown in (
        (minah, 1, True),
        (make_person("junho", "준호"), 1, False),
        (None, 0, False),
    ):
        request = RequestFactory().get("/")
        if person is not None:
            request.user = person
        with django_assert_num_queries(number):
            text = template.render(Context({"request": request, "pk": post.pk}))
        assert bool(text.strip()) == is_shown


def test_what_is_held_without_a_decision_says_nothing(minah):
    post = make_article(minah)
    Post.objects.filter(pk=post.pk).update(status="held")
    assert "/moderation/decisions/" not in page_of(minah, post.get_absolute_url())


@pytest.mark.behaviour("SO-35")
def test_nobody_is_asked_what_is_wrong_with_themselves(minah):
    client = Client()
    client.force_login(minah)
    for kind, pk in (("person", minah.pk), ("post", make_note(minah).pk)):
        answer = client.get(f"/report/{kind}/{pk}/")
        assert answer.status_code == 400
        assert b'name="category"' not in answer.content
