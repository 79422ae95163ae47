"""Archives that somebody made to do harm, or that broke on the way: none comes in."""

import io
import json
import stat
import uuid
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image as Picture

from accounts.archive.schema import from_moment
from accounts.models import CarriedRecord, User
from accounts.tests.archive import bags
from accounts.tests.archive.bags import change_records, rewritten
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Comment, Image, OldPath, Post, PostLike
from blog.tests.factories import make_article, make_note
from blog.tests.images.pictures import png
from social.models import Block, Follow, Message

pytestmark = pytest.mark.behaviour("AC-61")


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """The archive of 미나, made once: no test changes it, each its own copy."""
    return {}


@pytest.fixture
def archive(db, kept, tmp_path):
    """The archive of 미나, who is at another site."""
    if not kept:
        minah = make_person("minah", "미나")
        image = actions.store_image(png(), actor=minah, name="그림.png")
        make_article(minah, "제목", source=f"글 ![]({image.get_absolute_url()})", tags=["도커"])
        make_note(minah)
        kept["minah"] = bags.write(minah, tmp_path).read_bytes()
        User.objects.all().delete()
    path = tmp_path / "minah.zip"
    path.write_bytes(kept["minah"])
    return path


@pytest.fixture
def hana(archive):
    return make_person("hana", "하나")


@pytest.fixture
def junho(hana):
    """Somebody else at this site."""
    return make_person("junho", "준호")


def refused(path, owner):
    """Bring an archive in that must not be; return the reason that its owner reads."""
    run = bags.bring(path, owner, "read")
    assert run.state == "failed" and run.reason
    assert not (Post.objects.exists() or Image.objects.exists() or CarriedRecord.objects.exists())
    return run.reason


def zipped(target, entries):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries:
            out.writestr(name, content)
    return target


def entries_of(path):
    with zipfile.ZipFile(path) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + b"x" * 99, "마당".encode()])
def test_no_zip_is_no_archive(hana, tmp_path, content):
    target = tmp_path / "no.zip"
    target.write_bytes(content)
    assert refused(target, hana) == "This is no archive of this software."


def test_another_zip_is_no_archive(hana, tmp_path):
    assert "no archive" in refused(zipped(tmp_path / "a.zip", [("a.md", b"# a")]), hana)


def test_a_bag_of_another_program_is_no_archive(archive, hana, tmp_path):
    def change(files):
        files["account.json"] = b'{"format": "other"}'

    assert "no archive" in refused(rewritten(archive, tmp_path / "a.zip", change), hana)


def test_a_newer_version_says_so(archive, hana, tmp_path):
    def change(files):
        account = json.loads(files["account.json"])
        files["account.json"] = json.dumps(account | {"version": 2}).encode()

    assert "another version" in refused(rewritten(archive, tmp_path / "a.zip", change), hana)


NAMES = ["../../evil.txt", "/etc/evil", "madang-minah/../../evil", "C:/evil", "a\\..\\evil"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_outside_refuses_the_whole(archive, hana, tmp_path, name):
    entries = [*entries_of(archive), (name, b"evil")]
    target = zipped(tmp_path / "a.zip", entries)
    assert "damaged" in refused(target, hana)
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_is_no_file(archive, hana, tmp_path):
    link = zipfile.ZipInfo("madang-minah/data/passwd")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = zipped(tmp_path / "a.zip", [*entries_of(archive), (link, b"/etc/passwd")])
    assert "damaged" in refused(target, hana)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_refuses_the_whole(archive, hana, tmp_path):
    entries = entries_of(archive)
    assert "damaged" in refused(zipped(tmp_path / "a.zip", [*entries, entries[0]]), hana)


def test_a_bomb_is_not_opened(archive, hana, tmp_path):
    bomb = ("madang-minah/data/images/bomb.webp", bytes(64 * 1024 * 1024))
    target = zipped(tmp_path / "a.zip", [*entries_of(archive), bomb])
    assert "more than this site can take" in refused(target, hana)


def test_what_unpacks_without_bound_is_not_opened(archive, hana, tmp_path):
    """A block of bzip2 of nothing but zeros, under a header that says ten bytes."""
    name = "madang-minah/data/images/small.webp"
    target = zipped(tmp_path / "a.zip", entries_of(archive))
    with zipfile.ZipFile(target, "a") as out:
        out.writestr(name, bytes(8 * 1024 * 1024), compress_type=zipfile.ZIP_BZIP2)
        out.getinfo(name).file_size = 10
    with zipfile.ZipFile(target) as opened:
        assert opened.getinfo(name).file_size == 10
    assert "damaged" in refused(target, hana)


@pytest.mark.parametrize("limit", ["FILES_MOST", "DIRECTORY_MOST"])
def test_too_many_files_are_refused_before_they_are_listed(
    archive, hana, tmp_path, limit, monkeypatch
):
    monkeypatch.setattr(f"accounts.archive.opening.{limit}", 5)
    monkeypatch.setattr(zipfile, "ZipFile", lambda path: pytest.fail("it is listed"))
    assert "more than this site can take" in refused(archive, hana)


def test_a_table_of_contents_that_says_less_than_it_holds_is_counted(
    archive, hana, tmp_path, monkeypatch
):
    content = bytearray(archive.read_bytes())
    content[-22 + 8 : -22 + 12] = bytes([1, 0, 1, 0])
    target = tmp_path / "a.zip"
    target.write_bytes(content)
    monkeypatch.setattr("accounts.archive.opening.FILES_MOST", 5)
    assert "more than this site can take" in refused(target, hana)


def test_a_description_without_end_is_not_read(archive, hana, tmp_path):
    def deep(files):
        files["account.json"] = b"[" * 200_000

    def long(files):
        files["account.json"] = b'{"a": "' + b"x" * 2_000_000 + b'"}'

    assert "no archive" in refused(rewritten(archive, tmp_path / "a.zip", deep), hana)
    assert "damaged" in refused(rewritten(archive, tmp_path / "b.zip", long), hana)


def test_one_changed_byte_is_found(archive, hana, tmp_path):
    def change(files):
        name = next(one for one in files if one.endswith(".webp"))
        files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])

    target = rewritten(archive, tmp_path / "a.zip", change, sums=False)
    assert "is not as it was written" in refused(target, hana)


