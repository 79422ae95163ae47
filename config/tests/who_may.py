"""For whom every page is: the tables that ``test_who_may_what.py`` walks by."""

# What comes of a call -----------------------------------------------------------------------------

SHOWN = {"200", "204", "elsewhere", "400", "422"}
"""The page itself, a redirect on this site, or the form again: the door was open."""
NOTHING = {"404", "410"}
SIGN_IN = {"login", "401"}
LOCKED = {"403"}

Expected = dict[str, set[str]]


def answers(nobody: set[str], stranger: set[str], blocked: set[str], staff: set[str]) -> Expected:
    """Return who gets what; a suspended person with an old session is nobody."""
    return {"nobody": nobody, "stranger": stranger, "blocked": blocked, "staff": staff}


KINDS: dict[str, Expected] = {
    "OPEN": answers(SHOWN, SHOWN, SHOWN, SHOWN),
    "PUBLIC": answers(SHOWN, SHOWN, NOTHING, SHOWN),
    "MEMBER": answers(SIGN_IN, SHOWN, SHOWN, SHOWN),
    "MEMBER_ACROSS": answers(SIGN_IN, SHOWN, NOTHING, SHOWN),
    "OWNER": answers(SIGN_IN, NOTHING, NOTHING, NOTHING),
    "AUTHOR": answers(SIGN_IN, LOCKED | NOTHING, NOTHING, LOCKED | NOTHING),
    "PROOF": answers(SIGN_IN, LOCKED, LOCKED, LOCKED),
    "OFF": answers(NOTHING, NOTHING, NOTHING, NOTHING),
    "NEVER": answers({"405"}, {"405"}, {"405"}, {"405"}),
    "STAFF": answers(SIGN_IN, SIGN_IN, SIGN_IN, LOCKED | NOTHING | {"405"}),
    "ANY_STAFF": answers(SIGN_IN, SIGN_IN, SIGN_IN, SHOWN | NOTHING | {"405"}),
}
"""OPEN: everybody. PUBLIC: what somebody shows to all whom they do not block. MEMBER: one's own, or
nobody's. MEMBER_ACROSS: with somebody who does not block. OWNER: others learn nothing of it. AUTHOR:
all may see it, and its author may do this. PROOF: asks again who one is. OFF: not there until it is
switched on. STAFF: by permission."""


def table(**kinds: str) -> dict[str, str]:
    """Return route's name → kind; fails if a route has two."""
    found: dict[str, str] = {}
    for kind, names in kinds.items():
        for name in names.split():
            assert found.setdefault(name, kind) == kind, f"{name} is {found[name]} and {kind}"
    return found


