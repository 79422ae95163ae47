"""Every address answers without a 500 to everybody, and no GET changes a row.

A new route without sample values fails and says what to add: each parameter needs a value of a
row that exists, so that the page itself is reached and not only its 404.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.urls import URLPattern, get_resolver, resolve
from django.urls.resolvers import RegexPattern

from config.selectors import site_settings
from config.tests.sources import APPS
from config.tests.world import World, make_world
from config.url_prefix import without_prefix
from moderation.actions.rules import built_in_version
from moderation.appeal_tokens import appeal_token
from social.unsubscribing import unsubscribe_token

pytestmark = pytest.mark.guard

VISITORS = ("anonymous", "member", "blocked member", "staff")
SAFE_METHODS = ("get", "head", "options")
ASKED_BY_ALL_METHODS = ("anonymous", "member")
"""HEAD runs what GET runs, OPTIONS next to nothing, and without a token nobody is looked at."""

TOKEN = "t0kenT0kenT0kenT0kenT0kenT0ken00"
WRITE = re.compile(
    r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)', re.I
)

MAY_BE_WRITTEN_BY_GET: dict[str, str] = {
    "django_session": "setting up a second factor keeps its secret or challenge in the session",
}
"""Table → why. Nothing that people made may be here."""

PROVED_BY_THE_ADDRESS = {
    "social:unsubscribe": "mail programs post to the signed link without cookies (RFC 8058)",
}
"""Route's name → why a POST needs no token of ours."""


@dataclass(frozen=True)
class Route:
    """One pattern of the URL configuration with all that stands before it."""

    route: str
    name: str
    parameters: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.route or "/"

    def path(self, values: dict[str, object]) -> str:
        path = PARAMETER.sub(
            lambda match: quote(str(values[match[1] or match[2]]), safe="/:"), self.route
        )
        return "/" + re.sub(r"\\(.)", r"\1", path)


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()\\]|\\.|\([^()]*\))*\)")


def routes(resolver=None, prefix: str = "", namespace: str = "") -> Iterator[Route]:
    """Yield every route, those of allauth and the admin too."""
    for pattern in (resolver or get_resolver()).url_patterns:
        own = str(pattern.pattern)
        if isinstance(pattern.pattern, RegexPattern):
            own = own.removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            whole = prefix + own
            names = tuple(first or second for first, second in PARAMETER.findall(whole))
            yield Route(whole, f"{namespace}{pattern.name or ''}", names)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, prefix + own, inner)


ROUTES = tuple(dict.fromkeys(routes()))

# Values -------------------------------------------------------------------------------------------

Samples = list[dict[str, object]]


def _version() -> dict[str, int]:
    version = built_in_version("three-reports")
    return {"object_id": version.rule_id, "number": version.number}


