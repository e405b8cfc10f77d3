"""AsyncAPI 3 of the events: who sends what, who receives it, and what happens when it cannot be handled."""

from importlib import import_module
from typing import Any

from pydantic.alias_generators import to_camel

from sandbox.services import SERVICES
from sandbox.wiring import package_of
from shared.events import EVENTS, CloudEvent, Event
from shared.messaging.topology import DEAD_EXCHANGE, DELIVERY_LIMIT, EXCHANGE, dead_queue, retry_queue
from shared.messaging.transport import RETRY_LADDER
from shared.openapi.wording import reword
from shared.version import __version__

_PRODUCERS = {
    "catalog": "catalog-api",
    "consent": "consent-api",
    "helsetilbud": "helsetilbud-api",
    "notification": "notification-service",
    "prescription": "prescription-api",
}


def describe_events() -> dict[str, Any]:
    """The whole document."""
    consumers = _consumers()
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": "Helseverktøy events", "version": __version__, "description": _description()},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"rabbitmq": {"host": "rabbitmq:5672", "protocol": "amqp", "protocolVersion": "0.9.1"}},
        "channels": {name: _channel(event, consumers[name]) for name, event in sorted(EVENTS.items())},
        "operations": _operations(consumers),
        "components": {"messages": {name: _message(event) for name, event in sorted(EVENTS.items())}},
    }
    reword(document)
    return document


def _description() -> str:
    pauses = ", ".join(f"{seconds} s" for seconds in RETRY_LADDER)
    return (
        "CloudEvents 1.0 in structured JSON. Delivery is at least once and in no promised order:"
        " handlers are idempotent and compare versions. `citizen` is a pseudonym, never a national identity number."
        f" A message that cannot be handled is tried again after {pauses}, then dead-lettered with its reason;"
        " one that never can be is dead-lettered at once. Fields are only added, with defaults."
    )


def _consumers() -> dict[str, list[str]]:
    """Event name to the services that have a handler for it."""
    found: dict[str, list[str]] = {name: [] for name in EVENTS}
    for service in SERVICES:
        for event in handlers_of(service.name):
            found[event.name].append(service.name)
    return found


def handlers_of(service: str) -> list[type[Event]]:
    """What the service's HANDLERS name; each service says where they are in its worker module."""
    return list(getattr(import_module(f"{package_of(service)}.worker"), "HANDLERS", {}))


def _channel(event: type[Event], consumers: list[str]) -> dict[str, Any]:
    return {
        "address": event.name,
        "summary": _first_line(event),
        "messages": {"event": {"$ref": f"#/components/messages/{event.name}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
            }
        },
        "x-delivery": {"guarantee": "at-least-once", "ordered": False, "queues": {it: it for it in consumers}},
        "x-retry": _retry(consumers),
        "x-dead-letter": _dead_letter(consumers),
    }


def _retry(consumers: list[str]) -> dict[str, Any]:
    """Each pause is a queue of the consumer's own, in the order of `pausesSeconds`."""
    return {
        "pausesSeconds": list(RETRY_LADDER),
        "attempts": len(RETRY_LADDER) + 1,
        "queues": {consumer: [retry_queue(consumer, seconds) for seconds in RETRY_LADDER] for consumer in consumers},
    }


def _dead_letter(consumers: list[str]) -> dict[str, Any]:
    """`when` as the broker and the consumers do it; past `deliveryLimit` deliveries the broker itself does."""
    return {
        "when": ["attempts-used", "rejected", "delivery-limit"],
        "deliveryLimit": DELIVERY_LIMIT,
        "exchange": DEAD_EXCHANGE,
        "queues": {consumer: dead_queue(consumer) for consumer in consumers},
    }


def _operations(consumers: dict[str, list[str]]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for name in sorted(EVENTS):
        producer = _PRODUCERS[name.split(".")[0]]
        operations[_operation_id(producer, "sends", name)] = _operation("send", name, producer)
        for consumer in consumers[name]:
            operations[_operation_id(consumer, "receives", name)] = _operation("receive", name, consumer)
    return operations


def _operation_id(service: str, verb: str, name: str) -> str:
    return to_camel(f"{service}_{verb}_{name}".replace("-", "_").replace(".", "_"))


def _operation(action: str, name: str, service: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "title": f"{service} {action}s {name}",
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{name}/messages/event"}],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    envelope = CloudEvent.model_json_schema()
    data = event.model_json_schema(by_alias=True)
    definitions = data.pop("$defs", {})
    envelope["properties"] |= {"type": {"const": event.name}, "data": data}
    envelope["required"] = sorted({*envelope["required"], "specversion", "datacontenttype"})
    if definitions:
        envelope["$defs"] = definitions
    return {
        "name": event.name,
        "title": event.__name__,
        "summary": _first_line(event),
        "contentType": "application/cloudevents+json",
        "payload": _local_references(envelope, f"#/components/messages/{event.name}/payload"),
    }


def _local_references(node: Any, root: str) -> Any:
    """A payload's own definitions, addressed from the top of the document as AsyncAPI's parser wants it."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs", f"{root}/$defs") if key == "$ref" else _local_references(value, root)
            for key, value in node.items()
        }
    return [_local_references(item, root) for item in node] if isinstance(node, list) else node


def _first_line(event: type[Event]) -> str:
    return (event.__doc__ or event.__name__).strip().splitlines()[0]
