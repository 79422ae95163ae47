"""The law of archives: out, in on an empty site, out again gives the same; twice is once; undone is
never. Over random people with something in every section."""

import shutil
from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import actions as people
from accounts.models import CarriedRecord, FormerHandle, User
from accounts.tests.archive import bags
from blog import actions
from blog.actions.tags import find_or_create_tags
from blog.models import (
    Comment,
    Image,
    ImportedComment,
    OldPath,
    Post,
    Series,
    SeriesFollow,
    Tag,
    TagFollow,
    Topic,
)
from blog.tests.factories import make_person
from blog.tests.images.pictures import png
from config.exceptions import DomainError
from config.tests.sources import APPS
from social import actions as relations

APART = {"archiveimport", "archivedrow", "carriedrecord"}
LETTERS = st.text(
    st.sampled_from("가나다 마당의 글 abc-_#*[]()!?\n😀é한/.:\"'<>&{}%\\"), min_size=1, max_size=60
)
WORDS = st.sampled_from(["도커", "Django", "김밥", "여행", "C++", "한글-날"])
SMALL = st.integers(0, 5)
OTHERS = ("junho", "taeo")

ACT = st.one_of(
    st.tuples(st.just("article"), LETTERS, LETTERS, st.lists(WORDS, max_size=3), SMALL),
    st.tuples(st.just("note"), LETTERS, st.sampled_from(["public", "followers", "private"])),
    st.tuples(st.just("rewrite"), SMALL, LETTERS),
    st.tuples(st.just("draft"), SMALL, LETTERS, SMALL),
    st.tuples(st.just("move"), SMALL, LETTERS),
    st.tuples(st.just("fate"), SMALL, st.sampled_from(["delete", "pin", "unpublish", "schedule"])),
    st.tuples(st.just("topic"), SMALL),
    st.tuples(st.just("link"), SMALL, SMALL),
    st.tuples(st.just("image"), SMALL),
    st.tuples(st.just("series"), LETTERS),
    st.tuples(st.just("quote"), SMALL, LETTERS),
    st.tuples(st.just("comment"), SMALL, LETTERS),
    st.tuples(st.just("answer"), SMALL, LETTERS),
    st.tuples(st.just("like"), SMALL),
    st.tuples(st.just("bookmark"), SMALL),
    st.tuples(st.just("follow"), st.sampled_from(OTHERS)),
    st.tuples(st.just("followed"), st.sampled_from(OTHERS)),
    st.tuples(st.just("block"), st.sampled_from(OTHERS)),
    st.tuples(st.just("mute"), st.sampled_from(OTHERS), st.sampled_from([None, 7])),
    st.tuples(st.just("term"), st.sampled_from(["word", "tag"]), WORDS),
    st.tuples(st.just("message"), st.sampled_from(OTHERS), LETTERS),
    st.tuples(st.just("tag"), WORDS),
    st.tuples(st.just("profile"), LETTERS, st.sampled_from(["ko", "en", ""])),
)
"""What a person may have done, with small numbers that choose among what there is."""


