"""Writing, publishing, changing, deleting: the rules and the counts."""

import unicodedata
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from blog import actions, exceptions
from blog.models import ImportedComment, ImportRun, Post, PostRedirect, PreviewLink, Tag
from blog.tests.factories import make_article, make_draft, make_note, make_person

pytestmark = pytest.mark.django_db
FAMILY = "👨‍👩‍👧‍👦"  # one grapheme of seven code points


# Notes


@pytest.mark.behaviour("BL-02")
def test_a_note_links_addresses_people_and_tags_and_escapes_the_rest(minah, junho):
    note = make_note(minah, "안녕 @junho님 #점심\n<b>굵게</b> https://example.com을 보라")
    assert 'href="/@junho/"' in note.html
    assert "님" in note.html.split("@junho</a>")[1][:2]
    assert ">#점심</a>" in note.html
    assert "&lt;b&gt;" in note.html
    assert 'href="https://example.com"' in note.html
    assert "<br" in note.html
    assert [tag.name for tag in note.tags.all()] == ["점심"]


@pytest.mark.behaviour("UX-07")
def test_the_same_form_sent_twice_makes_one_note(minah):
    first = make_note(minah, "한 번만", origin_key="form:1")
    again = make_note(minah, "한 번만", origin_key="form:1")
    assert first.pk == again.pk
    assert Post.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   \n\t", "\u200b\u3000", "\u3164"])
def test_an_empty_note_is_refused(minah, text):
    with pytest.raises(exceptions.EmptyPost):
        make_note(minah, text)
    assert not Post.objects.exists()


def test_a_note_may_have_500_graphemes_whatever_their_bytes(minah):
    family = "👨‍👩‍👧‍👦"
    make_note(minah, family * 500)
    make_note(minah, unicodedata.normalize("NFD", "한글" * 250))
    with pytest.raises(exceptions.TextTooLong):
        make_note(minah, "가" * 501)


@pytest.mark.behaviour("BL-03", "BL-22")
def test_a_changed_note_is_marked_but_an_unchanged_one_is_not(minah):
    note = make_note(minah, "처음 쓴 말")
    same = actions.change_note(note, actor=minah, source="처음 쓴 말")
    assert not same.is_edited
    changed = actions.change_note(note, actor=minah, source="고쳐 쓴 말")
    assert changed.is_edited
    assert changed.published_at == note.published_at


# Articles


@pytest.mark.behaviour("BL-24")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("한 줄\r\n두 줄\r세 줄", "한 줄\n두 줄\n세 줄"),
        (unicodedata.normalize("NFD", "한글"), "한글"),
        ("  앞 빈칸과 뒤 빈칸  \n\n", "  앞 빈칸과 뒤 빈칸  \n\n"),
        ("ㅍㅇㅆ ﬁ ①", "ㅍㅇㅆ ﬁ ①"),
    ],
)
def test_text_is_stored_as_typed_but_for_form_and_line_ends(minah, typed, stored):
    assert make_draft(minah, source=typed).source == stored


@pytest.mark.behaviour("BL-06")
def test_a_draft_may_be_empty_but_publishing_needs_title_and_text(minah):
    draft = make_draft(minah, "", source="")
    with pytest.raises(exceptions.EmptyPost) as refused:
        actions.publish_post(draft, actor=minah)
    assert refused.value.field == "title"
    draft = actions.change_article(draft, actor=minah, title="제목")
    with pytest.raises(exceptions.EmptyPost) as refused:
        actions.publish_post(draft, actor=minah)
    assert refused.value.field == "source"
    actions.publish_post(actions.change_article(draft, actor=minah, source="글"), actor=minah)


@pytest.mark.behaviour("BL-20")
def test_the_slug_follows_the_title_until_publication_and_then_stays(minah):
    draft = make_draft(minah, "처음 제목")
    assert draft.slug == "처음-제목"
    draft = actions.change_article(draft, actor=minah, title="바뀐 제목!")
    assert draft.slug == "바뀐-제목"
    post = actions.publish_post(draft, actor=minah)
    post = actions.change_article(post, actor=minah, title="나중 제목")
    assert post.slug == "바뀐-제목"


