"""How search is doing: for staff, for health, and for who operates the site."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from search.analysis import analyzer_version, is_degraded
from search.engines import EngineDown, engine_name, get_engine
from search.models import Generation, Waiting
from search.models.sync import MOST_ATTEMPTS

LATE = timedelta(minutes=5)
"""What waits for longer says that no worker is at work."""


GROWING = 50
"""What people write at once is less; an archive that moves in, or a first index, is more."""


@dataclass(frozen=True)
class SearchState:
    """A moment of search. ``lag``: for how long the oldest change waits, failed ones apart."""

    engine: str
    engine_problem: str
    engine_status: dict[str, object] = field(default_factory=dict)
    analyzer: str = ""
    is_degraded: bool = False
    live: Generation | None = None
    building: Generation | None = None
    waiting_count: int = 0
    failed_count: int = 0
    lag: timedelta | None = None

    @property
    def problems(self) -> list[str]:
        """What somebody should look at, as stable words for programs."""
        found = []
        if self.engine_problem:
            found.append("engine_down")
        if self.is_degraded:
            found.append("analyzer_degraded")
        if self.failed_count:
            found.append("rows_failed")
        if self.lag is not None and self.lag > LATE:
            found.append("worker_late")
        if self.live is not None and self.live.analyzer not in {"", self.analyzer}:
            found.append("index_by_another_analyzer")
        return found


def is_growing() -> bool:
    """Return whether so much waits to be indexed that searches miss a good part of the site."""
    waiting = Waiting.objects.filter(attempts__lt=MOST_ATTEMPTS)
    return waiting.order_by()[:GROWING].count() >= GROWING


def search_state() -> SearchState:
    """Return how engine, analyser, index and outbox are now."""
    status, problem = {}, ""
    try:
        status = get_engine().status()
    except EngineDown as error:
        problem = str(error) or type(error).__name__
    generations = {row.state: row for row in Generation.objects.all()}
    waiting = Waiting.objects.filter(attempts__lt=MOST_ATTEMPTS)
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return SearchState(
        engine=engine_name(),
        engine_problem=problem,
        engine_status=status,
        analyzer=analyzer_version(),
        is_degraded=is_degraded(),
        live=generations.get(Generation.State.LIVE),
        building=generations.get(Generation.State.BUILDING),
        waiting_count=waiting.count(),
        failed_count=Waiting.objects.filter(attempts__gte=MOST_ATTEMPTS).count(),
        lag=max(timezone.now() - oldest, timedelta()) if oldest else None,
    )


def health_report(state: SearchState) -> dict[str, object]:
    """Return what the health page tells of ``state``."""
    return {
        "status": "ok" if not state.problems else ", ".join(state.problems),
        "engine": state.engine,
        "analyzer": state.analyzer,
        "waiting": state.waiting_count,
        "failed": state.failed_count,
        "lag_seconds": round(state.lag.total_seconds()) if state.lag else 0,
    }
