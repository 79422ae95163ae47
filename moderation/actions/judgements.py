"""What people made of what was screened: counted anew from decisions, so undoing counts too."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from moderation.models import Case, Decision, LearnedWords, Screening
from moderation.screening import classifier
from moderation.screening.learned import forget_learned
from moderation.screening.texts import read_text

KEPT_DAYS = 30
JUDGED_KEPT_DAYS = 180
MOST_LEARNED = 4_000
LEAST_AUTHORS = 2
"""Words that one author alone used are not learned: they could be names."""
ROWS_AT_ONCE = 500
GOOD_KINDS = ("approve", "dismiss", "restore")
SPAM_KINDS = ("hold", "remove")

Target = tuple[str, int]


@transaction.atomic
def settle_judgements() -> int:
    """Note on what was screened what people decided since; return how many rows changed. Idempotent."""
    decided = Decision.objects.filter(
        target_kind=OuterRef("target_kind"), target_id=OuterRef("target_id")
    )
    rows = Screening.objects.filter(Exists(decided)).values_list(
        "pk", "target_kind", "target_id", "judged"
    )
    by_target: dict[Target, list[tuple[int, str]]] = defaultdict(list)
    for pk, kind, target_id, judged in rows.iterator(ROWS_AT_ONCE):
        by_target[kind, target_id].append((pk, judged))
    verdicts = _verdicts(by_target)
    changed: dict[str, list[int]] = defaultdict(list)
    for target, held in by_target.items():
        verdict = verdicts.get(target, "")
        changed[verdict] += [pk for pk, judged in held if judged != verdict]
    for verdict, keys in changed.items():
        for at in range(0, len(keys), ROWS_AT_ONCE):
            Screening.objects.filter(pk__in=keys[at : at + ROWS_AT_ONCE]).update(judged=verdict)
    return sum(map(len, changed.values()))


def _verdicts(targets: Iterable[Target]) -> dict[Target, str]:
    """Return what the last word of a person makes of each thing."""
    latest: dict[Target, tuple[object, str]] = {}
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, pk in targets:
        ids[kind].append(pk)
    for kind, keys in ids.items():
        for at in range(0, len(keys), ROWS_AT_ONCE):
            decisions = Decision.objects.filter(
                target_kind=kind, target_id__in=keys[at : at + ROWS_AT_ONCE]
            ).order_by("pk")
            for one in decisions:
                if (said := _said_by(one)) is not None:
                    moment = one.undone_at or one.created_at
                    held = latest.get((kind, one.target_id))
                    if held is None or moment >= held[0]:
                        latest[kind, one.target_id] = (moment, said)
    return {target: said for target, (_moment, said) in latest.items()}


def _said_by(decision: Decision) -> str | None:
    if decision.actor_id is None:
        is_taken_back = decision.undone_at is not None and decision.rule_version_id is not None
        return Screening.Judged.GOOD if is_taken_back else None
    if decision.undone_at is not None or decision.evidence.get("takedown"):
        return None
    if decision.kind in GOOD_KINDS:
        return Screening.Judged.GOOD
    if decision.kind in SPAM_KINDS:
        return Screening.Judged.SPAM if decision.category == "spam" else Screening.Judged.UNKNOWN
    return None


def learn_words() -> LearnedWords:
    """Count anew the words of what staff judged, of texts that are still there. Idempotent.

    Never of messages, and only words that LEAST_AUTHORS people used. To analyse thousands of texts
    takes minutes: nobody who writes has to wait for that, so only the result is stored at once.
    """
    settle_judgements()
    rows = (
        Screening.objects.exclude(judged="")
        .filter(target_kind__in=("post", "comment"))
        .order_by("-pk")
        .values_list("target_kind", "target_id", "judged", "author_id")[:MOST_LEARNED]
    )
    judged: dict[Target, tuple[str, int | None]] = {}
    for kind, pk, verdict, author in rows:
        judged.setdefault((kind, pk), (verdict, author))
    authors: dict[str, set[object]] = defaultdict(set)
    texts = []
    for (kind, pk), (verdict, author) in sorted(judged.items()):
        text = read_text(kind, pk)
        if text is None:
            continue
        texts.append((text, verdict == Screening.Judged.SPAM))
        for name in {word.name for word in classifier.words_of(text)}:
            authors[name].add(author or (kind, pk))
    counts = classifier.count_words(texts)
    words = {
        name: list(pair)
        for name, pair in counts.words.items()
        if len(authors[name]) >= LEAST_AUTHORS
    }
    with transaction.atomic():
        learned, _is_new = LearnedWords.objects.update_or_create(
            pk=1,
            defaults={
                "counts": words,
                "spam_count": counts.spam,
                "good_count": counts.good,
                "made_at": timezone.now(),
            },
        )
        transaction.on_commit(forget_learned)
    return learned


def prune_screenings() -> int:
    """Delete what was screened more than KEPT_DAYS ago, what was judged later; not what waits.

    Returns how many rows.
    """
    now = timezone.now()
    waiting = Case.objects.filter(
        target_kind=OuterRef("target_kind"), target_id=OuterRef("target_id"), is_open=True
    )
    old = Screening.objects.exclude(Exists(waiting))
    number = 0
    for rows in (
        old.filter(judged="", created_at__lt=now - timedelta(KEPT_DAYS)),
        old.exclude(judged="").filter(created_at__lt=now - timedelta(JUDGED_KEPT_DAYS)),
    ):
        while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE]):
            with transaction.atomic():
                Screening.objects.filter(pk__in=keys).delete()
            number += len(keys)
    return number
