"""Spans of events on their way: published, and received.

Names and attributes as OpenTelemetry's conventions for messaging and for CloudEvents have them. Both lie below the span
of the event's creation (shared.events.envelope), whichever way the event comes and however often.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from opentelemetry.trace import Span, SpanKind

from shared.events.envelope import CloudEvent, about_event
from shared.messaging.topology import EXCHANGE
from shared.messaging.transport import Message, Transport
from shared.tracing import Tracer, failed, span, under_way


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a service's events come from: what carries them, and the queue's name."""

    system: str
    name: str


async def publish(transport: Transport, messages: Sequence[Message]) -> list[BaseException | None]:
    """As the transport does, with a span for each message."""
    tracer = under_way()
    if tracer is None:
        return await transport.publish(messages)
    spans = [_publishing(tracer, transport.system, message) for message in messages]
    outcomes: list[BaseException | None] = []
    try:
        outcomes = await transport.publish(messages)
    except Exception as error:
        outcomes = [error] * len(spans)
        raise
    finally:
        for publishing, outcome in zip(spans, outcomes, strict=False):
            _end(publishing, outcome)
    return outcomes


def _publishing(tracer: Tracer, system: str, message: Message) -> Span:
    told = about_event(message.event_id, message.name) | {
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.system": system,
        "messaging.destination.name": f"{EXCHANGE}:{message.name}",
    }
    parent = json.loads(message.payload)["traceparent"]
    return tracer.start(f"publish {message.name}", SpanKind.CLIENT, told, parent)


def _end(span: Span, outcome: BaseException | None) -> None:
    if outcome is not None:
        failed(span, outcome)
    span.end()


def received(envelope: CloudEvent, queue: Queue) -> AbstractContextManager[Span]:
    """While an event is handled, each time that it is."""
    told = about_event(envelope.id, envelope.type) | {
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.system": queue.system,
        "messaging.destination.name": f"{EXCHANGE}:{envelope.type}:{queue.name}",
    }
    return span(f"process {envelope.type}", SpanKind.CONSUMER, told, parent=envelope.traceparent)
