"""Which reads may ask a replica, and what happens when it is gone or late."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connections, transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from blog import actions
from blog.models import Post, Tag
from blog.tests.factories import make_article, make_person
from config import prepared, redis_cache, replica
from config.caching import public_page
from config.databases import PRIMARY, REPLICA, build_databases
from config.env import Environment

pytestmark = pytest.mark.behaviour("OP-17")


@pytest.fixture
def mirror(settings, transactional_db, monkeypatch):
    """A replica that is the primary itself, in every thread that asks for it: never late."""
    connections.settings[REPLICA] = connections.settings[PRIMARY]
    connections[REPLICA] = connections[PRIMARY]
    settings.READS_FROM_REPLICA = True
    settings.DATABASE_ROUTERS = ["config.replica.Router"]
    settings.KEEPS_PAGES = False
    replica.watch.forget()
    replica.watch._begin = lambda: None
    # A busy machine takes its time for a test.
    monkeypatch.setattr(replica, "TRUSTED_SECONDS", 3600)
    replica.watch._settle(True, 0.0, "")
    yield
    del replica.watch._begin
    replica.watch.forget()
    del connections[REPLICA]
    del connections.settings[REPLICA]


@pytest.fixture
def reads(monkeypatch):
    """Where each read of a model went, in order."""
    found: list[tuple[str, str]] = []
    real = replica.Router.db_for_read

    def noted(self, model, **hints):
        alias = real(self, model, **hints)
        found.append((model._meta.label_lower, alias))
        return alias

    def noted_raw():
        alias = replica.reading_alias()
        found.append(("raw", alias))
        return alias

    monkeypatch.setattr(replica.Router, "db_for_read", noted)
    monkeypatch.setattr(prepared, "reading_alias", noted_raw)
    return found


@pytest.fixture
def article(mirror):
    return make_article(make_person("minah", "민아"), "바람이 부는 마당에서")


def went_to(reads, label: str) -> set[str]:
    return {alias for name, alias in reads if name == label}


def asked(reads, browser, path: str, **headers) -> set[str]:
    """Return where posts were read for ``path``."""
    reads.clear()
    assert browser.get(path, **headers).status_code == 200
    return went_to(reads, "blog.post") | went_to(reads, "raw")


# Which -------------------------------------------------------------------------------------------


def test_public_pages_feeds_and_the_api_read_from_the_replica(article, reads, client):
    for path in (
        article.get_absolute_url(),
        "/explore/",
        "/@minah/",
        "/@minah/feed.rss",
        f"/api/v1/posts/{article.pk}/",
        "/api/v1/posts/",
    ):
        reads.clear()
        assert client.get(path).status_code == 200
        assert went_to(reads, "blog.post") | went_to(reads, "raw") == {REPLICA}, path


def test_what_is_personal_or_changes_asks_the_primary(article, reads, client):
    client.force_login(article.author)
    for path in ("/write/", "/settings/profile/", "/notifications/", "/messages/", "/bookmarks/"):
        reads.clear()
        client.get(path)
        assert {alias for _label, alias in reads} <= {PRIMARY}, path


def test_who_somebody_is_comes_from_the_primary(article, reads, client):
    junho = make_person("junho", "준호")
    client.force_login(junho)
    assert asked(reads, client, article.get_absolute_url()) == {REPLICA}
    assert went_to(reads, "sessions.session") <= {PRIMARY}
    assert reads[0] == ("sessions.session", PRIMARY) or settings_cache_sessions()
    assert went_to(reads, "config.sitesettings") <= {PRIMARY}


def settings_cache_sessions() -> bool:
    """Whether sessions are copied into the cache, so that no row is read at all."""
    from django.conf import settings

    return settings.SESSION_ENGINE == "config.sessions"


def test_staff_never_read_what_may_be_old(article, reads, client):
    client.force_login(make_person("sora", "소라", is_staff=True))
    assert asked(reads, client, article.get_absolute_url()) == {PRIMARY}


def test_unsafe_methods_and_other_views_ask_the_primary(mirror, reads):
    for method in ("post", "put", "delete", "options"):
        request = getattr(RequestFactory(), method)("/")
        assert not replica.may_lag(request, "")
    assert replica.may_lag(RequestFactory().get("/"), "")
    list(Post.objects.all())
    prepared.reading_alias()
    assert {alias for _label, alias in reads} == {PRIMARY}


def test_inside_a_transaction_all_is_read_from_the_primary(article, reads):
    @public_page
    def view(request):
        with transaction.atomic():
            list(Post.objects.all())
            prepared.reading_alias()
        return HttpResponse()

    view(RequestFactory().get("/"))
    assert {alias for _label, alias in reads} == {PRIMARY}


def test_a_page_that_is_kept_for_all_is_made_from_the_primary(article, reads, client, settings):
    settings.KEEPS_PAGES = True
    assert asked(reads, client, "/explore/") == {PRIMARY}


# What one wrote oneself ---------------------------------------------------------------------------


def test_a_browser_that_wrote_reads_from_the_primary_for_a_while(article, reads, client):
    path = article.get_absolute_url()
    seen = client.get(path)
    assert replica.WROTE_COOKIE not in seen.cookies
    assert seen.headers["Cache-Control"].startswith("public")
    changed = client.post("/theme/", {"theme": "dark"})
    cookie = changed.cookies[replica.WROTE_COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["httponly"]) == ("1", 10, True)
    assert asked(reads, client, path) == {PRIMARY}
    assert asked(reads, Client(), path) == {REPLICA}, "others go on"


def test_a_person_who_wrote_anywhere_reads_from_the_primary_everywhere(article, reads):
    junho = make_person("junho", "준호")
    phone, laptop = Client(), Client()
    phone.force_login(junho)
    laptop.force_login(junho)
    assert asked(reads, laptop, article.get_absolute_url()) == {REPLICA}
    phone.post(f"/posts/{article.pk}/like/")
    assert asked(reads, laptop, article.get_absolute_url()) == {PRIMARY}
    cache.delete(f"replica:wrote:person-{junho.pk}")
    assert asked(reads, laptop, article.get_absolute_url()) == {REPLICA}


def test_a_program_that_wrote_reads_from_the_primary(article, reads):
    program = Client()
    headers = {"HTTP_AUTHORIZATION": token_of(article.author)}
    path = f"/api/v1/posts/{article.pk}/"
    assert asked(reads, program, path, **headers) == {REPLICA}
    answer = program.post(
        "/api/v1/posts/",
        {"type": "note", "source": "짧은 글"},
        content_type="application/json",
        **headers,
    )
    assert answer.status_code == 201, answer.content
    assert not answer.cookies, "programs keep no cookies"
    own = answer.json()["id"]
    assert replica.may_lag(RequestFactory().get("/"), f"person-{article.author_id}") is False
    assert asked(reads, program, f"/api/v1/posts/{own}/", **headers) == {PRIMARY}


def token_of(person: User) -> str:
    _token, key = account_actions.make_token(person, name="시험", scopes=["read", "posts"])
    return f"Bearer {key}"


def test_without_redis_members_read_from_the_primary(article, monkeypatch):
    request = RequestFactory().get("/")
    assert replica.may_lag(request, "person-1")
    away = redis_cache.State(True, True)
    monkeypatch.setattr(redis_cache, "state", lambda: away)
    assert not replica.may_lag(request, "person-1"), "other processes' marks cannot be seen"
    assert replica.may_lag(request, "")


# Rows of a replica --------------------------------------------------------------------------------


def test_a_row_of_the_replica_is_written_to_the_primary(article):
    with replica._reading_from_replica():
        post = Post.objects.select_related("author").get(pk=article.pk)
        person = post.author
        assert post._state.db == REPLICA
        tags = list(post.tags.all())
    assert tags == []
    router = replica.Router()
    assert router.db_for_write(Post, instance=post) == PRIMARY
    assert router.allow_relation(post, article)
    actions.like_post(post, actor=make_person("junho", "준호"))
    post.refresh_from_db()
    assert post._state.db == PRIMARY
    assert post.like_count == 1
    with replica._reading_from_replica():
        post = Post.objects.get(pk=article.pk)
    post.tags.add(Tag.objects.create(name="마당", key="마당"))
    Post.objects.filter(pk__in=Post.objects.filter(author=post.author)).update(like_count=7)
    post.title = "다른 제목"
    post.save(update_fields=["title"])
    assert Post.objects.using(PRIMARY).filter(pk=post.pk, title="다른 제목", like_count=7).exists()
    post.tags.clear()
    actions.delete_post(post, actor=person)


def test_nothing_is_migrated_there():
    router = replica.Router()
    assert router.allow_migrate(REPLICA, "blog") is False
    assert router.allow_migrate(PRIMARY, "blog") is None


# Gone and late -------------------------------------------------------------------------------------


def gone(*_args, **_kwargs):
    raise OperationalError("server closed the connection unexpectedly")


def test_a_view_that_loses_the_replica_is_answered_by_the_primary(article, reads, client):
    class Dies:
        def __init__(self):
            self.times = 0

        def __call__(self, run, sql, params, many, context):
            if replica._reading.get() is not None and replica._reading.get().has_read:
                self.times += 1
                gone()
            return run(sql, params, many, context)

    dies = Dies()
    with connections[PRIMARY].execute_wrapper(dies):
        response = client.get(article.get_absolute_url())
        again = client.get(f"/api/v1/posts/{article.pk}/")
    assert response.status_code == again.status_code == 200
    assert "바람이 부는 마당" in response.content.decode()
    assert dies.times == 1, "the second request asked the primary at once"
    assert not replica.state().is_usable
    assert "closed the connection" in replica.state().problem


def test_what_is_not_there_yet_is_looked_for_in_the_primary(mirror):
    asked = []

    @public_page
    def view(request):
        asked.append(replica.reading_alias())
        if asked[-1] == REPLICA:
            raise Http404
        return HttpResponse("여기")

    assert view(RequestFactory().get("/")).status_code == 200
    assert asked == [REPLICA, PRIMARY]
    assert replica.state().is_usable, "it is late, not gone"


def test_a_mistake_of_ours_is_one_on_the_primary_too(mirror):
    @public_page
    def view(request):
        replica.reading_alias()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        view(RequestFactory().get("/"))
    assert replica.state().is_usable


@pytest.mark.parametrize(
    ("positions", "replayed", "since_last", "seconds"),
    [
        ([(0, 100), (5, 200)], 200, 3600.0, 0),
        ([(0, 100), (5, 200)], 150, 3600.0, 5),
        ([(0, 100), (5, 200), (60, 300)], 120, None, 60),
        ([(0, 100), (5, 200)], 150, 0.3, 0.3),
        ([(5, 200)], 150, 42.0, 42),
        ([(5, 200)], 150, None, float("inf")),
    ],
    ids=["idle", "on its way", "stuck", "busy", "just started", "never replayed"],
)
def test_how_far_behind_it_is(positions, replayed, since_last, seconds):
    assert replica.behind(positions, replayed, since_last) == seconds


def test_an_old_answer_does_not_count(mirror, monkeypatch):
    assert replica.watch.is_trusted()
    monkeypatch.setattr(replica.watch, "_looked_at", replica.watch._looked_at - 3601)
    assert not replica.watch.is_trusted()


def test_without_one_nothing_is_asked(settings):
    assert replica.state() == replica.look() == replica.State()
    assert not replica.may_lag(RequestFactory().get("/"), "")


# Settings ------------------------------------------------------------------------------------------


def test_the_settings_of_a_replica():
    env = Environment(
        {
            "DATABASE_URL": "postgres://madang@db/madang",
            "DATABASE_REPLICA_URL": "postgres://reader@replica/madang?sslmode=require",
        }
    )
    made = build_databases(env)[REPLICA]
    assert made["HOST"] == "replica"
    assert made["OPTIONS"]["connect_timeout"] == 1
    assert made["OPTIONS"]["sslmode"] == "require"
    assert "default_transaction_read_only=on" in made["OPTIONS"]["options"]
    assert "statement_timeout" in made["OPTIONS"]["options"]
    assert made["TEST"] == {"MIRROR": PRIMARY}


def test_behind_a_pooler_nothing_is_asked_of_a_session():
    env = Environment(
        {
            "DATABASE_URL": "postgres://madang@db/madang",
            "DATABASE_REPLICA_URL": "postgres://madang@replica/madang",
            "DATABASE_POOLER": "on",
            "DATABASE_CONNECTION_SECONDS": "600",
        }
    )
    made = build_databases(env)
    for alias in (PRIMARY, REPLICA):
        assert made[alias]["DISABLE_SERVER_SIDE_CURSORS"] is True
        assert made[alias]["CONN_MAX_AGE"] == 600
        assert made[alias]["CONN_HEALTH_CHECKS"] is True
        assert "options" not in made[alias]["OPTIONS"]


def test_one_database_is_as_it_was():
    env = Environment({"DATABASE_URL": "sqlite:///var/x.sqlite3"})
    assert list(build_databases(env)) == [PRIMARY]
    assert timezone.now()
