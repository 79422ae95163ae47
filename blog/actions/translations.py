"""Articles that say the same in different languages, linked by their author."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blog.exceptions import LanguageTaken, LanguageUnknown, NotAPair, NotTheAuthor
from blog.language import detect_language
from blog.models import Post, TranslationSet
from blog.policies import can_edit_post
from blog.working_copy import working_copy


@transaction.atomic
def link_translations(post: Post, other: Post, *, actor: User) -> TranslationSet:
    """Let two articles of ``actor``, and what each is linked to, be translations of one another.

    One per language. Idempotent. Raises NotTheAuthor, NotAPair (a note, or the same article),
    LanguageUnknown, LanguageTaken.
    """
    if post.pk == other.pk:
        raise NotAPair(_("An article is not its own translation."), field="post")
    members = _locked_members(post, other)
    ends = [held for held in members if held.pk in {post.pk, other.pk}]
    if len(ends) != 2 or not all(can_edit_post(actor, held) for held in ends):
        raise NotTheAuthor(_("Only its author can change this."))
    if any(held.is_note for held in ends):
        raise NotAPair(_("Only articles can be linked as translations."), field="post")
    found = {held.translations_id for held in members if held.translations_id is not None}
    if len(found) == 1 and all(held.translations_id for held in ends):
        return TranslationSet.objects.get(pk=found.pop())
    # A deleted text must not keep its language from a new one.
    gone = [held for held in members if held.status == "deleted"]
    staying = [held for held in members if held.status != "deleted"]
    for held in ends:
        _know_language(held)
    _require_one_per_language(staying)
    kept = min(found) if found else TranslationSet.objects.create(author=actor).pk
    # Leaving comes first: on the way no language may stand twice in one set.
    _move(gone, None)
    _move(staying, kept)
    TranslationSet.objects.filter(pk__in=found - {kept}).delete()
    return TranslationSet.objects.get(pk=kept)


@transaction.atomic
def unlink_translation(post: Post, *, actor: User) -> Post:
    """Take an article out of its translations; the others stay linked. Idempotent.

    Raises NotTheAuthor.
    """
    members = _locked_members(post)
    post = next(held for held in members if held.pk == post.pk)
    if not can_edit_post(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.translations_id is None:
        return post
    leaving = members if len(members) <= 2 else [post]
    held_set = post.translations_id
    _move(leaving, None)
    for member in members:
        if member not in leaving:
            _touch(member)
    if len(leaving) == len(members):
        TranslationSet.objects.filter(pk=held_set).delete()
    return post


def free_language(post: Post) -> None:
    """Take a deleted text out of the translations of ``post`` if it holds the same language.

    Until somebody wants its language it keeps its place, and has it again when it is restored.
    """
    if post.translations_id is not None:
        gone = Post.objects.filter(translations=post.translations_id, status="deleted")
        gone.filter(language=post.language).exclude(pk=post.pk).update(translations=None)


def _locked_members(*ends: Post) -> list[Post]:
    """Lock the posts and all that they are linked to, lowest number first.

    In one order everywhere, so that two who link at the same time wait instead of blocking each
    other; read again after the wait, because the sets may have grown meanwhile.
    """
    ids = [post.pk for post in ends]
    sets = Post.objects.filter(pk__in=ids, translations__isnull=False).values("translations")
    linked = Post.objects.filter(Q(pk__in=ids) | Q(translations__in=sets)).order_by("pk")
    list(linked.select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(linked.select_related("author"))


def _know_language(post: Post) -> None:
    """Give ``post`` the language that its draft names or shows, if it has none yet."""
    if post.language:
        return
    copy = working_copy(post)
    post.language = copy.details.get("language") or detect_language(f"{copy.title}\n{copy.source}")
    if not post.language:
        raise LanguageUnknown(
            _("Say first in which language “%(title)s” is written.")
            % {"title": copy.title or post},
            field="post",
        )


def _require_one_per_language(posts: list[Post]) -> None:
    languages: set[str] = set()
    for post in posts:
        if post.language in languages:
            raise LanguageTaken(
                _("Another of the linked translations has this language already."), field="post"
            )
        languages.add(post.language)


def _move(posts: list[Post], translations_id: int | None) -> None:
    for post in posts:
        if post.translations_id != translations_id:
            post.translations_id = translations_id
        _touch(post)


def _touch(post: Post) -> None:
    """Store the link, and let feeds know that their item changed; "edited" stays as it is."""
    post.updated_at = timezone.now()
    post.save(update_fields=["translations", "language", "updated_at"])
