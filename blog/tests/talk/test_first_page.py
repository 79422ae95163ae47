"""The first page of comments by prepared statements is the one that the plain way shows."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.actions import set_state
from blog import actions, comment_tree
from blog.comment_tree import Talk, comments_under
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_person
from blog.tests.talk.factories import say, say_as_guest
from blog.tests.talk.test_tree import walked
from social.actions import block_person, mute_person, mute_term

pytestmark = pytest.mark.django_db
SORTS = ("", "sort=old", "sort=new", "sort=liked", "sort=nonsense")


def plainly(post: Post, viewer, params: QueryDict) -> Talk:
    """Return what the querysets themselves say, without a prepared statement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comment_tree._Reading, "is_plain", False)
        patch.setattr(comment_tree.THREADS, "objects", None)
        patch.setattr(comment_tree.ANSWERS, "objects", None)
        return comments_under(post, viewer, params)


@pytest.fixture
def talk(minah, junho, taeo, sora, stranger, monkeypatch):
    """A post with comments of every state by several people, and who may look at them."""
    monkeypatch.setattr(comment_tree, "THREADS_PER_PAGE", 4)
    post = make_article(minah)
    hana, gahee, dasom, bora, early = (
        make_person(handle) for handle in "hana gahee dasom bora early".split()
    )
    roots = [
        say(hana, post, "첫 번째 말"),
        say(junho, post, "빨간열쇠를 보았어요"),
        say(gahee, post, "떠난 사람의 말"),
        say(stranger, post, "기다리는 말"),
        say(hana, post, "숨긴 말"),
        say(hana, post, "멈춘 말"),
        say(junho, post, "지운 말"),
        say(minah, post, "주인의 말"),
        say(hana, post, "마지막 말"),
    ]
    for root in (*roots[:3], *roots[4:7]):
        answer = say(minah, post, "고마워요", parent=root)
        say(junho, post, "저도요", parent=answer)
    say(hana, post, "하나의 답", parent=roots[7])
    say_as_guest(post)
    for root, changes in (
        (roots[3], {"status": "waiting"}),
        (roots[4], {"is_hidden": True}),
        (roots[5], {"status": "held"}),
        (roots[6], {"status": "deleted"}),
    ):
        Comment.objects.filter(pk=root.pk).update(**changes)
    for person in (minah, junho, sora):
        actions.like_comment(roots[1], actor=person)
    actions.like_comment(roots[8], actor=junho)
    set_state(gahee, "suspended", actor=None)
    block_person(bora, actor=hana)
    mute_person(hana, actor=dasom)
    mute_term("빨간열쇠", kind="word", actor=early)
    actions.recount_post(post.pk)
    post.refresh_from_db()
    people = {
        "visitor": AnonymousUser(),
        "host": minah,
        "member": junho,
        "staff": sora,
        "waiting": stranger,
        "blocked_by_host": taeo,
        "blocked_by_writer": bora,
        "mutes_person": dasom,
        "mutes_word": early,
        "suspended": gahee,
    }
    return post, people, roots


def seen(talk: Talk) -> list[int]:
    return [one.pk for one in walked(talk.threads) if one.is_seen]


@pytest.mark.behaviour("BL-51", "BL-52", "X-01", "SO-08", "SO-09")
@pytest.mark.parametrize("is_pinned", [False, True])
def test_it_is_the_same_for_everybody_in_every_order(talk, is_pinned):
    post, people, roots = talk
    if is_pinned:
        actions.pin_comment(roots[8], actor=post.author)
    for name, viewer in people.items():
        for sort in SORTS:
            params = QueryDict(sort)
            found, plain = comments_under(post, viewer, params), plainly(post, viewer, params)
            assert found == plain, (name, sort)
            assert found.page.next_query, "there is more than a page"
            if is_pinned and name not in {"blocked_by_writer", "mutes_person"}:
                assert found.threads[0].pk == roots[8].pk and found.threads[0].is_pinned
    first = {
        name: seen(comments_under(post, viewer, QueryDict())) for name, viewer in people.items()
    }
    assert roots[1].pk in first["visitor"] and roots[1].pk not in first["mutes_word"]
    assert roots[0].pk in first["visitor"] and roots[0].pk not in first["mutes_person"]
    assert roots[0].pk not in first["blocked_by_writer"]
    assert roots[2].pk in first["suspended"] and roots[2].pk not in first["staff"]
    assert roots[3].pk in first["waiting"] and roots[3].pk not in first["visitor"]