FORMS = ("atom", "rss", "json")
SAMPLES: dict[str, Callable[[World], Samples]] = {
    "card_image": lambda world: [{"key": site_settings().card_image}, {"key": "0" * 32}],
    "accounts:cancel_job": lambda world: [{"pk": world.job.pk}],
    "accounts:download_export": lambda world: [{"pk": world.export_job.pk}, {"pk": world.job.pk}],
    **{
        f"accounts:archive_{name}": lambda world: [{"pk": world.archive_import.pk}]
        for name in ("run", "bring", "resume", "undo", "discard")
    },
    "accounts:retry_job": lambda world: [{"pk": world.job.pk}],
    "v1:person": lambda world: [
        {"who": world.minah.pk},
        {"who": "@minah"},
        {"who": "@minah_old"},
        {"who": "@taeo"},
    ],
    "v1:token": lambda world: [{"pk": world.token.pk}],
    "v1:session": lambda world: [{"pk": world.open_session.pk}],
    "v1:job": lambda world: [{"pk": world.job.pk}, {"pk": world.export_job.pk}],
    **{
        f"v1:{name}_job": lambda world: [{"pk": world.job.pk}, {"pk": world.export_job.pk}]
        for name in ("cancel", "retry", "download")
    },
    **{
        f"v1:{name}": lambda world: [
            {"kind": "archive", "pk": world.archive_import.pk},
            {"kind": "blog", "pk": world.import_run.pk},
            {"kind": "letters", "pk": 1},
        ]
        for name in ("import", "bring_import", "resume_import", "undo_import")
    },
    "social:delete_message": lambda world: [{"pk": world.message.pk}],
    "social:unmute_term": lambda world: [{"pk": world.term.pk}],
    "social:report": lambda world: [
        {"kind": "post", "pk": world.article.pk},
        {"kind": "comment", "pk": world.comment.pk},
        {"kind": "message", "pk": world.message.pk},
        {"kind": "person", "pk": world.minah.pk},
        {"kind": "series", "pk": world.series.pk},
        {"kind": "image", "pk": world.image.pk},
        {"kind": "nothing", "pk": 1},
    ],
    **{
        f"v1:{name}": lambda world: [{"who": world.minah.pk}, {"who": "@taeo"}]
        for name in (
            *("follow", "follower", "block", "mute", "followers", "following"),
            *("conversation", "conversation_messages", "read_conversation"),
            "unread_conversation",
        )
    },
    "v1:person_posts": lambda world: [{"who": world.minah.pk}, {"who": "@taeo"}],
    **{
        f"v1:{name}": lambda world: [
            {"pk": world.article.pk},
            {"pk": world.draft.pk},
            {"pk": world.note.pk},
        ]
        for name in (
            *("post", "publish_post", "unpublish_post", "schedule_post", "restore_post"),
            *("post_pin", "draft", "preview_link", "revisions", "post_comments"),
            *("open_comments", "close_comments", "post_like", "post_likes", "post_bookmark"),
        )
    },
    **{
        f"v1:{name}": lambda world: [
            {"pk": world.draft.pk, "revision_pk": world.draft.revisions.first().pk}
        ]
        for name in ("revision", "restore_revision")
    },
    **{
        f"v1:{name}": lambda world: [{"pk": world.bookmark.pk}]
        for name in ("bookmark", "read_bookmark")
    },
    **{
        f"v1:{name}": lambda world: [{"pk": world.comment.pk}]
        for name in (
            *("comment", "comment_replies", "comment_like", "comment_likes"),
            *("hide_comment", "show_comment", "pin_comment", "unpin_comment"),
            *("approve_comment", "refuse_comment"),
        )
    },
    "v1:message": lambda world: [{"pk": world.message.pk}],
    "v1:my_muted_term": lambda world: [{"pk": world.term.pk}],
    "v1:notification": lambda world: [{"pk": world.told.pk}],
    "v1:report": lambda world: [{"pk": world.report.pk}],
    **{
        f"social:{name}": lambda world: [{"pk": world.delivery.webhook_id}]
        for name in (
            *("settings_webhook", "change_webhook", "rotate_webhook"),
            *("delete_webhook", "test_webhook"),
        )
    },
    "social:replay_delivery": lambda world: [{"pk": world.delivery.pk}],
    **{
        f"v1:{name}": lambda world: [{"pk": world.delivery.webhook_id}]
        for name in ("webhook", "webhook_deliveries", "test_webhook", "rotate_webhook")
    },
    **{
        f"v1:{name}": lambda world: [{"pk": world.delivery.pk}]
        for name in ("webhook_delivery", "replay_delivery")
    },
    **{
        f"v1:{name}": lambda world: [{"name": "도커"}, {"name": "김밥"}, {"name": "없는-태그"}]
        for name in ("tag", "tag_follow")
    },
    "v1:topic": lambda world: [{"slug": world.topic.slug}],
    **{
        f"v1:{name}": lambda world: [{"pk": world.series.pk}]
        for name in ("one_series", "series_posts", "series_follow", "series_download")
    },
    "v1:image": lambda world: [{"pk": world.image.pk}],
    **{
        f"v1:{name}": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}]
        for name in ("post_translations", "translate_post", "post_download")
    },
    "v1:linked_translation": lambda world: [
        {"pk": world.article.pk, "other_pk": world.draft.pk},
        {"pk": world.note.pk, "other_pk": world.article.pk},
    ],
    "v1:translate_comment": lambda world: [{"pk": world.comment.pk}],
    "embed:download_comments": lambda world: [
        {"site": world.embed_thread.site.key, "pk": world.embed_job.pk}
    ],
    "v1:own_embed_import": lambda world: [
        {"site": world.embed_thread.site.key, "pk": world.embed_job.pk}
    ],
    "v1:own_embed_thread": lambda world: [
        {"site": world.embed_thread.site.key, "pk": world.embed_thread.pk}
    ],
    "v1:own_embed_thread_key": lambda world: [
        {"site": world.embed_thread.site.key, "pk": world.embed_thread.pk, "key": "새/이름"}
    ],
    "embed:thread": lambda world: [{"pk": world.embed_thread.post_id}],
    "embed:page": lambda world: [
        {"site": world.embed_thread.site.key, "key": key} for key in ("글/바람", "옛/바람", "새/글")
    ],
    **{
        f"embed:{name}": lambda world: [{"site": world.embed_thread.site.key}]
        for name in ("settings_site", "delete_site", "settings_threads", "comment_files")
    },
    **{
        f"embed:{name}": lambda world: [
            {"site": world.embed_thread.site.key, "pk": world.embed_thread.pk}
        ]
        for name in ("settings_thread", "drop_key")
    },
    **{
        f"v1:{name}": lambda world: [{"site": world.embed_thread.site.key}]
        for name in (
            *("embed_site", "embed_counts", "embed_challenge", "embed_search"),
            *("own_embed_site", "own_embed_threads", "own_embed_imports", "own_embed_exports"),
        )
    },
    **{
        f"v1:{name}": lambda world: [
            {"site": world.embed_thread.site.key, "key": key} for key in ("글/바람", "새/글")
        ]
        for name in ("embed_thread", "embed_comments", "embed_reaction")
    },
    **{
        f"v1:{name}": lambda world: [
            {
                "site": world.embed_thread.site.key,
                "pk": world.embed_comment.pk,
                "verb": "hide",
            }
        ]
        for name in ("embed_comment", "embed_comment_like", "embed_comment_decision")
    },
    "blog:edit": lambda world: [
        {"pk": world.article.pk},
        {"pk": world.draft.pk},
        {"pk": world.note.pk},
    ],
    "blog:delete": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}],
    "blog:restore": lambda world: [{"pk": world.article.pk}],
    "blog:save": lambda world: [{"pk": world.article.pk}, {"pk": world.draft.pk}],
    "blog:state": lambda world: [{"pk": world.draft.pk}, {"pk": world.note.pk}],
    "blog:revisions": lambda world: [{"pk": world.draft.pk}, {"pk": world.note.pk}],
    "blog:name_revision": lambda world: [{"pk": world.draft.pk}],
    "blog:revision": lambda world: [
        {"pk": world.draft.pk, "revision_pk": world.draft.revisions.first().pk}
    ],
    "blog:restore_revision": lambda world: [
        {"pk": world.draft.pk, "revision_pk": world.draft.revisions.first().pk}
    ],
    "blog:preview": lambda world: [{"key": world.draft.preview_link.key}],
    "blog:translations": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}],
    "blog:pin_post": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}],
    "blog:translate_post": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}],
    **{
        f"blog:{name}": lambda world: [{"pk": world.article.pk}, {"pk": world.note.pk}]
        for name in (
            *("comments", "open_comments", "close_comments"),
            *("like", "unlike", "bookmark", "unbookmark", "likes"),
        )
    },
    **{
        f"blog:{name}": lambda world: [{"pk": world.comment.pk}]
        for name in (
            *("comment", "comment_thread", "edit_comment", "delete_comment", "comment_likes"),
            *("hide_comment", "show_comment", "pin_comment", "unpin_comment"),
            *("approve_comment", "refuse_comment", "like_comment", "unlike_comment"),
            "translate_comment",
        )
    },
    "blog:read_bookmark": lambda world: [{"pk": world.bookmark.pk}],
    "blog:unread_bookmark": lambda world: [{"pk": world.bookmark.pk}],
    "blog:take_out": lambda world: [
        {"pk": post.pk, "form": form}
        for post in (world.article, world.draft)
        for form in ("md", "zip", "html", "epub", "exe")
    ],
    "blog:take_out_series": lambda world: [{"slug": world.series.slug}],
    "blog:edit_series": lambda world: [{"pk": world.series.pk}],
    "blog:order_series": lambda world: [{"pk": world.series.pk}],
    "blog:add_to_series": lambda world: [{"pk": world.series.pk}],
    "blog:remove_from_series": lambda world: [{"pk": world.series.pk}],
    "blog:delete_series": lambda world: [{"pk": world.series.pk}],
    "blog:post_permalink": lambda world: [{"pk": world.article.pk}, {"pk": world.draft.pk}],
    "blog:former_comments": lambda world: [{"pk": world.article.pk}],
    **{
        f"blog:import_{name}": lambda world: [{"pk": world.import_run.pk}]
        for name in ("run", "read", "start", "resume", "undo", "discard", "report")
    },
    "blog:tag": lambda world: [{"name": "도커"}, {"name": "DJANGO"}, {"name": "김밥"}],
    **{
        f"blog:{act}_tag": lambda world: [{"name": "도커"}, {"name": "없는-태그"}]
        for act in ("follow", "unfollow")
    },
    **{
        f"blog:{act}_series": lambda world: [{"slug": world.series.slug}]
        for act in ("follow", "unfollow")
    },
    "blog:topic": lambda world: [{"slug": world.topic.slug}],
    "blog:image": lambda world: [{"key": world.image.key, "width": world.image.width}],
    "blog:describe_image": lambda world: [{"key": world.image.key}],
    "blog:delete_image": lambda world: [{"key": world.image.key}],
    "blog:site_feed": lambda world: [{"form": form} for form in FORMS],
    "blog:tag_feed": lambda world: [{"name": "도커", "form": form} for form in FORMS],
    "blog:topic_feed": lambda world: [{"slug": world.topic.slug, "form": form} for form in FORMS],
    "blog:author_feed": lambda world: [{"form": form} for form in FORMS],
    "blog:series_feed": lambda world: [{"slug": world.series.slug, "form": form} for form in FORMS],
    "blog:note": lambda world: [{"pk": world.note.pk}],
    "blog:archive_month": lambda world: [
        {"year": world.article.published_at.year, "month": world.article.published_at.month},
        {"year": 9999, "month": 13},
    ],
    "blog:series": lambda world: [{"slug": world.series.slug}],
    "blog:post": lambda world: [{"slug": world.article.slug}, {"slug": "옛-주소"}],
    "blog:page": lambda world: [{"slug": world.page.slug}],
    "blog:sitemap_section": lambda world: [
        {"section": name} for name in ("posts", "people", "tags", "series", "places", "nothing")
    ],
    **{
        f"moderation:{name}": lambda world: [{"pk": world.decision.pk}]
        for name in ("decision", "takedown_file")
    },
    **{
        f"v1:moderation_{name}": lambda world: [{"pk": world.decision.pk}]
        for name in ("decision", "undo")
    },
    **{
        f"v1:moderation_{name}": lambda world: [{"pk": world.decision.appeal.pk}]
        for name in ("appeal", "answer_appeal")
    },
    "moderation:appeal": lambda world: [{"token": appeal_token(world.decision)}, {"token": "x:y"}],
    **{
        f"moderation:{name}": lambda world: [{"receipt": world.takedown.receipt}]
        for name in ("takedown_receipt", "withdraw_takedown", "receipt_file")
    },
    **{
        f"admin:moderation_case_{name}": lambda world: [
            {"kind": "post", "pk": world.article.pk},
            {"kind": "person", "pk": world.minah.pk},
            {"kind": "nothing", "pk": 1},
        ]
        for name in ("open", "decide", "note", "assign", "read")
    },
    "admin:moderation_rule_act": lambda world: [_version() | {"act": "activate"}],
    "admin:moderation_rule_trial": lambda world: [_version()],
    "admin:moderation_case_undo": lambda world: [{"pk": world.decision.pk}],
    "admin:moderation_case_answer": lambda world: [{"pk": world.decision.appeal.pk}],
    "admin:moderation_case_takedown": lambda world: [{"pk": world.takedown.pk}],
    "social:unsubscribe": lambda world: [
        {"token": unsubscribe_token(world.junho, "reply")},
        {"token": "daily~nobody"},
    ],
    "accounts:avatar": lambda world: [
        resolve(without_prefix(world.minah.avatar_url(size), settings.URL_PREFIX)).kwargs
        for size in (36, 64, 128, 256)
    ],
    "account_confirm_email": lambda world: [{"key": "MQ:no:key"}],
    "account_reset_password_from_key": lambda world: [{"uidb36": "1", "key": "set-password"}],
    "mfa_edit_webauthn": lambda world: [{"pk": world.passkey.pk}],
    "mfa_remove_webauthn": lambda world: [{"pk": world.passkey.pk}],
    "admin:auth_user_password_change": lambda world: [{"id": world.junho.pk}],
    "admin:view_on_site": lambda world: [
        {
            "content_type_id": ContentType.objects.get_for_model(world.article).pk,
            "object_id": world.article.pk,
        }
    ],
    "admin:app_list": lambda world: [{"app_label": "blog"}],
}
"""Route's name → the values to try. ``handle`` is 미나's unless given."""


