"""What a person gives is files with names, whatever it came in; names lead nowhere else."""

import unicodedata
import zipfile

import pytest

from blog.exceptions import ImportRefused
from blog.importers.bundles import FileTooLarge, open_bundle
from blog.tests.importers.bundles import packed, write, write_all

pytestmark = pytest.mark.behaviour("BL-72")


def zipped(folder, entries):
    path = folder / "백업.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


def test_a_folder_a_zip_and_a_file_are_alike(tmp_path):
    files = {"글/봄.md": "봄", "사진/나무.png": b"\x89PNG"}
    write_all(tmp_path / "folder", files)
    write(tmp_path, "blog.zip", packed(files))
    write(tmp_path, "혼자.xml", "<rss/>")

    for path in (tmp_path / "folder", tmp_path / "blog.zip"):
        with open_bundle(path) as bundle:
            assert list(bundle.names()) == ["글/봄.md", "사진/나무.png"]
            assert bundle.read("글/봄.md", 100).decode() == "봄"
    with open_bundle(tmp_path / "혼자.xml") as bundle:
        assert list(bundle.names(".xml")) == ["혼자.xml"]
        assert bundle.size("혼자.xml") == 6


def test_names_are_found_in_either_unicode_form(tmp_path):
    write(tmp_path / "folder", unicodedata.normalize("NFD", "나무/은행.png"), b"1")

    with open_bundle(tmp_path / "folder") as bundle:
        assert list(bundle.names()) == ["나무/은행.png"]
        assert bundle.read("나무/은행.png", 5) == b"1"
        assert bundle.read(unicodedata.normalize("NFD", "나무/은행.png"), 5) == b"1"


def test_names_in_cp949_are_read(tmp_path):
    raw = "나무.txt".encode("cp949")
    path = zipped(tmp_path, [("XXXXX.txt", "글"), ("b.txt", "b")])
    data = path.read_bytes().replace(b"XXXXX.txt", raw.ljust(9, b" ")[:9])
    path.write_bytes(data.replace(raw.ljust(9, b" ")[:9], raw + b"t" * (9 - len(raw))))

    with open_bundle(path) as bundle:
        assert any(name.startswith("나무") for name in bundle.names())


def test_names_cannot_lead_outside(tmp_path):
    said = []
    path = zipped(
        tmp_path,
        [
            ("../밖.txt", "x"),
            ("/etc/절대.txt", "x"),
            ("a/../../b.txt", "x"),
            ("안.txt", "ok"),
            ("c/d.txt", "ok"),
        ],
    )

    with open_bundle(path, lambda name, why: said.append(name)) as bundle:
        assert list(bundle.names()) == ["c/d.txt", "안.txt"]
        for name in ("../밖.txt", "/etc/passwd", "c/../../../etc/passwd"):
            with pytest.raises(FileNotFoundError):
                bundle.read(name, 10)
        assert bundle.beside("c/d.txt", "../안.txt") == "안.txt"
        assert bundle.beside("c/d.txt", "../../../안.txt") == ""
    assert len(said) == 3
    assert not (tmp_path.parent / "밖.txt").exists()


def test_links_are_not_followed(tmp_path):
    write(tmp_path, "비밀.txt", "비밀")
    write(tmp_path / "folder", "글.md", "글")
    (tmp_path / "folder" / "link.md").symlink_to(tmp_path / "비밀.txt")
    (tmp_path / "folder" / "up").symlink_to(tmp_path)
    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    path = zipped(tmp_path, [(link, "/etc/passwd"), ("글.md", "글"), ("둘.md", "둘")])

    for place, names in ((tmp_path / "folder", ["글.md"]), (path, ["글.md", "둘.md"])):
        with open_bundle(place) as bundle:
            assert list(bundle.names()) == names


def test_what_grows_beyond_all_measure_is_refused(tmp_path):
    path = zipped(tmp_path, [("bomb.txt", b"0" * (80 * 1024 * 1024))])

    with pytest.raises(ImportRefused), open_bundle(path):
        pass


def test_a_member_is_read_only_up_to_its_limit(tmp_path):
    write(tmp_path / "folder", "큰.txt", b"0" * 100)

    with open_bundle(tmp_path / "folder") as bundle:
        assert bundle.head("큰.txt", 10) == b"0" * 10
        with pytest.raises(FileTooLarge):
            bundle.read("큰.txt", 99)


def test_what_lay_inside_a_file_goes_with_the_bundle(tmp_path):
    write(tmp_path / "folder", "글.xml", "<a/>")

    with open_bundle(tmp_path / "folder") as bundle:
        member, opened = bundle.begin("글.xml/1/../나무.png")
        opened.write(b"1234")
        opened.close()
        kept = bundle.path(member)
        assert bundle.read(member, 10) == b"1234"
        assert member.endswith("/나무.png")
        assert ".." not in member
    assert not kept.exists()
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["글.xml"]