@pytest.mark.behaviour("BL-51")
def test_later_pages_and_told_comments_follow_on_the_first(talk):
    post, people, roots = talk
    for viewer in people.values():
        params, found = QueryDict(), []
        for _page in range(6):
            page = comments_under(post, viewer, params)
            assert page == plainly(post, viewer, params)
            found += [one.pk for one in page.threads]
            if not page.page.next_query:
                break
            params = QueryDict(page.page.next_query.removeprefix("?"))
        assert len(found) == len(set(found)) > 4 and found == sorted(found)
    for name in ("mutes_person", "mutes_word", "visitor"):
        params = QueryDict(f"shown={roots[0].pk}")
        found = comments_under(post, people[name], params)
        assert found == plainly(post, people[name], params) and roots[0].pk in seen(found)


def test_what_is_said_liked_or_hidden_is_shown_at_once(talk):
    post, people, roots = talk
    viewer, visitor = people["member"], people["visitor"]
    before = comments_under(post, visitor, QueryDict("sort=liked"))
    assert [one.like_count for one in before.threads][:2] == [3, 1]
    actions.unlike_comment(roots[1], actor=viewer)
    after = comments_under(post, viewer, QueryDict("sort=liked"))
    assert [(one.like_count, one.is_liked) for one in after.threads][:2] == [(2, False), (1, True)]
    actions.hide_comment(roots[1], actor=post.author)
    assert roots[1].pk not in seen(comments_under(post, visitor, QueryDict()))
    assert roots[1].pk in seen(comments_under(post, post.author, QueryDict()))
    answer = say(viewer, post, "새 답", parent=roots[0])
    assert answer.pk in seen(comments_under(post, visitor, QueryDict()))


def test_statements_are_made_once_and_who_mutes_words_goes_the_plain_way(talk, monkeypatch):
    post, people, _roots = talk
    used = []
    for name in ("THREADS", "ANSWERS"):
        prepared = getattr(comment_tree, name)
        real = prepared.objects

        def objects(shape, real=real, name=name, **values):
            used.append(name)
            return real(shape, **values)

        monkeypatch.setattr(prepared, "objects", objects)
    for name, viewer in people.items():
        used.clear()
        comments_under(post, viewer, QueryDict())
        assert used == ([] if name == "mutes_word" else ["THREADS", "ANSWERS"]), name
        used.clear()
        comments_under(post, viewer, QueryDict(f"shown={_roots[0].pk}"))
        assert used == []


@pytest.mark.behaviour("X-13")
def test_a_page_costs_the_same_however_much_is_said(minah, junho, stranger):
    post = make_article(minah)
    say(junho, post, parent=say(stranger, post))

    def cost(viewer) -> int:
        held = Post.objects.select_related("author").get(pk=post.pk)
        with CaptureQueriesContext(connection) as context:
            comments_under(held, viewer, QueryDict())
        return len(context)

    readers = (AnonymousUser(), junho)
    [cost(reader) for reader in readers]
    few = [cost(reader) for reader in readers]
    for number in range(6):
        root = say(stranger, post, f"말 {number}")
        say(junho, post, f"답 {number}", parent=root)
    [cost(reader) for reader in readers]
    assert [cost(reader) for reader in readers] == few == [2, 3]


def test_nothing_is_asked_where_nobody_said_anything(minah, junho, django_assert_num_queries):
    post = Post.objects.select_related("author").get(pk=make_article(minah).pk)
    with django_assert_num_queries(0):
        talk = comments_under(post, AnonymousUser(), QueryDict())
    assert not talk.has_threads and not talk.page.has_neighbours and not talk.can_host
    say(junho, post)
    post.refresh_from_db()
    assert comments_under(post, AnonymousUser(), QueryDict()).has_threads