OF_THE_ADMIN = (("object_id",), ("url",))
"""Parameters of the pages that Django's admin makes for every model."""


def admin_row(route: str) -> Samples:
    """Return the key of a row that the admin's page of ``route`` shows."""
    _admin, app, model, *_rest = route.split("/")
    found = apps.get_model(app, model)._default_manager.first()
    if found is None and app in APPS:
        pytest.fail(f"config/tests/world.py makes no {app}.{model}; the admin shows one at {route}")
    return [{"object_id": found.pk if found else 1}]


def samples_of(route: Route, world: World) -> Samples:
    """Return what to put in the places of ``route``; fails if nobody said."""
    given: Samples = [{}]
    if route.route.startswith("admin/") and route.parameters in OF_THE_ADMIN:
        is_row = route.parameters == ("object_id",)
        given = admin_row(route.route) if is_row else [{"url": "no/such/page"}]
    elif route.name in SAMPLES:
        given = SAMPLES[route.name](world)
    values = [{"handle": world.minah.handle} | one for one in given]
    if missing := set(route.parameters) - set(values[0]):
        pytest.fail(
            f"The route {route.route!r} is new here: say in SAMPLES of {__name__} which "
            f"{', '.join(sorted(missing))} it takes, as {route.name!r}: lambda world: [{{…}}]"
        )
    return values


