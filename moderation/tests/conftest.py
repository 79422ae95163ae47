"""What every test of this app has at hand."""

from accounts.tests.letters import committed, outbox  # noqa: F401
