"""What the process counts about its requests, for Prometheus.

Series are per route, never per path: paths hold codes and public ids. With PROMETHEUS_MULTIPROC_DIR set (`zhijia serve`
does) the server's processes count into one folder, and any of them answers for all.
"""

from __future__ import annotations

import os
from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_REQUESTS = Counter("zhijia_requests", "Requests answered", ["method", "route", "status"])
_SECONDS = Histogram("zhijia_request_seconds", "Time to answer", ["route"], buckets=_BUCKETS)
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})


@lru_cache(maxsize=4096)
def _request_counter(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, str(status))


@lru_cache(maxsize=1024)
def _request_timer(route: str) -> Histogram:
    return _SECONDS.labels(route)


def count_request(method: str | None, route: str, status: int, seconds: float) -> None:
    """`route` is the URL pattern, empty where none matched."""
    _request_counter(method if method in _METHODS else "other", route, status).inc()
    _request_timer(route).observe(seconds)


def exposition() -> tuple[bytes, str]:
    """The page for Prometheus and its content type."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
