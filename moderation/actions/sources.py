"""Keeping mail domains, domains of links and networks away for a while (AD-10)."""

import ipaddress
from datetime import datetime

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.limits import IPV6_PREFIX
from config.text import clean, count_graphemes, is_blank
from moderation.actions.chain import write_log
from moderation.exceptions import SourceRefused
from moderation.models import BlockedSource
from moderation.policies import require_can_block_sources
from moderation.sources import NETWORKS_KEY, cleaned_domain

NOTE_MAX_LENGTH = 2000  # graphemes
WIDEST = {4: 8, 6: 16}
"""Bits of the widest network that can be blocked: nobody locks out half of the world."""
MAPPED_PREFIX = 96  # bits before the IPv4 address in ::ffff:192.0.2.1

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@transaction.atomic
def block_source(
    kind: str, value: str, *, actor: User, note: str, until: datetime | None = None
) -> BlockedSource:
    """Keep a source away, until a time or for good; a source blocked before gets the new terms.

    Raises NotAModerator, SourceRefused.
    """
    require_can_block_sources(actor)
    value = _cleaned(kind, value)
    note = clean(note).strip()
    if is_blank(note):
        raise SourceRefused(_("Say why, for those who come after you."), field="note")
    if count_graphemes(note) > NOTE_MAX_LENGTH:
        raise SourceRefused(
            _("Up to %(limit)s characters fit here.") % {"limit": NOTE_MAX_LENGTH}, field="note"
        )
    if until is not None and until <= timezone.now():
        raise SourceRefused(_("Choose a time to come."), field="until")
    held = BlockedSource.objects.select_for_update().filter(kind=kind, value=value).first()
    before = _state(held)
    source = held or BlockedSource(kind=kind, value=value)
    source.note, source.until, source.made_by = note, until, actor
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        raise SourceRefused(
            _("Somebody blocked this at the same moment."), field="value"
        ) from error
    write_log(
        "block_source",
        actor=actor,
        target=("source", source.pk),
        before=before,
        after=_state(source),
        reason=note,
    )
    transaction.on_commit(lambda: cache.delete(NETWORKS_KEY))
    return source


@transaction.atomic
def unblock_source(source: BlockedSource, *, actor: User, reason: str = "") -> None:
    """Let a source in again. Idempotent. Raises NotAModerator."""
    require_can_block_sources(actor)
    held = BlockedSource.objects.select_for_update().filter(pk=source.pk).first()
    if held is None:
        return
    before, pk = _state(held), held.pk
    held.delete()
    write_log(
        "unblock_source",
        actor=actor,
        target=("source", pk),
        before=before,
        after=_state(None),
        reason=clean(reason).strip(),
    )
    transaction.on_commit(lambda: cache.delete(NETWORKS_KEY))


def _state(source: BlockedSource | None) -> dict[str, object]:
    if source is None:
        return {"blocked": False}
    return {"blocked": True, "kind": source.kind, "until": source.until}


def _cleaned(kind: str, value: str) -> str:
    if kind not in BlockedSource.Kind.values:
        raise SourceRefused(_("Choose what to block."), field="kind")
    if kind == BlockedSource.Kind.NETWORK:
        try:
            network = ipaddress.ip_network(value.strip(), strict=False)
        except ValueError as error:
            raise SourceRefused(
                _("Write a network such as 192.0.2.0/24 or 2001:db8::/32."), field="value"
            ) from error
        network = _counted(network)
        if network.prefixlen < WIDEST[network.version]:
            raise SourceRefused(_("This network is too wide."), field="value")
        return str(network)
    try:
        return cleaned_domain(value)
    except ValueError as error:
        raise SourceRefused(_("Write a domain such as example.com."), field="value") from error


def _counted(network: Network) -> Network:
    """Return a network as those who come are compared with it (``config.limits.network_of``)."""
    if network.version == 4:
        return network
    mapped = network.network_address.ipv4_mapped
    if mapped is not None and network.prefixlen >= MAPPED_PREFIX:
        return ipaddress.ip_network((mapped, network.prefixlen - MAPPED_PREFIX))
    if network.prefixlen > IPV6_PREFIX:
        return network.supernet(new_prefix=IPV6_PREFIX)
    return network
