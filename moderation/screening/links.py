"""Where links lead: hosts as they are compared, shorteners, hosts that look like others."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

import regex
from django.conf import settings

from moderation.screening.texts import CHATS, SHORTENERS, Link

WELL_KNOWN = frozenset(
    "naver.com daum.net kakao.com kakaocorp.com tistory.com velog.io brunch.co.kr google.com youtube.com "
    "youtu.be github.com github.io gitlab.com wikipedia.org namu.wiki korea.kr gov.kr go.kr yna.co.kr "
    "kbs.co.kr mbc.co.kr hani.co.kr khan.co.kr python.org djangoproject.com mozilla.org w3.org "
    "stackoverflow.com debian.org archlinux.org arxiv.org doi.org npmjs.com pypi.org readthedocs.io "
    "instagram.com x.com facebook.com threads.net linkedin.com apple.com microsoft.com amazon.com "
    "yes24.com aladin.co.kr kyobobook.co.kr".split()
)
"""Domains that everybody names sooner or later: never unknown."""

CHEAP = frozenset(
    "xyz top icu cyou sbs click cfd buzz loan bet casino win vip rest quest monster lol mom bond "
    "party poker racing stream download gdn men work".split()
)
"""Ends of domains that cost next to nothing, or say what they sell."""

SECOND_LEVEL = frozenset("co or ne go re pe ac com net org gov edu".split())
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
LOOKS_LIKE_HOST = re.compile(r"^(?:https?://)?(?:www\.)?([\w.-]+\.[a-z]{2,})(?:[/?#].*)?$", re.I)
NOT_LATIN = regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]")
LATIN = regex.compile(r"\p{Latin}")


@lru_cache(maxsize=4_096)
def host_of(url: str) -> str:
    """Return the host of a web address in lower case without ``www.``; empty where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def ascii_host(host: str) -> str:
    """Return a host as it is in the DNS."""
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host


def domains_above(host: str) -> list[str]:
    """Return ``host`` and the domains it is part of, so that a block of one covers what is below."""
    parts = ascii_host(host).split(".")
    return [".".join(parts[at:]) for at in range(len(parts) - 1)] or [host]


def is_well_known(host: str) -> bool:
    """Return whether the host, or a domain that it is part of, is one that everybody names."""
    return not WELL_KNOWN.isdisjoint(domains_above(host))


def registered_domain(host: str) -> str:
    """Return the domain that somebody registered, by a rule of thumb: a.b.co.kr → b.co.kr."""
    parts = host.split(".")
    if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in SECOND_LEVEL:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:])


def foreign_links(links: Iterable[Link]) -> list[Link]:
    """Return the links that leave this site."""
    own = host_of(settings.SITE_URL)
    return [link for link in links if (host := host_of(link.url)) and host != own]


def is_shortened(host: str) -> bool:
    """Return whether the host hides where a link leads."""
    return registered_domain(host) in SHORTENERS or host in SHORTENERS


def is_number(host: str) -> bool:
    """Return whether a host is an address of the network instead of a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_look_alike(host: str) -> bool:
    """Return whether a name mixes letters that look like Latin ones with Latin ones, or is all of
    them; 한글.한국 or a German umlaut are no such thing."""
    if "xn--" in host:
        try:
            host = host.encode().decode("idna")
        except UnicodeError:
            return True
    if host.isascii():
        return False
    for label in host.split(".")[:-1]:
        if NOT_LATIN.search(label) and LATIN.search(label):
            return True
    ending = host.rpartition(".")[2]
    return bool(NOT_LATIN.search(host)) and ending.isascii() and len(ending) > 2


def is_misleading(link: Link) -> bool:
    """Return whether a link says another host than it leads to."""
    match = LOOKS_LIKE_HOST.match(link.label.strip())
    if match is None:
        return False
    said = registered_domain(ascii_host(match[1].lower()))
    return said != registered_domain(ascii_host(host_of(link.url)))


def classes_of(host: str) -> list[str]:
    """Return what kind of host this is, as words for the classifier."""
    found = []
    if is_shortened(host):
        found.append("host:short")
    if host in CHATS:
        found.append("host:chat")
    if is_number(host):
        found.append("host:number")
    if host.rpartition(".")[2] in CHEAP:
        found.append("host:cheap")
    if is_look_alike(host):
        found.append("host:look-alike")
    return found or ["host:plain"]
