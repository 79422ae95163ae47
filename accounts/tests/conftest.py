"""The named cast for these tests."""

from accounts.tests.cast import *  # noqa: F403
from accounts.tests.letters import *  # noqa: F403