@pytest.mark.parametrize("file", ["account.json", "schema.json", "manifest-sha256.txt"])
def test_a_changed_description_is_found(archive, hana, tmp_path, file):
    def change(files):
        files[file] = (
            files[file].replace(b"a", b"b", 1)
            if file != "account.json"
            else files[file].replace(b"minah", b"junho")
        )

    assert refused(rewritten(archive, tmp_path / "a.zip", change, sums=False), hana)


@pytest.mark.parametrize("is_more", [True, False])
def test_what_the_manifest_does_not_list_is_found(archive, hana, tmp_path, is_more):
    def change(files):
        if is_more:
            files["data/more.json"] = b"[]"
        else:
            del files["data/posts.json"]

    target = rewritten(archive, tmp_path / "a.zip", change, sums=False)
    assert "damaged" in refused(target, hana)


# Records that say what is not ---------------------------------------------------------------------


def brought(archive, owner, tmp_path, section, change):
    return bags.bring(
        rewritten(archive, tmp_path / "changed.zip", change_records(section, change)), owner
    )


WRONG_POSTS = {
    "no guid": {"key": "1"},
    "unknown status": {"status": "promoted"},
    "a date ahead": {"published_at": from_moment(datetime.now(tz=UTC) + timedelta(days=9))},
    "published without a date": {"published_at": None},
    "a script for an address": {"canonical_url": "javascript:alert(1)"},
    "a number for a text": {"title": 7},
    "a title beyond all measure": {"title": "가" * 700},
    "a NUL": {"source": "\x00"},
    "a lone surrogate": {"source": "\ud800"},
    "a moment in no form": {"updated_at": "gestern"},
    "no source": {"source": None},
}


@pytest.mark.parametrize("wrong", WRONG_POSTS.values(), ids=WRONG_POSTS)
def test_a_post_that_cannot_be_stays_outside_and_the_others_come(archive, hana, tmp_path, wrong):
    def change(records):
        next(one for one in records if one["kind"] == "article").update(wrong)

    run = brought(archive, hana, tmp_path, "posts", change)
    assert run.state == "done"
    assert run.report["counts"]["posts"]["refused"] == 1
    assert [post.kind for post in Post.objects.all()] == ["note"]
    assert run.report["problems"][0]["section"] == "posts"


def test_nothing_comes_in_as_somebody_elses(archive, hana, junho, tmp_path):
    def change(records):
        for record in records:
            record.update(author="junho", author_id=junho.pk, owner="junho", is_staff=True)

    brought(archive, hana, tmp_path, "posts", change)
    assert {post.author for post in Post.objects.all()} == {hana}


