"""Whatever a member can do on a page can be done by a program (AP-18); what cannot has a reason."""

import pytest
from django.db import transaction

from config.tests.api import parity
from config.tests.api.contract import skeleton
from config.tests.test_guard_urls import (  # noqa: F401
    ROUTES,
    db,
    samples_of,
    whole_world,
    world,
)

pytestmark = pytest.mark.guard

BY_ANOTHER_ACTION = {
    ("accounts", "sign_up"): "POST /users/ saves the form of the site, whose adapter calls it",
    ("accounts", "make_avatar"): "PUT /me/avatar/ makes and stores at once",
    ("accounts", "store_avatar"): "PUT /me/avatar/ makes and stores at once",
    ("blog", "add_to_series"): "PUT /series/{id}/posts/ takes the whole order",
    ("blog", "move_in_series"): "PUT /series/{id}/posts/ takes the whole order",
    ("blog", "remove_from_series"): "PUT /series/{id}/posts/ takes the whole order",
    ("blog", "start_draft"): "POST /posts/ makes the post with its draft at once",
    ("blog", "post_of"): "finds what the editor's first save made; POST /posts/ answers with it",
    ("blog", "keep_aside"): "the editor's; PUT /posts/{id}/draft/ answers with both texts",
    ("blog", "describe_cover"): "PATCH /images/{id}/ describes any image",
    ("blog", "unschedule_post"): "POST /posts/{id}/unpublish/ makes a draft of scheduled ones, too",
    ("blog", "write_note"): "POST /posts/ writes both kinds",
}
"""Action of a page → the call that does the same with another."""

ON_PAGES_ALONE = {
    ("accounts", "confirm_address"): "the link in a mail is opened by a person",
    ("accounts", "queue_password_reset"): "whoever forgot the password gets a link by mail",
    ("accounts", "link_provider_account"): "other services sign people in by a browser",
    ("accounts", "stay"): "tokens of a leaving account open nothing (AP-19); signing in asks",
    ("accounts", "note_visit"): "a visit to pages",
    ("accounts", "queue_mail"): "a step of other actions",
    ("social", "end_mails"): "the signed link in a mail is its own proof",
    ("social", "tell_of_job"): "a receiver: it follows from the work itself",
}
"""Action of a page → why programs have no call for it."""