@pytest.mark.behaviour("BL-20")
def test_slugs_are_unique_per_author_and_never_a_word_of_a_route(minah, junho):
    assert make_article(minah, "도커").slug == "도커"
    assert make_article(minah, "도커").slug == "도커-2"
    assert make_article(junho, "도커").slug == "도커"
    assert make_article(minah, "Notes").slug == "notes-1"
    assert make_article(minah, "2026").slug == "2026-1"
    assert make_article(minah, "🎉🎉").slug == "post"
    assert len(make_article(minah, "긴 제목 " * 40).slug) <= 80
    with pytest.raises(exceptions.SlugRefused):
        make_draft(minah, "제목", slug="archive")
    with pytest.raises(exceptions.SlugTaken):
        make_draft(minah, "제목", slug="도커")


@pytest.mark.behaviour("BL-21")
def test_a_changed_slug_leaves_its_old_address_to_the_post(minah):
    post = make_article(minah, "도커")
    post = actions.change_article(post, actor=minah, slug="컨테이너")
    assert PostRedirect.objects.get(slug="도커").post == post
    assert make_article(minah, "도커").slug == "도커-2"
    post = actions.change_article(post, actor=minah, slug="도커")
    assert not PostRedirect.objects.filter(slug="도커").exists()


@pytest.mark.behaviour("BL-18")
def test_publishing_again_keeps_the_first_date(minah):
    earlier = timezone.now() - timedelta(days=3)
    post = make_article(minah, published_at=earlier)
    post = actions.unpublish_post(post, actor=minah)
    assert post.status == "draft"
    assert actions.publish_post(post, actor=minah).published_at == earlier


@pytest.mark.behaviour("BL-22")
def test_edited_moves_with_the_words_alone(minah):
    post = make_article(minah)
    assert actions.change_article(post, actor=minah, tags=["도커"]).edited_at is None
    assert actions.change_article(post, actor=minah, source="새 글").edited_at is not None


def test_a_published_article_cannot_lose_its_text(minah):
    post = make_article(minah)
    with pytest.raises(exceptions.EmptyPost):
        actions.change_article(post, actor=minah, source=" \n ")
    post.refresh_from_db()
    assert post.source


def test_nobody_changes_publishes_or_deletes_what_is_not_theirs(minah, stranger):
    post, draft = make_article(minah), make_draft(minah)
    for attempt in (
        lambda: actions.change_article(post, actor=stranger, title="빼앗은 제목"),
        lambda: actions.publish_post(draft, actor=stranger),
        lambda: actions.unpublish_post(post, actor=stranger),
        lambda: actions.delete_post(post, actor=stranger),
    ):
        with pytest.raises(exceptions.NotTheAuthor):
            attempt()
    post.refresh_from_db()
    assert (post.title, post.status) == ("도커로 배포하기", "published")


@pytest.mark.behaviour("BL-19")
def test_a_deleted_post_can_be_brought_back_as_a_draft(minah):
    post = actions.delete_post(make_article(minah), actor=minah)
    assert actions.delete_post(post, actor=minah).status == "deleted"
    restored = actions.restore_post(post, actor=minah)
    assert restored.status == "draft"
    assert restored.source
    with pytest.raises(exceptions.PostNotDeleted):
        actions.restore_post(restored, actor=minah)


@pytest.mark.behaviour("BL-19")
def test_erasing_takes_what_others_said_and_the_secret_address(minah):
    post = make_article(minah)
    run = ImportRun.objects.create(owner=minah, name="옛 블로그")
    actions.keep_comment(
        run,
        post,
        key="1",
        text="잘 읽었습니다",
        author_name="지나가던 사람",
        author_url="",
        created_at=timezone.now(),
    )
    actions.open_preview_link(post, actor=minah)
    actions.delete_post(post, actor=minah)
    assert actions.erase_deleted_posts(timezone.now() + timedelta(days=31)) == 1
    assert Post.objects.get(pk=post.pk).is_erased
    assert not ImportedComment.objects.exists()
    assert not PreviewLink.objects.exists()


def test_a_title_that_does_not_fit_is_refused_and_never_cut(minah):
    assert make_draft(minah, FAMILY * 100).title == FAMILY * 100
    with pytest.raises(exceptions.TextTooLong):
        make_draft(minah, "g" + "\u0301" * 1000)


@pytest.mark.behaviour("BL-04")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("오늘은 날씨가 참 좋다", "ko"),
        ("The weather is lovely today, isn't it?", "en"),
        ("今日はとても良い天気ですね", "ja"),
        ("Hoy hace muy buen tiempo en la ciudad", "es"),
        ("ㅋㅋㅋㅋㅋ", "ko"),
        ("🎉 123 !!", ""),
        ("Django 5.2로 올렸더니 테스트가 다 깨졌다", "ko"),
    ],
)
def test_the_language_is_detected_when_text_is_saved(minah, text, language):
    assert make_note(minah, text).language == language


