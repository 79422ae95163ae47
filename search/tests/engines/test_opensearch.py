"""What only an engine beyond the database must do: be late, be away, be older than the rows."""

import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from blog.actions import delete_post, unpublish_post
from blog.tests.factories import make_article
from search.actions import drain_outbox
from search.engines import LIKES, NEWEST, Criteria, EngineDown, opensearch
from search.engines.opensearch import EntryRefused, OpenSearchEngine
from search.engines.opensearch_query import CLAUSES
from search.engines.rest import Cluster
from search.models import DocumentA, DocumentB
from search.plan import Alternative, Group
from search.selectors import search

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(*tokens: str, **options) -> Group:
    return Group(tokens[0], tuple(Alternative((token,)) for token in tokens), **options)


def looking_for(*tokens: str, viewer=VISITOR, **options) -> Criteria:
    return Criteria("post", viewer, tuple(map(said, tokens)), **options)


@pytest.fixture
def keep(opensearch_engine):
    """Return a function that stores entries and hands them to the engine."""

    def store(number: int, body: str = "마당", slot: str = "a", **columns):
        model = DocumentB if slot == "b" else DocumentA
        columns = {"published_at": NOON + timedelta(minutes=number), "author_id": 1} | columns
        row = model(kind="post", object_id=number, body_tokens=body, **columns)
        row.save()
        opensearch_engine.write(slot, [row])
        return row

    return store


def test_rows_that_changed_since_are_neither_found_nor_counted(keep, opensearch_engine):
    rows = [keep(number) for number in (1, 2, 3)]
    DocumentA.objects.filter(pk=rows[1].pk).update(status="draft")
    assert opensearch_engine.find("a", looking_for("마당")) == [3, 1]
    assert opensearch_engine.count("a", looking_for("마당")) == 2
    rows[0].delete()
    assert opensearch_engine.find("a", looking_for("마당")) == [3]


def test_a_page_is_filled_where_the_first_hits_are_gone(keep, opensearch_engine, monkeypatch):
    monkeypatch.setattr(opensearch, "SPARE", 1)
    for number in range(1, 11):
        keep(number)
    DocumentA.objects.filter(object_id__gt=5).update(visibility="private")
    assert opensearch_engine.find("a", looking_for("마당"), sort=NEWEST, limit=3) == [5, 4, 3]


def test_newer_versions_win_and_a_repeated_write_is_harmless(keep, opensearch_engine):
    row = keep(1, "새롭다", version=7)
    opensearch_engine.write("a", [row])
    row.version, row.body_tokens = 6, "낡다"
    opensearch_engine.write("a", [row])
    assert opensearch_engine.versions("a", "post", [1, 2]) == {1: 7}
    assert opensearch_engine.find("a", looking_for("새롭다")) == [1]
    opensearch_engine.delete("a", [("post", 1, 6), ("post", 99, 1)])
    assert opensearch_engine.versions("a", "post", [1]) == {1: 7}
    opensearch_engine.delete("a", [("post", 1, 8)])
    assert opensearch_engine.versions("a", "post", [1]) == {}


def test_likes_are_those_of_now(keep, opensearch_engine):
    for number in (1, 2, 3):
        keep(number, like_count=number)
    DocumentA.objects.filter(object_id=1).update(like_count=9)
    assert opensearch_engine.find("a", looking_for("마당"), sort=LIKES) == [1, 3, 2]


def test_a_slot_is_emptied_and_swapped_without_the_other(keep, opensearch_engine):
    keep(1)
    keep(1, slot="b")
    opensearch_engine.swap("b")
    former = opensearch_engine.indexes_of("a")
    opensearch_engine.clear("a")
    assert opensearch_engine.indexes_of("a") != former
    assert opensearch_engine.find("a", looking_for("마당")) == []
    assert opensearch_engine.find("b", looking_for("마당")) == [1]
    opensearch_engine.finish("a")
    opensearch_engine.swap("a")
    live = f"/_alias/{opensearch_engine.prefix}"
    assert list(opensearch_engine.cluster.call("GET", live)[1]) == opensearch_engine.indexes_of("a")
    status = opensearch_engine.status()
    assert status["rows"] == 1
    assert status["engine"].startswith("OpenSearch ")


def test_an_index_that_somebody_deleted_is_made_anew_by_the_next_write(keep, opensearch_engine):
    row = keep(1)
    for index in opensearch_engine.indexes_of("a"):
        opensearch_engine.cluster.call("DELETE", f"/{index}")
    with pytest.raises(EngineDown, match="search_reindex"):
        opensearch_engine.find("a", looking_for("마당"))
    opensearch_engine.write("a", [row])
    assert opensearch_engine.find("a", looking_for("마당")) == [1]


def test_a_new_site_without_an_index_finds_nothing(opensearch_engine):
    for index in opensearch_engine.indexes_of("a"):
        opensearch_engine.cluster.call("DELETE", f"/{index}")
    assert opensearch_engine.find("a", looking_for("마당")) == []
    assert opensearch_engine.count("a", looking_for("마당")) == 0


def test_scratch_indexes_lie_beside_those_of_the_site_and_go(keep, opensearch_engine):
    row = keep(1, "마당")
    with opensearch.scratch_indexes():
        beside = OpenSearchEngine()
        assert beside.find("a", looking_for("마당")) == []
        row.body_tokens = "뜰"
        beside.write("a", [row])
        assert beside.find("a", looking_for("뜰")) == [1]
    assert beside.indexes_of("a") == []
    assert opensearch_engine.find("a", looking_for("마당")) == [1]


