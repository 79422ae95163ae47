"""The named cast for these tests."""

from accounts.tests.cast import *  # noqa: F403
