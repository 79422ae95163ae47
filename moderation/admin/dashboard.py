"""Dashboards of moderation, drawn by the server; and what the first screen tells of the desk."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config.admin_site import Panel, counted, register_page, register_panel
from moderation import plots
from moderation.figures import WEEKS, Figures, Share, figures
from moderation.models import Appeal, Case
from moderation.policies import is_moderator, require_moderator
from social.models import Report

CACHE_KEY = "moderation:figures"
CACHE_SECONDS = 120
AGE_LABELS = (
    gettext_lazy("under 1 h"),
    gettext_lazy("1–6 h"),
    gettext_lazy("6–24 h"),
    gettext_lazy("1–3 days"),
    gettext_lazy("3–7 days"),
    gettext_lazy("over 7 days"),
)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Moderators: how old the queue is, what was reported, held, taken back, and how fast."""
    require_moderator(request.user)
    now = cache.get(CACHE_KEY)
    if now is None:
        now = figures()
        cache.set(CACHE_KEY, now, CACHE_SECONDS)
    from django.contrib import admin

    context = {
        **admin.site.each_context(request),
        "title": _("How moderation is doing"),
        "plots": plots_of(now),
        "categories": categories_of(now),
        "weeks": WEEKS,
        "minutes": CACHE_SECONDS // 60,
    }
    return TemplateResponse(request, "admin/moderation/dashboard.html", context)


def plots_of(now: Figures) -> list[plots.Plot]:
    """Return the drawings in the order of the page, each with its table."""
    weeks = [formats.date_format(week, "m/d") for week in now.weeks]
    return [
        _queue(now),
        _share(
            "spam",
            _("Held by rules, and what people took back"),
            weeks,
            now.holds,
            (_("stayed"), _("taken back")),
        ),
        _share(
            "undone",
            _("Decisions, and those undone since"),
            weeks,
            now.undone,
            (_("stand"), _("undone")),
        ),
        _hours(weeks, now),
    ]


def _queue(now: Figures) -> plots.Plot:
    title = _("Open cases by how long they wait")
    labels = [str(label) for label in AGE_LABELS]
    text = _("%(number)s cases are open.") % {"number": sum(now.queue)}
    series = plots.Series("main", _("open"), tuple(map(float, now.queue)))
    rows = tuple((label, str(number)) for label, number in zip(labels, now.queue, strict=True))
    svg = plots.bars("queue", title, text, labels, [series])
    return plots.Plot("queue", title, svg, (_("waits"), _("cases")), rows)


def _share(
    key: str, title: str, weeks: list[str], share: Share, names: tuple[str, str]
) -> plots.Plot:
    rest = tuple(float(one - such) for one, such in zip(share.all, share.such, strict=True))
    series = [
        plots.Series("main", names[0], rest),
        plots.Series("second", names[1], tuple(map(float, share.such))),
    ]
    percent = share.percent
    text = (
        _("Nothing in these weeks.")
        if percent is None
        else _("%(share)s of %(number)s in %(weeks)s weeks: %(percent)s %%.")
        % {
            "share": f"{names[1]} {sum(share.such)}",
            "number": sum(share.all),
            "weeks": WEEKS,
            "percent": plots.number(percent),
        }
    )
    rows = tuple(
        (week, str(one), str(such), f"{100 * such // one} %" if one else "–")
        for week, one, such in zip(weeks, share.all, share.such, strict=True)
    )
    heads = (_("week from"), _("all"), names[1], _("share"))
    svg = plots.bars(key, title, text, weeks, series)
    return plots.Plot(key, title, svg, heads, rows, (("main", names[0]), ("second", names[1])))


def _hours(weeks: list[str], now: Figures) -> plots.Plot:
    title = _("Hours until a decision")
    names = (_("half within"), _("nine of ten within"))
    series = [
        plots.Series(name, label, tuple(pair[at] for pair in now.hours))
        for at, (name, label) in enumerate(zip(("main", "second"), names, strict=True))
    ]
    text = _("From the first report or hold to the decision of a person, week by week.")
    rows = tuple(
        (week, *(_hours_word(one) for one in pair))
        for week, pair in zip(weeks, now.hours, strict=True)
    )
    svg = plots.lines("hours", title, text, weeks, series)
    heads = (_("week from"), *names)
    return plots.Plot("hours", title, svg, heads, rows, (("main", names[0]), ("second", names[1])))


def _hours_word(value: float | None) -> str:
    return "–" if value is None else _("%(hours)s h") % {"hours": plots.number(value)}


def categories_of(now: Figures) -> list[dict[str, Any]]:
    """Return a small drawing for each category, on one scale, the most frequent first."""
    top = max((max(values) for values in now.reports.values()), default=0)
    rows = []
    for category, values in now.reports.items():
        label = str(Report.Category(category).label)
        title = _("%(category)s: %(number)s reports in %(weeks)s weeks") % {
            "category": label,
            "number": sum(values),
            "weeks": WEEKS,
        }
        rows.append(
            {
                "label": label,
                "total": sum(values),
                "latest": values[-1],
                "svg": plots.spark(f"reports-{category}", title, values, top),
            }
        )
    return sorted(rows, key=lambda row: -row["total"])


# First screen -------------------------------------------------------------------------------------


def cases_panel(request: HttpRequest) -> Panel | None:
    """Moderators: how much waits at the desk, and how much of it is late."""
    if not is_moderator(request.user):
        return None
    cases = Case.objects.filter(is_open=True)
    late = counted(cases.filter(due_at__lt=timezone.now()))
    return Panel(
        _("Open cases"),
        counted(cases),
        reverse("admin:moderation_case_changelist"),
        "calm" if late == "0" else "warn",
        (
            _("with reports: %(number)s") % {"number": counted(cases.filter(has_reports=True))},
            _("late: %(number)s") % {"number": late},
        ),
    )


def appeals_panel(request: HttpRequest) -> Panel | None:
    """Moderators: appeals that nobody answered in time."""
    if not is_moderator(request.user):
        return None
    appeals = Appeal.objects.filter(state=Appeal.State.OPEN)
    late = counted(appeals.filter(due_at__lt=timezone.now()))
    return Panel(
        _("Late appeals"),
        late,
        f"{reverse('admin:moderation_case_changelist')}?reason=appeal",
        "calm" if late == "0" else "bad",
        (_("open: %(number)s") % {"number": counted(appeals)},),
    )


def dashboard_panel(request: HttpRequest) -> Panel | None:
    """Moderators: the way to the plots."""
    if not is_moderator(request.user):
        return None
    return Panel(_("How moderation is doing"), _("plots"), reverse("admin:moderation_dashboard"))


register_page("moderation/dashboard/", dashboard, "moderation_dashboard")
register_panel(10, cases_panel)
register_panel(20, appeals_panel)
register_panel(25, dashboard_panel)
