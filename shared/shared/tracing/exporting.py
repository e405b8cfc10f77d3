"""Where spans go: by OTLP over HTTP to a collector, in batches, from a thread that no request waits for.

The queue is bounded (OTEL_BSP_MAX_QUEUE_SIZE, 2,048 spans): while the collector is away spans are lost, and nothing
else. The SDK reads the rest of OpenTelemetry's environment names itself: batches, time limits, headers, resources.
"""

from typing import Protocol

from pydantic import HttpUrl

from shared.tracing.spans import Tracer


class Traced(Protocol):
    """The settings that say whose spans, and where they are sent."""

    @property
    def service(self) -> str: ...
    @property
    def otel_exporter_otlp_endpoint(self) -> HttpUrl | None: ...
    @property
    def otel_traces_sampler_arg(self) -> float: ...


def tracer_of(settings: Traced) -> Tracer | None:
    """None where the settings name no collector; the SDK is not even imported then."""
    collector = settings.otel_exporter_otlp_endpoint
    return _connect(settings, f"{str(collector).rstrip('/')}/v1/traces") if collector else None


def _connect(settings: Traced, address: str) -> Tracer:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    resource = Resource.create({"service.name": settings.service, "service.namespace": "helseverktoy"})
    # by the trace's id alone, so that every service decides the same; a caller's flag does not decide for us
    sampler = TraceIdRatioBased(settings.otel_traces_sampler_arg)
    provider = TracerProvider(sampler, resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(address)))
    return Tracer(provider.get_tracer("helseverktoy"), provider.shutdown)
