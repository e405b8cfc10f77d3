"""One trace from the record system's request to the SMS and the feed: each service its own process, over RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from devkit.testing.collector import Collected, Collector, collecting
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.local.ehr import ApiClient, Ehr
from tools.local.processes import Processes

pytestmark = pytest.mark.system

TRACE, CALLER = "5d" * 16, "c0" * 8
OTHER_TRACE = "6e" * 16
# what a prescription and a stop pass; each is started anew with a collector to send to
TRACED = (
    "catalog-api",
    "catalog-api/worker",
    "consent-api",
    "prescription-api",
    "prescription-api/worker",
    "notification-service/worker",
    "helsetilbud-api/worker",
)
PRESCRIBED, SENT = "prescription.tool-prescribed.v1", "notification.sent.v1"
STOPPED = "catalog.tool-stopped.v1"
STOPPED_AT = ("prescription-api", "notification-service", "helsetilbud-api")
ADMINISTRATOR = "14837901236"
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5  # OTLP's SpanKind


def end(system: Processes) -> None:
    """What is under way is finished, and the spans that are left are sent. What has ended before is passed over."""
    for name in TRACED:
        if name in system:
            system.end(name)


def start(system: Processes, wiring: Wiring) -> None:
    for name in TRACED:
        system.start(name)
    for service in SERVICES:
        system.wait_for(wiring.address(service) + "/health/ready")


@pytest.fixture
async def collector(system: Processes, wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """The system with somewhere to send spans to, which it does when its processes end."""
    await asyncio.to_thread(end, system)
    with collecting() as collector, monkeypatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")
        await asyncio.to_thread(start, system, wiring)
        yield collector
        await asyncio.to_thread(end, system)
    await asyncio.to_thread(start, system, wiring)


async def test_a_prescription_is_one_trace_to_the_sms_and_the_feed(
    collector: Collector,
    system: Processes,
    wiring: Wiring,
    ehr: Ehr,
    tools: list[str],
    citizens: list[dict[str, Any]],
    count: Any,
    until: Any,
) -> None:
    patient = next(person for person in citizens if person["state"] == "english")
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[6]}
    made = await ehr.post("/v1/prescriptions", body, traceparent=f"00-{TRACE}-{CALLER}-01")
    assert made.status_code == 201, made.text
    assert made.headers["traceparent"].split("-")[1] == TRACE
    in_feed = "SELECT count(*) FROM feed_event WHERE prescription_id = $1::text::uuid"
    told = "SELECT count(*) FROM outbox WHERE payload #>> '{data,about}' = $1 AND sent_at IS NOT NULL"

    async def arrived() -> bool:
        prescription = made.json()["prescriptionId"]
        done = await count("notification-service", told, prescription) >= 2
        return done and await count("helsetilbud-api", in_feed, prescription) == 1

    await until(arrived, "the feed entry, the SMS and the e-mail", 60)
    await asyncio.to_thread(end, system)
    spans = collector.of_trace(TRACE)
    way = Way(spans)
    prescribing = way.below(CALLER, "prescription-api", "POST /v1/prescriptions", SERVER)
    [consent] = [service for service in SERVICES if service.name == "consent-api"]
    asking = way.below(prescribing, "prescription-api", "POST", CLIENT, wiring.port_base + consent.port_offset)
    way.below(asking, "consent-api", "POST /v1/digitally-active", SERVER)
    created = way.below(prescribing, "prescription-api", f"create {PRESCRIBED}", PRODUCER)
    way.below(created, "prescription-api", f"publish {PRESCRIBED}", CLIENT)
    feeding = way.below(created, "helsetilbud-api", f"process {PRESCRIBED}", CONSUMER)
    assert way.children(feeding), "a span for each handler"
    notifying = way.below(created, "notification-service", f"process {PRESCRIBED}", CONSUMER)
    [handling] = way.children(notifying)
    for channel in ("sms", "email"):
        sending = way.below(handling, "notification-service", f"send {channel}")
        assert way.spans[sending].attributes["helseverktoy.outcome"] == "sent"
        way.below(sending, "notification-service", f"create {SENT}", PRODUCER)
        if channel == "sms":
            way.below(sending, "notification-service", "POST", CLIENT, wiring.port_base)
    way.check_whole()
    check_privacy(spans, patient, wiring)


async def test_one_trace_shows_all_five(
    collector: Collector,
    system: Processes,
    wiring: Wiring,
    http: httpx.AsyncClient,
    ehr: Ehr,
    tools: list[str],
    citizens: list[dict[str, Any]],
    count: Any,
    until: Any,
) -> None:
    """Of somebody who sends a tool and then stops it: the catalogue's part is seen beside the others'."""
    patient = next(person for person in citizens if person["state"] == "english")
    caller = {"traceparent": f"00-{OTHER_TRACE}-{CALLER}-01"}
    body = {"patient": {"nationalId": patient["nationalId"]}, "toolId": tools[8]}
    made = await ehr.post("/v1/prescriptions", body, **caller)
    assert made.status_code == 201, made.text
    in_feed = "SELECT count(*) FROM feed_event WHERE prescription_id = $1::text::uuid"

    async def arrived() -> bool:
        return await count("helsetilbud-api", in_feed, made.json()["prescriptionId"]) >= 1

    await until(arrived, "the feed entry", 60)
    [catalogue] = [service for service in SERVICES if service.name == "catalog-api"]
    staff = ApiClient(http, wiring.sandbox_url, wiring.address(catalogue))
    person = {"pid": ADMINISTRATOR}
    await staff.take_token("nhn:verktoykatalog", "nhn:verktoykatalog/admin", userClaimsParameters=person)
    reason = {"category": "security", "reason": "Prøve på stans"}
    stopped = await staff.post(f"/v1/tools/{tools[8]}/stop", reason, **caller)
    assert stopped.status_code == 200, stopped.text
    await until(lambda: _stopped_everywhere(count, tools[8]), "the stop", 60)
    again = await staff.post(f"/v1/tools/{tools[8]}/reinstate", {"reason": "Prøven er over"})
    assert again.status_code == 200, again.text
    await asyncio.to_thread(end, system)
    spans = collector.of_trace(OTHER_TRACE)
    assert {span.service for span in spans} == {service.name for service in SERVICES}
    way = Way(spans)
    stopping = way.below(CALLER, "catalog-api", "POST /v1/tools/{toolId}/stop", SERVER)
    told = way.below(stopping, "catalog-api", f"create {STOPPED}", PRODUCER)
    way.below(told, "catalog-api", f"publish {STOPPED}", CLIENT)
    for service in STOPPED_AT:
        assert way.children(way.below(told, service, f"process {STOPPED}", CONSUMER)), service
    outside = sorted(span.name for span in spans if span.parent not in way.spans)
    assert outside == ["POST /v1/prescriptions", "POST /v1/tools/{toolId}/stop"]
    check_privacy(spans, patient, wiring)


async def _stopped_everywhere(count: Any, tool_id: str) -> bool:
    told = "SELECT payload ->> 'id' FROM outbox WHERE payload ->> 'type' = $1 AND payload #>> '{data,toolId}' = $2"
    event = await count("catalog-api", told, STOPPED, tool_id)
    handled = "SELECT count(*) FROM inbox WHERE event_id = $1::text::uuid"
    return all([await count(service, handled, event) for service in STOPPED_AT])


class Way:
    """The spans of one trace, by id."""

    def __init__(self, spans: list[Collected]) -> None:
        self.spans = {span.id: span for span in spans}
        assert len(self.spans) == len(spans)

    def children(self, parent: str) -> list[str]:
        return [id for id, span in self.spans.items() if span.parent == parent]

    def below(self, parent: str, service: str, name: str, kind: int = 1, port: int | None = None) -> str:
        """The one span of that description right below another. Returns its id."""
        found = [
            id
            for id in self.children(parent)
            if (span := self.spans[id]).service == service
            and (span.name, span.kind) == (name, kind)
            and port in (None, span.attributes.get("server.port"))
        ]
        assert len(found) == 1, (name, sorted((s.service, s.name, s.parent == parent) for s in self.spans.values()))
        return found[0]

    def check_whole(self) -> None:
        """Every span's parent is there; only the request's is the record system's own."""
        outside = [span.name for span in self.spans.values() if span.parent not in self.spans]
        assert outside == ["POST /v1/prescriptions"]


def check_privacy(spans: list[Collected], patient: dict[str, Any], wiring: Wiring) -> None:
    everything = repr(spans)
    secret = [patient["nationalId"], patient["phone"], patient["email"], wiring.reference_of(patient["nationalId"])]
    assert [value for value in secret if value in everything] == []
    assert "?" not in everything
