"""Taking everything along: the bag itself, what is in it, and a worker that is killed over it."""

import io
import json
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import actions as people
from accounts.archive import departing
from accounts.archive.bag import BagWriter
from accounts.archive.departing import working_folder, write_archive
from accounts.archive.schema import complaint
from accounts.archive.sections import find_section
from accounts.exceptions import ArchiveBusy
from accounts.jobs import JobCancelled
from accounts.models import Job
from accounts.tests.archive import bags
from accounts.tests.factories import PASSWORD
from blog import actions
from blog.models import Image, Post
from blog.tests.factories import make_article, make_draft, make_note
from blog.tests.images.pictures import png


def own_people(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
        return folder / opened.namelist()[0].partition("/")[0]


@pytest.fixture
def blog_of_minah(minah):
    image = actions.store_image(png(), actor=minah, name="그림.png", alt="초록")
    series = actions.find_or_create_series("도커 이야기", actor=minah)
    article = make_article(
        minah,
        "도커로 배포하기",
        source=f"앞 ![그림]({image.get_absolute_url()}) 뒤",
        series=series,
        cover=image,
        tags=["도커"],
        published_at=datetime(2026, 5, 1, 3, tzinfo=UTC),
    )
    make_draft(minah)
    make_note(minah)
    people.set_avatar(minah, png(300, 300))
    return article, image


@pytest.mark.behaviour("AC-58")
def test_other_programs_find_a_valid_bag(blog_of_minah, minah, tmp_path):
    folder = own_people(bags.write(minah, tmp_path), tmp_path / "bag")
    assert folder.name == "madang-minah"
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.version_info == (1, 0) and list(bag.algorithms) == ["sha256"]
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    octets = sum(path.stat().st_size for path in files)
    assert bag.info["Payload-Oxum"] == f"{octets}.{len(files)}"
    account = json.loads((folder / "account.json").read_text())
    assert account["handle"] == "minah" and account["counts"]["posts"] == 3
    assert account["missing"] == []


@pytest.mark.behaviour("AC-58", "AC-09")
def test_what_is_inside(blog_of_minah, minah, tmp_path):
    article, image = blog_of_minah
    payload = bags.payload_of(bags.write(minah, tmp_path))
    post = next(one for one in json.loads(payload["posts.json"]) if one["tags"])
    assert post["key"] == str(article.guid) and post["series"] == "도커-이야기"
    digest = image.content_hash
    assert post["source"] == f"앞 ![그림](madang:image/{digest}/{image.width}.webp) 뒤"
    text = payload[f"markdown/2026-05-01-도커로-배포하기-{article.guid.hex}.md"].decode()
    assert text.startswith("---\ntitle: 도커로 배포하기\n")
    assert text.endswith(f"---\n앞 ![그림](../images/{digest}/{image.width}.webp) 뒤")
    with default_storage.open(image.file_names[0]) as stored:
        assert payload[f"images/{digest}/{image.width}.webp"] == stored.read()
    assert {"avatar/36.webp", "avatar/256.webp"} <= payload.keys()
    whole = b"".join(content for name, content in payload.items() if name.endswith(".json"))
    assert image.key.encode() not in whole and minah.email.encode() not in whole
    assert minah.password.encode() not in whole


def test_the_schema_in_the_archive_describes_it(blog_of_minah, minah, tmp_path):
    folder = own_people(bags.write(minah, tmp_path), tmp_path / "bag")
    described = json.loads((folder / "schema.json").read_text())["$defs"]
    for path in (folder / "data").glob("*.json"):
        schema = described[f"data/{path.name}"]["items"]
        for record in json.loads(path.read_text()):
            assert complaint(record, schema) == ""
            assert record.keys() == set(schema["properties"])
    wrong = {"key": "x"}
    assert "has no" in complaint(wrong, find_section("posts").whole)


def test_a_lost_file_is_told_and_the_rest_goes_along(blog_of_minah, minah, tmp_path, media):
    _article, image = blog_of_minah
    default_storage.delete(image.file_names[0])
    path = bags.write(minah, tmp_path)
    assert bags.records_of(path, "images") == []
    with zipfile.ZipFile(path) as opened:
        account = json.loads(opened.read("madang-minah/account.json"))
    assert account["missing"] == [{"name": "그림.png", "path": image.file_names[0]}]
    assert len(bags.records_of(path, "posts")) == 3


def test_words_of_others_do_not_go_along(minah, junho, tmp_path):
    post = make_article(minah)
    actions.write_comment(post, actor=junho, source="준호의 말")
    make_article(junho, "준호의 글", source="준호의 글")
    payload = bags.payload_of(bags.write(minah, tmp_path))
    assert not [name for name, content in payload.items() if "준호의".encode() in content]


# Streaming and going on ---------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of a process: nobody tidies up."""


@pytest.mark.behaviour("AC-59")
@pytest.mark.parametrize("after", [0, 1, 3, 7, 11])
def test_a_killed_export_goes_on_and_loses_none(blog_of_minah, minah, tmp_path, after, monkeypatch):
    for number in range(5):
        actions.store_image(png(20 + number, 9), actor=minah, name=f"{number}.png")
    whole = bags.manifest_of(bags.write(minah, tmp_path))
    folder = tmp_path / "killed"
    writer = BagWriter.add
    added = []

    def add(self, name, chunks):
        if name in self.entries:
            return writer(self, name, chunks)
        if len(added) == after:
            with self._zip.open(f"{self.base}/half", "w") as half:
                half.write(b"half a file")
            self._file.flush()
            self._journal.write('{"name": "half a li')
            raise Killed
        added.append(name)
        return writer(self, name, chunks)

    monkeypatch.setattr(BagWriter, "add", add)
    with pytest.raises(Killed):
        write_archive(minah, folder)
    monkeypatch.setattr(BagWriter, "add", writer)
    before = (folder / "archive.zip").stat()
    path = write_archive(minah, folder)["path"]
    assert path.stat().st_ino == before.st_ino
    assert bags.manifest_of(path) == whole
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    assert len(names) == len(set(names)) and "madang-minah/half" not in names
    bagit.Bag(str(own_people(path, tmp_path / "bag"))).validate()


@pytest.mark.behaviour("AC-59")
def test_an_export_goes_on_after_a_rename(blog_of_minah, minah, tmp_path, monkeypatch):
    folder, writer = tmp_path / "stopped", BagWriter.add

    def add(self, name, chunks):
        if name == "data/images.json":
            raise Killed
        return writer(self, name, chunks)

    monkeypatch.setattr(BagWriter, "add", add)
    with pytest.raises(Killed):
        write_archive(minah, folder)
    monkeypatch.setattr(BagWriter, "add", writer)
    written = (folder / "journal.jsonl").read_text().count("\n") - 1
    assert written
    people.rename_handle(minah, "minah2")
    actions.store_image(png(30, 9), actor=minah, name="later.png")
    done = write_archive(minah, folder)
    with zipfile.ZipFile(done["path"]) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        account = json.loads(opened.read("madang-minah/account.json"))
    assert {name.partition("/")[0] for name in names} == {"madang-minah"}
    for name, number in account["counts"].items():
        assert number == len(bags.records_of(done["path"], name)), name


def test_one_archive_is_written_by_one_process(minah, tmp_path):
    with BagWriter(tmp_path / "one", "base"), pytest.raises(ArchiveBusy):
        BagWriter(tmp_path / "one", "base")


def test_what_was_written_once_is_not_written_again(minah, tmp_path):
    with BagWriter(tmp_path / "one", "base") as bag:
        bag.add("data/a.txt", [b"first"])
    with BagWriter(tmp_path / "one", "base") as bag:
        bag.add("data/a.txt", [b"second"])
        bag.add("data/b%.txt", [b"b"])
        path = bag.finish({"A": "two\nlines"}, {})
    with zipfile.ZipFile(path) as opened:
        assert opened.read("base/data/a.txt") == b"first"
        assert b"b%25.txt" in opened.read("base/manifest-sha256.txt")
        assert b"A: two lines\n" in opened.read("base/bag-info.txt")


@pytest.mark.behaviour("AC-59")
def test_an_archive_of_any_size_takes_little_memory(minah, tmp_path):
    """40 MB of pictures and 10 MB of text: what is held at once does not depend on how much it is."""
    data, rows = os.urandom(2 * 1024 * 1024), []
    for number in range(20):
        key = f"{number:032x}"
        default_storage.save(Image.file_name(key, 8), ContentFile(data))
        rows.append(
            Image(
                owner=minah, key=key, width=8, height=6, widths=[8], content_hash=f"{number:064x}"
            )
        )
    Image.objects.bulk_create(rows)
    Post.objects.bulk_create(
        Post(author=minah, title="긴 글", slug=f"긴-글-{number}", source="가" * 33_000)
        for number in range(100)
    )
    tracemalloc.start()
    try:
        written = write_archive(minah, tmp_path / "big")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert written["path"].stat().st_size > 40 * 1024 * 1024
    assert peak < 16 * 1024 * 1024, f"{peak / 2**20:.0f} MB"


# The job and its pages ----------------------------------------------------------------------------


@pytest.fixture
def ready(blog_of_minah, minah, as_user, django_capture_on_commit_callbacks):
    """Return a function that asks for a file on the page and lets the worker make it."""

    def ask(kind: str) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            as_user(minah).post("/settings/export/", {"kind": kind})
        return Job.objects.latest("pk")

    return ask


@pytest.mark.behaviour("AC-56", "AC-60")
def test_the_whole_archive_is_made_mailed_about_and_fetched(ready, minah, client, mailoutbox):
    job = ready("archive")
    assert job.state == "done" and not working_folder(job.params["key"]).exists()
    assert mailoutbox[-1].to == [minah.email] and "/settings/export/" in mailoutbox[-1].body
    assert not mailoutbox[-1].attachments
    page = client.get("/settings/export/").content.decode()
    assert job.result["filename"] in page
    people.set_password(minah, PASSWORD)
    client.force_login(minah)  # long ago
    assert client.get(f"/settings/export/{job.pk}/download/").url.startswith("/auth/")


@pytest.mark.behaviour("AC-60", "AC-25")
def test_the_download_is_its_owners_alone_never_kept_and_ends(
    ready, minah, junho, client, settings
):
    job = ready("archive")
    address = f"/settings/export/{job.pk}/download/"
    client.logout()
    assert client.get(address).status_code == 302
    for person in (junho, minah):
        people.set_password(person, PASSWORD)
    client.post("/auth/login/", {"login": "junho", "password": PASSWORD})
    assert client.get(address).status_code == 404
    client.logout()
    client.post("/auth/login/", {"login": "minah", "password": PASSWORD})
    response = client.get(address)
    content = b"".join(response.streaming_content)
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    Job.objects.update(
        result=job.result | {"until": (datetime.now(tz=UTC) - timedelta(seconds=1)).isoformat()}
    )
    assert client.get(address).status_code == 410
    assert people.clear_expired_exports() == 1
    assert not default_storage.exists(job.result["stored"])
    assert people.clear_expired_exports() == 0


def test_files_that_nobody_may_fetch_go(ready, media, monkeypatch):
    job, other = ready("archive"), ready("posts")
    for one in (job, other):
        default_storage.save(f"archives/{one.params['key']}/older.zip", ContentFile(b"older"))
    alone = default_storage.save(f"archives/{'c' * 32}/alone.zip", ContentFile(b"alone"))
    young = default_storage.save(f"archives/{'d' * 32}/young.zip", ContentFile(b"young"))
    upload = default_storage.save(f"archive-imports/{'e' * 32}/archive.zip", ContentFile(b"up"))
    for name in (alone, upload):
        os.utime(default_storage.path(name), (0, 0))
    Job.objects.filter(pk=job.pk).update(state="failed", progress=0, result={})
    assert default_storage.exists(other.result["stored"])
    delete, stuck = default_storage.delete, f"archives/{'c' * 32}"

    def fail(name):
        if name.startswith(stuck):
            raise PermissionError
        delete(name)

    monkeypatch.setattr(type(default_storage._wrapped), "delete", lambda self, name: fail(name))
    assert people.clear_expired_exports() == 2, "the stored one and the older one of what failed"
    monkeypatch.undo()
    assert people.clear_expired_exports() == 1
    people.clear_stale_archives()
    left = {path.relative_to(media).as_posix() for path in media.rglob("*.zip")}
    assert young in left and not left & {alone, upload}
    assert not (media / "archives" / job.params["key"]).exists()
    assert (media / other.result["stored"]).exists()


@pytest.mark.behaviour("AC-57")
def test_posts_as_json_are_mailed_and_fetched(ready, minah, mailoutbox):
    posts = list(Post.objects.filter(author=minah).order_by("pk"))
    actions.delete_post(make_article(minah, "지운 글"), actor=minah)
    job = ready("posts")
    name, content, kind = mailoutbox[-1].attachments[0]
    assert (name, kind) == ("posts.json", "application/json")
    text = content if isinstance(content, str) else content.decode()
    found = json.loads(text)
    assert text.rstrip("\n") == json.dumps(found, ensure_ascii=False, indent=4)
    stamps = [one["timestamp"] for one in found["posts"]]
    assert len(stamps) == len(posts) and stamps == sorted(stamps)
    assert stamps[0] == "2026-05-01T03:00:00Z"
    assert found["posts"][0]["body"] == posts[0].source and job.state == "done"


@pytest.mark.behaviour("AC-57")
def test_somebody_without_posts_gets_an_empty_list(
    stranger, as_user, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        as_user(stranger).post("/settings/export/", {"kind": "posts"})
    content = mailoutbox[-1].attachments[0][1]
    assert json.loads(content) == {"posts": []}


@pytest.mark.behaviour("AC-57")
def test_a_large_file_is_not_mailed(ready, settings, mailoutbox):
    settings.EXPORT_MAIL_MAX_BYTES = 100
    ready("posts")
    assert not mailoutbox[-1].attachments


@pytest.mark.behaviour("AC-56")
def test_one_runs_at_a_time_and_the_button_gives_way(minah, as_user):
    client = as_user(minah)
    page = client.get("/settings/export/").content.decode()
    assert page.count('name="kind"') == 2 and "<progress" not in page.partition("<main")[2]
    client.post("/settings/export/", {"kind": "archive"})
    client.post("/settings/export/", {"kind": "archive"})
    client.post("/settings/export/", {"kind": "nothing"})
    assert Job.objects.count() == 1
    page = client.get("/settings/export/").content.decode().partition("<main")[2]
    assert 'value="archive"' not in page and 'value="posts"' in page and "<progress" in page


@pytest.mark.behaviour("AC-56")
def test_strangers_sign_in_first(client):
    for method in (client.get, client.post):
        assert method("/settings/export/").status_code == 302


def test_queries_do_not_grow_with_files(minah, as_user, django_assert_max_num_queries):
    until = (datetime.now(tz=UTC) + timedelta(days=1)).isoformat()
    client = as_user(minah)
    client.get("/settings/export/")
    for number in range(9):
        Job.objects.create(
            owner=minah,
            kind="export_archive",
            state="done",
            progress=100,
            finished_at=datetime.now(tz=UTC),
            result={"stored": f"{number}", "filename": "a.zip", "size": 1, "until": until},
        )
    with django_assert_max_num_queries(12):
        page = client.get("/settings/export/").content.decode()
    assert page.count("/download/") == 9


def test_a_cancelled_export_stops(minah, tmp_path, blog_of_minah):
    def report(done, total, key="", **values):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        departing.write_archive(minah, tmp_path / "x", report)
