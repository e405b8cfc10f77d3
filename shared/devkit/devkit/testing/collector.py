"""A collector of spans for tests: takes OTLP over HTTP (POST /v1/traces, protobuf) and keeps what came."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from devkit.testing.serving import serving


@dataclass(frozen=True, slots=True)
class Collected:
    """A span as it came; ids in hexadecimal, `parent` empty for the first of a trace."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]


@dataclass
class Collector:
    url: str = ""
    spans: list[Collected] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _plain(resource.resource.attributes)["service.name"]
            self.spans += [_collected(service, span) for scope in resource.scope_spans for span in scope.spans]

    def of_trace(self, trace: str) -> list[Collected]:
        return [span for span in self.spans if span.trace == trace]


def _collected(service: str, span: Any) -> Collected:
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    return Collected(service, span.name, span.kind, *ids, _plain(span.attributes))


def _plain(attributes: "Iterator[KeyValue] | Any") -> dict[str, Any]:
    return {a.key: getattr(a.value, str(a.value.WhichOneof("value"))) for a in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """One that listens for the length of the block."""
    collector = Collector()
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector))) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        yield collector


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_known = self.path == "/v1/traces"
            if is_known:
                collector.take(body)
            self.send_response(200 if is_known else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: pytest shows what a test wants shown."""

    return Handler
