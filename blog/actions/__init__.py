"""The only code that changes what people write, by noun."""

from blog.actions.drafts import (
    discard_draft,
    post_of,
    restore_revision,
    save_draft,
    start_draft,
)
from blog.actions.image_care import clean_images
from blog.actions.images import (
    bring_image_in,
    delete_image,
    delete_unused_images,
    describe_image,
    store_image,
)
from blog.actions.imports import (
    change_import,
    claim_image,
    claim_post,
    claim_series,
    claim_tags,
    clear_stale_imports,
    discard_import,
    drop_archive,
    keep_comment,
    keep_old_path,
    open_import,
    undo_import,
)
from blog.actions.notes import change_note, write_note
from blog.actions.pages import (
    delete_announcement,
    delete_page,
    delete_topic,
    save_announcement,
    save_page,
    save_topic,
)
from blog.actions.pins import pin_post, unpin_post
from blog.actions.posts import (
    change_article,
    create_article,
    delete_post,
    erase_deleted_posts,
    publish_post,
    remember_old_path,
    restore_post,
    unpublish_post,
)
from blog.actions.previews import open_preview_link, revoke_preview_link
from blog.actions.rendering import rebuild_html, render_posts
from blog.actions.revisions import name_revision, thin_revisions
from blog.actions.schedule import publish_due_posts, schedule_post, unschedule_post
from blog.actions.series import (
    add_to_series,
    change_series,
    create_series,
    delete_series,
    find_or_create_series,
    move_in_series,
    order_series,
    place_in_series,
    remove_from_series,
)
from blog.actions.tags import change_tag, merge_tags, set_tags
from blog.actions.translations import link_translations, unlink_translation
from blog.actions.views import flush_view_counts

__all__ = [
    "add_to_series",
    "bring_image_in",
    "change_article",
    "change_import",
    "change_note",
    "change_series",
    "change_tag",
    "claim_image",
    "claim_post",
    "claim_series",
    "claim_tags",
    "clean_images",
    "clear_stale_imports",
    "create_article",
    "create_series",
    "delete_announcement",
    "delete_image",
    "delete_page",
    "delete_post",
    "delete_series",
    "delete_topic",
    "delete_unused_images",
    "describe_image",
    "discard_draft",
    "discard_import",
    "drop_archive",
    "erase_deleted_posts",
    "find_or_create_series",
    "flush_view_counts",
    "keep_comment",
    "keep_old_path",
    "link_translations",
    "merge_tags",
    "move_in_series",
    "name_revision",
    "open_import",
    "open_preview_link",
    "order_series",
    "pin_post",
    "place_in_series",
    "post_of",
    "publish_due_posts",
    "publish_post",
    "rebuild_html",
    "remember_old_path",
    "remove_from_series",
    "render_posts",
    "restore_post",
    "restore_revision",
    "revoke_preview_link",
    "save_announcement",
    "save_draft",
    "save_page",
    "save_topic",
    "schedule_post",
    "set_tags",
    "start_draft",
    "store_image",
    "thin_revisions",
    "undo_import",
    "unlink_translation",
    "unpin_post",
    "unpublish_post",
    "unschedule_post",
    "write_note",
]
