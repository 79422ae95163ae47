"""What people write, in the administration: to look at; and what editors write for the site."""

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from modeltranslation.admin import TabbedTranslationAdmin

from blog import actions as blog_actions
from blog.models import (
    Announcement,
    Comment,
    Image,
    OldPath,
    Page,
    Post,
    PostRedirect,
    Series,
    Tag,
    TagAlias,
    Topic,
    TranslationSpending,
)
from config.admin_site import AT_ONCE, HouseAdmin, LookAtAdmin, choice_filter
from config.clock import exact
from config.text import excerpt, identity_key
from moderation.admin.panels import CasePanelMixin

HANDLE_OR_NUMBER = gettext_lazy("Beginning of the author's handle, or a number")
NAME_LENGTH = 80
LanguageFilter = choice_filter(
    "language", gettext_lazy("language"), lambda: list(settings.LANGUAGES)
)


@admin.register(Post)
class PostAdmin(CasePanelMixin, LookAtAdmin):
    """What went out; words are found by the search of the site, here handles and numbers."""

    case_kind = "post"

    list_display = ("what", "author", "kind", "status", "visibility", "published_at")
    list_filter = ("kind", "status", "visibility", LanguageFilter, "published_at")
    list_select_related = ("author",)
    search_fields = ("author__handle_key",)
    search_help_text = HANDLE_OR_NUMBER
    fieldsets = (
        (None, {"fields": ("author", "kind", "status", "visibility", "title", "slug", "source")}),
        (
            gettext_lazy("Around it"),
            {"fields": ("excerpt", "language", "topic", "series", "cover", "canonical_url")},
        ),
        (
            gettext_lazy("Times"),
            {"fields": ("created_at", "published_at", "edited_at", "deleted_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # Drafts, scheduled and private texts are their author's alone.
        rows = super().get_queryset(request).exclude(status__in=("draft", "scheduled"))
        return rows.exclude(visibility="private")

    @admin.display(description=pgettext_lazy("one", "Post"))
    def what(self, post: Post) -> str:
        """Its title, or its first words."""
        return post.title or excerpt(post.source, NAME_LENGTH) or f"#{post.pk}"


@admin.register(Tag)
class TagAdmin(HouseAdmin):
    """Tags: renamed, banned, merged into a tag that one chooses (AD-13)."""

    list_display = ("name", "post_count", "is_banned", "created_at")
    list_filter = ("is_banned",)
    search_fields = ("key__startswith",)
    search_help_text = gettext_lazy("Beginning of a tag")
    fields = ("name", "is_banned")
    ordering = ("-post_count", "key")
    actions = ("merge", "ban", "allow")

    def get_search_results(self, request, queryset, search_term: str):
        return super().get_search_results(request, queryset, identity_key(search_term))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def store(self, request: HttpRequest, obj: Tag, form, change: bool) -> Tag:
        return blog_actions.change_tag(obj, name=obj.name, is_banned=obj.is_banned)

    @admin.action(description=gettext_lazy("Merge into one tag"), permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask into which one, then move every post and follower there."""
        tags = sorted(queryset[:AT_ONCE], key=lambda tag: (-tag.post_count, tag.pk))
        if not tags:
            self.message_user(request, _("There is no such tag."), messages.ERROR)
            return None
        page = self.asked(
            request,
            queryset,
            title=_("Merge tags"),
            text=_("Posts and followers go to the tag you choose; old addresses lead there."),
            context={
                "choices": [(str(tag.pk), f"{tag.name} ({tag.post_count})") for tag in tags],
                "chosen": str(tags[0].pk),
                "choice_label": _("Into which tag?"),
                "other_label": _("Or another tag"),
            },
        )
        if page is not None:
            return page
        into = self._chosen(request)
        if into is None:
            self.message_user(request, _("There is no such tag."), messages.ERROR)
            return None
        others = [tag for tag in tags if tag.pk != into.pk]
        for tag in others:
            pk = tag.pk
            blog_actions.merge_tags(tag, into, actor=request.user)
            self.note(request, "merge", None, pk=pk, after={"into": into.pk})
        words = ngettext(
            "%(count)s tag is now “%(tag)s”.", "%(count)s tags are now “%(tag)s”.", len(others)
        )
        self.message_user(
            request, words % {"count": len(others), "tag": into.name}, messages.SUCCESS
        )
        return None

    @staticmethod
    def _chosen(request: HttpRequest) -> Tag | None:
        other, choice = request.POST.get("other", "").strip(), request.POST.get("choice", "")
        if other:
            return Tag.objects.filter(key=identity_key(other.removeprefix("#"))).first()
        return Tag.objects.filter(pk=choice).first() if choice.isdecimal() else None

    @admin.action(description=gettext_lazy("Ban: may not be used"), permissions=["change"])
    def ban(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._set_banned(request, queryset, is_banned=True, title=_("Ban tags"))

    @admin.action(description=gettext_lazy("Allow again"), permissions=["change"])
    def allow(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._set_banned(request, queryset, is_banned=False, title=_("Allow tags again"))

    def _set_banned(
        self, request: HttpRequest, queryset: QuerySet, *, is_banned: bool, title: str
    ) -> HttpResponse | None:
        rows = queryset.exclude(is_banned=is_banned)
        page = self.asked(request, rows, title=title)
        if page is not None:
            return page
        for tag in rows:
            blog_actions.change_tag(tag, name=tag.name, is_banned=is_banned)
            after = {"is_banned": is_banned}
            self.note(request, "change", tag, before={"is_banned": not is_banned}, after=after)
        return None


@admin.register(TagAlias)
class TagAliasAdmin(LookAtAdmin):
    list_display = ("key", "tag")
    list_select_related = ("tag",)
    search_fields = ("key__startswith",)


class EditorialAdmin(HouseAdmin, TabbedTranslationAdmin):
    """What editors write in every language; stored and deleted through actions.

    Tens of rows, so their searches may read them all.
    """

    def get_search_results(self, request, queryset, search_term: str):
        return TabbedTranslationAdmin.get_search_results(self, request, queryset, search_term)


@admin.register(Topic)
class TopicAdmin(EditorialAdmin):
    list_display = ("name", "slug", "position")
    search_fields = ("name", "slug")

    def store(self, request: HttpRequest, obj: Topic, form, change: bool) -> Topic:
        return blog_actions.save_topic(obj)

    def take_away(self, request: HttpRequest, obj: Topic) -> None:
        blog_actions.delete_topic(obj)


@admin.register(Page)
class PageAdmin(EditorialAdmin):
    list_display = ("title", "slug", "is_in_footer", "position", "updated_at")
    search_fields = ("title", "slug")
    exclude = ("html", "html_ko", "html_en", "html_es", "html_ja")

    def store(self, request: HttpRequest, obj: Page, form, change: bool) -> Page:
        return blog_actions.save_page(obj)

    def take_away(self, request: HttpRequest, obj: Page) -> None:
        blog_actions.delete_page(obj)


@admin.register(Announcement)
class AnnouncementAdmin(EditorialAdmin):
    list_display = ("text", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("text",)

    def store(self, request: HttpRequest, obj: Announcement, form, change: bool) -> Announcement:
        return blog_actions.save_announcement(obj)

    def take_away(self, request: HttpRequest, obj: Announcement) -> None:
        blog_actions.delete_announcement(obj)


@admin.register(Series)
class SeriesAdmin(CasePanelMixin, LookAtAdmin):
    case_kind = "series"
    list_display = ("title", "author", "created_at")
    list_select_related = ("author",)
    search_fields = ("author__handle_key",)
    search_help_text = HANDLE_OR_NUMBER


@admin.register(Image)
class ImageAdmin(CasePanelMixin, LookAtAdmin):
    case_kind = "image"
    list_display = ("__str__", "owner", "width", "height", "byte_count", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__handle_key", "key__exact")
    search_help_text = gettext_lazy("Beginning of the owner's handle, a key, or a number")


class RedirectAdmin(HouseAdmin):
    """Addresses that lead to where a post is now; to look at, and to let go."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(PostRedirect)
class PostRedirectAdmin(RedirectAdmin):
    list_display = ("slug", "author", "post", "created_at")
    list_select_related = ("author", "post")
    search_fields = ("author__handle_key",)
    search_help_text = HANDLE_OR_NUMBER

    def take_away(self, request: HttpRequest, obj: PostRedirect) -> None:
        blog_actions.delete_redirect(obj)


@admin.register(OldPath)
class OldPathAdmin(RedirectAdmin):
    list_display = ("path", "post")
    list_select_related = ("post",)
    search_fields = ("path__startswith",)
    search_help_text = gettext_lazy("Beginning of the path")

    def take_away(self, request: HttpRequest, obj: OldPath) -> None:
        blog_actions.delete_old_path(obj)


@admin.register(Comment)
class CommentAdmin(CasePanelMixin, LookAtAdmin):
    """What was said; words are found by the search of the site, here handles and numbers."""

    case_kind = "comment"

    list_display = ("what", "who", "post", "status", "is_hidden", "created_at")
    list_filter = ("status", "is_hidden", LanguageFilter, "created_at")
    list_select_related = ("author", "post")
    search_fields = ("author__handle_key",)
    search_help_text = HANDLE_OR_NUMBER
    readonly_fields = ("earlier_texts",)
    fields = (
        *("post", "author", "guest_name", "parent", "status", "is_hidden", "source", "language"),
        *("created_at", "edited_at", "deleted_at", "earlier_texts"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # What is said under a private text is its author's alone.
        return super().get_queryset(request).exclude(post__visibility="private")

    @admin.display(description=pgettext_lazy("one", "Comment"))
    def what(self, comment: Comment) -> str:
        """Its first words."""
        return excerpt(comment.source, NAME_LENGTH) or f"#{comment.pk}"

    @admin.display(description=gettext_lazy("author"))
    def who(self, comment: Comment) -> str:
        """The member who wrote it, or the name that a guest gave."""
        if comment.author is not None:
            return str(comment.author)
        return _("%(name)s (guest)") % {"name": comment.guest_name} if comment.guest_name else "–"

    @admin.display(description=gettext_lazy("former texts of comments"))
    def earlier_texts(self, comment: Comment) -> str:
        """How it read before each change, latest first."""
        rows = comment.former_texts.order_by("-pk")
        texts = ((exact(row.created_at), row.source) for row in rows)
        return format_html_join("", "<p>{}</p><pre>{}</pre>", texts) or "–"


@admin.register(TranslationSpending)
class TranslationSpendingAdmin(LookAtAdmin):
    list_display = ("__str__", "month", "characters")
    ordering = ("-month",)
