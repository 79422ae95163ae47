"""What gunicorn says of itself, written as all else is: ``logger_class`` of config/gunicorn.py."""

import logging
from typing import Any

from gunicorn import glogging

from config import env as environment
from config.log import build_logging, configure


class GunicornLogger(glogging.Logger):
    """gunicorn's own lines, through the site's handler."""

    def setup(self, cfg: Any) -> None:
        """Write by the site's settings, in the master too, which never loads Django's."""
        env = environment.load()
        if not logging.getLogger().handlers:
            configure(
                build_logging(
                    level=env.LOG_LEVEL,
                    fmt=env.LOG_FORMAT,
                    to_stdout=env.LOG_TO_STDOUT,
                    file=env.LOG_FILE,
                )
            )
        if not env.LOG_TO_STDOUT:
            # Whoever starts it by hand, or reads the journal, must see why it did not start.
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.setLevel(logging.WARNING)
        self.error_log.setLevel(env.LOG_LEVEL)
        self.error_log.propagate = True
        # Requests are told by the application, which knows what must not be told of them.
        self.access_log.propagate = False
        self.access_log.disabled = True
