"""CloudEvents 1.0 in structured JSON mode, with the correlation as extension attributes."""

from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID, uuid4

from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.correlation import Correlation, child, current
from shared.schemas import Timestamp
from shared.tracing import span, under_way

SCHEMA_BASE = "https://helseverktoy.example/events/"

# Event name to its class; filled as the modules of this package are imported.
EVENTS: Final[dict[str, type["Event"]]] = {}


class InvalidEvent(ValueError):
    """A message that never can be handled: not JSON, not a CloudEvent, or data of the wrong shape."""


class Event(BaseModel):
    """What happened, in the past tense. Subclasses give `name` as `<producer>.<what-happened>.v<n>`.

    A `hint` only hastens what whoever depends on it asks for anyway: it need not have a consumer, and counts as sent
    when no queue takes it.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")

    name: ClassVar[str]
    hint: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name := cls.__dict__.get("name"):  # what several events have in common has no name of its own
            EVENTS[name] = cls

    @property
    def subject(self) -> str:
        """The id of the thing that it happened to."""
        raise NotImplementedError


class CloudEvent(BaseModel):
    """The envelope. `nhneventid` and `nhnsourcesystem` carry the correlation on (extension names have no hyphens)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: Timestamp
    datacontenttype: str = "application/json"
    dataschema: str
    traceparent: str
    nhneventid: str
    nhnsourcesystem: str | None = None
    data: dict[str, Any]

    @classmethod
    def wrap(cls, event: Event, now: datetime) -> Self:
        event_id = uuid4()
        here = _created(event_id, event.name)
        return cls(
            id=event_id,
            source=f"/{event.name.split('.')[0]}",
            type=event.name,
            subject=event.subject,
            time=now,
            dataschema=f"{SCHEMA_BASE}{event.name}.json",
            traceparent=here.traceparent,
            nhneventid=here.event_id,
            nhnsourcesystem=here.source_system,
            data=event.model_dump(mode="json", by_alias=True),
        )

    def to_json(self) -> str:
        return self.model_dump_json(exclude_none=True)

    @property
    def correlation(self) -> Correlation:
        return Correlation(self.nhneventid, self.traceparent, self.nhnsourcesystem)


def _created(event_id: UUID, name: str) -> Correlation:
    """What a new event carries: the context of a span of its own where there is a tracer."""
    if under_way() is None:
        return child()
    told = about_event(event_id, name) | {"messaging.operation.name": "create", "messaging.operation.type": "create"}
    with span(f"create {name}", SpanKind.PRODUCER, told):
        return current()


def about_event(event_id: UUID, name: str) -> dict[str, str | int]:
    """What each span of an event tells of it, by the names of OpenTelemetry's conventions."""
    return {
        "messaging.message.id": str(event_id),
        "cloudevents.event_id": str(event_id),
        "cloudevents.event_type": name,
    }


def parse_event(payload: bytes | str) -> tuple[CloudEvent, Event]:
    """The envelope and its event. Raises InvalidEvent, whose text quotes nothing of the message."""
    try:
        envelope = CloudEvent.model_validate_json(payload)
        kind = EVENTS[envelope.type]
        return envelope, kind.model_validate(envelope.data)
    except ValidationError as error:
        places = sorted({".".join(map(str, e["loc"])) or "document" for e in error.errors(include_input=False)})
        raise InvalidEvent(f"invalid: {', '.join(places)[:200]}") from None
    except KeyError:
        raise InvalidEvent("unknown event type") from None
