"""Metrics of sending."""

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from notification_service.sending.models import DueMessage
from shared.breaker import CircuitBreaker
from shared.events.notification import Channel
from shared.metrics import Metrics

_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3600.0)


class DeliveryMetrics:
    def __init__(self, metrics: Metrics) -> None:
        self._outcomes = Counter(
            "notifications_total",
            "Attempts to send by channel and outcome",
            ("channel", "outcome"),
            registry=metrics.registry,
        )
        self._delay = Histogram(
            "notification_delay_seconds",
            "From what happened until its notification was with the provider",
            ("channel",),
            buckets=_BUCKETS,
            registry=metrics.registry,
        )
        self._paused = Gauge(
            "provider_paused",
            "1 while a provider is left alone after failures",
            ("channel",),
            registry=metrics.registry,
        )

    def watch(self, channel: Channel, breaker: CircuitBreaker) -> None:
        self._paused.labels(channel).set_function(lambda: float(breaker.state != "closed"))

    def count(self, due: DueMessage, outcome: str, now: datetime) -> None:
        self._outcomes.labels(due.channel, outcome).inc()
        if outcome == "sent":
            for part in due.parts:
                self._delay.labels(due.channel).observe(max((now - part.thing.happened_at).total_seconds(), 0))
