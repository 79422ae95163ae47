"""The site as a function: what API Gateway and the clock send, and what goes back."""

import base64
import gzip
import json
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from celery import shared_task
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InMemoryStorage
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import QueryDict
from django.utils import timezone
from kombu import pools

from accounts import jobs
from blog.tests.factories import make_article, make_person
from config import aws, draining
from config.big_files import lead_to_bucket
from config.celery import app
from config.draining import Drained
from config.env import Environment
from config.models import ScheduledRun
from config.signals import drain_began, drain_ends
from config.tests.world import small_picture
from tools.lambda_trial.events import (
    READER,
    STAGE_HOST,
    Asked,
    answered,
    clock_event,
    http_event,
    http_event_1,
    rest_event,
)
from tools.lambda_trial.visitor import TOKEN, Visitor

pytestmark = pytest.mark.django_db

SHAPES = {"REST": rest_event, "HTTP 1.0": http_event_1, "HTTP 2.0": http_event}
FUNCTION = {
    "SERVERLESS": "on",
    "DATABASE_URL": "postgres://madang@db.example/madang",
    "REDIS_URL": "redis://redis.example/0",
    "S3_BUCKET": "madang",
}


class Context:
    """What Lambda says of a call."""

    aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"

    def __init__(self, seconds: float = 29.0):
        self.until = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return how long is left."""
        return max(0, int((self.until - time.monotonic()) * 1000))


@pytest.fixture(autouse=True)
def stays_in_the_transaction_of_the_test():
    """A request closes old connections, which Django's own test client prevents, too."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(event) -> dict:
    return aws.handler(json.loads(json.dumps(event)), Context())


@pytest.fixture(params=SHAPES)
def shape(request):
    return SHAPES[request.param]


@pytest.fixture
def hosts(settings):
    settings.ALLOWED_HOSTS = [STAGE_HOST, "blog.example"]


@pytest.fixture
def visitor(shape, hosts):
    return Visitor(ask, shape)


@pytest.fixture
def seen(monkeypatch):
    """Return the environ that the site got last."""
    environs = []

    def site(environ, start_response):
        environs.append(dict(environ))
        start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"ok"]

    monkeypatch.setattr(aws, "answer", aws.make_lambda_handler(aws.Gate(site), binary_support=True))
    return environs


# Requests ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-47")
def test_a_page_with_korean_in_its_path_is_answered(visitor):
    minah = make_person("minah", "미나")
    article = make_article(minah, title="된장찌개 끓이는 법")
    page = visitor.get(article.get_absolute_url())
    assert page.status == 200
    assert "된장찌개 끓이는 법" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.behaviour("OP-47")
@pytest.mark.parametrize("encoded", [True, False], ids=["encoded", "decoded"])
def test_a_path_is_understood_encoded_and_decoded(shape, seen, encoded):
    for path in ("/@지민/순한 맛/", "/tags/도커/", "/a+b;c=1/"):
        ask(shape(Asked(path=path), encoded=encoded))
        assert seen[-1]["PATH_INFO"].encode("latin-1").decode() == path


@pytest.mark.behaviour("OP-47")
def test_a_query_keeps_every_value_of_a_name(shape, seen):
    ask(shape(Asked(query=[("tag", "도커"), ("tag", "a&b"), ("q", "김치 찌개"), ("empty", "")])))
    query = QueryDict(seen[-1]["QUERY_STRING"])
    assert query.getlist("tag") == ["도커", "a&b"]
    assert (query["q"], query["empty"]) == ("김치 찌개", "")


@pytest.mark.behaviour("OP-47")
def test_the_reader_is_who_the_gateway_saw_whatever_the_reader_says(shape, seen):
    ask(shape(Asked(headers={"X-Forwarded-For": f"198.51.100.9, {READER}"})))
    assert seen[-1]["REMOTE_ADDR"] == READER
    assert seen[-1]["wsgi.url_scheme"] == "https"
    assert seen[-1]["HTTP_X_REQUEST_ID"] == Context.aws_request_id


