"""cloudevents for Python: a consumer reads an event as RabbitMQ delivers it."""

import json
from base64 import b64decode
from pathlib import Path

from cloudevents.core.bindings import http, rabbitmq
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage
from cloudevents.v1.http import from_json
from steps import expect, need, step, told

DELIVERED = json.loads(Path(told("EVENT")).read_text("utf-8"))
BODY = b64decode(DELIVERED["body"])
MESSAGE = RabbitMQMessage(DELIVERED["headers"], DELIVERED["contentType"], BODY)
TYPE = "prescription.tool-prescribed.v1"


def read():
    event = rabbitmq.from_rabbitmq_event(MESSAGE)
    data = event.get_data()
    expect(event.get_type() == TYPE and data["prescriptionId"] and data["toolId"], event.get_attributes())
    expect(event.get_id() and event.get_source() and event.get_time() and event.get_subject(), event.get_attributes())
    return event


def traced() -> None:
    """The extension of W3C Trace Context, by which an event is followed."""
    event = need(known)
    expect(event.get_extension("traceparent") or event.get_attributes().get("traceparent"), event.get_attributes())


def schema() -> None:
    event = need(known)
    expect(event.get_dataschema() and event.get_datacontenttype() == "application/json", event.get_attributes())


def binary() -> None:
    """On, in binary mode, and back: nothing is lost on the way."""
    event = need(known)
    again = rabbitmq.from_rabbitmq_event(rabbitmq.to_binary_event(event))
    expect(again.get_data() == event.get_data() and again.get_id() == event.get_id(), again.get_attributes())
    passed_on = http.from_http_event(http.to_binary_event(event))
    expect(passed_on.get_data() == event.get_data() and passed_on.get_subject() == event.get_subject(), passed_on)


def older() -> None:
    event = from_json(BODY)
    expect(event["type"] == TYPE and event.data["prescriptionId"], event)


known = step("reads the message that RabbitMQ delivers (structured mode), finding the mode by its content type", read)
step("finds the trace (`traceparent`)", traced)
step("finds the kind of its data and where its schema is", schema)
step("passes it on in binary mode, over RabbitMQ and HTTP", binary)
step("reads it by the interface of version 1 (`from_json`)", older)
