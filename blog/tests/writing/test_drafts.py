"""The draft layer: readers see what was published, and nothing else, until it is published."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog import actions
from blog.exceptions import NotTheAuthor, SlugTaken, StaleVersion
from blog.models import Draft, Post, PostRedirect, Revision
from blog.tests.factories import make_article, make_draft, make_note
from blog.working_copy import working_copy

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("BL-07")
def test_edits_of_a_published_article_wait_for_publish(minah):
    post = make_article(minah, tags=["도커"])
    copy = actions.save_draft(
        post, actor=minah, changes={"title": "새 제목", "source": "새 글", "tags": ["비밀"]}
    )
    assert copy.is_changed
    post.refresh_from_db()
    assert post.title == "도커로 배포하기"
    assert [tag.name for tag in post.tags.all()] == ["도커"]
    published = actions.publish_post(post, actor=minah)
    assert (published.title, published.source) == ("새 제목", "새 글")
    assert published.edited_at is not None
    assert [tag.name for tag in published.tags.all()] == ["비밀"]
    assert not working_copy(published).is_changed


@pytest.mark.behaviour("BL-07")
def test_typing_the_published_text_back_leaves_nothing_to_publish(minah):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"source": "다르다"})
    copy = actions.save_draft(post, actor=minah, changes={"source": post.source})
    assert not copy.is_changed
    assert not Post.objects.by(minah).on_desk().exists()


def test_discarded_changes_are_kept_among_the_revisions(minah):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"source": "버릴 글"})
    copy = actions.discard_draft(post, actor=minah)
    assert copy.source == post.source
    assert Revision.objects.filter(source="버릴 글").exists()
    assert actions.discard_draft(post, actor=minah).version == copy.version


def test_a_failed_publication_leaves_readers_and_draft_as_they_were(minah):
    make_article(minah, "첫 글")
    other = make_article(minah, "둘째 글")
    actions.save_draft(other, actor=minah, changes={"source": "고침", "slug": "첫-글"})
    with pytest.raises(SlugTaken):
        actions.publish_post(other, actor=minah)
    other.refresh_from_db()
    assert other.slug == "둘째-글"
    assert working_copy(other).source == "고침"


@pytest.mark.behaviour("BL-20", "BL-21")
def test_a_new_address_moves_with_the_publication(minah):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"slug": "새 주소"})
    assert Post.objects.get().slug == "도커로-배포하기"
    actions.publish_post(post, actor=minah)
    assert Post.objects.get().slug == "새-주소"
    assert PostRedirect.objects.get().slug == "도커로-배포하기"


@pytest.mark.behaviour("BL-18")
def test_a_post_taken_back_keeps_its_first_date_and_its_draft(minah):
    post = make_article(minah)
    first = post.published_at
    actions.save_draft(post, actor=minah, changes={"source": "고치는 중"})
    actions.unpublish_post(post, actor=minah)
    assert working_copy(Post.objects.get()).source == "고치는 중"
    again = actions.publish_post(post, actor=minah)
    assert again.published_at == first
    assert again.source == "고치는 중"


def test_a_change_past_the_draft_is_noticed_by_open_editors(minah):
    post = make_article(minah)
    copy = working_copy(post)
    actions.change_article(post, actor=minah, source="다른 문으로 고침")
    with pytest.raises(StaleVersion):
        actions.save_draft(
            post, actor=minah, changes={"source": "편집기"}, base_version=copy.version
        )


def test_publishing_an_old_draft_does_not_undo_a_new_visibility(minah):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"source": "고치는 중"})
    actions.change_article(post, actor=minah, visibility="private")
    assert actions.publish_post(post, actor=minah).visibility == "private"


def test_a_draft_of_somebody_else_cannot_be_written(minah, stranger):
    draft, note = make_draft(minah), make_note(minah)
    with pytest.raises(NotTheAuthor):
        actions.save_draft(draft, actor=stranger, changes={"source": "가"})
    with pytest.raises(NotTheAuthor):
        actions.save_draft(note, actor=minah, changes={"source": "가"})


def test_what_vanished_meanwhile_does_not_stop_publishing(minah):
    series = actions.find_or_create_series("사라질 시리즈", actor=minah)
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"series": series.pk, "cover": "0" * 32})
    series.delete()
    assert actions.publish_post(post, actor=minah).series is None


@pytest.mark.behaviour("BL-19")
def test_deleted_posts_are_erased_after_thirty_days_and_stay_gone(minah, client):
    post, draft = make_article(minah), make_draft(minah)
    actions.save_draft(post, actor=minah, changes={"source": "비밀 초고"})
    url = post.get_absolute_url()
    for each in (post, draft):
        actions.delete_post(each, actor=minah)
    assert actions.erase_deleted_posts() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        with pytest.raises(actions.posts.PostNotDeleted):
            actions.restore_post(post, actor=minah)
        assert actions.erase_deleted_posts() == 2
        assert actions.erase_deleted_posts() == 0
        left = Post.objects.get()
        assert (left.title, left.source, left.html, left.summary) == ("", "", "", "")
        assert not Draft.objects.exists()
        assert not Revision.objects.exists()
        assert client.get(url).status_code == 410


# Revisions


@pytest.mark.behaviour("BL-14")
def test_writing_keeps_a_revision_in_ten_minutes_and_one_a_publication(minah):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        post = make_draft(minah, source="처음")
        for minute in range(31):
            clock.move_to(start + timedelta(minutes=minute))
            actions.save_draft(post, actor=minah, changes={"source": "글 " * (minute + 1)})
        kept = list(Revision.objects.order_by("created_at").values_list("kind", flat=True))
        assert 3 <= len(kept) <= 4
        assert set(kept) == {"automatic"}
        actions.publish_post(post, actor=minah)
        actions.publish_post(post, actor=minah)
        assert Revision.objects.filter(kind="published").count() == 1


@pytest.mark.behaviour("BL-14")
def test_restoring_first_keeps_the_present_text(minah):
    post = make_article(minah, source="처음 글")
    actions.save_draft(post, actor=minah, changes={"source": "둘째 글"})
    actions.publish_post(post, actor=minah)
    actions.save_draft(post, actor=minah, changes={"source": "셋째 글"})
    first = Revision.objects.get(source="처음 글")
    copy = actions.restore_revision(post, first, actor=minah)
    assert copy.source == "처음 글"
    assert Revision.objects.filter(source="셋째 글").exists()
    post.refresh_from_db()
    assert post.source == "둘째 글"


@pytest.mark.behaviour("BL-14")
def test_a_text_that_mostly_goes_away_is_kept_at_once(minah):
    post = make_draft(minah, source="가" * 1000)
    actions.save_draft(post, actor=minah, changes={"source": "나" * 1000})
    actions.save_draft(post, actor=minah, changes={"source": ""})
    assert Revision.objects.filter(source="나" * 1000).exists()


@pytest.mark.behaviour("BL-14", "BL-15")
def test_the_first_published_text_stays_for_ever_even_if_it_came_without_a_revision(minah):
    post = make_article(minah, source="옮겨 온 글")  # as an import makes it
    assert not Revision.objects.exists()
    actions.save_draft(post, actor=minah, changes={"source": "처음부터 새로 쓴 글"})
    actions.publish_post(post, actor=minah)
    for years in (1, 2):
        actions.thin_revisions(timezone.now() + timedelta(days=365 * years))
    kept = Revision.objects.filter(kind="published").values_list("source", flat=True)
    assert set(kept) == {"옮겨 온 글", "처음부터 새로 쓴 글"}


@pytest.mark.behaviour("BL-15")
def test_old_automatic_revisions_are_thinned_and_others_stay(minah):
    post = make_article(minah, source="펴낸 글")
    now = datetime(2026, 7, 15, 3, 0, tzinfo=UTC)  # noon in Seoul: days are those of the site
    for hours in range(1, 24 * 200, 6):
        Revision.objects.create(
            post=post, source=f"{hours}", created_at=now - timedelta(hours=hours)
        )
    old = now - timedelta(days=400)
    Revision.objects.create(post=post, kind="named", name="첫 판", created_at=old)
    Revision.objects.create(post=post, kind="published", created_at=old)
    actions.thin_revisions(now)
    ages = [(now - row.created_at).days for row in Revision.objects.filter(kind="automatic")]
    assert sum(age < 7 for age in ages) == 28
    assert sum(7 <= age < 90 for age in ages) == 84  # 82 whole days and a part at each end
    assert sum(age >= 90 for age in ages) == 17
    assert Revision.objects.exclude(kind="automatic").count() == 2
    assert actions.thin_revisions(now) == 0


@pytest.mark.behaviour("BL-15", "BL-14")
def test_only_the_author_meets_revisions(as_user, minah, stranger, taeo, client):
    post = make_article(minah)
    actions.save_draft(post, actor=minah, changes={"source": "초고 한 줄"})
    kept = actions.name_revision(post, actor=minah, name="둘째 판")
    own = as_user(minah)
    page = own.get(f"/write/{post.pk}/revisions/").content.decode()
    assert "둘째 판" in page
    assert "초고 한 줄" in own.get(kept.get_absolute_url()).content.decode()
    for person, code in ((stranger, 403), (taeo, 404)):
        other = as_user(person)
        assert other.get(f"/write/{post.pk}/revisions/").status_code == code
        assert other.get(kept.get_absolute_url()).status_code == code
        assert other.post(f"{kept.get_absolute_url()}restore/").status_code == code
    other_post = make_article(minah, "다른 글")
    assert as_user(minah).get(f"/write/{other_post.pk}/revisions/{kept.pk}/").status_code == 404
    client.logout()
    assert client.get(kept.get_absolute_url()).status_code == 302


def test_the_list_of_revisions_costs_the_same_however_many(as_user, minah):
    post, client = make_article(minah), as_user(minah)
    costs = []
    client.get(f"/write/{post.pk}/revisions/")
    for number in (1, 30):
        for each in range(number):
            Revision.objects.create(post=post, source=f"{each}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/write/{post.pk}/revisions/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.behaviour("BL-03")
def test_an_edited_note_keeps_its_history(as_user, minah):
    note = make_note(minah, "처음 쓴 짧은 글")
    client = as_user(minah)
    client.post(f"/write/{note.pk}/", {"source": "고친 짧은 글", "visibility": "public"})
    kept = Revision.objects.get()
    assert kept.source == "처음 쓴 짧은 글"
    page = client.get(kept.get_absolute_url()).content.decode()
    assert "처음" in page and "고친" in page
    client.post(f"{kept.get_absolute_url()}restore/")
    note.refresh_from_db()
    assert note.source == "처음 쓴 짧은 글"
    assert Revision.objects.filter(source="고친 짧은 글").exists()
