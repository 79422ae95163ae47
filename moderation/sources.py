"""Which sources are blocked now: domains of mails and links, networks (AD-10)."""

import ipaddress
from collections.abc import Iterable

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from moderation.models import BlockedSource
from moderation.screening.links import ascii_host, domains_above

NETWORKS_KEY = "moderation:blocked-networks"
NETWORKS_SECONDS = 60


def blocked_now() -> QuerySet[BlockedSource]:
    """Return the blocks that are not over."""
    return BlockedSource.objects.filter(Q(until=None) | Q(until__gt=timezone.now()))


def is_mail_blocked(email: str) -> bool:
    """Return whether the domain of an address, or one above it, is blocked."""
    domain = email.rpartition("@")[2].lower()
    if not domain:
        return False
    return blocked_now().filter(kind="mail", value__in=domains_above(domain)).exists()


def is_network_blocked(address: str) -> bool:
    """Return whether an address lies in a network that is blocked."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip.version == net.version and ip in net for net in blocked_networks())


def blocked_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks, from the cache for a minute; a change empties it."""
    values = cache.get(NETWORKS_KEY)
    if values is None:
        values = list(blocked_now().filter(kind="network").values_list("value", flat=True))
        cache.set(NETWORKS_KEY, values, NETWORKS_SECONDS)
    return [ipaddress.ip_network(value) for value in values]


def blocked_among(hosts: Iterable[str], email: str) -> tuple[frozenset[str], bool]:
    """Return which hosts of links are blocked, and whether the mail domain is; one query."""
    above = {host: domains_above(host) for host in hosts}
    domain = email.rpartition("@")[2].lower() if email else ""
    links = {name for names in above.values() for name in names}
    found = set(
        blocked_now()
        .filter(
            Q(kind="link", value__in=links)
            | Q(kind="mail", value__in=domains_above(domain) if domain else [])
        )
        .values_list("kind", "value")
    )
    blocked = {value for kind, value in found if kind == "link"}
    hit = frozenset(host for host, names in above.items() if blocked.intersection(names))
    return hit, any(kind == "mail" for kind, _value in found)


def cleaned_domain(value: str) -> str:
    """Return a domain as it is compared; a whole address or a mail address is cut down to it.

    Raises ValueError for what is none.
    """
    value = value.strip().lower()
    if "//" in value:
        value = value.partition("//")[2]
    value = value.rpartition("@")[2].partition("/")[0].partition(":")[0].strip(".")
    host = ascii_host(value.removeprefix("www."))
    labels = host.split(".")
    if len(labels) < 2 or not all(
        label and len(label) <= 63 and label.replace("-", "").isalnum() for label in labels
    ):
        raise ValueError(value)
    return host
