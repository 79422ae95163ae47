"""Any decisions, undone in any order, leave every row and every public page as they were (X-03)."""

import os
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, TestCase
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.tests.factories import make_person
from blog import actions as blog_actions
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note
from moderation.actions import undo_decision
from moderation.actions.chain import hash_of
from moderation.models import Decision, LogEntry
from moderation.tests.factories import make_decision, make_moderator, make_report
from search.actions import drain_outbox
from social.actions import follow_person
from social.actions.notifications import mark_read

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("MADANG_UNDO_RUNS", "4"))
STEPS = int(os.environ.get("MADANG_UNDO_STEPS", "12"))
START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
LOOKED_AT = START + timedelta(days=3)
DECIDED_FROM = START + timedelta(days=1)

CONTENT_KINDS = ("dismiss", "approve", "warn", "hold", "remove", "restore")
PERSON_KINDS = ("dismiss", "warn", "limit", "suspend", "restore")

OF_THE_DESK = frozenset(
    {
        "moderation.decision",  # they stay, undone
        "moderation.logentry",  # each act and each undoing stays
        "moderation.chainhead",
        "moderation.case",  # compared by whether it waits
        "moderation.rule",
        "moderation.ruleversion",
    }
)
OF_A_VISIT = frozenset(
    {
        "sessions.session",  # a suspension signs out for good
        "usersessions.usersession",
        "accounts.accesstoken",
        "social.inbox",  # counts what is told of decisions too; notifications are compared
        "social.event",  # what open pages fetch, once
        "search.waiting",  # a queue, empty when the index is in step
        "accounts.job",
    }
)
BOOKKEEPING = frozenset({"version", "indexed_at"})  # of the index: how often and when it looked
TOLD_OF_DECISIONS = ("decision", "appeal", "report")


