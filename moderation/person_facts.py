"""What staff see of somebody beside the case: trust, decisions, reports, devices; no secrets (AD-09)."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.browsers import coarse_network, describe_browser
from accounts.models import User
from config import clock
from moderation.models import Decision, TrustSetting
from moderation.selectors import label_of_target
from moderation.trust import facts_about
from social.models import Report

MOST = 10
NOTHING = "–"


def trust_of(person: User) -> SafeString | str:
    """Return the level of ``person`` and what it follows from."""
    facts = facts_about([person])[person.pk]
    words = _(
        "Level %(level)s. Public posts and comments: %(items)s. Counted against them in 90 days:"
        " %(upheld)s."
    ) % {"level": person.trust_level, "items": facts.items, "upheld": len(facts.upheld)}
    setting = TrustSetting.objects.filter(person=person, level__isnull=False)
    given = setting.select_related("set_by").first()
    if given is None:
        return words
    return format_html(
        "{}<br>{}",
        words,
        _("Set to %(level)s on %(day)s by %(who)s: %(reason)s")
        % {
            "level": given.level,
            "day": clock.exact(given.set_at),
            "who": given.set_by or NOTHING,
            "reason": given.reason,
        },
    )


def decisions_of(person: User) -> SafeString | str:
    """Return the latest decisions about ``person`` and what is theirs; each leads to its case."""
    rows = Decision.objects.filter(owner=person).select_related("actor", "rule_version__rule")
    return _lines(
        (
            _case_of(one.target_kind, one.target_id),
            f"{label_of_target(one.target_kind)} {one.target_id}",
            " · ".join(
                filter(
                    None,
                    (
                        one.get_kind_display(),
                        one.get_category_display() if one.category else "",
                        str(one.actor or one.rule_version or ""),
                        clock.exact(one.created_at),
                        _("until %(moment)s") % {"moment": clock.exact(one.until)}
                        if one.until
                        else "",
                        _("undone") if one.is_undone else "",
                    ),
                )
            ),
        )
        for one in rows.order_by("-created_at", "-pk")[:MOST]
    )


def reports_about(person: User) -> SafeString | str:
    """Return the latest reports about ``person`` and what is theirs; the case tells the rest."""
    rows = Report.objects.filter(owner=person).defer("copy", "note")
    return _lines(
        (
            _case_of(one.target_kind, one.target_id),
            f"{label_of_target(one.target_kind)} {one.target_id}",
            f"{one.get_category_display()} · {one.get_state_display()} ·"
            f" {clock.exact(one.created_at)}",
        )
        for one in rows.order_by("-pk")[:MOST]
    )


def devices_of(person: User) -> SafeString | str:
    """Return where ``person`` is signed in: browser, network and time, as they see it themselves."""
    rows = UserSession.objects.filter(user=person).order_by("-last_seen_at")[:MOST]
    lines = format_html_join(
        "",
        "<li>{}</li>",
        (
            (
                " · ".join(
                    filter(
                        None,
                        (
                            describe_browser(one.user_agent),
                            coarse_network(one.ip),
                            clock.exact(one.last_seen_at),
                        ),
                    )
                ),
            )
            for one in rows
        ),
    )
    return format_html("<ul>{}</ul>", lines) if lines else NOTHING


def factors_of(person: User) -> str:
    """Return which kinds of second factors ``person`` has."""
    kinds = Authenticator.objects.filter(user=person).values_list("type", flat=True)
    return ", ".join(sorted(set(kinds))) or NOTHING


def _case_of(kind: str, pk: int) -> str:
    return reverse("admin:moderation_case_open", args=[kind, pk])


def _lines(rows: Iterable[tuple[str, str, str]]) -> SafeString | str:
    lines = format_html_join("", '<li><a href="{}">{}</a> {}</li>', rows)
    return format_html("<ul>{}</ul>", lines) if lines else NOTHING
