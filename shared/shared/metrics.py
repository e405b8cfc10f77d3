"""Prometheus metrics of one service. A registry each, because the embedded set-up runs five services in one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "http_request_duration_seconds",
            "Requests by route template and status",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.refusals = Counter(
            "refusals_total", "Answers that are problem documents, by code", ("code", "status"), registry=self.registry
        )
        self.events_published = Counter(
            "events_published_total", "Events handed to the broker", ("event",), registry=self.registry
        )
        self.events_unroutable = Counter(
            "events_unroutable_total", "Publishings that no queue took", ("event",), registry=self.registry
        )
        self.events_handled = Counter(
            "events_handled_total", "Events by handler and outcome", ("handler", "outcome"), registry=self.registry
        )
        self.event_lag = Histogram(
            "event_lag_seconds",
            "From an event's time to the end of its handling",
            ("event",),
            buckets=(*_BUCKETS, 60.0, 600.0),
            registry=self.registry,
        )
        self.outbox_unsent = Gauge("outbox_unsent", "Events waiting for the relay", registry=self.registry)
        self.database_answers = Gauge(
            "database_answers", "Whether the database answered when this was asked for", registry=self.registry
        )
        self.dead_letters = Gauge("dead_letters", "Dead letters nobody has dealt with", registry=self.registry)
        self.rows_purged = Counter("rows_purged_total", "Rows whose time is over", ("table",), registry=self.registry)
        self.housekeeping_failures = Counter(
            "housekeeping_failures_total", "Purges and counts that failed", ("what",), registry=self.registry
        )
        self.projection_age = Gauge(
            "projection_age_seconds",
            "Since a copy of another service's data was last known to be whole",
            ("projection",),
            registry=self.registry,
        )

    def response(self) -> Response:
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
