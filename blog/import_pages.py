"""What the pages of an import show, prepared: templates neither count nor ask."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.db.models.fields.json import KeyTransform
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from accounts.models import User
from blog.import_jobs import job_of, unfinished_job
from blog.models import ImportRun, Post
from config import clock

RUNS_SHOWN = 50
POSTS_SHOWN = 100
REMARKS_SHOWN = 60
PLACES_SHOWN = 4
KIND_NAMES = {
    "jekyll": "Jekyll",
    "hugo": "Hugo",
    "zola": "Zola",
    "hexo": "Hexo",
    "wordpress": "WordPress",
    "ghost": "Ghost",
    "tistory": "Tistory",
    "velog": "velog",
}


def kind_name(kind: str) -> str:
    """Return the name of a former blog as people know it."""
    if kind in {"plain", "markdown"}:
        return _("Markdown files")
    if kind == "madang":
        return _("Archive of this site")
    return KIND_NAMES.get(kind, kind)


@dataclass(frozen=True)
class Count:
    number: int
    label: str
    is_signal: bool = False


@dataclass(frozen=True)
class Badge:
    label: str
    is_signal: bool = False


@dataclass(frozen=True)
class Remark:
    """The same words about several places, said once."""

    text: str
    places: list[str]
    hidden_count: int
    count: int


@dataclass(frozen=True)
class PostLine:
    title: str
    date: str
    url: str
    address: str
    old: list[str]
    badges: list[Badge]
    reason: str = ""
    is_here: bool = False
    is_closed: bool = False
    """Whether its old addresses lead nowhere yet: they do so only to what everybody may read."""


@dataclass(frozen=True)
class RunLine:
    name: str
    url: str
    kind: str
    state: str
    is_done: bool
    is_failed: bool
    post_count: int
    created_at: Any


@dataclass(frozen=True)
class RunPage:
    """Everything on the page of one run."""

    kind: str
    counts: list[Count]
    posts: list[PostLine]
    post_count: int
    hidden_post_count: int
    problems: list["Remark"]
    problem_count: int
    hidden_problem_count: int
    new_count: int
    new_comment_count: int
    remote_count: int
    has_comments: bool
    has_drafts: bool
    profile_url: str
    done: int = 0
    total: int = 0
    is_working: bool = False
    can_go_on: bool = False
    can_undo: bool = False
    can_discard: bool = False
    removed_count: int = 0
    kept: list[dict[str, str]] = field(default_factory=list)
    hidden_kept_count: int = 0

    @classmethod
    def of(cls, run: ImportRun) -> "RunPage":
        """Prepare the page of ``run``."""
        is_plan = run.state in {ImportRun.State.READY, ImportRun.State.READING}
        report = run.plan if is_plan else run.report or run.plan
        skipped = report.get("skipped", [])
        totals = {**report.get("totals", {}), "skipped": len(skipped)}
        posts = report.get("posts", [])
        problems = [
            *report.get("problems", []),
            *(
                {"place": one["place"], "text": _("not brought in: %(why)s") % {"why": one["text"]}}
                for one in skipped
            ),
        ]
        remarks = gathered(problems)
        undone = run.report.get("undo", {})
        kept = undone.get("kept", [])
        job = job_of(run) if run.is_unfinished else None
        is_working = job is not None or run.is_with_the_command
        is_stopped = run.is_unfinished and not is_working
        has_items = is_stopped and run.items.exists()
        return cls(
            kind=kind_name(run.kind),
            counts=plan_counts(totals, problems) if is_plan else report_counts(totals, problems),
            posts=[post_line(post) for post in posts[:POSTS_SHOWN]],
            post_count=len(posts),
            hidden_post_count=max(0, len(posts) - POSTS_SHOWN),
            problems=remarks[:REMARKS_SHOWN],
            problem_count=len(problems),
            hidden_problem_count=sum(remark.count for remark in remarks[REMARKS_SHOWN:]),
            new_count=totals.get("new", 0),
            new_comment_count=totals.get("comments", 0),
            remote_count=totals.get("remote_images", 0),
            has_comments=bool(totals.get("comments")),
            has_drafts=any(post.get("status") == "draft" for post in posts),
            profile_url=run.owner.get_absolute_url(),
            done=job.done if job else 0,
            total=job.total if job else 0,
            is_working=is_working,
            can_go_on=is_stopped and (bool(run.archive) or run.state == ImportRun.State.UNDOING),
            can_undo=has_items and run.state == ImportRun.State.RUNNING,
            can_discard=not is_working
            and (
                bool(run.archive)
                or run.state in {ImportRun.State.READY, ImportRun.State.FAILED}
                or (is_stopped and not has_items)
            ),
            removed_count=undone.get("removed", 0),
            kept=kept[:POSTS_SHOWN],
            hidden_kept_count=max(0, len(kept) - POSTS_SHOWN),
        )


def run_lines(owner: User) -> list[RunLine]:
    """Prepare the list of the runs of ``owner``, newest first, without their long reports."""
    runs = (
        ImportRun.objects.filter(owner=owner)
        .defer("plan", "report")
        .annotate(planned=KeyTransform("totals", "plan"), brought=KeyTransform("totals", "report"))
        .order_by("-created_at", "-pk")
    )
    job = unfinished_job(owner)
    at_work = job.params.get("run") if job else None
    return [
        RunLine(
            name=run.name,
            url=run.get_absolute_url(),
            kind=kind_name(run.kind),
            state=pgettext("state of an import", "stopped")
            if run.is_unfinished and run.pk != at_work and not run.is_with_the_command
            else run.get_state_display(),
            is_done=run.state == ImportRun.State.DONE,
            is_failed=run.state == ImportRun.State.FAILED,
            post_count=(run.brought or {}).get("posts") or (run.planned or {}).get("new", 0),
            created_at=run.created_at,
        )
        for run in runs[:RUNS_SHOWN]
    ]


def gathered(problems: list[dict[str, str]]) -> list[Remark]:
    """Return ``problems`` with equal words put together, in the order in which they came."""
    places: dict[str, list[str]] = {}
    for problem in problems:
        places.setdefault(problem["text"], []).append(problem["place"])
    return [
        Remark(text, found[:PLACES_SHOWN], max(0, len(found) - PLACES_SHOWN), len(found))
        for text, found in places.items()
    ]


def plan_counts(totals: dict[str, int], problems: list) -> list[Count]:
    """Return the numbers of a dry run that are not nothing."""
    number = totals.get
    return _shown(
        Count(number("new", 0), npgettext("number of", "new post", "new posts", number("new", 0))),
        Count(number("known", 0), _("here already")),
        Count(number("draft", 0), npgettext("number of", "draft", "drafts", number("draft", 0))),
        Count(number("scheduled", 0), _("to go out later")),
        Count(number("private", 0), _("for you alone")),
        Count(
            number("images", 0), npgettext("number of", "picture", "pictures", number("images", 0))
        ),
        Count(number("remote_images", 0), _("pictures on other sites")),
        Count(
            number("comments", 0),
            npgettext("number of", "comment", "comments", number("comments", 0)),
        ),
        Count(number("skipped", 0), _("left out")),
        _remarks(problems),
    )


def report_counts(totals: dict[str, int], problems: list) -> list[Count]:
    """Return the numbers of a run that are not nothing."""
    number = totals.get
    return _shown(
        Count(number("posts", 0), npgettext("number of", "post", "posts", number("posts", 0))),
        Count(number("known", 0), _("were here already")),
        Count(number("failed", 0), _("failed"), is_signal=True),
        Count(
            number("images", 0), npgettext("number of", "picture", "pictures", number("images", 0))
        ),
        Count(
            number("comments", 0),
            npgettext("number of", "comment", "comments", number("comments", 0)),
        ),
        Count(number("skipped", 0), _("left out")),
        _remarks(problems),
    )


def _remarks(problems: list) -> Count:
    return Count(len(problems), npgettext("number of", "remark", "remarks", len(problems)))


def _shown(first: Count, *counts: Count) -> list[Count]:
    return [first, *(count for count in counts if count.number)]


def post_line(post: dict[str, Any]) -> PostLine:
    """Prepare one post of a report."""
    badges = []
    status, visibility = post.get("status"), post.get("visibility")
    if post["state"] == "known":
        badges.append(Badge(_("here already")))
    elif post["state"] == "failed":
        badges.append(Badge(_("failed"), is_signal=True))
    if status in {"draft", "scheduled"}:
        badges.append(Badge(str(Post.Status(status).label)))
    if visibility and visibility != "public":
        badges.append(Badge(str(Post.Visibility(visibility).label)))
    moment = parse_datetime(post["date"])
    return PostLine(
        title=post["title"],
        date=clock.exact_date(moment) if moment else "",
        url=post.get("url", ""),
        address=unquote(post.get("url", "")),
        old=post.get("old", []),
        badges=badges,
        reason=post.get("reason", ""),
        is_here=post["state"] in {"known", "imported"},
        is_closed=status in {"draft", "scheduled"} or visibility in {"private", "followers"},
    )
