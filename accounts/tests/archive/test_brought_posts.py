"""What an archive brings of posts and talk stays within what people here may do, and is taken back
without a word of anybody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.archive.schema import from_moment
from accounts.models import CarriedRecord, User
from accounts.tests.archive import bags
from accounts.tests.archive.bags import change_records, rewritten
from accounts.tests.factories import make_person
from blog import actions
from blog.archive_sections import follows, post_links
from blog.models import Comment, CommentLike, OldPath, Post, PostLike, Series, TagFollow
from blog.posts_export import write_posts
from blog.tests.factories import make_article, make_draft
from blog.tests.talk.factories import counted, say, say_as_guest
from social.models import Block

AT = from_moment(datetime(2024, 5, 1, tzinfo=UTC))
pytestmark = pytest.mark.behaviour("AC-61")


@pytest.fixture
def archive(minah, tmp_path):
    """The archive of 미나, of another site: an article, and one in the making."""
    make_article(minah, "제목")
    make_draft(minah, "쓰다 만 글")
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    return path


@pytest.fixture
def hana(archive):
    return make_person("hana", "하나")


@pytest.fixture
def junho(hana):
    return make_person("junho", "준호")


def brought(archive, owner, tmp_path, section, *records):
    def add(held):
        held.extend(records)

    changed = rewritten(archive, tmp_path / "changed.zip", change_records(section, add))
    return bags.bring(changed, owner)


def planned(run, section) -> tuple[int, int]:
    """How many the dry run foresaw to come, and to be carried along."""
    counts = run.plan["counts"][section]
    return counts.get("added", 0), counts.get("carried", 0)


def guid_of(archive) -> str:
    posts = bags.records_of(archive, "posts")
    return next(post["key"] for post in posts if post["status"] == "published")


# Undoing ------------------------------------------------------------------------------------------


def test_a_draft_that_was_typed_in_since_stays(archive, hana):
    run = bags.bring(archive, hana)
    draft = Post.objects.get(status="draft")
    actions.save_draft(draft, actor=hana, changes={"source": "이어서 쓴다"})
    bags.do(run, "undo")
    assert run.report["kept"] == {"posts": 1}
    assert Post.objects.get() == draft and draft.draft.source == "이어서 쓴다"


def test_a_post_under_which_a_guest_talks_stays(archive, hana):
    run = bags.bring(archive, hana)
    article = Post.objects.articles().get(status="published")
    said = say_as_guest(article)
    bags.do(run, "undo")
    assert Post.objects.get() == article and Comment.objects.get() == said


def test_what_was_told_of_a_post_goes_with_it(archive, hana, junho):
    run = bags.bring(archive, hana)
    actions.like_post(Post.objects.get(status="published"), actor=junho)
    assert hana.notifications.exists()
    bags.do(run, "undo")
    assert not Post.objects.exists() and not hana.notifications.exists()


@pytest.fixture
def talk(minah, tmp_path):
    """A post on which 미나 said something, and the archive of it, brought in again."""
    post = make_article(minah, "제목")
    own = say(minah, post, "덧붙임")
    path = bags.write(minah, tmp_path)
    actions.delete_comment(own, actor=minah)
    return post, bags.bring(path, minah)


def test_an_own_comment_goes_again_with_its_number(talk):
    post, run = talk
    assert counted(post) == 1
    bags.do(run, "undo")
    assert counted(post) == 0 and not Comment.objects.exists()


def test_an_own_comment_that_was_changed_since_stays(talk, minah):
    _post, run = talk
    actions.change_comment(Comment.objects.get(), actor=minah, source="고쳐 씀")
    bags.do(run, "undo")
    assert run.report["kept"] == {"comments": 1} and Comment.objects.get().source == "고쳐 씀"


# Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["a/b", "Capitals", "가" * 81, "", "빈 칸", "-"])
def test_a_series_comes_in_under_an_address_that_works(archive, hana, tmp_path, key):
    record = {"key": key, "at": AT, "title": "연재", "description": ""}
    run = brought(archive, hana, tmp_path, "series", record)
    assert len(run.report["problems"]) == 1 and not Series.objects.exists()


PATHS = ["/@junho/글/", "/@junho/없는/곳/", "/tags/도커/", "/settings", "/posts/7/", "/admin/x/"]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_site_or_of_another_is_not_claimed(archive, hana, junho, tmp_path, path):
    record = {"key": "path:x", "at": None, "post": guid_of(archive), "address": path}
    brought(archive, hana, tmp_path, "redirects", record)
    assert not OldPath.objects.exists()
    assert CarriedRecord.objects.get(section="redirects").data["address"] == path


@pytest.mark.parametrize("path", ["/옛/글/", "/123", "/?p=7", "/@hana/글", "/한-마디/"])
def test_a_path_of_a_former_blog_comes_in(archive, hana, tmp_path, path):
    record = {"key": "path:x", "at": None, "post": guid_of(archive), "address": path}
    brought(archive, hana, tmp_path, "redirects", record)
    assert OldPath.objects.get().path == path


def test_a_post_has_so_many_former_addresses(archive, hana, tmp_path, monkeypatch):
    monkeypatch.setattr(post_links, "PATHS_MOST", 2)
    guid = guid_of(archive)
    records = [
        {"key": f"path:{number}", "at": None, "post": guid, "address": f"/옛/{number}"}
        for number in range(4)
    ]
    run = brought(archive, hana, tmp_path, "redirects", *records)
    assert planned(run, "redirects") == (2, 2) and OldPath.objects.count() == 2
    assert CarriedRecord.objects.filter(section="redirects").count() == 2


# Likes --------------------------------------------------------------------------------------------


def like(kind, thing) -> dict:
    guid = str(getattr(thing, "guid", thing))
    return {"key": f"{kind}:{guid}", "at": AT, "kind": kind, "guid": guid}


def test_no_like_comes_across_a_block(archive, hana, junho, tmp_path):
    sora = make_person("sora", "소라")
    said = say(junho, make_article(sora, "소라의 글"))
    Block.objects.create(blocker=junho, blocked=hana)
    brought(archive, hana, tmp_path, "likes", like("comment", said))
    said.refresh_from_db()
    assert not CommentLike.objects.exists() and said.like_count == 0


def test_only_what_is_out_is_liked(archive, hana, tmp_path):
    likes = [like("post", post["key"]) for post in bags.records_of(archive, "posts")]
    run = brought(archive, hana, tmp_path, "likes", *likes)
    assert planned(run, "likes") == (1, 1)
    assert PostLike.objects.get().post.is_published
    assert CarriedRecord.objects.filter(section="likes").count() == 1


# How many -----------------------------------------------------------------------------------------


def test_more_followed_tags_than_fit_are_carried(archive, hana, tmp_path, monkeypatch):
    monkeypatch.setattr(follows, "FOLLOWED_TAGS_MAX", 2)
    records = [{"key": name, "at": AT, "name": name} for name in ("가", "나", "다")]
    run = brought(archive, hana, tmp_path, "followed_tags", *records)
    assert planned(run, "followed_tags") == (2, 1)
    assert TagFollow.objects.filter(person=hana).count() == 2
    assert CarriedRecord.objects.get(section="followed_tags").key == "다"


def test_more_pins_than_fit_are_no_pins(minah, tmp_path):
    for number in range(4):
        make_article(minah, f"제목 {number}")
    Post.objects.update(pinned_at=datetime(2024, 1, 1, tzinfo=UTC))
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    hana = make_person("hana")
    bags.bring(path, hana)
    assert Post.objects.count() == 4
    assert Post.objects.exclude(pinned_at=None).count() == 3


def test_one_comment_stands_first(minah, tmp_path):
    post = make_article(minah, "제목")
    first = say(minah, post, "하나")
    say(minah, post, "둘")
    say(minah, post, "답", parent=first)
    Comment.objects.update(pinned_at=datetime.now(tz=UTC) - timedelta(hours=1))
    path = bags.write(minah, tmp_path)
    User.objects.all().delete()
    bags.bring(path, make_person("hana"))
    assert Comment.objects.count() == 3
    assert Comment.objects.exclude(pinned_at=None).get().root is None


# The file of posts --------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-57")
@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\n", "\r\n"])
def test_every_mark_in_a_text_stays_as_it_is(minah, tmp_path, mark):
    post = make_article(minah, "제목")
    text = f"a{mark}b"
    Post.objects.filter(pk=post.pk).update(source=text)
    path = tmp_path / "posts.json"
    assert write_posts(minah, path, lambda *_args, **_more: None) == 1
    content = path.read_bytes().decode()
    read = json.loads(content)
    assert read["posts"][0]["body"] == text
    assert content == json.dumps(read, ensure_ascii=False, indent=4) + "\n"
