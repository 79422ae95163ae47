"""The only code that changes people."""

from accounts.actions.addresses import (
    change_address,
    confirm_address,
    confirm_email_without_mail,
    drop_address_change,
    request_address_change,
)
from accounts.actions.credentials import (
    clear_expired_sessions,
    clear_factors,
    end_session,
    end_sessions,
    rescue,
    set_password,
)
from accounts.actions.jobs import (
    cancel_job,
    delete_old_jobs,
    fail_job,
    fail_stale_jobs,
    perform_job,
    report_progress,
    retry_job,
    start_job,
    take_over_jobs,
)
from accounts.actions.mails import deliver_mail, queue_mail, queue_password_reset
from accounts.actions.people import create_member, link_provider_account, sign_up
from accounts.actions.pictures import (
    choose_gravatar,
    fetch_gravatar,
    remove_avatar,
    set_avatar,
)
from accounts.actions.profile import change_preferences, change_profile, rename_handle
from accounts.actions.states import (
    change_groups,
    change_rights,
    lift_expired_states,
    set_state,
    set_states,
)
from accounts.actions.visits import flush_last_seen, note_visit

__all__ = [
    "cancel_job",
    "change_address",
    "change_groups",
    "change_preferences",
    "change_profile",
    "change_rights",
    "choose_gravatar",
    "clear_expired_sessions",
    "clear_factors",
    "confirm_address",
    "confirm_email_without_mail",
    "create_member",
    "delete_old_jobs",
    "deliver_mail",
    "drop_address_change",
    "end_session",
    "end_sessions",
    "fail_job",
    "fail_stale_jobs",
    "fetch_gravatar",
    "flush_last_seen",
    "lift_expired_states",
    "link_provider_account",
    "note_visit",
    "perform_job",
    "queue_mail",
    "queue_password_reset",
    "remove_avatar",
    "rename_handle",
    "report_progress",
    "request_address_change",
    "rescue",
    "retry_job",
    "set_avatar",
    "set_password",
    "set_state",
    "set_states",
    "sign_up",
    "start_job",
    "take_over_jobs",
]
