"""Bringing in what was said under the pages of a site elsewhere, before it came here."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.actions import bring_guest_comment
from blog.exceptions import EmptyComment
from blog.models import Comment
from config.text import identity_key, is_blank
from embed.actions.threads import alias_thread, find_or_create_thread
from embed.bringing.records import BroughtComment, BroughtThread, Fault
from embed.exceptions import KeyRefused, KeyTaken
from embed.keys import clean_key, key_of_address
from embed.models import EmbedSite, EmbedThread
from embed.selectors import thread_at

NOBODY = gettext_lazy("Guest")
KEY_MOST = 100  # what the column of origin keys takes


class Bringing:
    """One file on its way into ``site``; ``dry_run`` counts and stores nothing.

    ``counts``: threads, comments (new), known (were here already), left_out.
    """

    def __init__(self, site: EmbedSite, fault: Fault, *, dry_run: bool):
        self.site, self.fault, self.dry_run = site, fault, dry_run
        self.counts: Counter[str] = Counter()
        self.threads: dict[BroughtThread, EmbedThread | None] = {}
        self.brought: dict[str, int | None] = {}
        self.waiting: dict[str, list[BroughtComment]] = {}

    def bring(self, comments: Iterable[BroughtComment]) -> Iterable[int]:
        """Bring ``comments`` in, yielding how many were read; each is stored by itself.

        An answer that stands before what it answers waits for it, and stands alone in the end if
        that never came.
        """
        read = 0
        for comment in comments:
            read += 1
            if comment.parent_key and comment.parent_key not in self.brought:
                self.waiting.setdefault(comment.parent_key, []).append(comment)
            else:
                self._bring_with_answers(comment)
            yield read
        for answers in list(self.waiting.values()):
            for comment in answers:
                self._bring_with_answers(comment, is_alone=True)
                yield read
        self.counts["threads"] = len(self.threads)

    def _bring_with_answers(self, comment: BroughtComment, *, is_alone: bool = False) -> None:
        ready = [(comment, is_alone)]
        while ready:
            one, stands_alone = ready.pop()
            if one.key in self.brought:
                continue
            self.brought[one.key] = self._bring_one(one, stands_alone)
            ready += [(answer, False) for answer in self.waiting.pop(one.key, [])]

    def _bring_one(self, comment: BroughtComment, is_alone: bool) -> int | None:
        """Return the row that was made or found; None for what was only counted or left out."""
        if is_blank(comment.text):
            return self._leave_out(_("a comment without words"))
        try:
            thread = self._thread(comment.thread)
        except KeyRefused as error:
            return self._leave_out(error.message)
        key = comment.key[:KEY_MOST]
        held = _held(thread, key)
        if held is not None:
            self.counts["known"] += 1
            return held.pk
        if self.dry_run:
            self.counts["comments"] += 1
            return None
        parent = self._parent(comment, thread) if comment.parent_key and not is_alone else None
        try:
            stored = bring_guest_comment(
                thread.post,
                origin_key=key,
                name=comment.name or str(NOBODY),
                source=comment.text,
                created_at=comment.created_at,
                parent=parent,
                is_approved=comment.is_approved,
            )
        except EmptyComment as error:
            return self._leave_out(error.message)
        self.counts["comments"] += 1
        return stored.pk

    def _leave_out(self, why: str) -> None:
        self.counts["left_out"] += 1
        self.fault(0, why)

    def _parent(self, comment: BroughtComment, thread: EmbedThread) -> Comment | None:
        pk = self.brought.get(comment.parent_key)
        # An answer to a comment under another page is a broken file: it stands by itself.
        return Comment.objects.filter(pk=pk, post=thread.post_id).first() if pk else None

    def _thread(self, brought: BroughtThread) -> EmbedThread | None:
        """Return the thread of a page, made if needed; both its path and its own name lead there.

        Raises KeyRefused.
        """
        if brought in self.threads:
            return self.threads[brought]
        key = key_of_address(brought.address or next(iter(brought.names), ""))
        if self.dry_run:
            self.threads[brought] = thread_at(self.site, key)
            return self.threads[brought]
        with transaction.atomic():
            thread = find_or_create_thread(
                self.site, key, page_url=brought.address, page_title=brought.title
            )
            for name in brought.names:
                if name and not _same(name, thread.key):
                    with suppress(KeyRefused, KeyTaken):
                        alias_thread(thread, actor=self.site.owner, key=name)
        self.threads[brought] = thread
        return thread


def _held(thread: EmbedThread | None, key: str) -> Comment | None:
    """Return what came in under ``key`` before, or what went out under it from this very thread."""
    if thread is None:
        return None
    here = Comment.objects.filter(post=thread.post_id)
    held = here.filter(author=None, origin_key=key).first()
    if held is None and (guid := _guid_in(key)):
        held = here.filter(guid=guid).first()
    return held


def _guid_in(key: str) -> UUID | None:
    kind, _colon, text = key.partition(":")
    try:
        return UUID(text) if kind == "madang" else None
    except ValueError:
        return None


def _same(name: str, key: str) -> bool:
    try:
        return identity_key(clean_key(name)) == identity_key(key)
    except KeyRefused:
        return True