@pytest.mark.parametrize("shape", [rest_event, http_event_1], ids=["REST", "HTTP 1.0"])
def test_cookies_of_two_headers_are_one(shape, seen):
    event = shape(Asked())
    event["multiValueHeaders"]["Cookie"] = ["a=1", "b=2; c=3"]
    ask(event)
    assert seen[-1]["HTTP_COOKIE"] == "a=1; b=2; c=3"


def test_a_header_in_other_letters_breaks_nothing(visitor):
    page = visitor.get("/", Referer="https://예시.한국/글", Cookie="madang_theme=밤")
    assert page.status == 200


@pytest.mark.behaviour("OP-47", "OP-49")
@pytest.mark.parametrize(
    ("shape", "options", "asked", "path"),
    [
        (rest_event, {}, "/about/", "/about/"),
        (rest_event, {}, "/dev/", "/dev/"),
        (rest_event, {"domain": "blog.example"}, "/about/", "/about/"),
        (rest_event, {"domain": "blog.example", "base_path": "/dev"}, "/about/", "/about/"),
        (http_event_1, {}, "/about/", "/about/"),
        (http_event_1, {"stage": "$default"}, "/about/", "/about/"),
        (http_event, {}, "/about/", "/about/"),
        (http_event, {}, "/", "/"),
        (http_event, {"stage": "$default"}, "/about/", "/about/"),
        (http_event, {"domain": "blog.example"}, "/about/", "/about/"),
        (http_event, {"domain": "blog.example", "base_path": "/dev"}, "/about/", "/about/"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_stage_and_a_base_path_stay_outside(shape, options, asked, path, seen, settings):
    settings.URL_PREFIX = "/dev"
    ask(shape(Asked(path=asked), **options))
    assert seen[-1]["PATH_INFO"] == path


@pytest.mark.behaviour("OP-47")
def test_signing_in_and_writing_go_by_cookies_and_tokens(visitor):
    make_person("minah", "미나", password="비밀번호는-길다-9")
    answer = visitor.submit("/auth/login/", {"login": "minah", "password": "비밀번호는-길다-9"})
    assert answer.status == 302
    assert {"sessionid", "csrftoken"} <= set(visitor.cookies)
    page = visitor.get("/settings/profile/")
    assert page.status == 200
    assert page.headers["cache-control"] == "private, no-store"
    without = visitor.ask(
        "POST", "/write/save/", b"x=1", Content_Type="application/x-www-form-urlencoded"
    )
    assert without.status == 403


@pytest.mark.behaviour("OP-47")
def test_what_is_no_text_comes_and_goes_unharmed(visitor):
    minah = make_person("minah", "미나", password="비밀번호는-길다-9")
    visitor.submit("/auth/login/", {"login": "minah", "password": "비밀번호는-길다-9"})
    shown = visitor.get("/settings/images/").text
    answer = visitor.upload(
        "/write/images/",
        "file",
        small_picture(),
        X_CSRFToken=TOKEN.search(shown)[1],
        Origin=f"https://{visitor.host}",
    )
    assert answer.status == 201, answer.text[:500]
    image = minah.images.get()
    picture = visitor.get(f"/media/images/{image.key}/{image.widths[0]}.webp")
    assert picture.status == 200
    assert picture.body.startswith(b"RIFF")
    assert picture.headers["content-type"] == "image/webp"


def test_head_has_the_headers_and_no_body(visitor):
    answer = visitor.ask("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_what_is_not_there_and_what_moved(visitor):
    assert visitor.get("/없는-글/").status == 404
    moved = visitor.get("/explore")
    assert (moved.status, moved.headers["location"]) == (301, "/explore/")


def test_a_foreign_host_is_refused(shape, hosts):
    asked = Asked(headers={"Host": "evil.example"})
    assert answered(ask(shape(asked))).status == 400


# Limits ---------------------------------------------------------------------------------------------------


def answer_with(body: bytes, kind: str, **headers: str):
    return aws.fitted(
        "200 OK", [("Content-Type", kind)], body, {f"HTTP_{k}": v for k, v in headers.items()}
    )


@pytest.mark.behaviour("OP-47")
def test_a_long_page_is_packed_and_what_cannot_be_sent_says_so():
    page = ("가나다" * 700_000).encode()
    status, headers, body = answer_with(
        page, "text/html; charset=utf-8", ACCEPT_ENCODING="gzip, br"
    )
    assert (status, dict(headers)["Content-Encoding"]) == ("200 OK", "gzip")
    assert gzip.decompress(body) == page
    assert answer_with(page, "text/html; charset=utf-8")[0].startswith("413")
    assert answer_with(b"\0" * 5_000_000, "application/zip")[0].startswith("413")
    small = b"\0" * 4_400_000
    assert answer_with(small, "application/zip")[2] == small
    assert len(json.dumps(base64.b64encode(small).decode())) < 6 * 1024**2


class Bucket(InMemoryStorage):
    """Gives signed addresses as a bucket does."""

    def url(self, name, parameters=None, expire=0):
        """Return where the file is for a while."""
        return f"https://bucket.example/{name}?expires={expire}&{urlencode(parameters)}"


@pytest.mark.behaviour("OP-47")
def test_a_large_stored_file_is_fetched_from_the_bucket(settings):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.Bucket"}}
    settings.FUNCTION_MAX_BYTES = 4_400_000
    name = {"name": "archives/k/a.zip", "filename": "마당.zip"}
    assert lead_to_bucket(**name, size=5_000_000) is None
    settings.SERVERLESS = True
    assert lead_to_bucket(**name, size=4_400_000) is None
    lead = lead_to_bucket(**name, size=5_000_000)
    assert lead.status_code == 302
    assert lead["Location"].startswith("https://bucket.example/archives/k/a.zip?expires=60&")
    assert "attachment" in lead["Location"]
    assert lead["Cache-Control"] == "private, no-store"


# What only AWS can say ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-47")
def test_no_request_can_look_like_a_command(shape, seen):
    body = json.dumps({"madang": "manage", "command": ["migrate"]}).encode()
    event = shape(Asked("POST", body=body, headers={"Content-Type": "application/json"}))
    assert answered(ask(event | {"madang": "manage", "command": ["migrate"]})).body == b"ok"
    assert answered(ask(event | {"source": "aws.events"})).body == b"ok"


def test_a_managed_command_tells_what_it_printed():
    told = ask({"madang": "manage", "command": ["migrate", "--check"]})
    assert told["ok"], told


@pytest.mark.parametrize(
    "event",
    [
        {"madang": "manage", "command": ["shell", "-c", "print(1)"]},
        {"madang": "manage", "command": "migrate"},
        {"madang": "manage"},
        {"madang": "else"},
        {},
        {"requestContext": {"elb": {}}, "path": "/"},
    ],
    ids=["shell", "text", "nothing", "other", "empty", "balancer"],
)
def test_anything_else_is_refused(event):
    with pytest.raises(ValueError, match=r"\w"):
        ask(event)


# Settings ------------------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-47")
@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"DATABASE_URL": "sqlite:///var/madang.sqlite3"}, "DATABASE_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"S3_BUCKET": ""}, "S3_BUCKET"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"LOG_TO_STDOUT": "off"}, "LOG_TO_STDOUT"),
        ({"METRICS": "on"}, "METRICS"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_needs_a_disk_or_a_lasting_process_is_refused(changed, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        Environment(FUNCTION | changed)


@pytest.mark.behaviour("OP-47")
def test_a_function_writes_to_tmp_and_says_what_happens_as_json():
    env = Environment(FUNCTION)
    assert env.VAR_DIR.parts[:2] == ("/", "tmp") or "tmp" in str(env.VAR_DIR)
    assert env.STATIC_ROOT.name == "static"
    assert not env.STATIC_ROOT.is_relative_to(env.VAR_DIR)
    assert (env.LOG_TO_STDOUT, env.LOG_FORMAT) == (True, "json")


# The clock ------------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(settings, tmp_path):
    """A queue of this test's own, which nobody else reads; yields how to look into it."""
    folders = {}
    for name in ("data_folder_in", "data_folder_out", "processed_folder", "control_folder"):
        folder = tmp_path / ("messages" if name.startswith("data") else name)
        folder.mkdir(exist_ok=True)
        folders[name] = str(folder)
    settings.WORKER_QUEUES = ["default", "mail", "index", "media"]
    former = {
        "broker_url": app.conf.broker_url,
        "broker_transport_options": app.conf.broker_transport_options,
        "task_always_eager": app.conf.task_always_eager,
    }
    app.conf.update(
        broker_url="files://", broker_transport_options=folders, task_always_eager=False
    )
    forget_connections()
    yield lambda: sorted((tmp_path / "messages").glob("*.msg"))
    app.conf.update(**former)
    forget_connections()


def forget_connections() -> None:
    """Let Celery look anew where its broker is."""
    pools.reset()
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def done():
    """What the tasks of this module were given."""
    DONE.clear()
    return DONE


DONE: list[object] = []


@shared_task(name="test.aws_note")
def note(value):
    DONE.append(value)


@shared_task(name="test.aws_slow")
def slow():
    DONE.append("began")
    time.sleep(60)
    DONE.append("ended")


@shared_task(name="test.aws_broken")
def broken():
    raise RuntimeError("부서졌어요")


@pytest.mark.behaviour("OP-47")
def test_a_call_of_the_clock_does_what_waits_until_nothing_does(queue, done):
    for number in range(5):
        note.delay(number)
    broken.delay()
    told = ask(clock_event())
    assert sorted(one for one in done if isinstance(one, int)) == [0, 1, 2, 3, 4]
    assert told["is_empty"]
    assert told["done"] >= 6
    assert not queue()


@pytest.mark.behaviour("OP-47")
def test_a_call_sends_what_is_due_by_the_schedule(queue):
    ask(clock_event())
    ScheduledRun.objects.update(ran_at=timezone.now() - timedelta(days=2))
    ask(clock_event())
    assert ScheduledRun.objects.filter(ran_at__gt=timezone.now() - timedelta(minutes=1)).exists()
    assert not ScheduledRun.objects.filter(ran_at__lt=timezone.now() - timedelta(days=1)).exists()


@pytest.mark.behaviour("OP-47")
def test_what_has_its_time_later_waits_for_a_later_call(queue, done):
    note.apply_async((1,), countdown=3600)
    note.apply_async((2,), countdown=-1)
    told = ask({"madang": "drain"})
    assert done == [2]
    assert told["waiting"] == 1
    assert len(queue()) == 1


@pytest.mark.behaviour("OP-47")
def test_what_the_end_of_a_call_stops_goes_back_to_its_queue(queue, done):
    slow.delay()
    started = Drained()
    remaining = [30.0, 30.0, 30.0, 5.0]
    with app.connection_for_read() as broker:
        draining._take_all(broker, started, lambda: remaining.pop(0) if remaining else 1.0)
    assert done == ["began"]
    assert started.put_back == 1
    assert len(queue()) == 1


def test_a_task_that_had_the_whole_call_is_not_tried_for_ever(queue, done, monkeypatch):
    monkeypatch.setattr(draining, "LAST_SECONDS", 0.5)
    monkeypatch.setattr(draining, "LEAST_SECONDS", 1.0)
    slow.delay()
    began = time.monotonic()
    drained = Drained()
    with app.connection_for_read() as broker:
        draining._take_all(broker, drained, lambda: 3.5 - (time.monotonic() - began))
    assert done == ["began"]
    assert drained.put_back == 0
    assert not queue()


def test_jobs_stop_at_the_end_of_a_call_and_run_again_in_the_next_one():
    draining.know_tasks()
    drain_ends.send(None)
    assert jobs.stopping.is_set()
    drain_began.send(None)
    assert not jobs.stopping.is_set()


def test_no_call_fails_because_the_broker_is_away(queue, settings):
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    told = ask(clock_event())
    assert told["has_broker"] is False