SAME_CALL = {
    "home": "POST /posts/",
    "accounts:settings_profile": "PATCH /me/",
    "accounts:settings_preferences": "PATCH /me/preferences/",
    "accounts:settings_email": "PATCH /me/",
    "account_email": "PATCH /me/",
    "accounts:settings_password": "POST /me/password/",
    "account_change_password": "POST /me/password/",
    "accounts:settings_sessions": "DELETE /me/sessions/",
    "usersessions_list": "DELETE /me/sessions/",
    "accounts:settings_tokens": "DELETE /tokens/{id}/",
    "accounts:settings_export": "POST /exports/",
    "accounts:settings_archive": "POST /imports/",
    "accounts:archive_bring": "POST /imports/{kind}/{id}/bring/",
    "accounts:archive_resume": "POST /imports/{kind}/{id}/resume/",
    "accounts:archive_undo": "POST /imports/{kind}/{id}/undo/",
    "accounts:archive_discard": "DELETE /imports/{kind}/{id}/",
    "accounts:settings_leave": "DELETE /me/",
    "accounts:cancel_job": "POST /jobs/{id}/cancel/",
    "accounts:retry_job": "POST /jobs/{id}/retry/",
    "account_login": "POST /tokens/",
    "account_logout": "DELETE /tokens/current/",
    "account_signup": "POST /users/",
    "account_email_verification_sent": "POST /me/confirmation/",
    "social:follow": "PUT /users/{who}/follow/",
    "social:unfollow": "DELETE /users/{who}/follow/",
    "social:remove_follower": "DELETE /users/{who}/follower/",
    "social:block": "PUT /users/{who}/block/",
    "social:unblock": "DELETE /users/{who}/block/",
    "social:mute": "PUT /users/{who}/mute/",
    "social:unmute": "DELETE /users/{who}/mute/",
    "social:conversation": "POST /conversations/{who}/messages/",
    "social:read_conversation": "POST /conversations/{who}/read/",
    "social:unread_conversation": "POST /conversations/{who}/unread/",
    "social:clear_conversation": "DELETE /conversations/{who}/",
    "social:delete_message": "DELETE /messages/{id}/",
    "social:settings_people": "POST /me/muted-terms/",
    "social:unmute_term": "DELETE /me/muted-terms/{id}/",
    "social:read_notifications": "POST /notifications/read/",
    "social:report": "POST /reports/",
    "social:settings_notifications": "PATCH /me/notification-settings/",
    "social:new_webhook": "POST /webhooks/",
    "social:change_webhook": "PATCH /webhooks/{id}/",
    "social:rotate_webhook": "POST /webhooks/{id}/rotate/",
    "social:delete_webhook": "DELETE /webhooks/{id}/",
    "social:test_webhook": "POST /webhooks/{id}/test/",
    "social:replay_delivery": "POST /webhook-deliveries/{id}/replay/",
    "social:mail_again": "POST /me/notification-settings/again/",
    "embed:settings_embed": "POST /embed-sites/",
    "embed:settings_site": "PATCH /embed-sites/{site}/",
    "embed:delete_site": "DELETE /embed-sites/{site}/",
    "embed:settings_thread": "PUT /embed-sites/{site}/threads/{id}/keys/{key}/",
    "embed:drop_key": "DELETE /embed-sites/{site}/threads/{id}/keys/{key}/",
    "embed:comment_files": "POST /embed-sites/{site}/imports/",
    "embed:page": "POST /embed/{site}/threads/{key}/comments/",
    "blog:write": "POST /posts/",
    "blog:save_new": "POST /posts/",
    "blog:edit": "PATCH /posts/{id}/",
    "blog:save": "PUT /posts/{id}/draft/",
    "blog:merge": "PUT /posts/{id}/draft/",
    "blog:name_revision": "POST /posts/{id}/revisions/",
    "blog:restore_revision": "POST /posts/{id}/revisions/{revision_pk}/restore/",
    "blog:translations": "PUT /posts/{id}/translations/{other_pk}/",
    "blog:own_series": "POST /series/",
    "blog:edit_series": "PATCH /series/{id}/",
    "blog:order_series": "PUT /series/{id}/posts/",
    "blog:add_to_series": "PUT /series/{id}/posts/",
    "blog:remove_from_series": "PUT /series/{id}/posts/",
    "blog:delete_series": "DELETE /series/{id}/",
    "blog:delete": "DELETE /posts/{id}/",
    "blog:restore": "POST /posts/{id}/restore/",
    "blog:pin_post": "PUT /posts/{id}/pin/",
    "blog:comments": "POST /posts/{id}/comments/",
    "blog:open_comments": "POST /posts/{id}/open-comments/",
    "blog:close_comments": "POST /posts/{id}/close-comments/",
    "blog:like": "PUT /posts/{id}/like/",
    "blog:unlike": "DELETE /posts/{id}/like/",
    "blog:bookmark": "PUT /posts/{id}/bookmark/",
    "blog:unbookmark": "DELETE /posts/{id}/bookmark/",
    "blog:edit_comment": "PATCH /comments/{id}/",
    "blog:delete_comment": "DELETE /comments/{id}/",
    "blog:hide_comment": "POST /comments/{id}/hide/",
    "blog:show_comment": "POST /comments/{id}/show/",
    "blog:pin_comment": "POST /comments/{id}/pin/",
    "blog:unpin_comment": "POST /comments/{id}/unpin/",
    "blog:approve_comment": "POST /comments/{id}/approve/",
    "blog:refuse_comment": "POST /comments/{id}/refuse/",
    "blog:like_comment": "PUT /comments/{id}/like/",
    "blog:unlike_comment": "DELETE /comments/{id}/like/",
    "blog:read_bookmark": "PUT /me/bookmarks/{id}/read/",
    "blog:unread_bookmark": "DELETE /me/bookmarks/{id}/read/",
    "blog:translate_post": "POST /posts/{id}/translate/",
    "blog:translate_comment": "POST /comments/{id}/translate/",
    "blog:follow_tag": "PUT /tags/{name}/follow/",
    "blog:unfollow_tag": "DELETE /tags/{name}/follow/",
    "blog:upload_image": "POST /images/",
    "blog:add_image": "POST /images/",
    "blog:bring_image_in": "POST /images/copies/",
    "blog:delete_unused_images": "DELETE /images/unused/",
    "blog:describe_image": "PATCH /images/{id}/",
    "blog:delete_image": "DELETE /images/{id}/",
    "blog:settings_import": "POST /imports/",
    "blog:import_start": "POST /imports/{kind}/{id}/bring/",
    "blog:import_resume": "POST /imports/{kind}/{id}/resume/",
    "blog:import_undo": "POST /imports/{kind}/{id}/undo/",
    "blog:import_discard": "DELETE /imports/{kind}/{id}/",
    "blog:follow_series": "PUT /series/{id}/follow/",
    "blog:unfollow_series": "DELETE /series/{id}/follow/",
}
"""Page that takes a POST → the call that does the same."""