def test_a_language_chosen_by_the_author_stays(minah):
    assert make_note(minah, "오늘은 날씨가 참 좋다", language="en").language == "en"


# Tags


@pytest.mark.behaviour("BL-41", "X-10")
def test_a_tag_is_one_whatever_its_case_form_or_spaces(minah):
    post = make_article(
        minah,
        tags=[
            "Django",
            "django",
            unicodedata.normalize("NFD", "한글"),
            "한글",
            "두 낱말",
            "ㅋㅋㅋ",
        ],
    )
    names = [row.tag.name for row in post.posttag_set.order_by("position")]
    assert names == ["Django", "한글", "두-낱말", "ㅋㅋㅋ"]
    assert Tag.objects.by_name("DJANGO").get().name == "Django"


@pytest.mark.behaviour("BL-41")
@pytest.mark.parametrize("name", ["", "#", "가" * 31, "a/b", "a\u200bb?", "pаypal", "x.atom"])
def test_a_tag_that_cannot_be_is_refused_with_its_rule(minah, name):
    with pytest.raises(exceptions.TagRefused) as refused:
        make_draft(minah, tags=[name])
    assert refused.value.message


def test_a_banned_tag_and_an_eleventh_are_refused(minah):
    actions.change_tag(make_article(minah, tags=["광고"]).tags.get(), name="광고", is_banned=True)
    with pytest.raises(exceptions.TagRefused):
        make_draft(minah, tags=["광고"])
    with pytest.raises(exceptions.TooManyTags):
        make_draft(minah, tags=[f"태그{number}" for number in range(11)])


@pytest.mark.behaviour("BL-43")
def test_merged_and_renamed_tags_keep_posts_counts_and_old_names(minah, sora):
    make_article(minah, "하나", tags=["도커"])
    make_article(minah, "둘", tags=["docker", "도커"])
    into, source = Tag.objects.get(key="도커"), Tag.objects.get(key="docker")
    actions.merge_tags(source, into, actor=sora)
    into.refresh_from_db()
    assert into.post_count == 2
    assert [row.tag.key for row in make_article(minah, tags=["Docker"]).posttag_set.all()] == [
        "도커"
    ]
    actions.change_tag(into, name="컨테이너", is_banned=False)
    assert make_article(minah, tags=["도커"]).tags.get().key == "컨테이너"


# Counts


def recount(person: User) -> tuple[int, int]:
    public = Post.objects.public().by(person)
    return public.notes().count(), public.articles().count()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "unpublish", "delete", "restore", "hide", "show", "tag"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@pytest.mark.behaviour("X-08")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(operations=OPERATIONS)
def test_counts_equal_a_recount_after_any_acts(db, operations):
    minah = User.objects.by_handle("minah").first() or make_person("minah", "미나")
    Post.objects.all().delete()
    Tag.objects.all().delete()
    User.objects.filter(pk=minah.pk).update(note_count=0, article_count=0)
    posts = [make_draft(minah, f"글 {number}", tags=["하나"]) for number in range(2)]
    posts.append(make_note(minah, "짧은 글 #하나"))
    for name, index in operations:
        post = Post.objects.select_related("author").get(pk=posts[index].pk)
        try:
            if name == "publish":
                actions.publish_post(post, actor=minah)
            elif name == "unpublish":
                actions.unpublish_post(post, actor=minah)
            elif name == "delete":
                actions.delete_post(post, actor=minah)
            elif name == "restore":
                actions.restore_post(post, actor=minah)
            elif post.is_note:
                actions.change_note(
                    post,
                    actor=minah,
                    source="짧은 글 #둘" if name == "tag" else post.source,
                    visibility="private" if name == "hide" else "public",
                )
            elif name == "tag":
                actions.change_article(post, actor=minah, tags=["둘", "하나"])
            else:
                actions.change_article(
                    post, actor=minah, visibility="private" if name == "hide" else "public"
                )
        except (exceptions.PostNotDeleted, exceptions.NotTheAuthor):
            continue
    minah.refresh_from_db()
    assert (minah.note_count, minah.article_count) == recount(minah)
    for tag in Tag.objects.all():
        assert tag.post_count == Post.objects.public().tagged(tag).count(), tag
