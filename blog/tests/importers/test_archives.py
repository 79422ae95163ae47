"""Archives: names of every system, and nothing that an archive claims is believed."""

import io
import stat
import struct
import unicodedata
import zipfile

import pytest

from blog.exceptions import ImportRefused
from blog.importers import opening, plan_import
from blog.models import Image, Post
from blog.tests.importers.bundles import bring_in, packed, planned, png, said, write

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("BL-69", "BL-73")
def test_an_archive_comes_in_like_its_folder_and_only_once(tmp_path, minah):
    files = {"블로그/글.md": "# 글\n\n![](그림.png)\n", "블로그/그림.png": png()}
    archive = write(tmp_path, "내 블로그.zip", packed(files))
    plan, outcomes = bring_in(archive, minah)
    assert [outcome.state for outcome in outcomes] == ["imported"]
    assert (Post.objects.count(), Image.objects.count()) == (1, 1)
    folder = tmp_path / "풀린 것"
    for name, text in files.items():
        write(folder, name, text)
    _plan, outcomes = bring_in(folder / "블로그", minah)
    assert [outcome.state for outcome in outcomes] == ["known"]
    assert not plan.problems


def raw_zip(name: bytes, data: bytes, flags: int = 0) -> bytes:
    """One stored file whose name is exactly ``name``."""
    import binascii

    crc = binascii.crc32(data)
    sizes = struct.pack("<LLL", crc, len(data), len(data))
    stamp = struct.pack("<HH", 0, (2021 - 1980) << 9 | 3 << 5 | 4)
    local = b"PK\x03\x04" + struct.pack("<HHH", 20, flags, 0) + stamp + sizes
    local += struct.pack("<HH", len(name), 0) + name + data
    central = b"PK\x01\x02" + struct.pack("<HHHH", 20, 20, flags, 0) + stamp + sizes
    central += struct.pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


@pytest.mark.behaviour("BL-72")
@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("가을 무.md".encode("cp949"), 0),
        ("가을 무.md".encode(), 0),
        ("가을 무.md".encode(), 0x800),
        (unicodedata.normalize("NFD", "가을 무.md").encode(), 0x800),
    ],
)
def test_names_are_read_however_they_were_packed(tmp_path, name, flags):
    archive = write(tmp_path, "a.zip", raw_zip(name, "글\n".encode("cp949"), flags))
    _plan, posts = planned(archive)
    post = posts["가을 무.md"]
    assert (post.title, post.source) == ("가을 무", "글\n")
    assert post.published_at.isoformat().startswith("2021-03-0")


@pytest.mark.behaviour("BL-73")
@pytest.mark.parametrize(
    "name", ["../밖.md", "/etc/밖.md", "가/../../밖.md", "..\\밖.md", "C:/밖.md"]
)
def test_nothing_is_unpacked_outside(tmp_path, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("글.md", "# 글\n\n글\n")
        archive.writestr(zipfile.ZipInfo(name), "# 밖\n\n글\n")
    plan, posts = planned(write(tmp_path / "안", "a.zip", out.getvalue()))
    assert set(posts) == {"글.md"}
    assert "outside" in said(plan)
    assert not list(tmp_path.rglob("밖.md"))


def test_links_in_archives_are_left_out(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("연결.md")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("글.md", "# 글\n\n글\n")
    plan, posts = planned(write(tmp_path, "a.zip", out.getvalue()))
    assert set(posts) == {"글.md"}
    assert "연결.md: left out: not a regular file" in said(plan)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_unpack_one", lambda *_: pytest.fail("it was unpacked"))
    bomb = packed({"글.md": b"\0" * (opening.RATIO_MATTERS + 1)})
    with pytest.raises(ImportRefused):
        plan_import(write(tmp_path, "a.zip", bomb))
    monkeypatch.setattr(opening, "FILES_MOST", 3)
    many = packed({f"{number}.md": "글" for number in range(4)})
    with pytest.raises(ImportRefused):
        plan_import(write(tmp_path, "b.zip", many))


def test_a_broken_file_in_an_archive_is_named_and_stops_nothing(tmp_path):
    whole = packed({"글.md": "# 글\n\n글\n"})
    data = bytearray(raw_zip(b"bad.md", b"# bad\n\ntext\n"))
    data[data.index(b"text")] ^= 1
    plan, posts = planned(write(tmp_path, "a.zip", bytes(data)))
    assert not posts
    assert "bad.md: left out: damaged" in said(plan)
    with pytest.raises(ImportRefused):
        plan_import(write(tmp_path, "b.zip", whole[:-10]))


def test_unpacked_files_are_gone_afterwards(tmp_path):
    with plan_import(write(tmp_path, "a.zip", packed({"글.md": "# 글\n\n글\n"}))) as plan:
        folder = plan.bundle.root
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.behaviour("BL-73")
def test_names_and_dates_that_no_disk_takes_lose_nothing(tmp_path):
    long = "가" * 90
    entry = zipfile.ZipInfo("날짜없음.md", (1980, 1, 1, 0, 0, 0))
    entry.date_time = (1980, 0, 0, 0, 0, 0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{long}.md", f"---\ntitle: 긴 이름\n---\n![]({long}.png)\n")
        archive.writestr(f"{long}.png", png())
        archive.writestr(entry, "# 날짜 없음\n\n글\n")
        archive.writestr("a", "파일")
        archive.writestr("a/b.md", "# 비\n\n글\n")
        archive.writestr("c/d.md", "# 디\n\n글\n")
        archive.writestr("c", "파일")
    plan, posts = planned(write(tmp_path, "a.zip", out.getvalue()))
    assert {post.title for post in posts.values()} == {"긴 이름", "날짜 없음", "디"}
    assert len(plan.pictures) == 1
    names = "left out: a file and a folder have the same name"
    assert [str(one) for one in plan.skipped] == [f"a/b.md: {names}", f"c: {names}"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"글.md": "# 글\n\n글\n" * 500})[:100], "archive is damaged"),
        (packed({}), "no posts in this archive"),
        (packed({"그림.png": png()}), "no posts in this archive"),
        (b"\x00\x01", "of no kind"),
    ],
    ids=["cut", "empty", "picture", "unknown"],
)
def test_what_holds_no_posts_says_what_it_is(tmp_path, data, words):
    with pytest.raises(ImportRefused, match=words):
        plan_import(write(tmp_path, "a.bin", data))