PAGE_ALONE = {
    **dict.fromkeys(
        ("set_language", "set_theme", "set_time_zone"),
        "how pages look to this browser; a member's own choice is PATCH /me/preferences/",
    ),
    **dict.fromkeys(
        (
            *("account_confirm_email", "account_reset_password", "account_reset_password_from_key"),
            *("account_reauthenticate", "account_set_password", "accounts:stay"),
        ),
        "a way in for a person before a browser; tokens need none of it (AP-19, AP-21)",
    ),
    **dict.fromkeys(
        (
            *("mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn"),
            *("mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_deactivate_totp"),
            *("mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_edit_webauthn"),
            "mfa_remove_webauthn",
        ),
        "second factors are set up and asked for where their secret is shown",
    ),
    **dict.fromkeys(
        (
            *("socialaccount_signup", "socialaccount_connections"),
            "accounts:settings_connections",
        ),
        "other services sign people in by a browser",
    ),
    **dict.fromkeys(
        ("moderation:takedown", "moderation:withdraw_takedown", "moderation:appeal"),
        "asked by people without an account, or by who may not sign in; their link is the proof",
    ),
    "moderation:decision": "an author reads and answers a decision where it is explained",
    "social:unsubscribe": "the signed link in a mail is its own proof",
    "embed:sign_in": "the window in which a page of another site gets its token (EM-09)",
    **dict.fromkeys(("blog:preview_text", "blog:compare"), "shows what would be; writes nothing"),
    "blog:import_read": "POST /imports/ reads what was sent by itself",
}
"""Page that takes a POST → why programs have no call for it."""


@pytest.mark.behaviour("AP-18")
def test_every_action_of_a_page_is_within_reach_of_programs():
    of_pages = parity.reached_by_pages() & parity.public_actions()
    excused = {**BY_ANOTHER_ACTION, **ON_PAGES_ALONE}
    assert of_pages - parity.reached_by_the_api() == set(excused)


def test_actions_are_found_however_they_are_imported():
    """The walk itself: what surely is reached is seen, on both sides."""
    assert ("blog", "like_post") in parity.reached_by_the_api() & parity.reached_by_pages()
    assert ("social", "follow_person") in parity.reached_by_the_api()
    assert ("blog", "refresh_trending") not in parity.reached_by_pages()


@pytest.mark.thorough
@pytest.mark.behaviour("AP-18")
def test_every_page_that_takes_a_post_has_a_call_or_a_reason(world):  # noqa: F811
    taking = set()
    for route in ROUTES:
        if route.route.startswith(("api/", "admin/")):
            continue
        path = route.path(samples_of(route, world)[0])
        with transaction.atomic():
            if world.client("member").post(path).status_code != 405:
                taking.add(route.name)
            transaction.set_rollback(True)
    assert taking == {*SAME_CALL, *PAGE_ALONE}


def test_the_calls_that_are_named_exist():
    known = {name.replace("/api/v1", "") for name in skeleton()["operations"]}
    assert set(SAME_CALL.values()) <= known
