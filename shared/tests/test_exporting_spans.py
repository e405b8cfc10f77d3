"""Where spans go, and that nothing waits for it: a collector that takes them, one that is away, one that hangs."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from devkit.testing.collector import collecting
from shared.settings import ServiceSettings
from shared.tracing import Tracer, spans
from shared.tracing.exporting import tracer_of

NAMES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_MAX_QUEUE_SIZE")
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    # nothing is sent because its time has come: only because the tracer is closed
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")


SETTINGS: dict[str, Any] = {
    "service": "any-api",
    "audience": "nhn:any",
    "database_url": "postgresql://unused",
    "issuer": "https://issuer.example",
    "citizen_issuer": "https://issuer.example/citizen",
    "citizen_reference_keys": {"k1": "k" * 32},
    "citizen_reference_key_id": "k1",
}


def settings(**told: Any) -> ServiceSettings:
    return ServiceSettings(**SETTINGS | told)


def made(tracer: Tracer | None, count: int) -> float:
    """Makes so many spans; how long that took."""
    assert tracer is not None
    started = time.perf_counter()
    for _ in range(count):
        with tracer.span("any", SpanKind.INTERNAL, {"n": 1}, None):
            pass
    return time.perf_counter() - started


@pytest.fixture
def hanging() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def away() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


async def test_what_is_left_is_sent_when_the_process_ends() -> None:
    with collecting() as collector:
        tracer = tracer_of(settings(otel_exporter_otlp_endpoint=collector.url))
        made(tracer, 3)
        assert collector.spans == []
        assert tracer is not None
        await tracer.close()
        assert [(span.service, span.name) for span in collector.spans] == [("any-api", "any")] * 3


@pytest.mark.parametrize("collector", ["away", "hanging"])
async def test_a_collector_that_does_not_answer_keeps_nobody(
    collector: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice what the queue holds: the rest is dropped, and closing ends."""
    monkeypatch.setattr(spans, "CLOSING_SECONDS", 1.0)
    tracer = tracer_of(settings(otel_exporter_otlp_endpoint=request.getfixturevalue(collector)))
    assert made(tracer, 5_000) < PATIENCE
    assert tracer is not None
    started = time.monotonic()
    await tracer.close()
    assert time.monotonic() - started < 1 + PATIENCE


async def test_a_share_of_the_traces_is_sent_the_same_by_all_services() -> None:
    with collecting() as collector:
        told = {"otel_exporter_otlp_endpoint": collector.url, "otel_traces_sampler_arg": 0.25}
        tracers = [tracer_of(settings(**told)) for _ in range(2)]
        callers = [f"00-{number * 0x123456789ABCDEF123456789ABCDEF:032x}-{'b' * 16}-01" for number in range(1, 401)]
        for tracer in tracers:
            assert tracer is not None
            for caller in callers:
                tracer.start("any", SpanKind.INTERNAL, {}, caller).end()
            await tracer.close()
    sent = [span.trace for span in collector.spans]
    half = len(sent) // 2
    assert sorted(sent[:half]) == sorted(sent[half:])
    assert 50 < half < 150


@pytest.mark.parametrize("nowhere", [None, ""])
def test_without_a_collector_there_is_no_tracer(nowhere: str | None) -> None:
    assert tracer_of(settings(otel_exporter_otlp_endpoint=nowhere)) is None


@pytest.mark.parametrize(
    "wrong", [{"otel_exporter_otlp_endpoint": "collector:4318"}, {"otel_traces_sampler_arg": 1.5}], ids=str
)
def test_settings_that_cannot_be_followed_stop_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_without_a_collector_the_sdk_is_not_imported() -> None:
    code = "import sys, shared.app, shared.worker; print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


FASTAPI_ASKED = """
import asyncio, httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from shared.app import build_app
from shared.settings import ServiceSettings

async def ask(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://any") as http:
        return await http.get("/health/live?q=1")

kept, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)
app = build_app(ServiceSettings(), title="any", description="any", routers=[])
print(asyncio.run(ask(app)).status_code, len(kept.get_finished_spans()))
"""


@pytest.mark.rule("I1")
def test_fastapi_tells_nothing_by_itself() -> None:
    """Its spans hold the path and the query string."""
    told = {name.upper(): str(value) for name, value in SETTINGS.items()} | {"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
    told["CITIZEN_REFERENCE_KEYS"] = json.dumps(SETTINGS["citizen_reference_keys"])
    command = [sys.executable, "-c", FASTAPI_ASKED]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)
    assert done.stdout == "200 0\n", done.stderr