GETS = table(
    OPEN=(
        "home index explore healthz readyz manifest favicon accounts:avatar account_login "
        "account_logout account_signup account_confirm_email account_reset_password_done "
        "account_reset_password_from_key socialaccount_login_cancelled account_reset_password "
        "social:unsubscribe search:search search:suggest embed:script blog:form_token "
        "blog:preview blog:tags blog:tag blog:tag_feed blog:trending blog:trending_how "
        "blog:topics blog:topic blog:topic_feed blog:site_feed blog:author_feed "
        "blog:series_feed blog:robots blog:sitemap blog:sitemap_section blog:page "
        "card_image moderation:takedown moderation:takedown_receipt moderation:transparency "
        "moderation:receipt_file moderation:appeal"
    ),
    PUBLIC=(
        "accounts:profile accounts:profile_notes accounts:profile_series accounts:profile_about "
        "accounts:popup social:followers social:following embed:thread embed:page "
        "blog:post_permalink blog:comment blog:comment_thread blog:former_comments blog:image "
        "blog:note blog:archive blog:archive_month blog:series blog:take_out_series blog:post"
    ),
    MEMBER=(
        "accounts:settings accounts:settings_account accounts:settings_password "
        "accounts:settings_email accounts:settings_sessions accounts:settings_security "
        "accounts:settings_export accounts:settings_archive accounts:settings_leave "
        "accounts:settings_jobs accounts:job_news accounts:settings_profile "
        "accounts:settings_preferences accounts:settings_tokens accounts:settings_connections "
        "account_email_verification_sent mfa_authenticate mfa_login_webauthn "
        "account_change_password account_set_password usersessions_list mfa_index "
        "mfa_activate_totp mfa_list_webauthn social:messages social:settings_blocks "
        "social:settings_mutes social:notifications social:poll account_email "
        "socialaccount_connections mfa_generate_recovery_codes mfa_add_webauthn "
        "social:settings_people social:settings_webhooks social:settings_notifications "
        "social:new_webhook embed:settings_embed blog:write blog:own_series blog:drafts "
        "blog:bookmarks blog:timeline_news blog:settings_images blog:delete_unused_images "
        "blog:settings_import blog:complete "
        "moderation:reports moderation:settings_standing"
    ),
    MEMBER_ACROSS=(
        "social:block social:conversation blog:comments blog:likes blog:comment_likes social:report"
    ),
    OWNER=(
        "accounts:download_export accounts:archive_run accounts:archive_undo "
        "mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes "
        "mfa_edit_webauthn mfa_remove_webauthn social:settings_webhook social:change_webhook "
        "social:rotate_webhook social:delete_webhook embed:download_comments blog:revision "
        "blog:delete_image blog:import_run blog:import_undo blog:import_report "
        "embed:delete_site embed:comment_files embed:settings_threads embed:settings_thread "
        "embed:settings_site "
        "moderation:decision moderation:takedown_file"
    ),
    AUTHOR=(
        "blog:edit blog:state blog:revisions blog:translations blog:edit_series "
        "blog:delete_series blog:delete blog:edit_comment blog:delete_comment"
    ),
    PROOF=("account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn"),
    OFF="metrics",
    NEVER=(
        "set_language set_theme set_time_zone accounts:archive_bring accounts:archive_resume "
        "accounts:archive_discard accounts:stay accounts:cancel_job accounts:retry_job "
        "social:follow social:unfollow social:remove_follower social:unblock social:mute "
        "social:unmute social:read_conversation social:unread_conversation "
        "social:clear_conversation social:delete_message social:unmute_term "
        "social:read_notifications social:mail_again social:test_webhook social:replay_delivery "
        "embed:sign_in embed:drop_key blog:save_new blog:preview_text blog:merge blog:compare "
        "blog:save blog:name_revision blog:restore_revision blog:order_series "
        "blog:add_to_series blog:remove_from_series blog:restore blog:pin_post "
        "blog:open_comments blog:close_comments blog:like blog:unlike blog:bookmark "
        "blog:unbookmark blog:hide_comment blog:show_comment blog:pin_comment "
        "blog:unpin_comment blog:approve_comment blog:refuse_comment blog:like_comment "
        "blog:unlike_comment blog:read_bookmark blog:unread_bookmark blog:translate_post "
        "blog:translate_comment blog:follow_tag blog:unfollow_tag blog:upload_image "
        "blog:bring_image_in blog:add_image blog:describe_image blog:import_read "
        "blog:import_start blog:import_resume blog:import_discard blog:follow_series "
        "blog:unfollow_series "
        "moderation:withdraw_takedown"
    ),
)
POSTS = table(
    OPEN=(
        "account_login account_logout account_signup account_reset_password_from_key "
        "account_reset_password social:unsubscribe "
        "moderation:takedown moderation:appeal moderation:withdraw_takedown"
    ),
    MEMBER=(
        "home accounts:settings_password accounts:settings_email accounts:settings_sessions "
        "accounts:settings_export accounts:settings_archive accounts:settings_leave "
        "accounts:settings_profile accounts:settings_preferences accounts:settings_tokens "
        "accounts:settings_connections mfa_authenticate mfa_login_webauthn "
        "account_change_password account_set_password usersessions_list mfa_activate_totp "
        "social:unmute_term social:read_notifications account_email socialaccount_connections "
        "mfa_generate_recovery_codes mfa_add_webauthn social:settings_people social:mail_again "
        "social:settings_notifications social:new_webhook embed:settings_embed blog:write "
        "blog:save_new blog:preview_text blog:merge blog:compare blog:own_series "
        "blog:unbookmark blog:upload_image blog:bring_image_in blog:add_image "
        "blog:delete_unused_images blog:settings_import blog:follow_tag blog:unfollow_tag"
    ),
    MEMBER_ACROSS=(
        "social:follow social:unfollow social:remove_follower social:block social:unblock "
        "social:mute social:unmute social:conversation blog:comments blog:like blog:unlike "
        "blog:bookmark blog:like_comment blog:unlike_comment blog:translate_post "
        "blog:translate_comment blog:follow_series blog:unfollow_series social:report"
    ),
    OWNER=(
        "accounts:archive_bring accounts:archive_resume accounts:archive_undo "
        "accounts:archive_discard accounts:cancel_job accounts:retry_job mfa_deactivate_totp "
        "mfa_edit_webauthn mfa_remove_webauthn social:read_conversation "
        "social:unread_conversation social:clear_conversation social:delete_message "
        "social:change_webhook social:rotate_webhook social:delete_webhook social:test_webhook "
        "social:replay_delivery blog:name_revision blog:restore_revision blog:restore "
        "blog:read_bookmark blog:unread_bookmark blog:describe_image blog:delete_image "
        "blog:import_read blog:import_start blog:import_resume blog:import_undo "
        "blog:import_discard embed:delete_site embed:comment_files embed:settings_thread "
        "embed:settings_site embed:drop_key "
        "moderation:decision"
    ),
    AUTHOR=(
        "blog:edit blog:save blog:translations blog:edit_series blog:order_series "
        "blog:add_to_series blog:remove_from_series blog:delete_series blog:delete "
        "blog:pin_post blog:open_comments blog:close_comments blog:edit_comment "
        "blog:delete_comment blog:hide_comment blog:show_comment blog:pin_comment "
        "blog:unpin_comment"
    ),
    PROOF=("account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn"),
    NEVER=(
        "index explore healthz readyz metrics manifest favicon accounts:profile "
        "accounts:profile_notes "
        "accounts:profile_series accounts:profile_about accounts:popup accounts:avatar "
        "accounts:settings accounts:settings_account accounts:settings_security "
        "accounts:download_export accounts:archive_run accounts:settings_jobs accounts:job_news "
        "account_confirm_email account_reset_password_done socialaccount_login_cancelled "
        "socialaccount_login_error mfa_index mfa_view_recovery_codes "
        "mfa_download_recovery_codes mfa_list_webauthn social:followers social:following "
        "social:messages social:settings_blocks social:settings_mutes social:notifications "
        "social:poll social:settings_webhooks social:settings_webhook search:search "
        "search:suggest embed:script embed:sign_in embed:thread embed:download_comments "
        "embed:settings_threads blog:form_token blog:complete blog:state blog:revisions "
        "blog:revision blog:preview blog:drafts blog:post_permalink blog:likes blog:comment "
        "blog:comment_thread blog:comment_likes blog:bookmarks blog:take_out "
        "blog:former_comments blog:tags blog:tag blog:tag_feed blog:timeline_news blog:trending "
        "blog:trending_how blog:topics blog:topic blog:topic_feed blog:image "
        "blog:settings_images blog:import_run blog:import_report blog:site_feed "
        "blog:author_feed blog:note blog:archive blog:archive_month blog:series "
        "blog:series_feed blog:take_out_series blog:post blog:robots blog:sitemap "
        "blog:sitemap_section blog:page "
        "card_image moderation:takedown_receipt moderation:transparency moderation:receipt_file "
        "moderation:reports moderation:settings_standing moderation:takedown_file"
    ),
)


