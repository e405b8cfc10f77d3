"""What ties a request to the events, log lines and messages it causes.

Three values travel: `nhn-event-id` (accepted, made when absent, echoed), `nhn-source-system`, and W3C `traceparent`.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

# W3C Trace Context, 2.2: a version that is not ff, and ids that are not zero
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_SOURCE_SYSTEM = re.compile(r"[\w .:/+()-]{1,100}")
_ELEVEN_DIGITS = re.compile(r"\d{11}")


@dataclass(frozen=True, slots=True)
class Correlation:
    """`event_id` is a UUID as text; `traceparent` as in W3C Trace Context; `source_system` is what the caller calls
    itself.
    """

    event_id: str
    traceparent: str
    source_system: str | None = None

    @property
    def trace_id(self) -> str:
        return self.traceparent[3:35]


def new_traceparent(trace_id: str | None = None) -> str:
    return f"00-{trace_id or secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def caller_of(traceparent: str | None) -> str | None:
    """The caller's span as an incoming header names it, if it does."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent or "") else None


def accept(event_id: str | None, traceparent: str | None, source_system: str | None) -> Correlation:
    """The correlation of an incoming request. What is malformed is replaced, never refused and never echoed."""
    caller = caller_of(traceparent)
    return Correlation(
        event_id=_uuid(event_id) or str(uuid4()),
        traceparent=new_traceparent(caller[3:35] if caller else None),
        source_system=_clean(source_system),
    )


def _uuid(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text and len(text) <= 45 else None
    except ValueError:
        return None


def _clean(source_system: str | None) -> str | None:
    """Free text of the caller ends in logs and events: short, printable, and nothing that could be an identity
    number.
    """
    text = (source_system or "").strip()
    return text if _SOURCE_SYSTEM.fullmatch(text) and not _ELEVEN_DIGITS.search(text) else None


_current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)


def current() -> Correlation:
    """The correlation of the request or event under way; outside both, a fresh one that is kept from then on."""
    found = _current.get()
    if found is None:
        found = accept(None, None, None)
        _current.set(found)
    return found


@contextmanager
def correlated(correlation: Correlation) -> Iterator[Correlation]:
    token = _current.set(correlation)
    try:
        yield correlation
    finally:
        _current.reset(token)


def child() -> Correlation:
    """The same trace, one span further down: for a call to another system."""
    here = current()
    return replace(here, traceparent=new_traceparent(here.trace_id))


def outgoing_headers() -> dict[str, str]:
    """The headers of a call to another system."""
    here = child()
    headers = {"nhn-event-id": here.event_id, "traceparent": here.traceparent}
    return headers | {"nhn-source-system": here.source_system} if here.source_system else headers
