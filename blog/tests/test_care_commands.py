"""``rebuild_html``: stored HTML is made again after the renderer changed."""

import io

import pytest
from django.core.management import call_command

from accounts.tests.factories import make_person
from blog.models import Comment, Post
from blog.tests.factories import make_article
from blog.tests.talk.factories import say

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("OP-30")
def test_stored_html_of_an_older_renderer_is_made_again_and_the_rest_stays():
    minah = make_person("minah", "미나")
    old = make_article(minah, "옛 글", source="**굵은** 글")
    current = make_article(minah, "새 글", source="그대로")
    say(minah, old, "*기울인* 말")
    Post.objects.filter(pk=old.pk).update(html="<p>낡은 것</p>", renderer_version=0)
    Post.objects.filter(pk=current.pk).update(html="<p>그대로 둔다</p>")
    Comment.objects.update(html="<p>낡은 것</p>", renderer_version=0)
    out = io.StringIO()
    call_command("rebuild_html", stdout=out)
    assert out.getvalue() == "1 posts and 1 comments rendered.\n"
    assert "<strong>굵은</strong>" in Post.objects.get(pk=old.pk).html
    assert "<em>기울인</em>" in Comment.objects.get().html
    assert Post.objects.get(pk=current.pk).html == "<p>그대로 둔다</p>"
    call_command("rebuild_html", "--all", stdout=io.StringIO())
    assert Post.objects.get(pk=current.pk).html != "<p>그대로 둔다</p>"