# What is asked ------------------------------------------------------------------------------------


class Watch:
    """Remembers which tables are written while it is asked to look."""

    def __init__(self):
        self.tables: set[str] = set()

    def __call__(self, execute, sql, params, many, context):
        if match := WRITE.match(sql):
            self.tables.add(match[1])
        return execute(sql, params, many, context)


def asked(client, method: str, path: str, **options) -> tuple[int, str]:
    """Return the status and, if the site broke, what broke."""
    try:
        response = getattr(client, method)(path, **options)
        if response.streaming:
            b"".join(response.streaming_content)
        return response.status_code, "" if response.status_code < 500 else "answered with an error"
    except Exception as error:
        return 500, f"{type(error).__name__}: {error}"


@pytest.fixture(scope="module")
def whole_world(django_db_setup, django_db_blocker):
    """One site for all routes: making it for each would take most of the time."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def db(whole_world):
    """Undo what one test did. It has the name of pytest-django's, which it stands for here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(db, whole_world):
    return whole_world


@pytest.mark.thorough
@pytest.mark.behaviour("X-09", "X-14")
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.label)
def test_every_address_answers_everybody(route, world, request):
    """GET, HEAD and OPTIONS, then POST without and with a token: never 5xx; X-09 on the way.

    On the second engine GET and POST with a token alone: the others do no more with the database.
    """
    broken, is_first = [], not request.config.getoption("second_engine")
    for values in samples_of(route, world):
        path = route.path(values)
        for visitor in VISITORS:
            client = world.client(visitor, enforce_csrf_checks=True)
            by_all_methods = is_first and visitor in ASKED_BY_ALL_METHODS
            methods = SAFE_METHODS if by_all_methods else ("get",)
            broken += safe_methods_broken_for(client, visitor, path, methods)
            if by_all_methods:
                status, reason = asked(client, "post", path)
                if reason or (status < 300 and route.name not in PROVED_BY_THE_ADDRESS):
                    broken.append(f"POST {path} without a token as {visitor}: {status} {reason}")
            client.cookies["csrftoken"] = TOKEN
            status, reason = asked(client, "post", path, headers={"X-CSRFToken": TOKEN})
            if reason:
                broken.append(f"POST {path} with nothing as {visitor}: {status} {reason}")
    assert not broken, "\n".join(broken)


