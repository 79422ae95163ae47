"""Rules: what the site decides by itself, version by version (AD-08).

A version never changes. It acts once it was tried on what came in the last 30 days (SO-48), until
another one takes its place or its rule is switched off. What it decided keeps naming it.
"""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.text import clean_line, is_blank
from moderation.actions.chain import write_log
from moderation.actions.judgements import settle_judgements
from moderation.exceptions import RuleRefused
from moderation.models import Rule, RuleVersion
from moderation.models.rules import NAME_MAX_LENGTH
from moderation.policies import require_can_keep_rules
from moderation.rule_names import NAMES, SPAM
from moderation.screening.trial import trial_of
from moderation.screening.verdict import DEFAULT, checked_definition

VERSIONS_KEY = "moderation:acting-versions"


def built_in_version(name: str) -> RuleVersion:
    """Return the version of a rule that comes with the program, stored when first needed.

    Built-in rules have one version and are switched by settings of the site, not at the desk.
    """
    rule, _is_new = Rule.objects.get_or_create(name=name, defaults={"is_active": True})
    version, _is_new = RuleVersion.objects.get_or_create(
        rule=rule, number=1, defaults={"acts_since": timezone.now()}
    )
    return version


@transaction.atomic
def store_shipped_rule() -> RuleVersion:
    """Store the rule against spam that comes with the program, as it is shipped. Idempotent."""
    rule, _is_new = Rule.objects.get_or_create(name=SPAM, defaults={"is_active": True})
    version, _is_new = RuleVersion.objects.get_or_create(
        rule=rule, number=1, defaults={"acts_since": timezone.now(), "definition": DEFAULT}
    )
    return version


@transaction.atomic
def save_rule_version(
    rule: Rule | str, *, actor: User, definition: Mapping[str, Any]
) -> RuleVersion:
    """Write another version of a rule, or the first one of a new name; it does not act yet.

    Raises NotAModerator, RuleRefused, DecisionRefused.
    """
    require_can_keep_rules(actor)
    definition = checked_definition(definition)
    held = _rule_called(rule) if isinstance(rule, str) else rule
    held = Rule.objects.select_for_update().get(pk=held.pk)
    if held.name in NAMES and held.name != SPAM:
        raise RuleRefused(_("This rule comes with the program and has no points."))
    last = held.versions.order_by("-number").first()
    if last is not None and last.definition == definition:
        return last
    version = RuleVersion.objects.create(
        rule=held,
        number=last.number + 1 if last else 1,
        definition=definition,
        made_by=actor,
    )
    _log("save_rule", version, actor, {}, {"version": version.number})
    return version


def _rule_called(name: str) -> Rule:
    name = clean_line(name)
    if is_blank(name) or len(name) > NAME_MAX_LENGTH:
        raise RuleRefused(
            _("A name has 1 to %(limit)s characters.") % {"limit": NAME_MAX_LENGTH}, field="name"
        )
    try:
        with transaction.atomic():
            return Rule.objects.create(name=name)
    except IntegrityError as error:
        raise RuleRefused(_("There is a rule of this name."), field="name") from error


@transaction.atomic
def try_rule_version(version: RuleVersion, *, actor: User) -> RuleVersion:
    """Store what a version would have done in the last 30 days. Raises NotAModerator."""
    require_can_keep_rules(actor)
    settle_judgements()
    version = RuleVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    version.trial, version.tried_at = trial_of(version), timezone.now()
    version.save(update_fields=["trial", "tried_at"])
    numbers = {name: version.trial[name] for name in ("looked_at", "held", "told", "good")}
    _log("try_rule", version, actor, {}, {"version": version.number} | numbers)
    return version


@transaction.atomic
def activate_rule_version(version: RuleVersion, *, actor: User) -> RuleVersion:
    """Let a version act from now on, in place of the one that acted. Idempotent.

    Raises NotAModerator, and RuleRefused for a version that was not tried (SO-48).
    """
    require_can_keep_rules(actor)
    rule = Rule.objects.select_for_update().get(pk=version.rule_id)
    version = RuleVersion.objects.get(pk=version.pk)
    acting = rule.versions.filter(acts_since__isnull=False, acts_until=None).first()
    if acting == version and rule.is_active:
        return version
    if version.tried_at is None and acting != version:
        raise RuleRefused(_("Try it on the last 30 days first."))
    before = {"version": acting.number if acting else None, "is_active": rule.is_active}
    now = timezone.now()
    if acting is not None and acting != version:
        acting.acts_until = now
        acting.save(update_fields=["acts_until"])
    if acting != version:
        version.acts_since, version.acts_until = now, None
        version.save(update_fields=["acts_since", "acts_until"])
    rule.is_active = True
    rule.save(update_fields=["is_active"])
    _forget_versions()
    version.rule = rule
    _log("activate_rule", version, actor, before, {"version": version.number, "is_active": True})
    return version


@transaction.atomic
def switch_rule(rule: Rule, *, actor: User, is_on: bool) -> Rule:
    """Switch a rule off, or on again with the version that acted. Idempotent.

    What it held stays held until somebody decides. Raises NotAModerator, RuleRefused.
    """
    require_can_keep_rules(actor)
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    if rule.name in NAMES and rule.name != SPAM:
        raise RuleRefused(_("This rule is switched in the settings of the site."))
    acting = rule.versions.filter(acts_since__isnull=False, acts_until=None).first()
    if is_on and acting is None:
        raise RuleRefused(_("No version of this rule was ever activated."))
    if rule.is_active != is_on:
        rule.is_active = is_on
        rule.save(update_fields=["is_active"])
        _forget_versions()
        write_log(
            "switch_rule",
            actor=actor,
            target=("rule", rule.pk),
            before={"is_active": not is_on},
            after={"is_active": is_on},
            rule=str(acting) if acting else rule.name,
        )
    return rule


def _forget_versions() -> None:
    """Let screening read anew which versions act: now, and when others can see it."""
    cache.delete(VERSIONS_KEY)
    transaction.on_commit(lambda: cache.delete(VERSIONS_KEY))


def _log(
    act: str, version: RuleVersion, actor: User, before: dict[str, Any], after: dict[str, Any]
) -> None:
    write_log(
        act,
        actor=actor,
        target=("rule", version.rule_id),
        before=before,
        after=after,
        rule=str(version)[:80],
    )
