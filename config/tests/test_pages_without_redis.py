"""Nobody listens where Redis should be: what people do goes on as ever (OP-17)."""

import io
import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.tests.factories import PASSWORD
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_person
from config import buffers, limits, redis_cache
from config.exceptions import TooManyRequests
from config.tests.api_client import api_client
from config.tests.redis_server import caches_at
from tools.processes import LOOPBACK, free_port

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-17")]


@pytest.fixture(autouse=True)
def no_redis(settings, monkeypatch):
    url = f"redis://{LOOPBACK}:{free_port()}/0"
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 3600)
    settings.REDIS_URL = url
    settings.CACHES = caches_at(url)
    settings.SESSION_ENGINE = "config.sessions"
    yield
    assert redis_cache.state().is_away, "the cache was asked at all"
    for name in list(buffers._flushers):
        buffers.drain(name)


@pytest.fixture
def article():
    return make_article(make_person("minah", "민아"), "바람이 부는 마당에서")


@pytest.fixture
def junho():
    return make_person("junho", "준호", password=PASSWORD)


def sign_in(client, person) -> None:
    answer = client.post("/auth/login/", {"login": person.handle, "password": PASSWORD})
    assert answer.status_code == 302
    assert "sessionid" in answer.cookies


@pytest.mark.parametrize(
    "path",
    ["/", "/explore/", "/@minah/", "/feed.atom", "/tags/", "/search/?q=마당", "/api/v1/posts/"],
)
def test_visitors_read(client, article, path):
    assert client.get(path).status_code == 200
    assert client.get(article.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/settings/profile/", "/settings/sessions/", "/notifications/", "/write/"]
)
def test_members_sign_in_and_read(client, article, junho, path):
    sign_in(client, junho)
    assert client.get(path).status_code == 200
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a_session_that_is_ended_is_over_at_once(client, junho):
    sign_in(client, junho)
    key = client.session.session_key
    client.post("/auth/logout/")
    client.cookies["sessionid"] = key
    assert client.get("/settings/profile/").status_code == 302


def test_members_write_comment_and_upload(client, article, junho):
    sign_in(client, junho)
    sent = {"source": "구름빵 레시피", "visibility": "public", "submission": str(uuid.uuid4())}
    assert client.post("/", sent).status_code == 302
    assert Post.objects.published().filter(author=junho).exists()
    said = {"source": "잘 읽었어요.", "submission": str(uuid.uuid4())}
    assert client.post(f"/posts/{article.pk}/comments/", said).status_code == 302
    assert Comment.objects.filter(author=junho).exists()
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "seagreen").save(picture, "PNG")
    file = SimpleUploadedFile("마당.png", picture.getvalue(), "image/png")
    assert client.post("/write/images/", {"file": file}).status_code in {200, 201}


def test_programs_write_once(article):
    program = api_client(article.author)
    body, key = {"type": "note", "source": "짧은 글"}, {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    first = program.post("posts/", body, **key)
    again = program.post("posts/", body, **key)
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]


def test_limits_hold_within_the_process(client, junho):
    with pytest.raises(TooManyRequests):
        for _time in range(4):
            limits.consume("test", junho.pk, limit=3, seconds=3600)
    for _time in range(6):
        client.post("/auth/login/", {"login": "junho", "password": "틀린-비밀번호"})
    refused = client.post("/auth/login/", {"login": "junho", "password": PASSWORD})
    assert "sessionid" not in refused.cookies
    assert cache.get("anything") is None