def safe_methods_broken_for(client, visitor: str, path: str, methods: Iterable[str]) -> list[str]:
    """Return what is wrong with the methods that must change nothing (X-09)."""
    broken, statuses = [], {}
    for method in methods:
        watch = Watch()
        with connection.execute_wrapper(watch):
            statuses[method], reason = asked(client, method, path)
        if reason:
            broken.append(f"{method.upper()} {path} as {visitor}: {statuses[method]} {reason}")
        if written := watch.tables - set(MAY_BE_WRITTEN_BY_GET):
            broken.append(f"{method.upper()} {path} as {visitor} wrote to {sorted(written)}")
    if statuses["get"] != statuses.get("head", statuses["get"]):
        broken.append(f"{path} as {visitor}: GET {statuses['get']} but HEAD {statuses['head']}")
    return broken


# Does the guard see? ------------------------------------------------------------------------------


def test_the_whole_site_is_walked():
    names = {route.name for route in ROUTES}
    assert {"home", "blog:post", "account_login", "admin:index", "readyz"} <= names
    assert len(ROUTES) > 100


def test_every_route_can_be_walked():
    """The quick half of the walk: a new route without samples is found by ``make check``."""
    missing = [
        route.name
        for route in ROUTES
        if set(route.parameters) - {"handle"}
        and route.name not in SAMPLES
        and not (route.route.startswith("admin/") and route.parameters in OF_THE_ADMIN)
    ]
    assert not missing, f"Say in SAMPLES which rows these show: {missing}"


