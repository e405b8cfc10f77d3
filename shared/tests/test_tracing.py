"""Spans: what they tell, what they are below, and what they never hold."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy.ext.asyncio import AsyncSession

from devkit.testing.national_ids import generate
from devkit.testing.waiting import until
from shared import outbox
from shared.correlation import accept, correlated, current, outgoing_headers
from shared.db import Database
from shared.errors import NotFound, install_error_handlers
from shared.events import LevelChanged
from shared.http import Gate
from shared.messaging import Delivery
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker
from shared.metrics import Metrics
from shared.tracing import Tracer, span
from shared.tracing.calls import TracedClient
from shared.worker import Worker

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CALLER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


class Seen(InMemorySpanExporter):
    def named(self, name: str) -> ReadableSpan:
        [found] = [span for span in self.get_finished_spans() if span.name == name]
        return found


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def tracer(seen: Seen) -> Tracer:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(seen))
    return Tracer(provider.get_tracer("test"), provider.shutdown)


def parent_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else f"{span.parent.span_id:016x}"


def id_of(span: ReadableSpan) -> str:
    return f"{span.context.span_id:016x}"


def app_of(tracer: Tracer | None) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.add_middleware(Gate, service="any", metrics=Metrics(), max_body_bytes=1024, tracer=tracer)

    @app.get("/things/{thing}")
    async def thing(thing: str) -> dict[str, str]:
        if thing == "none":
            raise NotFound()
        if thing == "broken":
            raise RuntimeError(f"about {thing}")
        return outgoing_headers() | {"inside": current().traceparent}

    @app.get("/health/live")
    async def live() -> str:
        return "live"

    return app


async def ask(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://any") as client:
        return await client.get(path, headers=headers)


async def test_a_request_is_a_span_below_the_callers(tracer: Tracer, seen: Seen) -> None:
    answer = await ask(app_of(tracer), "/things/one", traceparent=CALLER)
    request = seen.named("GET /things/{thing}")
    assert request.kind is SpanKind.SERVER
    assert f"{request.context.trace_id:032x}" == "a" * 32
    assert parent_of(request) == "b" * 16
    assert dict(request.attributes) == {
        "url.scheme": "http",
        "http.request.method": "GET",
        "http.route": "/things/{thing}",
        "http.response.status_code": 200,
    }
    assert answer.headers["traceparent"] == answer.json()["inside"]
    assert answer.headers["traceparent"].split("-")[2] == id_of(request)
    assert answer.json()["traceparent"].split("-")[1] == "a" * 32


@pytest.mark.parametrize(
    "sent", ["", "nonsense", CALLER.replace("a", "0"), CALLER.replace("b", "0"), "ff" + CALLER[2:]]
)
async def test_a_request_without_a_callers_span_begins_a_trace(tracer: Tracer, seen: Seen, sent: str) -> None:
    answer = await ask(app_of(tracer), "/things/one", traceparent=sent)
    request = seen.named("GET /things/{thing}")
    assert request.parent is None
    assert answer.headers["traceparent"].split("-")[1] == f"{request.context.trace_id:032x}" != "0" * 32


@pytest.mark.parametrize(
    ("thing", "code", "is_error"), [("none", "not-found", False), ("broken", "internal-error", True)]
)
async def test_a_refusal_is_told_by_its_code(tracer: Tracer, seen: Seen, thing: str, code: str, is_error: bool) -> None:
    await ask(app_of(tracer), f"/things/{thing}")
    request = seen.named("GET /things/{thing}")
    assert request.attributes["helseverktoy.problem.code"] == code
    assert (request.status.status_code is StatusCode.ERROR) is is_error
    assert request.attributes.get("error.type") == (code if is_error else None)


@pytest.mark.rule("I1")
async def test_neither_the_path_as_sent_nor_the_query_nor_a_message_is_told(tracer: Tracer, seen: Seen) -> None:
    number = generate(date(1980, 5, 17), 1)
    await ask(app_of(tracer), f"/things/{number}?q={number}", **{"user-agent": number})
    with pytest.raises(ValueError, match=number), tracer.span("fails", SpanKind.INTERNAL, {}, None):
        raise ValueError(number)
    failing = seen.named("fails")
    assert failing.attributes == {"error.type": "builtins.ValueError"}
    told = "".join(span.to_json() for span in seen.get_finished_spans())
    assert "GET /things/{thing}" in told
    assert number not in told


async def test_whether_the_process_is_well_is_no_span(tracer: Tracer, seen: Seen) -> None:
    assert (await ask(app_of(tracer), "/health/live")).status_code == 200
    assert seen.get_finished_spans() == ()


async def test_without_a_tracer_there_is_no_span_and_the_trace_goes_on(seen: Seen) -> None:
    answer = await ask(app_of(None), "/things/one", traceparent=CALLER)
    assert answer.headers["traceparent"].split("-")[1] == "a" * 32
    assert answer.headers["traceparent"] == answer.json()["inside"]
    with span("nothing", SpanKind.INTERNAL, {}) as nothing:
        assert not nothing.is_recording()


async def test_a_call_is_a_span_and_the_called_is_told_of_it(tracer: Tracer, seen: Seen) -> None:
    number = generate(date(1980, 5, 17), 1)
    received: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        received.append(request)
        return httpx.Response(503 if "away" in request.url.path else 200)

    async with TracedClient(transport=httpx.MockTransport(answer)) as http:
        with tracer.span("above", SpanKind.INTERNAL, {}, CALLER):
            await http.get(
                f"https://register.example/persons/{number}", params={"q": number}, headers=outgoing_headers()
            )
            await http.post("http://register.example:8080/away")
    well, away = seen.named("GET"), seen.named("POST")
    assert parent_of(well) == parent_of(away) == id_of(seen.named("above"))
    assert well.kind is SpanKind.CLIENT
    told = {"http.request.method": "GET", "server.address": "register.example", "server.port": 443}
    assert dict(well.attributes) == told | {"http.response.status_code": 200}
    assert away.attributes["server.port"] == 8080
    assert away.attributes["error.type"] == "503"
    assert [r.headers["traceparent"].split("-")[2] for r in received] == [id_of(well), id_of(away)]


async def test_a_call_that_gets_no_answer_is_told_by_the_kind_of_error(tracer: Tracer, seen: Seen) -> None:
    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("about a citizen")

    async with TracedClient(transport=httpx.MockTransport(away)) as http:
        with tracer.within(), pytest.raises(httpx.ConnectError):
            await http.get("https://register.example/persons")
    call = seen.named("GET")
    assert call.parent is None
    assert call.attributes["error.type"] == "httpx.ConnectError"
    assert "about a citizen" not in call.to_json()


async def test_what_is_not_sampled_is_not_told_and_neither_is_what_is_below_it() -> None:
    kept = Seen()
    provider = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    answer = await ask(
        app_of(Tracer(provider.get_tracer("test"), provider.shutdown)), "/things/one", traceparent=CALLER
    )
    assert answer.headers["traceparent"].startswith("00-" + "a" * 32)
    assert int(answer.headers["traceparent"][-2:], 16) & 1 == 0
    assert kept.get_finished_spans() == ()


class Chain:
    """A handler that tells of something itself, as notification-service does."""

    def __init__(self) -> None:
        self.traceparents: list[str] = []

    async def on_level_changed(self, session: AsyncSession, event: LevelChanged, delivery: Delivery) -> None:
        self.traceparents.append(current().traceparent)
        if len(self.traceparents) == 1:
            raise RuntimeError("tried again")
        if event.version == 1:
            told = LevelChanged(citizen=event.citizen, version=2, changed_at=NOW, level="full")
            await outbox.add(session, told, NOW)


@pytest.fixture
async def chain(
    database: Database, transport: AmqpTransport | LocalBroker, tracer: Tracer
) -> AsyncIterator[tuple[Chain, str]]:
    """A traced service that consumes its own events, under way."""
    chain, service, stop = Chain(), f"test-{uuid4().hex[:8]}", asyncio.Event()
    worker = Worker(service, database, {LevelChanged: [chain.on_level_changed]}, transport, metrics=Metrics())
    worker.tracer = tracer
    if isinstance(transport, LocalBroker):
        transport.register(service, database, worker.dispatcher.names)
    else:
        await transport.declare(service, worker.dispatcher.names)
    task = asyncio.create_task(worker.run(stop))
    yield chain, service
    stop.set()
    await asyncio.wait_for(task, 60)


async def test_an_events_way_is_one_trace(
    database: Database, transport: AmqpTransport | LocalBroker, chain: tuple[Chain, str], tracer: Tracer, seen: Seen
) -> None:
    """Made, published, handled after a failure, and what the handler tells in its turn."""
    handling, service = chain
    first = LevelChanged(citizen="k1-a", version=1, changed_at=NOW, level="full")
    with correlated(accept(None, None, None)), tracer.span("request", SpanKind.SERVER, {}, CALLER):
        async with database.session() as session:
            await outbox.add(session, first, NOW)
    name = LevelChanged.name

    def spans(what: str) -> list[ReadableSpan]:
        return sorted((s for s in seen.get_finished_spans() if s.name == what), key=lambda s: s.start_time)

    await until(lambda: len(spans(f"process {name}")) == 3 and len(spans(f"publish {name}")) == 2)
    above, (made, told) = seen.named("request"), spans(f"create {name}")
    failed, handled, handled_told = spans(f"process {name}")
    handlings = spans("handle on_level_changed")
    published, published_told = spans(f"publish {name}")
    below: dict[str, list[ReadableSpan]] = {
        id_of(above): [made],
        id_of(made): [published, failed, handled],
        id_of(handlings[1]): [told],
        id_of(told): [published_told, handled_told],
    }
    for parent, children in below.items():
        assert [parent_of(child) for child in children] == [parent] * len(children)
    assert [parent_of(h) for h in handlings] == [id_of(failed), id_of(handled), id_of(handled_told)]
    assert [t.split("-")[2] for t in handling.traceparents] == [id_of(h) for h in handlings]
    assert {f"{s.context.trace_id:032x}" for s in seen.get_finished_spans()} == {"a" * 32}
    assert failed.attributes["error.type"] == "builtins.RuntimeError"
    assert [h.attributes.get("helseverktoy.outcome") for h in handlings] == [None, "handled", "handled"]
    _check_attributes(published.attributes, handled.attributes, transport.system, service)


def _check_attributes(published: Any, handled: Any, system: str, service: str) -> None:
    name = LevelChanged.name
    assert published["messaging.message.id"] == handled["messaging.message.id"] == handled["cloudevents.event_id"]
    assert published["messaging.system"] == handled["messaging.system"] == system
    assert published["messaging.destination.name"] == f"verktoy.events:{name}"
    assert handled["messaging.destination.name"] == f"verktoy.events:{name}:{service}"
    assert (published["messaging.operation.type"], handled["messaging.operation.type"]) == ("send", "process")
