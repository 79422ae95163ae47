"""What people write, in the administration."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
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
from config.clock import exact


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the site's own actions make and change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "author", "kind", "status", "visibility", "published_at")
    list_filter = ("kind", "status", "visibility", "language")
    list_select_related = ("author",)
    search_fields = ("title", "author__handle")
    search_help_text = _("Title or handle of the author")
    date_hierarchy = "published_at"
    show_full_result_count = False
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("author", "kind", "status", "visibility", "title", "slug", "source")}),
        (
            _("Around it"),
            {"fields": ("excerpt", "language", "topic", "series", "cover", "canonical_url")},
        ),
        (_("Times"), {"fields": ("created_at", "published_at", "edited_at", "deleted_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # Drafts, scheduled and private texts are their author's alone.
        rows = super().get_queryset(request).exclude(status__in=("draft", "scheduled"))
        return rows.exclude(visibility="private")


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ("name", "post_count", "is_banned", "created_at")
    list_filter = ("is_banned",)
    search_fields = ("name", "key")
    fields = ("name", "is_banned")
    actions = ("merge_into_most_used",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def save_model(self, request, obj, form, change) -> None:
        blog_actions.change_tag(obj, name=obj.name, is_banned=obj.is_banned)

    @admin.action(description=_("Merge into the most used of these"))
    def merge_into_most_used(self, request: HttpRequest, queryset: QuerySet) -> None:
        tags = sorted(queryset, key=lambda tag: (-tag.post_count, tag.pk))
        for tag in tags[1:]:
            blog_actions.merge_tags(tag, tags[0], actor=request.user)
        if len(tags) > 1:
            self.message_user(
                request,
                _("%(number)s tags are now “%(tag)s”.")
                % {"number": len(tags), "tag": tags[0].name},
                messages.SUCCESS,
            )


@admin.register(TagAlias)
class TagAliasAdmin(ReadOnlyAdmin):
    list_display = ("key", "tag")
    list_select_related = ("tag",)
    search_fields = ("key",)


class EditorialAdmin(TabbedTranslationAdmin):
    """What editors write in every language; stored and deleted through actions."""

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Topic)
class TopicAdmin(EditorialAdmin):
    list_display = ("name", "slug", "position")
    search_fields = ("name", "slug")

    def save_model(self, request, obj, form, change) -> None:
        blog_actions.save_topic(obj)

    def delete_model(self, request, obj) -> None:
        blog_actions.delete_topic(obj)


@admin.register(Page)
class PageAdmin(EditorialAdmin):
    list_display = ("title", "slug", "is_in_footer", "position", "updated_at")
    search_fields = ("title", "slug")
    exclude = ("html", "html_ko", "html_en", "html_es", "html_ja")

    def save_model(self, request, obj, form, change) -> None:
        blog_actions.save_page(obj)

    def delete_model(self, request, obj) -> None:
        blog_actions.delete_page(obj)


@admin.register(Announcement)
class AnnouncementAdmin(EditorialAdmin):
    list_display = ("text", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("text",)

    def save_model(self, request, obj, form, change) -> None:
        blog_actions.save_announcement(obj)

    def delete_model(self, request, obj) -> None:
        blog_actions.delete_announcement(obj)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ("title", "author", "created_at")
    list_select_related = ("author",)
    search_fields = ("title", "author__handle")
    show_full_result_count = False


@admin.register(Image)
class ImageAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "owner", "width", "height", "byte_count", "created_at")
    list_select_related = ("owner",)
    search_fields = ("original_name", "owner__handle")
    show_full_result_count = False


@admin.register(PostRedirect)
class PostRedirectAdmin(ReadOnlyAdmin):
    list_display = ("slug", "author", "post", "created_at")
    list_select_related = ("author", "post")
    search_fields = ("slug", "author__handle")
    show_full_result_count = False


@admin.register(OldPath)
class OldPathAdmin(ReadOnlyAdmin):
    list_display = ("path", "post")
    list_select_related = ("post",)
    search_fields = ("path",)
    show_full_result_count = False


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "author", "guest_name", "post", "status", "is_hidden", "created_at")
    list_filter = ("status", "is_hidden", "language")
    list_select_related = ("author", "post")
    search_fields = ("source", "author__handle", "guest_name")
    search_help_text = _("Words of the comment, handle or name of who wrote it")
    date_hierarchy = "created_at"
    show_full_result_count = False
    list_per_page = 50
    readonly_fields = ("earlier_texts",)
    fields = (
        *("post", "author", "guest_name", "parent", "status", "is_hidden", "source", "language"),
        *("created_at", "edited_at", "deleted_at", "earlier_texts"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # What is said under a private text is its author's alone.
        return super().get_queryset(request).exclude(post__visibility="private")

    @admin.display(description=_("former texts of comments"))
    def earlier_texts(self, comment: Comment) -> str:
        """How it read before each change, latest first."""
        rows = comment.former_texts.order_by("-pk")
        texts = ((exact(row.created_at), row.source) for row in rows)
        return format_html_join("", "<p>{}</p><pre>{}</pre>", texts) or "–"


@admin.register(TranslationSpending)
class TranslationSpendingAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "month", "characters")
    ordering = ("-month",)