ANY_STAFF = frozenset(
    "admin:index admin:password_change admin:password_change_done admin:jsi18n admin:view_on_site"
    " admin:".split()
)
"""Pages of the administration that need no permission: what they list is filtered by permission."""

STATED: dict[tuple[str, str], tuple[str, Expected]] = {
    ("GET", "admin:login"): (
        "who is signed in and no staff is told so",
        answers({"login"}, LOCKED, LOCKED, {"login"}),
    ),
    **{
        (method, "admin/moderation/desk/"): (
            "a redirect alone; the desk itself asks for rights",
            answers(SHOWN, SHOWN, SHOWN, SHOWN),
        )
        for method in ("GET", "POST")
    },
    ("GET", "admin:logout"): (
        "signing out is a POST; who is no staff is sent home",
        answers(SHOWN, SHOWN, SHOWN, {"405"}),
    ),
    ("GET", "socialaccount_login_error"): (
        "signing in elsewhere failed",
        answers(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ),
    ("GET", "socialaccount_signup"): (
        "only on the way from a provider",
        answers(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ),
    ("GET", "blog:take_out"): (
        "the Markdown is its author's; pages and books are everybody's who may read",
        answers(LOCKED | SHOWN, LOCKED | SHOWN, NOTHING, LOCKED | SHOWN),
    ),
    **{
        ("POST", name): (
            "no token in cached pages: only what our own page sends counts",
            answers(LOCKED, LOCKED, LOCKED, LOCKED),
        )
        for name in ("set_language", "set_theme", "set_time_zone")
    },
    ("POST", "admin:login"): (
        "as by GET",
        answers({"login"}, LOCKED, LOCKED, {"login"}),
    ),
    ("POST", "admin:logout"): ("signs out", answers(SHOWN, SHOWN, SHOWN, SHOWN)),
    ("POST", "accounts:stay"): (
        "needs the signed answer of a sign-in",
        answers(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ),
    ("POST", "account_email_verification_sent"): (
        "by codes, which we do not use",
        answers(LOCKED, LOCKED, LOCKED, LOCKED),
    ),
    ("POST", "socialaccount_signup"): (
        "only on the way from a provider",
        answers(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    ),
    ("POST", "embed:page"): (
        "guests of a page elsewhere write too, where its owner lets them",
        answers(SHOWN, SHOWN, NOTHING, SHOWN),
    ),
    **{
        ("POST", f"blog:{name}_comment"): (
            "staff answer for guests whom nobody answers for (blog.policies.can_approve_comments)",
            answers(SIGN_IN, LOCKED, NOTHING, SHOWN | LOCKED),
        )
        for name in ("approve", "refuse")
    },
}
"""Method and route → why it is like no other, and what it answers."""


def expected(method: str, name: str, route: str) -> Expected | None:
    """Return what is said about a page; None if nobody said."""
    name = name or route
    if (method, name) in STATED:
        return STATED[method, name][1]
    if kind := (GETS if method == "GET" else POSTS).get(name):
        return KINDS[kind]
    if route.startswith("admin/"):
        return KINDS["ANY_STAFF" if name in ANY_STAFF else "STAFF"]
    return None