def rows_now() -> dict[str, list]:
    """Return every row of every table that a decision may touch and an undoing must restore."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in OF_THE_DESK | OF_A_VISIT or not model._meta.managed:
            continue
        rows = model._default_manager.order_by("pk")
        if label == "social.notification":
            rows = rows.exclude(kind__in=TOLD_OF_DECISIONS)
        elif label == "social.notificationcause":
            rows = rows.exclude(notification__kind__in=TOLD_OF_DECISIONS)
        left_out = BOOKKEEPING if label.startswith("search.document") else frozenset()
        found[label] = [
            {name: value for name, value in row.items() if name not in left_out}
            for row in rows.values()
        ]
    found["waiting cases"] = list(
        apps.get_model("moderation", "case")
        .objects.filter(is_open=True)
        .order_by("pk")
        .values_list("target_kind", "target_id", "has_reports", "report_count", "due_at")
    )
    found["reports"] = list(
        apps.get_model("social", "report").objects.order_by("pk").values_list("pk", "state")
    )
    return found


class Machine(RuleBasedStateMachine):
    """A small site, and moderators who decide and take back."""

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.block = transaction.atomic()
        self.block.__enter__()
        cache.clear()
        with TestCase.captureOnCommitCallbacks(execute=True):
            self._write()
        self._settle()
        self.acts = LogEntry.objects.count()
        self.made: list[Decision] = []
        self.rows, self.pages = rows_now(), self._pages()
        self._go(DECIDED_FROM)

    def _write(self) -> None:
        self.minah, self.junho = make_person("minah", "미나"), make_person("junho", "준호")
        self.hana, self.sora = make_person("hana", "하나"), make_moderator()
        self.second = make_moderator("dasom", "다솜")
        follow_person(self.minah, actor=self.junho)
        follow_person(self.minah, actor=self.hana)
        self.article = make_article(self.minah, "김밥 마는 법", tags=["요리", "김밥"])
        self._tick()
        self.note = make_note(self.minah, "@junho님 오늘은 순두부를 끓였다. #요리")
        self._tick()
        blog_actions.like_post(self.article, actor=self.junho)
        self.comment = blog_actions.write_comment(
            self.article, actor=self.hana, source="@junho님도 광고를 보세요 https://example.com/값"
        )
        self._tick()
        self.reply = blog_actions.write_comment(
            self.article, actor=self.junho, source="저는 괜찮아요", parent=self.comment
        )
        blog_actions.like_comment(self.comment, actor=self.minah)
        mark_read(self.minah)
        self._tick()
        self.answer = blog_actions.write_comment(self.note, actor=self.hana, source="맛있겠다 😋")
        make_report(self.junho, "comment", self.comment.pk)
        make_report(self.hana, "post", self.note.pk, category="other", note="이상해요")
        make_report(self.minah, "person", self.hana.pk, category="abuse")
        self.things = [
            ("post", self.article.pk),
            ("post", self.note.pk),
            ("comment", self.comment.pk),
            ("comment", self.reply.pk),
            ("comment", self.answer.pk),
        ]
        self.people = [("person", self.minah.pk), ("person", self.hana.pk)]

    def _go(self, moment: datetime) -> None:
        self.now = moment
        self.traveller.move_to(moment)

    def _tick(self) -> None:
        self._go(getattr(self, "now", START) + timedelta(seconds=7))

    def _settle(self) -> None:
        """Let the index catch up."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            drain_outbox()

    def _pages(self) -> dict[str, str]:
        """Return what a stranger sees, at one and the same moment."""
        self._go(LOOKED_AT)
        cache.clear()
        client = Client(headers={"accept-language": "ko"})
        paths = [
            "/",
            "/explore/",
            "/@minah/",
            "/@hana/",
            self.article_path,
            f"/posts/{self.note.pk}/",
            "/tags/요리/",
            "/@minah/feed.atom",
            "/feed.atom",
            "/search/?q=김밥",
            "/search/?q=순두부",
            "/sitemap-posts.xml",
            f"/api/v1/posts/{self.article.pk}/comments/",
            "/api/v1/posts/",
            "/api/v1/users/@minah/",
        ]
        return {path: _plain(client.get(path)) for path in paths}

    @property
    def article_path(self) -> str:
        return Post.objects.get(pk=self.article.pk).get_absolute_url()

    def _decide(self, kind: str, target: tuple[str, int], *, until: int | None) -> None:
        self._tick()
        ends = self.now + timedelta(days=until) if until else None
        if kind not in ("hold", "remove", "limit", "suspend"):
            ends = None
        with TestCase.captureOnCommitCallbacks(execute=True):
            self.made.append(
                make_decision(
                    self.random.choice([self.sora, self.second]),
                    kind,
                    target,
                    text=f"{self.acts}번째 이유",
                    until=ends,
                )
            )
        self.acts += 1

    @rule(
        kind=st.sampled_from(CONTENT_KINDS), which=st.integers(0, 4), until=st.sampled_from([0, 9])
    )
    def decide_about_a_text(self, kind: str, which: int, until: int) -> None:
        self._decide(kind, self.things[which], until=until)

    @rule(
        kind=st.sampled_from(PERSON_KINDS), which=st.integers(0, 1), until=st.sampled_from([0, 9])
    )
    def decide_about_a_person(self, kind: str, which: int, until: int) -> None:
        self._decide(kind, self.people[which], until=until)

    @precondition(lambda self: getattr(self, "made", None))
    @rule(which=st.randoms(use_true_random=False))
    def take_one_back(self, which: random.Random) -> None:
        self._undo(self.made.pop(which.randrange(len(self.made))))

    def _undo(self, decision: Decision) -> None:
        self._tick()
        with TestCase.captureOnCommitCallbacks(execute=True):
            undo_decision(decision, actor=self.random.choice([self.sora, self.second]))
        self.acts += 1

    @invariant()
    def what_stands_decides(self) -> None:
        if not hasattr(self, "rows"):
            return
        for kind, pk in self.things:
            model = Post if kind == "post" else Comment
            standing = (
                Decision.objects.about(kind, pk).standing().filter(kind__in=("hold", "remove"))
            )
            held = model.objects.get(pk=pk).status == "held"
            assert held == standing.exists(), (kind, pk)
        assert LogEntry.objects.count() == self.acts

    def teardown(self) -> None:
        if not hasattr(self, "rows"):
            if hasattr(self, "clock"):
                self._leave()
            return
        try:
            while self.made:
                self._undo(self.made.pop(self.random.randrange(len(self.made))))
            self._settle()
            now = rows_now()
            for label, rows in self.rows.items():
                assert now[label] == rows, _difference(label, rows, now[label])
            pages = self._pages()
            for path, page in self.pages.items():
                assert pages[path] == page, path
            former = ""
            for entry in LogEntry.objects.order_by("number"):
                assert entry.former_hash == former
                assert entry.hash == hash_of(entry)
                former = entry.hash
        finally:
            self._leave()

    def _leave(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        self.clock.stop()


def _plain(response) -> str:
    """Return a page without what differs at each visit."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    text = re.sub(r'"X-CSRFToken": ?"[^"]*"', "", text)
    return f"{response.status_code} {text}"


def _difference(label: str, before: list, after: list) -> str:
    gone = [row for row in before if row not in after]
    new = [row for row in after if row not in before]
    return f"{label}: gone {gone!r}; new {new!r}"


@pytest.mark.behaviour("X-03", "SO-41")
def test_any_decisions_undone_in_any_order_restore_rows_and_pages():
    assert connection.in_atomic_block
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
