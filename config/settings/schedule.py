"""What is done without being asked, and when; times of the clock are UTC."""

from datetime import timedelta

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE = {
    "flush-counts": {"task": "blog.flush_view_counts", "schedule": timedelta(seconds=30)},
    "refresh-trending": {"task": "blog.refresh_trending", "schedule": timedelta(minutes=10)},
    "publish-due": {"task": "blog.publish_due_posts", "schedule": timedelta(seconds=30)},
    "thin-revisions": {
        "task": "blog.thin_revisions",
        "schedule": crontab(hour=18, minute=10),  # 03:10 in Seoul
    },
    "erase-deleted": {
        "task": "blog.erase_deleted_posts",
        "schedule": crontab(hour=18, minute=20),  # 03:20 in Seoul
    },
    "stale-jobs": {"task": "accounts.fail_stale_jobs", "schedule": timedelta(minutes=5)},
    "delete-old-jobs": {
        "task": "accounts.delete_old_jobs",
        "schedule": crontab(hour=18, minute=40),  # 03:40 in Seoul
    },
    "send-account-mails": {"task": "accounts.send_due_mails", "schedule": timedelta(minutes=1)},
    "send-promised": {"task": "config.send_promised", "schedule": timedelta(minutes=1)},
    "forget-heartbeats": {
        "task": "config.forget_heartbeats",
        "schedule": crontab(hour=18, minute=15),  # 03:15 in Seoul
    },
    "send-notice-mails": {"task": "social.send_due_mails", "schedule": timedelta(minutes=1)},
    "deliver-webhooks": {"task": "social.deliver_webhooks", "schedule": timedelta(seconds=15)},
    "forget-ended-mutes": {
        "task": "social.forget_ended_mutes",
        "schedule": crontab(hour=19, minute=30),  # 04:30 in Seoul
    },
    "tidy-notifications": {
        "task": "social.tidy_notifications",
        "schedule": crontab(hour=19, minute=10),  # 04:10 in Seoul
    },
    "erase-leavers": {
        "task": "accounts.erase_leavers",
        "schedule": crontab(hour=17, minute=30),  # 02:30 in Seoul
    },
    "clear-archives": {
        "task": "accounts.clear_archives",
        "schedule": crontab(hour=17, minute=50),  # 02:50 in Seoul
    },
    "lift-states": {"task": "accounts.lift_expired_states", "schedule": timedelta(minutes=5)},
    "settle-due": {"task": "moderation.settle_due", "schedule": timedelta(minutes=5)},
    "grow-trust": {
        "task": "moderation.grow_trust",
        "schedule": crontab(hour=17, minute=10),  # 02:10 in Seoul
    },
    "learn-words": {
        "task": "moderation.learn_words",
        "schedule": crontab(hour=19, minute=50),  # 04:50 in Seoul
    },
    "flush-token-use": {"task": "accounts.flush_token_use", "schedule": timedelta(minutes=10)},
    "tidy-tokens": {
        "task": "accounts.tidy_tokens",
        "schedule": crontab(hour=18, minute=35),  # 03:35 in Seoul
    },
    "flush-last-seen": {"task": "accounts.flush_last_seen", "schedule": timedelta(seconds=60)},
    "clear-sessions": {
        "task": "accounts.clear_expired_sessions",
        "schedule": crontab(hour=18, minute=30),  # 03:30 in Seoul
    },
    "clear-imports": {
        "task": "blog.clear_stale_imports",
        "schedule": crontab(hour=18, minute=50),  # 03:50 in Seoul
    },
    "prune-translations": {
        "task": "blog.prune_translations",
        "schedule": crontab(hour=19, minute=20),  # 04:20 in Seoul
    },
    "repair-counts": {
        "task": "blog.repair_counts",
        "schedule": crontab(hour=19, minute=40),  # 04:40 in Seoul
    },
    "search-flush-queries": {
        "task": "search.flush_queries",
        "schedule": timedelta(seconds=60),
    },
    "search-tidy-queries": {
        "task": "search.tidy_queries",
        "schedule": crontab(hour=20, minute=20),  # 05:20 in Seoul
    },
    "embed-clear-uploads": {
        "task": "embed.clear_uploads",
        "schedule": crontab(hour=20, minute=40),  # 05:40 in Seoul
    },
    "embed-refresh-indexes": {"task": "embed.refresh_indexes", "schedule": timedelta(hours=1)},
    "search-drain": {"task": "search.drain", "schedule": timedelta(seconds=30)},
    "search-sweep": {"task": "search.sweep", "schedule": timedelta(minutes=10)},
    "search-repair": {
        "task": "search.repair",
        "schedule": crontab(hour=18, minute=0),  # 03:00 in Seoul
    },
    "clean-images": {
        "task": "blog.clean_images",
        "schedule": crontab(hour=19, minute=0),  # 04:00 in Seoul
    },
}