class Life:
    """Does what was drawn, as 미나, among 준호 and 태오 and a site with topics."""

    def __init__(self):
        self.minah = make_person("minah", "미나")
        self.people = {name: make_person(name) for name in OTHERS}
        self.topics = [Topic.objects.create(slug=slug, name=slug) for slug in ("개발", "여행")]
        self.theirs = actions.write_note(actor=self.people["junho"], source="준호의 글")
        self.said = actions.write_comment(
            self.theirs, actor=self.people["junho"], source="준호의 말"
        )
        self.number = count()

    def live(self, acts) -> None:
        for name, *values in acts:
            try:
                with transaction.atomic():
                    getattr(self, f"_{name}")(*values)
            except Exception as error:
                if not isinstance(error, (DomainError, LookupError, ObjectDoesNotExist)):
                    raise

    def _one(self, rows, index: int):
        found = list(rows.order_by("pk"))
        return found[index % len(found)] if found else self._none()

    @staticmethod
    def _none():
        raise LookupError

    def _posts(self):
        return Post.objects.by(self.minah)

    def _source(self, text: str, index: int = 0) -> str:
        images = list(Image.objects.filter(owner=self.minah).order_by("pk"))
        if not images:
            return text
        image = images[index % len(images)]
        return f"![]({image.get_absolute_url()}) {text} madang:image/{image.content_hash}/8.webp"

    def _article(self, title, text, tags, index):
        series = Series.objects.by(self.minah).order_by("pk").first()
        post = actions.create_article(
            actor=self.minah,
            title=title,
            source=self._source(text, index),
            tags=tags,
            series=series if index % 2 else None,
            language=["ko", "en", "ja", "es", "", "ko"][index],
            cover=Image.objects.filter(owner=self.minah).first() if index % 3 == 1 else None,
        )
        if index:
            actions.publish_post(post, actor=self.minah)

    def _note(self, text, visibility):
        actions.write_note(actor=self.minah, source=text, visibility=visibility, origin_key=text)

    def _rewrite(self, index, text):
        post = self._one(self._posts(), index)
        change = actions.change_note if post.is_note else actions.change_article
        change(post, actor=self.minah, source=self._source(text))

    def _draft(self, index, text, choice):
        post = self._one(self._posts().articles(), index)
        series = Series.objects.by(self.minah).first()
        image = Image.objects.filter(owner=self.minah).first()
        changes = {
            "title": text,
            "source": self._source(text, choice),
            "tags": ["여행"],
            "topic": self.topics[choice % 2].pk if choice else 99_999,
            "series": series.pk if series and choice % 2 else None,
            "cover": image.key if image and choice % 3 else None,
            "license": "CC0-1.0",
        }
        actions.save_draft(post, actor=self.minah, changes=changes)
        if choice == 4:
            actions.name_revision(post, actor=self.minah, name=text)
        if choice == 5:
            actions.publish_post(post, actor=self.minah)

    def _move(self, index, title):
        post = self._one(self._posts().articles(), index)
        actions.change_article(post, actor=self.minah, slug=title)
        OldPath.objects.get_or_create(path=f"/옛/{next(self.number)}", defaults={"post": post})

    def _fate(self, index, fate):
        post = self._one(self._posts(), index)
        if fate == "schedule":
            moment = timezone.now() + timedelta(days=3)
            actions.schedule_post(post, actor=self.minah, at=moment)
        else:
            getattr(actions, f"{fate}_post")(post, actor=self.minah)

    def _topic(self, index):
        post = self._one(self._posts().articles(), index)
        actions.change_article(post, actor=self.minah, topic=self.topics[index % 2])

    def _link(self, one, other):
        posts = self._posts().articles()
        actions.link_translations(self._one(posts, one), self._one(posts, other), actor=self.minah)

    def _image(self, index):
        data = png(8 + index, 6, (index, 110, 95))
        actions.store_image(data, actor=self.minah, name=f"그림 {index}.png", alt="초록")

    def _series(self, title):
        series = actions.create_series(title, actor=self.minah)
        SeriesFollow.objects.create(person=self.minah, series=series)

    def _quote(self, index, text):
        post = self._one(self._posts(), index)
        first = ImportedComment.objects.filter(post=post).first()
        ImportedComment.objects.create(
            post=post,
            parent=first,
            author_name="옛 손님",
            text=text.strip(),
            created_at=timezone.now(),
            origin_key=f"옛-{next(self.number)}",
        )

    def _comment(self, index, text):
        post = self.theirs if index == 0 else self._one(self._posts(), index)
        comment = actions.write_comment(post, actor=self.minah, source=text)
        if index % 2:
            actions.change_comment(comment, actor=self.minah, source=f"{text} 고침")

    def _answer(self, index, text):
        parent = self._one(Comment.objects.all(), index)
        actions.write_comment(parent.post, actor=self.minah, source=text, parent=parent)

    def _like(self, index):
        actions.like_post(self._one(Post.objects.all(), index), actor=self.minah)
        actions.like_comment(self._one(Comment.objects.all(), index), actor=self.minah)

    def _bookmark(self, index):
        actions.bookmark_post(self._one(Post.objects.all(), index), actor=self.minah)

    def _follow(self, name):
        relations.follow_person(self.people[name], actor=self.minah)

    def _followed(self, name):
        relations.follow_person(self.minah, actor=self.people[name])

    def _block(self, name):
        relations.block_person(self.people[name], actor=self.minah)

    def _mute(self, name, days):
        relations.mute_person(self.people[name], actor=self.minah, days=days)

    def _term(self, kind, text):
        relations.mute_term(text, kind=kind, actor=self.minah)

    def _message(self, name, text):
        relations.send_message(self.people[name], actor=self.minah, text=text)
        relations.send_message(self.minah, actor=self.people[name], text=text)

    def _tag(self, name):
        tag = find_or_create_tags([name])[0]
        TagFollow.objects.get_or_create(person=self.minah, tag=tag)

    def _profile(self, text, language):
        people.change_profile(
            self.minah, display_name=text[:20], bio=text, links=["https://example.com/글"]
        )
        people.change_preferences(self.minah, language=language, theme="dark")
        self.minah.mail_choices = {"like": "daily"}
        self.minah.save(update_fields=["mail_choices"])
        former = f"옛이름{next(self.number)}"
        FormerHandle.objects.create(user=self.minah, handle=former, handle_key=former)


def empty_the_site(media) -> None:
    """Leave nothing of anybody, as on the day when a site is set up."""
    User.objects.all().delete()
    Tag.objects.all().delete()
    Topic.objects.all().delete()
    shutil.rmtree(media, ignore_errors=True)


def all_rows() -> dict[str, list]:
    """Return every row of ours with every column, but what archives keep of themselves.

    Nor the index: that something came and went is known there until a worker has looked.
    """
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in APPS
        and model._meta.app_label != "search"
        and model._meta.model_name not in APART
    }


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.mark.behaviour("AC-58", "AC-61", "X-04")
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACT, max_size=14))
def test_out_in_and_out_again_is_the_same(acts, db, media, tmp_path):
    with transaction.atomic():
        life = Life()
        life.live(acts)
        first = bags.write(life.minah, tmp_path)

        empty_the_site(media)
        minah = make_person("minah")
        fresh = all_rows()
        run = bags.bring(first, minah)
        assert not run.plan["problems"] and not run.report["problems"]
        minah.refresh_from_db()
        public = Post.objects.public().by(minah)
        assert minah.article_count == public.articles().count()
        assert minah.note_count == public.notes().count()
        for tag in Tag.objects.all():
            assert tag.post_count == public.tagged(tag).count()
        for post in Post.objects.all():
            assert not actions.recount_post(post.pk)
        second = bags.write(minah, tmp_path)
        assert bags.payload_of(second) == bags.payload_of(first)
        assert bags.manifest_of(second) == bags.manifest_of(first)

        here = all_rows()
        again = bags.bring(first, minah)
        assert all_rows() == here, "twice is once"
        assert not again.rows.exists() and not again.carried.exists()

        bags.do(run, "undo")
        assert all_rows() == fresh, "undone is never"
        assert not CarriedRecord.objects.exists()
        transaction.set_rollback(True)
