"""What happens in a worker process, counted for Prometheus.

One process counts in memory. Several count in files of a common folder
(prometheus.github.io/client_python/multiprocess), so that any of them can tell the sum.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from classifier.decision import REASONS
from serving.access import OTHER

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it when it is imported
_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

# They would be a series more for each, and there are none where several processes count.
disable_created_metrics()  # type: ignore[no-untyped-call]

Delivery = Literal["sent", "failed"]


class Metrics:
    """The counters of one application; safe between threads.

    ``registry`` takes further collectors, whose values are the same in every process.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        folder = os.environ.get(FOLDER)
        own: Any = {"registry": None if folder else self.registry}
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.registry.register(_Processes(Path(folder)))
        self._requests = Counter(
            "pintu_requests", "Requests answered.", ["method", "route", "status"], **own
        )
        self._seconds = Histogram(
            "pintu_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, **own
        )
        self._running = Gauge(
            "pintu_requests_running", "Requests at work.", multiprocess_mode="livesum", **own
        )
        self._complaints = Counter(
            "pintu_complaints", "Complaints routed.", ["decision", "bundle"], **own
        )
        self._reasons = Counter("pintu_reasons", "Reasons for a person to look.", ["code"], **own)
        self._urgent = Counter("pintu_urgent", "Complaints with danger to life or limb.", **own)
        self._batches = Histogram(
            "pintu_batch_size", "Complaints routed in one go.", buckets=_SIZES, **own
        )
        self._rejected = Counter("pintu_bundles_rejected", "Bundles that were not loaded.", **own)
        self._deliveries = Counter(
            "pintu_webhook_attempts", "Attempts to deliver a webhook.", ["result"], **own
        )
        self._known: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}

    def request_begins(self) -> None:
        """A request has come; ``request_ends`` has to follow."""
        self._running.inc()

    def request_ends(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            method: ``access.method_of`` it.
            route: ``access.route_of`` it, the path's template.
            status: of the answer, 0 if there was none.
            seconds: from the request's head to the answer's end.
        """
        self._running.dec()
        key = (method, route, status)
        known, timed = self._known.get(key), self._timed.get(route)
        if known is None or timed is None:  # looking labels up costs more than counting
            known = self._known[key] = self._requests.labels(method, route, str(status))
            timed = self._timed[route] = self._seconds.labels(route)
        known.inc()
        timed.observe(seconds)

    def routed(self, row: Mapping[str, Any]) -> None:
        """A complaint was routed; ``row`` is ``Recommendation.to_row()``."""
        self._complaints.labels(row["decision"], row["bundle"]).inc()
        for reason in row["reasons"]:
            code = reason["code"]
            self._reasons.labels(code if code in REASONS else OTHER).inc()
        if row["urgency"]:
            self._urgent.inc()

    def observe_batch(self, size: int) -> None:
        """That many complaints were routed in one go."""
        self._batches.observe(size)

    def bundle_rejected(self) -> None:
        """A bundle was not taken into service because it is damaged or fails its probes."""
        self._rejected.inc()

    def webhook(self, result: Delivery) -> None:
        """An attempt to deliver a webhook has ended."""
        self._deliveries.labels(result).inc()

    def text(self) -> bytes:
        """Everything in Prometheus's text format; may read the database, so call it in a thread."""
        return generate_latest(self.registry)


class _Processes:
    """The sum over the files of all processes, those that have ended included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        for path in self._folder.glob("gauge_live*.db"):
            _forget_if_dead(int(path.stem.rsplit("_", 1)[1]), self._folder)
        # A file is empty for a moment while a process begins it.
        files = [str(path) for path in self._folder.glob("*.db") if _size(path)]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


def _forget_if_dead(process: int, folder: Path) -> None:
    """Takes the requests that a process was at work on when it was killed out of the sum."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
    except PermissionError:
        pass  # it lives, under another user


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def counted_together(workers: int) -> Iterator[None]:
    """While this lasts, the worker processes that are started count in one folder.

    The folder is ``$PROMETHEUS_MULTIPROC_DIR``, which is emptied of an earlier run's files, or
    else a temporary one; one worker without the variable needs none.
    """
    given = os.environ.get(FOLDER)
    if given:
        for path in Path(given).glob("*.db"):
            path.unlink()
        yield
    elif workers > 1:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="pintu-metrics-")
        try:
            yield
        finally:
            shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)
    else:
        yield
