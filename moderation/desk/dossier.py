"""Everything that helps to decide about one thing (AD-03, AD-04)."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from blog.models import Comment, Post
from moderation.desk.headlines import Headline, headlines
from moderation.desk.queue import Row, label_of, rows_of
from moderation.desk.surroundings import Passage, around
from moderation.desk.texts import PRIVATE, Copy, copy_of, safe_html
from moderation.models import Appeal, Case, CaseNote, Decision, Takedown
from moderation.policies import can_decide, can_undo, is_moderator, other_moderators
from moderation.querysets import DecisionQuerySet
from moderation.screening.signals import KINDS
from moderation.targets import Subject, find_target, load_subject
from social.models import Report

MOST_REPORTS = 50
MOST_OF_OWNER = 6
MOST_SIMILAR = 5
MOST_ALIKE = 8
MOST_RECORDED = 1000
MOST_SEARCHED = 200
MOST_DOMAINS = 3
FACTS = {"reports": _("reports by trusted people")}
"""Facts in evidence → what they are called."""

LINK = re.compile(r"https?://[^\s<>()\[\]\"']+", re.I)


class Part(NamedTuple):
    """One signal that spoke against a text."""

    name: Any
    points: Any
    passage: str


class Evidence(NamedTuple):
    """What a rule or a moderator looked at; ``others`` are facts without a form of their own."""

    score: Any
    threshold: Any
    parts: tuple[Part, ...]
    passage: str
    others: tuple[tuple[Any, Any], ...]


class Made(NamedTuple):
    """One decision with what may be done about it."""

    decision: Decision
    is_standing: bool
    may_undo: bool
    evidence: Evidence | None
    words: str


class Told(NamedTuple):
    """One report with its copy and how its reporter fared with others."""

    report: Report
    copy: Copy | None
    made: int
    upheld: int


class Asked(NamedTuple):
    """One open appeal; ``may_answer`` unless somebody else has to."""

    appeal: Appeal
    may_answer: bool


@dataclass
class Dossier:
    """One thing with its case, if it has one."""

    kind: str
    id: int
    label: Any
    case: Case | None
    subject: Subject | None
    owner: User | None
    html: SafeString
    acts: tuple[str, ...]
    category: str
    told: list[Told] = field(default_factory=list)
    decisions: list[Made] = field(default_factory=list)
    appeals: list[Asked] = field(default_factory=list)
    takedowns: list[Takedown] = field(default_factory=list)
    notes: list[CaseNote] = field(default_factory=list)
    of_owner: list[Made] = field(default_factory=list)
    upheld_count: int = 0
    passages: list[Passage] = field(default_factory=list)
    similar: list[tuple[str, Row]] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return self.kind in PRIVATE

    @property
    def target(self) -> tuple[str, int]:
        return self.kind, self.id

    @property
    def latest_to_undo(self) -> Decision | None:
        """The decision that a moderator who changes their mind means."""
        return next((one.decision for one in reversed(self.decisions) if one.may_undo), None)


def dossier_of(kind: str, pk: int, viewer: User) -> Dossier | None:
    """Return what there is about a thing; None if there never was anything."""
    target = find_target(kind)
    cases = Case.objects.select_related("owner", "assigned_to")
    case = cases.filter(target_kind=kind, target_id=pk).first()
    subject = load_subject(kind, pk)
    if target is None or (case is None and subject is None):
        return None
    owner = subject.owner if subject else case.owner if case else None
    reports = _reports_of(kind, pk)
    dossier = Dossier(
        kind=kind,
        id=pk,
        label=target.label,
        case=case,
        subject=subject,
        owner=owner,
        html=safe_html(subject.html) if subject else safe_html(""),
        acts=(),
        category=_likeliest(reports),
    )
    dossier.told = told_of(reports, subject)
    decisions = Decision.objects.about(kind, pk)
    dossier.decisions = made_of(decisions, viewer)
    dossier.acts = acts_for(dossier, target.acts, viewer)
    if case is not None:
        dossier.appeals = _appeals_of(decisions, viewer)
        dossier.takedowns = list(case.takedowns.select_related("claimant").order_by("-pk"))
        dossier.notes = list(case.notes.select_related("author"))
    if owner is not None:
        about = Decision.objects.filter(owner=owner)
        elsewhere = about.exclude(target_kind=kind, target_id=pk).order_by("-pk")
        dossier.of_owner = made_of(elsewhere[:MOST_OF_OWNER], viewer)
        dossier.upheld_count = about.upheld()[:MOST_RECORDED].count()
    if subject is not None:
        dossier.passages = around(subject)
    dossier.similar = similar_to(dossier)
    return dossier


def acts_for(dossier: Dossier, acts: tuple[str, ...], viewer: User) -> tuple[str, ...]:
    """Return what may be decided about a thing as it is now."""
    subject, case = dossier.subject, dossier.case
    if subject is None or not is_moderator(viewer):
        return ()
    is_by_rule = any(one.is_standing and one.decision.is_by_rule for one in dossier.decisions)
    is_waiting = case is not None and (case.has_hold or case.has_first)
    fits = {
        "approve": is_by_rule or is_waiting,
        "restore": any(one.is_standing for one in dossier.decisions),
    }
    return tuple(act for act in acts if fits.get(act, True) and can_decide(viewer, act))


def made_of(decisions: DecisionQuerySet | QuerySet, viewer: User) -> list[Made]:
    """Return decisions with what may be done about them."""
    rows = list(
        decisions.select_related(
            "actor", "owner", "rule_version__rule", "undone_by", "appeal", "takedown"
        )
    )
    standing = set(
        Decision.objects.filter(pk__in=[row.pk for row in rows])
        .standing()
        .values_list("pk", flat=True)
    )
    words = headlines(_key(row) for row in rows if not row.title)
    return [
        Made(
            row,
            row.pk in standing,
            not row.is_undone and can_undo(viewer, row),
            evidence_of(row.evidence),
            words_of(row, words),
        )
        for row in rows
    ]


def words_of(decision: Decision, words: dict[tuple[str, int], Headline] | None = None) -> str:
    """Return what a decision was about in a few words, those of a message left out."""
    if decision.target_kind in PRIVATE:
        return f"{label_of(decision.target_kind)} {decision.target_id}"
    found = (words or {}).get(_key(decision))
    return decision.title or (found.words if found else "")


def _key(decision: Decision) -> tuple[str, int]:
    return decision.target_kind, decision.target_id


def _name_of_signal(name: str) -> Any:
    return KINDS[name].label if name in KINDS else name


def evidence_of(evidence: dict[str, Any] | None) -> Evidence | None:
    """Return evidence in a form that can be shown, whoever stored it."""
    if not evidence:
        return None
    parts = [one for one in evidence.get("parts") or [] if isinstance(one, dict)]
    rest = {"score", "threshold", "parts", "passage", "rule", "version"}
    return Evidence(
        evidence.get("score"),
        evidence.get("threshold"),
        tuple(
            Part(
                _name_of_signal(str(one.get("name", ""))),
                one.get("points", ""),
                str(one.get("passage") or ""),
            )
            for one in parts
        ),
        str(evidence.get("passage") or ""),
        tuple(
            (FACTS.get(name, name), value) for name, value in evidence.items() if name not in rest
        ),
    )


def told_of(reports: list[Report], subject: Subject | None) -> list[Told]:
    """Return reports with their copies and the records of who made them."""
    people = {report.reporter_id for report in reports if report.reporter_id}
    made, upheld = records_of(people)
    shown: dict[tuple[str, str], Copy | None] = {}
    told = []
    for report in reports:
        key = (report.target_kind, report.copy)
        if key not in shown:
            shown[key] = copy_of(report.copy, report.target_kind, subject)
        reporter = report.reporter_id or 0
        told.append(Told(report, shown[key], made[reporter], upheld[reporter]))
    return told


def records_of(people: set[int]) -> tuple[Counter[int], Counter[int]]:
    """Return how many reports each of them made, and how many led to a decision that stands."""
    made: Counter[int] = Counter()
    upheld: Counter[int] = Counter()
    rows = list(
        Report.objects.filter(reporter__in=people)
        .order_by("-pk")
        .values_list("pk", "reporter_id", "target_kind", "target_id")[:MOST_RECORDED]
    )
    kinds, ids = {row[2] for row in rows}, {row[3] for row in rows}
    decided = Decision.objects.filter(target_kind__in=kinds, target_id__in=ids).upheld()
    answered = {pk for keys in decided.values_list("report_ids", flat=True) for pk in keys}
    for pk, person, _kind, _target in rows:
        made[person] += 1
        upheld[person] += pk in answered
    return made, upheld


def similar_to(dossier: Dossier) -> list[tuple[str, Row]]:
    """Return other cases with why they are alike: same person, same links, same complaint."""
    others = Case.objects.exclude(target_kind=dossier.kind, target_id=dossier.id)
    others = others.select_related("owner", "assigned_to")
    found: dict[int, tuple[str, Case]] = {}

    def keep(reason: str, cases: QuerySet[Case]) -> None:
        for case in cases[:MOST_SIMILAR]:
            found.setdefault(case.pk, (reason, case))

    domains = domains_in(dossier.subject.source) if dossier.subject else []
    if domains:
        keep("domain", _with_domains(others, domains))
    if dossier.owner is not None:
        keep("owner", others.filter(owner=dossier.owner).order_by("-pk"))
    if dossier.category:
        told = Report.objects.filter(
            target_kind=dossier.kind, category=dossier.category, state=Report.State.OPEN
        ).order_by("-created_at", "-pk")
        ids = set(told.values_list("target_id", flat=True)[: 4 * MOST_SIMILAR])
        keep("category", others.filter(target_kind=dossier.kind, target_id__in=ids).order_by("-pk"))
    rows = {row.case.pk: row for row in rows_of([case for _reason, case in found.values()])}
    return [(reason, rows[pk]) for pk, (reason, _case) in found.items()][:MOST_ALIKE]


def domains_in(source: str) -> list[str]:
    """Return the first domains that a text links to, our own left out."""
    hosts = (urlsplit(url).hostname or "" for url in LINK.findall(source)[:50])
    own = {host.lstrip(".") for host in settings.ALLOWED_HOSTS}
    return list(dict.fromkeys(host for host in hosts if host and host not in own))[:MOST_DOMAINS]


def _with_domains(cases: QuerySet[Case], domains: list[str]) -> QuerySet[Case]:
    """Return the newest cases of posts and comments that link to one of these domains; only
    MOST_SEARCHED of them are looked at."""
    latest = cases.filter(target_kind__in=("post", "comment")).order_by("-pk")
    keys = latest.values_list("pk", "target_kind", "target_id")[:MOST_SEARCHED]
    by_target = {(kind, target): pk for pk, kind, target in keys}
    names = Q()
    for domain in domains:
        names |= Q(source__icontains=domain)
    same = []
    for kind, model in (("post", Post), ("comment", Comment)):
        ids = [target for one, target in by_target if one == kind]
        texts = model.objects.filter(names, pk__in=ids)
        same += [by_target[kind, pk] for pk in texts.values_list("pk", flat=True)]
    return cases.filter(pk__in=same).order_by("-pk")


def _reports_of(kind: str, pk: int) -> list[Report]:
    """Return the reports of a thing, open ones first, the newest of each first."""
    rows = Report.objects.filter(target_kind=kind, target_id=pk).select_related("reporter")
    return list(rows.order_by("-state", "-created_at", "-pk")[:MOST_REPORTS])


def _likeliest(reports: list[Report]) -> str:
    open_ones = Counter(one.category for one in reports if one.state == Report.State.OPEN)
    return open_ones.most_common(1)[0][0] if open_ones else ""


def _appeals_of(decisions: DecisionQuerySet, viewer: User) -> list[Asked]:
    rows = Appeal.objects.filter(decision__in=decisions.order_by()).select_related(
        "decision__actor", "decided_by"
    )
    appeals = list(rows.order_by("pk"))
    own = any(one.is_open and one.decision.actor_id == viewer.pk for one in appeals)
    has_others = own and other_moderators(viewer).exists()
    return [
        Asked(one, one.is_open and not (has_others and one.decision.actor_id == viewer.pk))
        for one in appeals
    ]
