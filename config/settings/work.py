"""Background work: where messages wait, which queue holds what, what happens when a worker ends.

docs/production.md says what each of these means for who runs the site.
"""

from config import env as environment

env = environment.load()
_queue = env.VAR_DIR / "queue"

# Where messages wait ----------------------------------------------------------------------------
VISIBILITY_SECONDS = 900
"""What a worker took and never finished, because it was killed, is given to another one after this."""

if env.REDIS_URL:
    CELERY_BROKER_URL = env.REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": VISIBILITY_SECONDS,
        # Whoever asks for work must not wait for a broker that is away: the rows are stored already.
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
else:
    CELERY_BROKER_URL = "files://"  # config.file_queue
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "processed_folder": str(_queue / "taken"),
        "control_folder": str(_queue / "control"),
    }
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
# A worker waits for its broker for as long as it takes, also at its start.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds

# Which queue holds what ---------------------------------------------------------------------------
FORMER_QUEUE = "celery"
"""Versions before 22 November 2026 put all into this one. What an upgrade finds waiting there is taken
by whoever takes ``default``; to go in the release after the next."""

WORKER_QUEUES = [*env.WORKER_QUEUES, *([FORMER_QUEUE] if "default" in env.WORKER_QUEUES else [])]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = {
    name: {"exchange": name, "routing_key": name} for name in (*environment.QUEUES, FORMER_QUEUE)
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {
    "accounts.send_mail": {"queue": "mail"},
    "accounts.send_due_mails": {"queue": "mail"},
    "social.send_due_mails": {"queue": "mail"},
    "search.*": {"queue": "index"},
    # Long, or much to decode: imports, archives, pictures, erasures.
    "accounts.run_job": {"queue": "media"},
    "accounts.fetch_gravatar": {"queue": "media"},
    "accounts.erase_leavers": {"queue": "media"},
    "accounts.clear_archives": {"queue": "media"},
    "blog.clean_images": {"queue": "media"},
    "blog.clear_stale_imports": {"queue": "media"},
    "embed.refresh_pages": {"queue": "media"},
}

# A worker -------------------------------------------------------------------------------------------
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.WORKER_CONCURRENCY
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False

# A task ---------------------------------------------------------------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None
# A message goes when its task has ended, well or badly; what was killed is done again.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 240  # seconds; config.time_limits
CELERY_TASK_TIME_LIMIT = 300  # seconds
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.scheduler:Scheduler"
