"""What takes seconds and much memory to load is loaded before anybody waits for it.

Apps register their loaders when they are ready. Loaded before a fork, memory is shared by all
processes: a web worker adds little of its own.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2
"""The first pages are answered before loading in the background holds everything for a moment."""

_loaders: dict[str, Callable[[], object]] = {}


def register_loader(name: str, load: Callable[[], object]) -> None:
    """Tell what to load; ``load`` may be called more than once and must not start threads."""
    _loaders[name] = load


def load_all() -> None:
    """Load everything now; what fails is logged and tried again by who needs it."""
    for name, load in list(_loaders.items()):
        try:
            load()
        except Exception:
            logger.exception("%s could not be loaded.", name)


def load_before_fork() -> None:
    """Load everything in a process whose children will use it."""
    load_all()
    # The collector writes into every object it looks at, and so would copy shared pages.
    gc.collect()
    gc.freeze()


def load_soon(pause: float = PAUSE_SECONDS) -> threading.Thread:
    """Load everything in the background; who needs it earlier waits."""

    def load() -> None:
        time.sleep(pause)
        load_all()

    thread = threading.Thread(target=load, name="preloading", daemon=True)
    thread.start()
    return thread
