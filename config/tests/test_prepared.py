"""Statements that are compiled once: the same rows as the querysets they were made of."""

import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, transaction
from django.db.models import Count, F, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from accounts.models import User
from accounts.tests.factories import make_person
from blog import actions as blog_actions
from blog.models import Post, PostViewCount, Tag
from blog.tests.factories import make_article, make_draft, make_note
from config.prepared import FIRST_TEXT, MarkMissing, Prepared

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


# Instances ----------------------------------------------------------------------------------------


def look(one: Model | None, above: tuple[Model, ...] = ()) -> object:
    """Return all that is loaded of an instance: fields, annotations, what came along with it."""
    if one is None or any(one is other for other in above):
        # The post of the views of a post is that post.
        return one
    above = (*above, one)
    held = {name: value for name, value in vars(one).items() if not name.startswith("_")}
    beside = {name: look(other, above) for name, other in one._state.fields_cache.items()}
    fetched = {
        name: [look(other, above) for other in rows]
        for name, rows in getattr(one, "_prefetched_objects_cache", {}).items()
    }
    return {
        "model": type(one),
        "held": held,
        "later": one.get_deferred_fields(),
        "beside": beside,
        "fetched": fetched,
        "adding": one._state.adding,
        "database": one._state.db,
    }


def posts_plain(pk: int) -> QuerySet:
    return Post.objects.exclude(pk=pk)


def posts_for_cards(pk: int) -> QuerySet:
    return Post.objects.exclude(pk=pk).for_card()


def posts_for_pages(pk: int) -> QuerySet:
    # At ``series__author`` a second step, and empty ones at posts without a series.
    return Post.objects.exclude(pk=pk).for_detail()


def posts_of_a_desk(pk: int) -> QuerySet:
    return Post.objects.exclude(pk=pk).with_saved_at().for_desk()


def posts_of_a_member(pk: int) -> QuerySet:
    person = User(pk=pk)
    return Post.objects.visible_to(person).with_viewer_state(person).for_line()


def posts_counted(pk: int) -> QuerySet:
    return (
        Post.objects.exclude(pk=pk)
        .annotate(
            tag_number=Count("tags"),
            shortest=Value("한 조각 100%", output_field=TextField()),
            first_at=F("author__joined_at"),
        )
        .defer("source", "toc")
    )


def posts_by_their_names(pk: int) -> QuerySet:
    return Post.objects.exclude(pk=pk).prefetch_related("tags", "series__posts")


SHAPES = [
    posts_plain,
    posts_for_cards,
    posts_for_pages,
    posts_of_a_desk,
    posts_of_a_member,
    posts_counted,
    posts_by_their_names,
]


@pytest.fixture
def written():
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    series = blog_actions.create_series("도커 연재", actor=minah)
    first = make_article(minah, "도커로 배포하기", tags=["도커", "배포"])
    blog_actions.add_to_series(series, first, actor=minah)
    make_article(minah, "장고 이야기", tags=["장고", "도커"])
    make_draft(minah)
    make_note(junho)
    PostViewCount.objects.create(post=first, count=7)
    blog_actions.like_post(first, actor=junho)
    blog_actions.bookmark_post(first, actor=junho)
    return minah, junho


@pytest.mark.parametrize("rows", SHAPES)
def test_instances_are_those_of_the_queryset(written, rows):
    prepared = Prepared(lambda shape, *, pk: rows(pk).order_by("pk"))
    for person in (*written, *written):
        found = prepared.objects("", pk=person.pk)
        assert len(found) >= 3
        assert [look(one) for one in found] == [look(one) for one in rows(person.pk).order_by("pk")]
        for one in found:
            assert not one._state.adding


def test_what_came_along_is_not_asked_for_again(written, django_assert_num_queries):
    prepared = Prepared(lambda shape, *, pk: posts_for_cards(pk).order_by("pk"))
    with django_assert_num_queries(2):
        found = prepared.objects("", pk=0)
        assert [one.author.name for one in found] == ["미나", "미나", "미나", "준호"]
        assert [one.series and one.series.title for one in found][:2] == ["도커 연재", None]
        assert found[0].views.count == 7 and not hasattr(found[1], "views")
        assert [row.tag.name for row in found[0].posttag_set.all()] == ["도커", "배포"]
    with django_assert_num_queries(1):
        assert found[0].source.startswith("도커로"), "what was left out is read when it is wanted"


def test_an_instance_can_be_changed_and_stored(written):
    post = Prepared(lambda shape, *, pk: posts_for_cards(pk).order_by("pk")).objects("", pk=0)[0]
    post.title = "고친 제목"
    post.save(update_fields=["title"])
    assert Post.objects.get(pk=post.pk).title == "고친 제목"


