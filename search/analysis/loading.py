"""Loading the analyser: Kiwi's model takes 300 MB and three seconds in which nothing else runs."""

import logging
import time

from search.analysis import get_analyzer

logger = logging.getLogger(__name__)
SAMPLE = "검색을 준비해요 search 3.11"


def preload() -> None:
    """Load the analyser, and what it loads only with its first text.

    One text, read by this thread alone: a batch would start threads, and a child of a process with
    threads hangs.
    """
    began = time.perf_counter()
    analyzer = get_analyzer()
    analyzer.units(SAMPLE)
    logger.debug("%s is loaded after %.1f s.", analyzer.version, time.perf_counter() - began)