@pytest.mark.thorough
@pytest.mark.behaviour("X-09")
def test_a_write_would_be_seen(world):
    watch = Watch()
    with connection.execute_wrapper(watch):
        world.minah.save(update_fields=["bio"])
        world.draft.delete()
    assert {"accounts_user", "blog_post"} <= watch.tables


def test_only_tables_of_frameworks_are_excused():
    ours = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in APPS}
    assert not ours & set(MAY_BE_WRITTEN_BY_GET)


@pytest.mark.thorough
@pytest.mark.behaviour("UX-18", "X-14")
@pytest.mark.parametrize(
    "path",
    [
        "/@/",
        "/@minah/%00/",
        "/@%F0%9F%92%A9/",
        "/tags/%E1%84%92%E1%85%A1%E1%86%AB%E1%84%80%E1%85%B3%E1%86%AF/",
        "/tags/%ED%A0%80/",
        "/posts/99999999999999999999999999/",
        "/@minah/notes/99999999999999999999999/",
        "/write/99999999999999999999999999/",
        "/@minah/archive/0/0/",
        "/@minah/archive/99999/99/",
        "/media/images/..%2f..%2fsecret/480.webp",
        "/media/images/x/99999999999999999999.webp",
        "/avatars/99999999999999999999/0/36/",
        "/sitemap-posts.xml?p=0",
        "/sitemap-posts.xml?p=99999999999",
        "/sitemap-posts.xml?p=x",
        "/explore/?cursor=%00&language=%00&kind=x&topic=%00",
        "/explore/?topic=99999999999999999999",
        "/?cursor=" + "a" * 3000,
        "/tags/?by=%00&order=x",
        "/search/?q=%00x&type=%00&in=%00&page=%00&topic=%00&period=%00",
        "/search/suggest/?q=%ff%fe",
        "/api/v1/search/?q=" + "a" * 3000,
        "/" + "a/" * 500,
        "/%ff%fe",
        "/feed.exe",
        "/@minah/feed.%00",
    ],
)
def test_any_address_is_answered(world, path):
    for visitor in ("anonymous", "member"):
        status, reason = asked(world.client(visitor), "get", path)
        assert not reason, f"GET {path} as {visitor}: {status} {reason}"
