"""What every engine must answer alike. An engine of the database, and OpenSearch beside each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actions import set_state
from blog.tests.factories import make_article
from search.engines import LIKES, NEWEST, RELEVANCE, Criteria, postgres, sqlite
from search.generations import document_model
from search.plan import MEANT, Alternative, Group, exact_token
from social.actions import block_person, mute_person

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["database", "opensearch"])
def engine(request, db):
    """The engine of the database that the suite runs on, then OpenSearch."""
    if request.param == "opensearch":
        return request.getfixturevalue("opensearch_engine")
    if connection.vendor == "postgresql":
        return postgres.PostgresEngine()
    return sqlite.SqliteEngine()


@pytest.fixture
def keep(engine):
    """Return a function that stores an entry and hands it to the engine."""

    def store(number: int, body: str = "", slot: str = "a", kind: str = "post", **columns):
        model = document_model(slot)
        title = columns.pop("title", "")
        if title:
            title += "".join(f" ^{word}" for word in title.split())
        columns = {"published_at": NOON + timedelta(minutes=number), "author_id": 1} | columns
        row = model.objects.create(
            kind=kind, object_id=number, body_tokens=body, title_tokens=title, **columns
        )
        engine.write(slot, [row])
        return row

    return store


def said(*tokens: str, **options) -> Group:
    return Group(tokens[0], tuple(Alternative((token,)) for token in tokens), **options)


def looking_for(*groups: Group | str, viewer=VISITOR, kind="post", **options) -> Criteria:
    words = tuple(said(one) if isinstance(one, str) else one for one in groups)
    return Criteria(kind, viewer, words, **options)


# Words --------------------------------------------------------------------------------------------


def test_a_word_is_found_wherever_it_stands(engine, keep):
    keep(1, "마당 이야기")
    keep(2, title="마당")
    keep(3, tag_tokens="마당")
    keep(4, author_tokens="마당")
    keep(5, "마당쇠")
    assert sorted(engine.find("a", looking_for("마당"))) == [1, 2, 3, 4]
    assert engine.count("a", looking_for("마당")) == 4
    assert engine.find("a", looking_for("없는말")) == []


def test_every_required_group_must_match_and_one_alternative_is_enough(engine, keep):
    keep(1, "도커 설치")
    keep(2, "docker 설치")
    keep(3, "도커")
    keep(4, "설치 우분투")
    both = looking_for(said("도커", "docker"), "설치")
    assert sorted(engine.find("a", both)) == [1, 2]
    assert engine.count("a", both) == 2


def test_all_tokens_of_an_alternative_must_be_there(engine, keep):
    keep(1, "웹 서버")
    keep(2, "웹서버")
    keep(3, "서버")
    parts = Group("웹서버", (Alternative(("웹서버",), 1.5), Alternative(("웹", "서버"))))
    assert sorted(engine.find("a", looking_for(parts))) == [1, 2]


def test_any_group_is_enough_where_that_is_asked_but_filters_stay(engine, keep):
    key = exact_token("#", "c++")
    keep(1, "도커", tag_tokens=key)
    keep(2, "설치", tag_tokens=key)
    keep(3, "도커")
    keep(4, "우분투", tag_tokens=key)
    wanted = said(key, is_filter=True)
    loose = looking_for("도커", "설치", wanted, matches_any=True)
    assert sorted(engine.find("a", loose)) == [1, 2]
    assert engine.count("a", loose) == 2


def test_what_is_not_required_only_lifts(engine, keep):
    keep(1, "도커 예쁘다")
    keep(2, "도커")
    hits = engine.find("a", looking_for("도커", said("예쁘다", is_required=False)))
    assert hits == [1, 2]
    assert engine.count("a", looking_for("도커", said("예쁘다", is_required=False))) == 2


def test_excluded_words_are_left_out_also_alone(engine, keep):
    keep(1, "도커 설치")
    keep(2, "도커")
    keep(3, "우분투")
    assert engine.find("a", looking_for("도커", excluded=(said("설치"),))) == [2]
    assert engine.find("a", looking_for(excluded=(said("설치"),))) == [3, 2]
    assert engine.count("a", looking_for(excluded=(said("설치"),))) == 2


def test_signs_belong_to_words(engine, keep):
    keep(1, "run", title="마당 ~run")
    keep(2, "~run", tag_tokens=exact_token("#", "c++"), author_tokens="@마당")
    keep(3, "마당", tag_tokens=exact_token("#", "c"))
    assert engine.find("a", looking_for("^마당")) == [1]
    assert engine.find("a", looking_for("~run")) == [1, 2]
    assert engine.find("a", looking_for(said(exact_token("#", "c++"), is_filter=True))) == [2]
    assert engine.find("a", looking_for(said("@마당", is_filter=True))) == [2]


@pytest.mark.behaviour("SE-22")
@pytest.mark.parametrize(
    "token",
    ["'", '"', "\\", "a'b\\c", "*", "or", "and", "not", "near(", ":", "&|!()", "%s", "ㅋㅋ", "🍚"]
    + ["'; drop table search_documenta; --", "\x00", "a\x00b", "가" * 3000, "ﷺ", "<->", "^", "~"],
)
def test_no_token_breaks_a_query(engine, keep, token):
    keep(1, "마당")
    for words in (looking_for(token), looking_for("마당", excluded=(said(token),))):
        engine.find("a", words)
        engine.count("a", words)
    assert engine.find("a", looking_for(said("마당", token))) == [1]


def test_twelve_groups_of_twelve_alternatives_are_answered(engine, keep):
    keep(1, " ".join(f"말{number}" for number in range(12)))
    groups = [
        Group(
            f"{one}", tuple(Alternative((f"말{one}", f"말{(one + by) % 12}")) for by in range(12))
        )
        for one in range(12)
    ]
    assert engine.find("a", looking_for(*groups)) == [1]


# Filters ------------------------------------------------------------------------------------------


def test_kinds_and_slots_are_apart(engine, keep):
    keep(1, "마당")
    keep(1, "마당", kind="comment")
    keep(2, "마당", slot="b")
    assert engine.find("a", looking_for("마당")) == [1]
    assert engine.find("b", looking_for("마당")) == [2]


def test_filters_hold_together(engine, keep):
    keep(1, "마당", language="ko", form="note", topic_id=7)
    keep(2, "마당", language="en", form="note", topic_id=7)
    keep(3, "마당", language="ko", form="article", topic_id=7)
    keep(4, "마당", language="ko", form="note", topic_id=8)
    word = "마당"
    assert engine.find("a", looking_for(word, languages=("en", "ja")), sort=NEWEST) == [2]
    assert engine.find("a", looking_for(word, form="article"), sort=NEWEST) == [3]
    assert engine.find("a", looking_for(word, topic_id=8), sort=NEWEST) == [4]
    every = looking_for(word, languages=("ko",), form="note", topic_id=7)
    assert engine.find("a", every) == [1]
    assert engine.count("a", every) == 1
    assert engine.find("a", looking_for(languages=("ko",), form="note")) == [4, 1]
    assert engine.find("a", looking_for(word, without_ids=frozenset({2, 3})), sort=NEWEST) == [4, 1]


def test_dates_include_the_first_moment_and_not_the_last(engine, keep):
    for number in (1, 2, 3):
        keep(number, "마당")
    after, before = (NOON + timedelta(minutes=number) for number in (2, 3))
    assert engine.find("a", looking_for("마당", after=after), sort=NEWEST) == [3, 2]
    assert engine.find("a", looking_for("마당", before=before), sort=NEWEST) == [2, 1]
    assert engine.find("a", looking_for(after=after, before=before)) == [2]
    assert engine.count("a", looking_for("마당", after=after, before=before)) == 1


@pytest.mark.behaviour("SE-07")
def test_a_phrase_stands_in_the_text_as_it_was_typed(engine, keep, minah):
    first = make_article(
        minah, "첫째", source="우분투에 **도커를**\n설치하고 Docker Compose도 쓴다"
    )
    second = make_article(minah, "둘째", source="설치 도커를 docker-compose")
    for post in (first, second):
        keep(post.pk, "도커 설치 docker compose", author_id=minah.pk)
    assert engine.find("a", looking_for("도커", phrases=("도커를 설치",))) == [first.pk]
    assert engine.find("a", looking_for("docker", phrases=("docker compose",))) == [first.pk]
    assert engine.count("a", looking_for("도커", phrases=("도커를 설치",))) == 1
    assert engine.find("a", looking_for(phrases=("도커를 설치", "없는 말"))) == []
    assert engine.find("a", looking_for(phrases=("(.*)",))) == []


def test_the_total_is_the_same_before_and_after_finding(engine, keep):
    for number in range(1, 13):
        keep(number, "마당", visibility="private" if number == 12 else "public")
    before, after = looking_for("마당"), looking_for("마당")
    assert engine.count("a", before) == 11
    assert len(engine.find("a", after, limit=3)) == 3
    assert engine.count("a", after) == 11
    assert engine.count("a", after, limit=5) == 5


def test_only_some_may_be_asked_for(engine, keep):
    for number in (1, 2, 3):
        keep(number, "마당")
    some = looking_for("마당", only_ids=frozenset({1, 3, 7}))
    assert sorted(engine.find("a", some)) == [1, 3]
    assert engine.count("a", some) == 2
    assert engine.find("a", looking_for("마당", only_ids=frozenset())) == []


# Order --------------------------------------------------------------------------------------------


def test_titles_come_before_texts(engine, keep):
    keep(1, "마당 " + "말 " * 30)
    keep(2, "말 " * 30, title="마당")
    assert engine.find("a", looking_for("마당")) == [2, 1]


def test_what_was_typed_comes_before_what_means_the_same(engine, keep):
    keep(1, "도커 말 말")
    keep(2, "docker 말 말")
    group = Group("도커", (Alternative(("도커",)), Alternative(("docker",), 0.5, MEANT)))
    found = engine.find("a", looking_for(group))
    assert sorted(found) == [1, 2]


@pytest.mark.behaviour("SE-06")
def test_ties_go_by_date_and_number_and_are_stable(engine, keep):
    for number in (3, 1, 4, 2):
        keep(number, "마당", published_at=NOON)
    keep(5, "마당", published_at=NOON - timedelta(days=1))
    for sort in (NEWEST, LIKES):
        assert engine.find("a", looking_for("마당"), sort=sort) == [4, 3, 2, 1, 5]
    assert engine.find("a", looking_for("마당"))[:4] == [4, 3, 2, 1]
    assert engine.find("a", looking_for(), sort=NEWEST) == [4, 3, 2, 1, 5]
    assert engine.find("a", looking_for("마당"), sort=NEWEST, limit=2) == [4, 3]


def test_likes_order_hits_and_lists(engine, keep):
    for number, likes in ((1, 5), (2, 0), (3, 9)):
        keep(number, "마당", like_count=likes)
    assert engine.find("a", looking_for("마당"), sort=LIKES) == [3, 1, 2]
    assert engine.find("a", looking_for(), sort=LIKES) == [3, 1, 2]


def test_filters_alone_are_listed_newest_first(engine, keep):
    keep(1, tag_tokens="#열쇠")
    keep(2, tag_tokens="#열쇠")
    assert engine.find("a", looking_for(said("#열쇠", is_filter=True))) == [2, 1]


def test_old_and_missing_dates_are_found(engine, keep):
    keep(1, "마당", published_at=datetime(1961, 5, 1, tzinfo=UTC))
    keep(2, "마당", published_at=datetime(2150, 1, 1, tzinfo=UTC))
    keep(3, "마당", kind="tag", published_at=None)
    assert engine.find("a", looking_for("마당"), sort=NEWEST) == [2, 1]
    before = looking_for("마당", before=datetime(1970, 1, 1, tzinfo=UTC))
    assert engine.find("a", before) == [1]


# Rights -------------------------------------------------------------------------------------------


def test_what_a_viewer_may_not_meet_is_neither_found_nor_counted(
    engine, keep, minah, junho, taeo, stranger
):
    for number, visibility in enumerate(("public", "followers", "unlisted", "private"), start=1):
        keep(number, "마당", visibility=visibility, author_id=minah.pk)
    keep(5, "마당", status="deleted", author_id=minah.pk)
    keep(6, "마당", author_id=stranger.pk)
    seen = {
        VISITOR: {1, 6},
        minah: {1, 2, 3, 4, 6},
        junho: {1, 2, 6},
        taeo: {6},
        stranger: {1, 6},
    }
    for viewer, ids in seen.items():
        for sort in (RELEVANCE, NEWEST, LIKES):
            assert set(engine.find("a", looking_for("마당", viewer=viewer), sort=sort)) == ids
        assert engine.count("a", looking_for("마당", viewer=viewer)) == len(ids)
        assert set(engine.find("a", looking_for(viewer=viewer))) == ids
    mute_person(stranger, actor=junho)
    block_person(minah, actor=stranger)
    set_state(taeo, "suspended", actor=None)
    keep(7, "마당", author_id=taeo.pk)
    assert set(engine.find("a", looking_for("마당", viewer=junho))) == {1, 2}
    assert set(engine.find("a", looking_for("마당", viewer=stranger))) == {6}
    assert set(engine.find("a", looking_for("마당"))) == {1, 6}
    assert engine.count("a", looking_for("마당")) == 2


def test_what_is_hidden_is_hidden_before_the_index_hears_of_it(engine, keep, minah):
    post = make_article(minah, "마당")
    keep(post.pk, "마당", author_id=minah.pk)
    assert engine.find("a", looking_for("마당")) == [post.pk]
    type(post).objects.filter(pk=post.pk).update(visibility="private")
    assert engine.find("a", looking_for("마당")) == []
    assert engine.count("a", looking_for("마당")) == 0


def test_counting_stops_at_its_limit(engine, keep):
    for number in range(1, 6):
        keep(number, "마당")
    assert engine.count("a", looking_for("마당"), limit=3) == 3
    assert engine.count("a", looking_for(), limit=3) == 3
    assert engine.count("a", looking_for("마당")) == 5


# Upkeep -------------------------------------------------------------------------------------------


def test_what_is_deleted_is_forgotten_and_a_late_deletion_ignored(engine, keep):
    gone, newer = keep(1, "마당", version=3), keep(2, "마당", version=5)
    engine.delete("a", [("post", newer.object_id, 4)])
    gone.delete()
    engine.delete("a", [("post", 1, 4)])
    assert engine.find("a", looking_for("마당")) == [2]


def test_a_new_version_replaces_the_old_words(engine, keep):
    row = keep(1, "옛말", version=1)
    row.body_tokens, row.version = "새말", 2
    row.save()
    engine.write("a", [row])
    assert engine.find("a", looking_for("옛말")) == []
    assert engine.find("a", looking_for("새말")) == [1]


def test_clearing_empties_one_slot_that_can_be_filled_again(engine, keep):
    keep(1, "마당")
    keep(1, "마당", slot="b")
    engine.clear("a")
    document_model("a").objects.all().delete()
    assert engine.find("a", looking_for("마당")) == []
    assert engine.find("b", looking_for("마당")) == [1]
    keep(2, "마당")
    engine.finish("a")
    engine.swap("a")
    assert engine.find("a", looking_for("마당")) == [2]
    assert engine.status()


# Anything -----------------------------------------------------------------------------------------

WORDS = ["가", "나", "다", "라"]
GROUPS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2), max_size=3)
ENTRIES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=3),
        st.lists(st.sampled_from(WORDS), max_size=3),
        st.sampled_from(["public", "private"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    entries=ENTRIES, groups=GROUPS, excluded=st.sets(st.sampled_from(WORDS)), any_is=st.booleans()
)
def test_hits_are_what_a_plain_reading_says(engine, entries, groups, excluded, any_is):
    with transaction.atomic():
        model = document_model("a")
        for number, (title, body, visibility) in enumerate(entries, start=1):
            row = model.objects.create(
                kind="post",
                object_id=number,
                version=number,
                title_tokens=" ".join(title),
                body_tokens=" ".join(body),
                visibility=visibility,
                author_id=1,
                published_at=NOON,
            )
            engine.write("a", [row])
        right = set()
        for number, (title, body, visibility) in enumerate(entries, start=1):
            words = {*title, *body}
            match = any if any_is and groups else all
            if (
                visibility == "public"
                and not words & excluded
                and match(words & set(group) for group in groups)
            ):
                right.add(number)
        criteria = looking_for(
            *(said(*group) for group in groups),
            excluded=tuple(map(said, sorted(excluded))),
            matches_any=any_is,
        )
        for sort in (RELEVANCE, NEWEST, LIKES):
            assert set(engine.find("a", criteria, sort=sort)) == right
        assert engine.count("a", criteria) == len(right)
        engine.clear("a")
        transaction.set_rollback(True)
