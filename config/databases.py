"""The databases of the settings: the primary, and a replica to read from if there is one."""

from typing import Any

from config.env import Environment, parse_database_url

PRIMARY, REPLICA = "default", "replica"
NOTICE_QUICKLY = {
    # Seconds. A server that is not there must not hold threads; one that vanished is noticed.
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
NOTICE_AT_ONCE = NOTICE_QUICKLY | {
    # Whoever waits for a replica could have asked the primary.
    "connect_timeout": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "tcp_user_timeout": 3_000,
}
REPLICA_MILLISECONDS = 5_000
READ_ONLY = f"-c default_transaction_read_only=on -c statement_timeout={REPLICA_MILLISECONDS}"


def build_databases(env: Environment) -> dict[str, dict[str, Any]]:
    """Return DATABASES of what the environment says."""
    primary = env.DATABASE
    if not primary["ENGINE"].endswith("postgresql"):
        return {PRIMARY: primary}
    _complete(primary, env, NOTICE_QUICKLY)
    if not env.DATABASE_REPLICA_URL:
        return {PRIMARY: primary}
    replica = parse_database_url(env.DATABASE_REPLICA_URL, "DATABASE_REPLICA_URL")
    _complete(replica, env, NOTICE_AT_ONCE)
    if not env.DATABASE_POOLER:
        # A pooler refuses what it cannot give to the next client as well. A replica refuses to
        # write by itself, too.
        replica["OPTIONS"].setdefault("options", READ_ONLY)
    replica["TEST"] = {"MIRROR": PRIMARY}
    return {PRIMARY: primary, REPLICA: replica}


def _complete(database: dict[str, Any], env: Environment, options: dict[str, int]) -> None:
    # A connection per request costs nine tenths of the throughput (docs/architecture.md).
    database.setdefault("CONN_MAX_AGE", env.DATABASE_CONNECTION_SECONDS)
    database.setdefault("CONN_HEALTH_CHECKS", True)
    # Transactions of one session meet different sessions of the server behind a pooler.
    database["DISABLE_SERVER_SIDE_CURSORS"] = env.DATABASE_POOLER
    database["OPTIONS"] = options | database.get("OPTIONS", {})
