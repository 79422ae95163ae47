"""Looking at what goes out: measure, judge, keep the numbers, and hold or tell (SO-47, SO-48).

Called in the transaction of whoever writes. Nothing here may lose a text: what goes wrong is logged
and the text passes.
"""

import logging
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from config.screening import Arrival, arrival
from config.selectors import site_settings
from moderation.actions.cases import locked_case, note_owner, settle_case
from moderation.actions.deciding import decide
from moderation.actions.rules import VERSIONS_KEY, built_in_version, store_shipped_rule
from moderation.models import Rule, RuleVersion, Screening, ScreeningBand, SeenDomain
from moderation.rule_names import FIRST_WORDS, SPAM
from moderation.screening.learned import current_counts
from moderation.screening.links import (
    ascii_host,
    foreign_links,
    host_of,
    is_well_known,
    registered_domain,
)
from moderation.screening.near_duplicates import ALIKE, Sketch, likeness, sketch_of
from moderation.screening.signals import Context, measure
from moderation.screening.texts import Text, read_text
from moderation.screening.trial import NEVER_HELD
from moderation.screening.verdict import Verdict, judge_by, stored_signals
from moderation.sources import blocked_among, is_network_blocked
from moderation.targets import find_target

logger = logging.getLogger(__name__)
SAME_WITHIN = timedelta(days=3)
FIRST_WITHIN = timedelta(days=30)
MOST_CANDIDATES = 200
MOST_HOSTS = 50
HOST_MAX_LENGTH = 255
NETWORK_DIGITS = 32
VERSIONS_SECONDS = 60


def look(kind: str, pk: int) -> None:
    """Screen a thing as it goes out; registered with ``config.screening``."""
    try:
        with transaction.atomic():
            screen_text(kind, pk)
    except Exception:
        # A text must not be lost because we look at it. Not even its words go into the log.
        logger.exception("screening_broke", extra={"target_kind": kind, "target_id": pk})


@transaction.atomic(savepoint=False)
def screen_text(kind: str, pk: int) -> Screening | None:
    """Measure a thing that is out, keep the numbers, and hold it or tell staff if a rule says so."""
    text = read_text(kind, pk)
    if text is None or not text.is_out:
        return None
    how = arrival()
    network = network_key(how.network)
    sketch = sketch_of(text.prose)
    hosts = _hosts(text)
    context = _context(text, how, network, sketch, hosts)
    signals = measure(text, how, context, None if text.is_private else current_counts())
    version, verdict = _strictest(text, signals)
    outcome = _outcome(text, verdict)
    row = Screening.objects.create(
        target_kind=kind,
        target_id=pk,
        author=text.author,
        signals=stored_signals(signals),
        score=verdict.score if verdict else 0,
        trust=text.trust,
        door=how.door[:10],
        network=network,
        outcome=outcome,
        fingerprint=sketch.fingerprint,
        sketch=sketch.digits,
    )
    _keep_bands(row, sketch)
    if outcome == Screening.Outcome.HELD and version is not None and verdict is not None:
        _hold(text, version, verdict)
    elif outcome == Screening.Outcome.TOLD:
        tell_staff(text)
    elif _must_wait(text):
        _hold_first_words(text, row)
    if row.outcome == Screening.Outcome.PASSED and not text.is_private:
        _keep_hosts(context.unseen_hosts)
    return row


def network_key(network: str) -> str:
    """Return what is kept of a network: equal for equal ones, and not to be read."""
    if not network:
        return ""
    return salted_hmac("moderation.network", network, algorithm="sha256").hexdigest()[
        :NETWORK_DIGITS
    ]


def active_versions() -> list[RuleVersion]:
    """Return the versions that act now; the shipped one is stored when there is no rule yet."""
    held = cache.get(VERSIONS_KEY)
    if held is not None:
        return held
    acting = RuleVersion.objects.filter(
        rule__is_active=True, acts_since__isnull=False, acts_until=None
    ).select_related("rule")
    found = [one for one in acting.defer("trial").order_by("pk") if one.definition]
    if not found and not Rule.objects.filter(name=SPAM).exists():
        return [store_shipped_rule()]
    cache.set(VERSIONS_KEY, found, VERSIONS_SECONDS)
    return found


def _strictest(text: Text, signals: dict) -> tuple[RuleVersion | None, Verdict | None]:
    """Return the version that is furthest above its threshold, and what it says."""
    judged = [(one, judge_by(one.definition, text.kind, signals)) for one in active_versions()]
    return max(
        judged,
        key=lambda pair: (pair[1].is_enough, pair[1].score / pair[1].threshold),
        default=(None, None),
    )


def _outcome(text: Text, verdict: Verdict | None) -> str:
    if verdict is None or not verdict.is_enough:
        return Screening.Outcome.PASSED
    place = find_target(text.kind)
    can_hold = place is not None and place.hide is not None and "hold" in place.acts
    is_trusted = text.author is not None and (text.trust >= NEVER_HELD or text.author.is_staff)
    if is_trusted or not can_hold:
        return Screening.Outcome.TOLD
    return Screening.Outcome.HELD


def _hold(text: Text, version: RuleVersion, verdict: Verdict) -> None:
    passages = [part.passage for part in verdict.parts if part.passage]
    decide(
        "hold",
        target=(text.kind, text.pk),
        actor=None,
        category="spam",
        rule_version=version,
        evidence={
            "rule": version.rule.name,
            "version": version.number,
            "score": verdict.score,
            "threshold": verdict.threshold,
            "passage": passages[0] if passages else "",
            "parts": [part._asdict() for part in verdict.parts],
        },
    )


