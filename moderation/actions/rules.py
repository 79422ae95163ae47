"""Rules: what the site decides by itself, version by version."""

from django.utils import timezone

from moderation.models import Rule, RuleVersion


def built_in_version(name: str) -> RuleVersion:
    """Return the version of a rule that comes with the program, stored when first needed.

    Built-in rules have one version and are switched by settings of the site, not at the desk.
    """
    rule, _is_new = Rule.objects.get_or_create(name=name, defaults={"is_active": True})
    version, _is_new = RuleVersion.objects.get_or_create(
        rule=rule, number=1, defaults={"acts_since": timezone.now()}
    )
    return version
