"""Addresses of social for programs; included under ``/api/v1/``."""

from django.urls import path

from social.api.views import messages, muted_terms, notifications, relations, reports, webhooks

urlpatterns = [
    path("users/<person:who>/follow/", relations.Follow.as_view(), name="follow"),
    path("users/<person:who>/follower/", relations.Follower.as_view(), name="follower"),
    path("users/<person:who>/block/", relations.Block.as_view(), name="block"),
    path("users/<person:who>/mute/", relations.Mute.as_view(), name="mute"),
    path("users/<person:who>/followers/", relations.Followers.as_view(), name="followers"),
    path("users/<person:who>/following/", relations.Following.as_view(), name="following"),
    path("me/blocks/", relations.MyBlocks.as_view(), name="my_blocks"),
    path("me/mutes/", relations.MyMutes.as_view(), name="my_mutes"),
    path("me/muted-terms/", muted_terms.MyMutedTerms.as_view(), name="my_muted_terms"),
    path("me/muted-terms/<key:pk>/", muted_terms.MyMutedTerm.as_view(), name="my_muted_term"),
    path("conversations/", messages.Conversations.as_view(), name="conversations"),
    path("conversations/<person:who>/", messages.Conversation.as_view(), name="conversation"),
    path(
        "conversations/<person:who>/messages/",
        messages.ConversationMessages.as_view(),
        name="conversation_messages",
    ),
    path(
        "conversations/<person:who>/read/",
        messages.ConversationRead.as_view(),
        name="read_conversation",
    ),
    path(
        "conversations/<person:who>/unread/",
        messages.ConversationUnread.as_view(),
        name="unread_conversation",
    ),
    path("messages/<key:pk>/", messages.MessageDetail.as_view(), name="message"),
    path("notifications/", notifications.Notifications.as_view(), name="notifications"),
    path(
        "notifications/poll/", notifications.NotificationsPoll.as_view(), name="poll_notifications"
    ),
    path(
        "notifications/read/", notifications.NotificationsRead.as_view(), name="read_notifications"
    ),
    path(
        "notifications/<key:pk>/", notifications.NotificationDetail.as_view(), name="notification"
    ),
    path("me/unread/", notifications.MyUnread.as_view(), name="my_unread"),
    path(
        "me/notification-settings/",
        notifications.MyNotificationSettings.as_view(),
        name="my_notification_settings",
    ),
    path(
        "me/notification-settings/again/",
        notifications.MailsAgain.as_view(),
        name="my_mails_again",
    ),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<key:pk>/", reports.ReportDetail.as_view(), name="report"),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<key:pk>/", webhooks.WebhookDetail.as_view(), name="webhook"),
    path(
        "webhooks/<key:pk>/deliveries/",
        webhooks.WebhookDeliveries.as_view(),
        name="webhook_deliveries",
    ),
    path("webhooks/<key:pk>/test/", webhooks.WebhookTest.as_view(), name="test_webhook"),
    path("webhooks/<key:pk>/rotate/", webhooks.WebhookRotate.as_view(), name="rotate_webhook"),
    path(
        "webhook-deliveries/<key:pk>/",
        webhooks.WebhookDeliveryDetail.as_view(),
        name="webhook_delivery",
    ),
    path(
        "webhook-deliveries/<key:pk>/replay/",
        webhooks.WebhookDeliveryReplay.as_view(),
        name="replay_delivery",
    ),
]
