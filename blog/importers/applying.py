"""Storing what a plan says: each post whole or not at all, and only once."""

from collections.abc import Iterator

from django.db import transaction

from accounts.models import User
from blog import actions
from blog.exceptions import SlugRefused, SlugTaken
from blog.importers.conversion import FENCE, HIDDEN, HIDDEN_AT, INLINE_CODE
from blog.importers.planning import ADDRESS
from blog.importers.plans import ImportPlan, Outcome, PlannedPost, Problem
from blog.models import Post
from config.exceptions import DomainError


def apply_plan(plan: ImportPlan, *, author: User, visibility: str = "") -> Iterator[Outcome]:
    """Store the posts of ``plan`` as articles of ``author``, yielding what became of each.

    A post that came in before stays as it is. When this is stopped in the middle, the next run
    goes on where it was.
    """
    for planned in sorted(plan.posts, key=lambda post: post.date):
        held = Post.objects.by(author).filter(origin_key=planned.origin_key).first()
        if held is not None:
            yield _outcome(planned, "known", held)
            continue
        try:
            post = _store(plan, planned, author, visibility)
        except DomainError as error:
            plan.problems.append(Problem(planned.path, 0, error.message))
            yield Outcome(planned.path, "failed", reason=error.message)
        else:
            yield _outcome(planned, "imported", post)
    _join_links(plan, author)


def _outcome(planned: PlannedPost, state: str, post: Post) -> Outcome:
    return Outcome(planned.path, state, post.get_absolute_url(), tuple(planned.old_paths))


@transaction.atomic
def _store(plan: ImportPlan, planned: PlannedPost, author: User, visibility: str) -> Post:
    urls, cover = {}, None
    for reference, path in planned.images.items():
        try:
            image = actions.store_image(path.read_bytes(), actor=author, name=path.name)
        except (DomainError, OSError) as error:
            reason = getattr(error, "message", "") or type(error).__name__
            plan.problems.append(Problem(planned.path, 0, f"{path.name}: {reason}"))
            continue
        urls[reference] = image.get_absolute_url()
        if reference == planned.cover:
            cover = image
    wanted = {
        "title": planned.title,
        "source": replace_addresses(planned.source, urls),
        "tags": planned.tags,
        "excerpt": planned.excerpt,
        "language": planned.language,
        "canonical_url": planned.canonical_url,
        "cover": cover,
        "visibility": planned.visibility or visibility or "public",
    }
    if planned.series:
        wanted["series"] = actions.find_or_create_series(planned.series, actor=author)
    options = {
        "actor": author,
        "origin_key": planned.origin_key,
        "created_at": planned.date,
        "edited_at": planned.edited_at,
    }
    try:
        with transaction.atomic():
            post = actions.create_article(**options, **wanted, slug=planned.slug)
    except (SlugRefused, SlugTaken):
        # The old name is taken or means something here; the title gives another.
        post = actions.create_article(**options, **wanted)
    if not planned.is_draft:
        post = actions.publish_post(post, actor=author, published_at=planned.date)
    for path in planned.old_paths:
        actions.remember_old_path(post, path, actor=author)
    return post


def _join_links(plan: ImportPlan, author: User) -> None:
    """Point links between the posts of the folder at their new addresses."""
    keys = {planned.origin_key: planned for planned in plan.posts}
    by_path = {planned.path: planned.origin_key for planned in plan.posts}
    posts = {
        post.origin_key: post
        for post in Post.objects.by(author)
        .filter(origin_key__in=keys)
        .select_related("author")
        .defer("html")
    }
    for key, planned in keys.items():
        post = posts.get(key)
        if post is None or not planned.links:
            continue
        urls = {}
        for reference, target in planned.links.items():
            goal = posts.get(by_path[target])
            if goal is not None and goal.slug:
                _before, hash_mark, anchor = reference.partition("#")
                urls[reference] = f"{goal.get_absolute_url()}{hash_mark}{anchor}"
        source = replace_addresses(post.source, urls)
        if source != post.source:
            actions.change_article(post, actor=author, source=source, is_edit=False)


def replace_addresses(source: str, urls: dict[str, str]) -> str:
    """Return ``source`` with each address that is a key of ``urls`` replaced, outside code."""
    if not urls:
        return source
    kept: list[str] = []

    def hide(match) -> str:
        kept.append(match[0])
        return HIDDEN.format(len(kept) - 1)

    def point(match) -> str:
        whole = match[0]
        old = match["url"] or match["url2"] or match["url3"]
        if not old or old not in urls:
            return whole
        start = match.start("url" if match["url"] else "url2" if match["url2"] else "url3")
        start -= match.start()
        return f"{whole[:start]}{urls[old]}{whole[start + len(old) :]}"

    hidden = INLINE_CODE.sub(hide, FENCE.sub(hide, source))
    hidden = ADDRESS.sub(point, hidden)
    while HIDDEN_AT.search(hidden):
        hidden = HIDDEN_AT.sub(lambda match: kept[int(match[1])], hidden)
    return hidden