def test_nothing_found_is_an_empty_list():
    prepared = Prepared(lambda shape, *, pk: Post.objects.filter(pk=pk).for_card())
    assert prepared.objects("", pk=1) == [] and prepared.objects("", pk=1) == []


# Texts --------------------------------------------------------------------------------------------

TEXTS = [
    'it\'s "quoted" and `ticked`',
    "100% %s %(name)s %%s %%",
    "back\\slash \\' \\\\ C:\\새 폴더",
    unicodedata.normalize("NFD", "마당 깊은 집"),
    "마당 깊은 집",
    "🌿👩‍👩‍👧🇰🇷",
    "'; DROP TABLE blog_tag; --",
    "$1 $2 $$ $body$ ?1 :name",
    "1) OR TRUE --",
    "EXECUTE madang_ready_1(1)",
    "여러\n줄\t글",
    FIRST_TEXT + "0",
    " ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_found_as_it_was_written_and_is_never_part_of_the_statement(text):
    for number, name in enumerate(TEXTS):
        Tag.objects.create(name=name, key=f"열쇠{number}")
    prepared = Prepared(
        lambda shape, *, name, key: Tag.objects.filter(Q(name=name) | Q(key=key)).order_by("pk")
    )
    for _again in range(2):
        assert [tag.name for tag in prepared.objects("", name=text, key="")] == [text]
        assert [tag.name for tag in prepared.objects("", name="", key=text)] == []
    assert Tag.objects.count() == len(TEXTS)


@pytest.mark.parametrize("fixed", ["%", "100%%", "%s", "'%s'", "\\", "$1"])
def test_texts_of_the_statement_itself_stay_what_they_are(fixed):
    """Written into it, given beside it, and both next to values that change."""
    written_in = fixed.replace("%", "%%").replace("'", "''")

    def build(shape, *, pk=0):
        rows = User.objects.exclude(pk=pk) if shape == "changing" else User.objects.all()
        return rows.annotate(
            inside=RawSQL(f"'{written_in}'", (), output_field=TextField()),
            beside=Value(fixed, output_field=TextField()),
        ).values_list("handle", "inside", "beside", named=True)

    def without_params(shape):
        return User.objects.annotate(
            inside=RawSQL(f"'{written_in}'", (), output_field=TextField())
        ).values_list("handle", "inside", named=True)

    make_person("minah")
    prepared = Prepared(build)
    for _again in range(2):
        assert prepared.rows("changing", pk=0) == [("minah", fixed, fixed)]
        assert prepared.rows("fixed") == [("minah", fixed, fixed)]
        assert Prepared(without_params).rows("") == [("minah", fixed)]


def test_moments_are_equal_to_the_microsecond_in_whichever_zone_they_are_told():
    people = [make_person(handle) for handle in ("minah", "junho")]
    moment = datetime(2026, 11, 21, 5, 45, 10, 123456, tzinfo=UTC)
    User.objects.filter(pk=people[0].pk).update(joined_at=moment)
    prepared = Prepared(lambda shape, *, at: User.objects.filter(joined_at=at))
    for told in (moment, moment.astimezone(ZoneInfo("Asia/Seoul"))):
        assert [one.joined_at for one in prepared.objects("", at=told)] == [moment]
    assert prepared.objects("", at=moment + timedelta(microseconds=1)) == []


def test_one_value_in_many_places_and_many_values_of_one_kind():
    def build(shape, *, first, second):
        mine = User.objects.filter(Q(pk=first) | Q(pk__gt=second), pk__gte=first)
        return mine.exclude(pk=second).order_by("pk")

    keys = [make_person(f"saram{number}").pk for number in range(4)]
    prepared = Prepared(build)
    for first in keys:
        for second in keys:
            found = [one.pk for one in prepared.objects("", first=first, second=second)]
            assert found == [one.pk for one in build("", first=first, second=second)]


# Where it is asked ---------------------------------------------------------------------------------


def test_what_is_ones_own_is_asked_of_the_primary_alone(monkeypatch):
    monkeypatch.setattr("config.prepared.reading_alias", lambda: "nowhere")
    make_person("minah")

    def build(shape, *, pk):
        return User.objects.exclude(pk=pk)

    assert len(Prepared(build, is_own=True).objects("", pk=0)) == 1
    with pytest.raises(ConnectionDoesNotExist):
        Prepared(build).objects("", pk=0)


def test_what_the_server_refuses_is_an_error_of_django():
    def build(shape, *, pk):
        return User.objects.filter(pk=pk).annotate(
            wrong=RawSQL("no_such_column_anywhere", (), output_field=TextField())
        )

    with pytest.raises(Error), transaction.atomic():
        Prepared(build).objects("", pk=1)
    assert not User.objects.exists(), "the connection can be used again"