def test_phrases_are_looked_up_in_the_texts(keep, opensearch_engine, minah):
    right = make_article(minah, "봄 소풍", source="도커로 **웹 서버**를 열었다.")
    wrong = make_article(minah, "가을", source="서버를 연 뒤 웹을 보았다.")
    for post in (right, wrong):
        keep(post.pk, "웹 서버", author_id=minah.pk)
    criteria = looking_for("웹", "서버", phrases=("웹 서버",))
    assert opensearch_engine.find("a", criteria) == [right.pk]
    assert opensearch_engine.count("a", criteria) == 1


def test_the_largest_plan_stays_below_what_the_engine_allows(keep, opensearch_engine):
    keep(1, "마당 뜰")
    widest = tuple(
        Alternative(tuple(f"낱말{place}{part}" for part in range(6))) for place in range(11)
    )
    groups = tuple(
        Group(str(number), (Alternative(("마당", "뜰"), 2.0), *widest)) for number in range(12)
    )
    assert opensearch_engine.find("a", Criteria("post", VISITOR, groups)) == [1]
    body = opensearch.search_body(
        Criteria("post", VISITOR, groups), opensearch.Circle(), sort="relevance", size=1
    )
    assert str(body).count("'term'") < CLAUSES + 10


def test_long_lists_of_people_are_sent_in_parts(keep, opensearch_engine, monkeypatch):
    monkeypatch.setattr("search.engines.opensearch_query.LIST_PART", 2)
    keep(1)
    hidden = opensearch.Circle(hidden=[7, 8, 9, 10, 1])
    body = opensearch.count_body(looking_for("마당"), hidden, size=10)
    assert opensearch_engine._asked("a", looking_for("마당"), body) == ([], 0)


def test_an_entry_that_is_refused_does_not_look_like_an_engine_that_is_down(
    keep, opensearch_engine
):
    row = keep(1)
    row.topic_id = "봄"
    with pytest.raises(EntryRefused):
        opensearch_engine.write("a", [row])


@pytest.mark.behaviour("SE-20")
def test_a_post_is_found_after_the_outbox_and_hidden_before_it(opensearch_engine, minah):
    post = make_article(minah, "고양이 사진 정리하기")
    visitor = {"viewer": VISITOR, "kind": "post"}
    assert search("고양이", **visitor).ids == ()
    drain_outbox()
    assert search("고양이", **visitor).ids == (post.pk,)
    assert opensearch_engine.versions("a", "post", [post.pk]).keys() == {post.pk}
    unpublish_post(post, actor=minah)
    assert search("고양이", **visitor).total == 0
    delete_post(post, actor=minah)
    drain_outbox()
    assert opensearch_engine.versions("a", "post", [post.pk]) == {}


# Away, or too slow


def test_an_engine_that_is_away_is_down_at_once(settings):
    settings.SEARCH_URL = f"http://127.0.0.1:{_unused_port()}"
    began = time.monotonic()
    with pytest.raises(EngineDown):
        OpenSearchEngine().find("a", looking_for("마당"))
    assert time.monotonic() - began < 1.5


@pytest.mark.behaviour("SE-19")
@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"])
def test_an_engine_that_drips_is_down_after_its_time(settings, monkeypatch, drip):
    monkeypatch.setattr(opensearch, "SEARCH_SECONDS", 0.3)
    with Dripping(drip) as port:
        settings.SEARCH_URL = f"http://127.0.0.1:{port}"
        began = time.monotonic()
        with pytest.raises(EngineDown):
            OpenSearchEngine().find("a", looking_for("마당"))
        assert time.monotonic() - began < 1.2


def test_a_connection_that_was_closed_meanwhile_is_opened_again(opensearch_server):
    cluster = Cluster(opensearch_server)
    assert cluster.call("GET", "/")[0] == 200
    for connection in cluster.client._transport._pool.connections:
        connection._connection._network_stream.stream._sock.shutdown(socket.SHUT_RDWR)
    assert cluster.call("GET", "/")[0] == 200
    cluster.close()


def test_name_and_password_of_the_address_are_sent_as_a_header():
    cluster = Cluster("http://madang:s%C3%A9cret@127.0.0.1:9200/blog")
    assert str(cluster.client.base_url) == "http://127.0.0.1:9200/"
    assert cluster.client._auth._auth_header.startswith("Basic ")


def test_the_path_of_the_address_names_the_indexes(settings):
    settings.SEARCH_URL = "https://127.0.0.1:9200/Our_Blog"
    assert OpenSearchEngine().prefix == "our-blog"
    settings.SEARCH_URL = "https://127.0.0.1:9200"
    assert OpenSearchEngine().prefix == "madang"


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dripping:
    """A server that begins with ``first`` and then sends one byte each tenth of a second."""

    def __init__(self, first: bytes):
        self.first = first
        self.ended = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self.socket.getsockname()[1]

    def __exit__(self, *_what):
        self.ended.set()
        self.thread.join()
        self.socket.close()

    def _serve(self):
        peer, _address = self.socket.accept()
        with peer:
            try:
                peer.sendall(self.first)
                while not self.ended.wait(0.1):
                    peer.sendall(b"x" if self.first else b"")
            except OSError:
                return