def test_the_name_of_somebody_elses_post_takes_nothing_from_it(archive, hana, junho, tmp_path):
    theirs = make_article(junho, "준호의 글")

    def change(records):
        records[0]["key"] = str(theirs.guid)

    run = brought(archive, hana, tmp_path, "posts", change)
    theirs.refresh_from_db()
    assert theirs.author == junho and theirs.title == "준호의 글"
    assert CarriedRecord.objects.filter(owner=hana, section="posts").count() == 1
    bags.do(run, "undo")
    assert Post.objects.filter(pk=theirs.pk).exists()


def test_words_under_posts_of_others_and_in_their_messages_are_never_made(
    archive, hana, junho, tmp_path
):
    theirs = make_article(junho, "준호의 글")
    at = from_moment(datetime.now(tz=UTC))

    def comment(records):
        records.append(
            {
                "key": str(uuid.uuid4()),
                "at": at,
                "post": str(theirs.guid),
                "parent": None,
                "status": "published",
                "source": "준호가 이렇게 말했다",
                "language": "ko",
                "is_hidden": False,
                "pinned_at": None,
                "edited_at": None,
                "former_texts": [],
            }
        )

    def message(records):
        records.append(
            {"key": "junho/x", "at": at, "handle": "junho", "is_own": False, "text": "거짓"}
        )

    first = rewritten(archive, tmp_path / "1.zip", change_records("comments", comment))
    second = rewritten(first, tmp_path / "2.zip", change_records("messages", message))
    bags.bring(second, hana)
    assert not Comment.objects.exists() and not Message.objects.exists()
    assert CarriedRecord.objects.filter(section__in=["comments", "messages"]).count() == 2


def test_nobody_is_made_a_follower(archive, hana, junho, tmp_path):
    at = from_moment(datetime.now(tz=UTC))

    def change(records):
        records.append({"key": "junho", "at": at, "handle": "junho"})

    brought(archive, hana, tmp_path, "followers", change)
    assert not Follow.objects.filter(followed=hana).exists()


def test_a_block_stands_against_following(archive, hana, junho, tmp_path):
    Block.objects.create(blocker=junho, blocked=hana)
    at = from_moment(datetime.now(tz=UTC))

    def change(records):
        records.append({"key": "junho", "at": at, "handle": "junho"})

    brought(archive, hana, tmp_path, "following", change)
    assert not Follow.objects.exists()


def test_a_private_post_of_another_is_not_liked_by_its_guid(archive, hana, junho, tmp_path):
    secret = make_article(junho, "비밀", visibility="private")
    at, guid = from_moment(datetime.now(tz=UTC)), str(secret.guid)

    def change(records):
        records.append({"key": f"post:{guid}", "at": at, "kind": "post", "guid": guid})

    brought(archive, hana, tmp_path, "likes", change)
    secret.refresh_from_db()
    assert not PostLike.objects.exists() and secret.like_count == 0


def webp(size=(64, 32), **options) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", size, (1, 2, 3)).save(out, "WEBP", **options)
    return out.getvalue()


FALSE_PICTURES = {
    "a script": b"<svg onload='alert(1)'/>",
    "a PNG": png(),
    "another size": webp((32, 32)),
    "the place where it was taken": webp(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"),
    "something behind it": webp() + b"PK\x03\x04",
    "cut off": webp()[:-20],
}


@pytest.mark.parametrize("data", FALSE_PICTURES.values(), ids=FALSE_PICTURES)
def test_a_picture_is_looked_at_before_it_is_kept(archive, hana, tmp_path, data, media):
    def change(files):
        name = next(one for one in files if one.endswith(".webp"))
        files[name] = data

    run = bags.bring(rewritten(archive, tmp_path / "a.zip", change), hana)
    assert run.report["counts"]["images"]["refused"] == 1
    assert not Image.objects.exists()
    assert not [path for path in (media / "images").rglob("*.webp") if path.read_bytes() == data]
    assert Post.objects.count() == 2


def test_an_address_that_is_taken_leads_where_it_did(archive, hana, junho, tmp_path):
    theirs = make_article(junho, "준호의 글")
    OldPath.objects.create(path="/옛/글", post=theirs)
    with zipfile.ZipFile(archive) as opened:
        posts = json.loads(opened.read("madang-minah/data/posts.json"))

    def change(records):
        records.append({"key": "path:x", "at": None, "post": posts[0]["key"], "address": "/옛/글"})

    brought(archive, hana, tmp_path, "redirects", change)
    assert OldPath.objects.get(path="/옛/글").post == theirs


def test_an_own_post_at_the_same_address_keeps_it(archive, hana, tmp_path):
    own = make_article(hana, "제목")
    bags.bring(archive, hana)
    slugs = set(Post.objects.articles().values_list("slug", flat=True))
    own.refresh_from_db()
    assert own.slug == "제목" and slugs == {"제목", "제목-2"}
