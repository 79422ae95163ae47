"""The only code that changes what people write, by noun."""

from blog.actions.images import store_image
from blog.actions.notes import change_note, write_note
from blog.actions.pages import (
    delete_announcement,
    delete_page,
    delete_topic,
    save_announcement,
    save_page,
    save_topic,
)
from blog.actions.posts import (
    change_article,
    create_article,
    delete_post,
    publish_post,
    remember_old_path,
    restore_post,
    unpublish_post,
)
from blog.actions.rendering import rebuild_html
from blog.actions.series import find_or_create_series, place_in_series
from blog.actions.tags import change_tag, merge_tags, set_tags
from blog.actions.views import flush_view_counts

__all__ = [
    "change_article",
    "change_note",
    "change_tag",
    "create_article",
    "delete_announcement",
    "delete_page",
    "delete_post",
    "delete_topic",
    "find_or_create_series",
    "flush_view_counts",
    "merge_tags",
    "place_in_series",
    "publish_post",
    "rebuild_html",
    "remember_old_path",
    "restore_post",
    "save_announcement",
    "save_page",
    "save_topic",
    "set_tags",
    "store_image",
    "unpublish_post",
    "write_note",
]
