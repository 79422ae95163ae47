"""Addresses of relations between people."""

from django.urls import path

from config import converters  # noqa: F401 registers the converters
from social.views import (
    mails,
    messages,
    notifications,
    people,
    poll,
    reports,
    settings,
    unsubscribe,
    webhooks,
)

app_name = "social"

urlpatterns = [
    path("@<handle:handle>/follow/", people.follow, name="follow"),
    path("@<handle:handle>/unfollow/", people.unfollow, name="unfollow"),
    path("@<handle:handle>/followers/", people.followers, name="followers"),
    path("@<handle:handle>/following/", people.following, name="following"),
    path("@<handle:handle>/remove-follower/", people.remove_follower, name="remove_follower"),
    path("@<handle:handle>/block/", people.block, name="block"),
    path("@<handle:handle>/unblock/", people.unblock, name="unblock"),
    path("@<handle:handle>/mute/", people.mute, name="mute"),
    path("@<handle:handle>/unmute/", people.unmute, name="unmute"),
    path("messages/", messages.message_list, name="messages"),
    path("messages/@<handle:handle>/", messages.conversation, name="conversation"),
    path("messages/@<handle:handle>/read/", messages.read, name="read_conversation"),
    path("messages/@<handle:handle>/unread/", messages.unread, name="unread_conversation"),
    path("messages/@<handle:handle>/clear/", messages.clear, name="clear_conversation"),
    path("messages/<int:pk>/delete/", messages.delete, name="delete_message"),
    path("settings/people/", settings.people, name="settings_people"),
    path("settings/people/blocks/", settings.blocks, name="settings_blocks"),
    path("settings/people/mutes/", settings.mutes, name="settings_mutes"),
    path("settings/people/terms/<int:pk>/remove/", settings.unmute_term, name="unmute_term"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read, name="read_notifications"),
    path("notifications/poll/", poll.poll, name="poll"),
    path("report/<slug:kind>/<key:pk>/", reports.report, name="report"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("settings/notifications/", mails.settings_notifications, name="settings_notifications"),
    path("settings/notifications/again/", mails.try_again, name="mail_again"),
    path("settings/webhooks/", webhooks.webhooks, name="settings_webhooks"),
    path("settings/webhooks/new/", webhooks.new, name="new_webhook"),
    path("settings/webhooks/<key:pk>/", webhooks.webhook, name="settings_webhook"),
    path("settings/webhooks/<key:pk>/change/", webhooks.change, name="change_webhook"),
    path("settings/webhooks/<key:pk>/rotate/", webhooks.rotate, name="rotate_webhook"),
    path("settings/webhooks/<key:pk>/delete/", webhooks.delete, name="delete_webhook"),
    path("settings/webhooks/<key:pk>/test/", webhooks.send_test, name="test_webhook"),
    path("settings/webhooks/deliveries/<key:pk>/replay/", webhooks.replay, name="replay_delivery"),
]