def tell_staff(text: Text) -> None:
    """Let a thing wait at the desk without touching it."""
    case = locked_case((text.kind, text.pk))
    note_owner(case, text.author)
    settle_case(case)


def _must_wait(text: Text) -> bool:
    return (
        text.kind in {"post", "comment"}
        and text.author is not None
        and text.trust == 0
        and not text.author.is_staff
        and site_settings().approves_first_words
    )


def _hold_first_words(text: Text, row: Screening) -> None:
    """Hold what somebody new says until it is approved (SO-49)."""
    version = built_in_version(FIRST_WORDS)
    decide(
        "hold",
        target=(text.kind, text.pk),
        actor=None,
        rule_version=version,
        evidence={"rule": FIRST_WORDS, "version": version.number},
    )
    row.outcome = Screening.Outcome.HELD
    row.save(update_fields=["outcome"])


def _hosts(text: Text) -> frozenset[str]:
    found = {host_of(link.url) for link in foreign_links(text.links)}
    return frozenset(sorted(found)[:MOST_HOSTS])


def _context(
    text: Text, how: Arrival, network: str, sketch: Sketch, hosts: frozenset[str]
) -> Context:
    now = timezone.now()
    counts = _counts(text, network, now)
    same, alike = _repeats(text, sketch, now)
    blocked, is_mail_blocked = blocked_among(hosts, text.author.email if text.author else "")
    return Context(
        in_ten_minutes=counts["ten_minutes"],
        in_an_hour=counts["hour"],
        in_a_day=counts["day"],
        same=same,
        alike=alike,
        is_first=text.is_new and counts["ever"] == 0,
        unseen_hosts=_unseen(hosts),
        blocked_hosts=blocked,
        is_source_blocked=is_mail_blocked or is_network_blocked(how.network),
        bio_hosts=frozenset(host_of(link) for link in text.author.links)
        if text.author and text.kind != "person"
        else frozenset(),
    )


def _counts(text: Text, network: str, now: datetime) -> dict[str, int]:
    """Count other things of the author, and of newcomers and guests of the network."""
    since = now - (FIRST_WITHIN if text.trust == 0 else timedelta(days=1))
    by_author = Q(author=text.author) if text.author else Q(pk__in=())
    by_network = Q(network=network, trust=0, created_at__gt=now - timedelta(days=1))
    found: dict[str, int] = {}
    for rows in (by_author, by_network if network and text.trust == 0 else None):
        if rows is None:
            continue
        held = (
            Screening.objects.filter(rows, created_at__gt=since)
            .exclude(target_kind=text.kind, target_id=text.pk)
            .exclude(target_kind="person")
            .aggregate(
                ten_minutes=_times(now, minutes=10),
                hour=_times(now, hours=1),
                day=_times(now, days=1),
                ever=Count("pk"),
            )
        )
        if rows is not by_author:
            held["ever"] = 0  # who writes from the same café is somebody else
        found = {name: max(number, found.get(name, 0)) for name, number in held.items()}
    if text.kind == "person":
        return dict.fromkeys(found, 0) | {"ever": 1}
    return found


def _times(now: datetime, **span: int) -> Count:
    return Count("target_id", distinct=True, filter=Q(created_at__gt=now - timedelta(**span)))


def _repeats(text: Text, sketch: Sketch, now: datetime) -> tuple[int, int]:
    """Return how many other things of the last days say the same, and nearly the same.

    Messages are compared with messages of the same sender alone.
    """
    if not sketch.bands:
        return 0, 0
    rows = ScreeningBand.objects.filter(key__in=sketch.bands, created_at__gt=now - SAME_WITHIN)
    if text.is_private:
        rows = rows.filter(screening__target_kind="message", screening__author=text.author)
    else:
        rows = rows.exclude(screening__target_kind__in=("message", "person"))
    found = rows.order_by("-created_at").values_list(
        "screening__target_kind",
        "screening__target_id",
        "screening__fingerprint",
        "screening__sketch",
    )[:MOST_CANDIDATES]
    same, alike = set(), set()
    for kind, pk, fingerprint, digits in found:
        if (kind, pk) == (text.kind, text.pk):
            continue
        if fingerprint == sketch.fingerprint:
            same.add((kind, pk))
        if likeness(digits, sketch.digits) >= ALIKE:
            alike.add((kind, pk))
    return len(same), len(alike | same)


def _unseen(hosts: frozenset[str]) -> frozenset[str]:
    domains = {
        host: registered_domain(ascii_host(host))[:HOST_MAX_LENGTH]
        for host in hosts
        if not is_well_known(host)
    }
    seen = set(
        SeenDomain.objects.filter(host__in=set(domains.values())).values_list("host", flat=True)
    )
    return frozenset(host for host, domain in domains.items() if domain not in seen)


def _keep_bands(row: Screening, sketch: Sketch) -> None:
    ScreeningBand.objects.bulk_create(
        [
            ScreeningBand(screening=row, key=key, created_at=row.created_at)
            for key in dict.fromkeys(sketch.bands)
        ]
    )


def _keep_hosts(hosts: frozenset[str]) -> None:
    if hosts:
        domains = {registered_domain(ascii_host(host))[:HOST_MAX_LENGTH] for host in hosts}
        SeenDomain.objects.bulk_create(
            [SeenDomain(host=domain) for domain in sorted(domains)], ignore_conflicts=True
        )
