"""Pictures in a bucket: chosen by settings alone, and nothing relies on a local disk."""

import json
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage

from accounts import actions as account_actions
from blog import actions
from blog.models import Image
from blog.tests.factories import make_article
from blog.tests.images.pictures import looked_at, photograph, png
from config.env import ROOT, Environment

BUCKET = {
    "S3_BUCKET": "madang",
    "S3_ENDPOINT_URL": "https://s3.example/",
    "S3_REGION": "ap-northeast-2",
    "S3_ACCESS_KEY_ID": "id",
    "S3_SECRET_ACCESS_KEY": "secret",
    "S3_FOLDER": "/site/",
}


def run(code: str, **environment: str) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    clean = dict.fromkeys(Environment({}).names, "") | environment
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=kept | clean, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


@pytest.mark.behaviour("OP-46")
def test_the_bucket_is_chosen_by_the_environment():
    code = "import json, config.settings.base as s; print(json.dumps(s.STORAGES['default']))"
    assert json.loads(run(code).stdout)["BACKEND"].endswith("FileSystemStorage")
    chosen = json.loads(run(code, **BUCKET).stdout)
    assert chosen == {
        "BACKEND": "config.s3.PrivateBucket",
        "OPTIONS": {
            "bucket_name": "madang",
            "endpoint_url": "https://s3.example",
            "region_name": "ap-northeast-2",
            "access_key": "id",
            "secret_key": "secret",
            "location": "site",
        },
    }


def test_a_missing_package_is_named_with_what_to_do():
    code = (
        "import sys; sys.modules['storages'] = None; sys.modules['botocore'] = None\n"
        "import config.s3"
    )
    stopped = run(code, **BUCKET)
    assert stopped.returncode != 0
    assert "requirements-s3.txt" in stopped.stderr.splitlines()[-1]


def test_the_suite_never_uses_a_bucket():
    code = "import config.settings.test as s; print(s.STORAGES['default']['BACKEND'])"
    assert "FileSystemStorage" in run(code, **BUCKET).stdout


@pytest.mark.parametrize("name", ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"])
def test_half_a_key_is_refused(name):
    with pytest.raises(ImproperlyConfigured, match=name):
        Environment({name: "half"})


@pytest.mark.behaviour("OP-46")
@pytest.mark.django_db
def test_pictures_and_avatars_live_where_there_are_no_paths(
    client, minah, settings, django_capture_on_commit_callbacks
):
    """The whole life of a picture in a storage that knows neither paths nor folders."""
    backend = {"BACKEND": "blog.tests.images.storages.WatchedStorage"}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    image = actions.store_image(photograph(size=(3000, 2000)), actor=minah, name="바다.jpg")
    make_article(minah, cover=image)
    for width in image.widths:
        response = client.get(image.url_for(width))
        assert response.headers["Content-Length"] == str(default_storage.size(
            Image.file_name(image.key, width)
        ))  # fmt: skip
        assert looked_at(b"".join(response.streaming_content)).size[0] == width
    assert client.head(image.get_absolute_url()).status_code == 200
    account_actions.set_avatar(minah, png(300, 300))
    assert client.get(minah.avatar_url(64)).status_code == 200
    assert actions.clean_images() == 0
    with django_capture_on_commit_callbacks(execute=True):
        actions.delete_image(image, actor=minah)
    assert [name for name in default_storage.files() if name.startswith("images/")] == []
    assert client.get(image.get_absolute_url()).status_code == 404


@pytest.mark.behaviour("OP-46")
@pytest.mark.django_db
def test_a_bucket_that_does_not_answer_is_said_to_be_so(client, minah, settings):
    """Neither "no such picture", which a cache would believe, nor an error of the site."""
    backend = {"BACKEND": "blog.tests.images.storages.WatchedStorage"}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    image = actions.store_image(png(), actor=minah, name="바다.png")
    post = make_article(minah, cover=image)
    account_actions.set_avatar(minah, png(300, 300))
    book = f"/posts/{post.pk}/download.epub"
    addresses = [image.get_absolute_url(), minah.avatar_url(64), book]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.getvalue()
    default_storage._wrapped.is_down = True
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 503, address
        assert response.headers["Retry-After"] == "60"
    assert client.get(post.get_absolute_url()).status_code == 200
