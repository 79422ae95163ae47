"""Mails: text and HTML from one pair of templates, in the language of whoever gets them.

``emails/<name>/{subject.txt,body.txt,body.html}``; links are absolute from SITE_URL.
"""

import re
from pathlib import PurePath
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from config.selectors import site_settings

BLANK_LINES = re.compile(r"\n{3,}")


def site_link(path: str) -> str:
    """Return the whole address of ``path`` on this site, there being no request."""
    return urljoin(f"{settings.SITE_URL}/", path)


def build_mail(
    name: str,
    *,
    to: str,
    language: str,
    context: dict[str, Any],
    time_zone: str = "",
    attachments: tuple[tuple[str, bytes, str], ...] = (),
) -> EmailMultiAlternatives:
    """Return the mail ``name`` to ``to``, not sent yet.

    Args:
        language: the recipient's; empty: the site's. So ``time_zone``.
        context: what the templates need; ``site`` and ``site_link`` are added.
        attachments: file name, content, media type.
    """
    zone = ZoneInfo(time_zone or settings.TIME_ZONE)
    with translation.override(language or settings.LANGUAGE_CODE), timezone.override(zone):
        site = site_settings()
        context = {"site": site, "home_link": site_link(reverse("home")), "to": to, **context}
        context["language"] = translation.get_language()
        subject = render_to_string(f"emails/{name}/subject.txt", context)
        text = render_to_string(f"emails/{name}/body.txt", context)
        html = render_to_string(f"emails/{name}/body.html", context)
        # One line, whatever a name contains: no header can be smuggled in.
        line = " ".join(f"[{site.title}] {subject}".split())
    mail = EmailMultiAlternatives(
        subject=line,
        body=BLANK_LINES.sub("\n\n", text).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(_inliner().inline(html), "text/html")
    for filename, content, media_type in attachments:
        mail.attach(PurePath(filename).name, content, media_type)
    return mail


def _inliner() -> Any:
    # 2 MB that a web process needs for hardly any of its answers.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False)
