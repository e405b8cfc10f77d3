"""Spans, each within the one under way. The SDK is not imported here: only where spans are sent somewhere."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Tracer as SpanMaker

from shared.correlation import caller_of, correlated, current

Attributes = Mapping[str, str | int]
ERROR: Final = "error.type"
# for what has not been sent when the process ends
CLOSING_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Tracer:
    """Makes the spans of one service. One each, because the embedded set-up runs five services in one process.

    `shut_down` sends what is left, and may take its time.
    """

    maker: SpanMaker
    shut_down: Callable[[], object]

    def start(self, name: str, kind: SpanKind, attributes: Attributes, parent: str | None) -> Span:
        """`parent` as in W3C's traceparent; without one the span begins a trace. The caller ends it."""
        return self.maker.start_span(name, _context(parent), kind, attributes)

    @contextmanager
    def span(self, name: str, kind: SpanKind, attributes: Attributes, parent: str | None) -> Iterator[Span]:
        """For the length of the block, which the correlation then leads back to. An exception leaves its type only:
        messages of drivers and validators quote values.
        """
        span = self.start(name, kind, attributes, parent)
        here = _traceparent(span.get_span_context())
        try:
            with self.within(here), correlated(replace(current(), traceparent=here)):
                yield span
        except Exception as error:
            failed(span, error)
            raise
        finally:
            span.end()

    @contextmanager
    def within(self, traceparent: str | None = None) -> Iterator[None]:
        """Spans made in the block, and in tasks that it starts, are this tracer's; below this one if it is named."""
        token = _place.set(_Place(self, traceparent))
        try:
            yield
        finally:
            _place.reset(token)

    async def close(self) -> None:
        """What is left is sent if that can be done in a few seconds; a collector that is away keeps nobody."""
        closing = threading.Thread(target=self.shut_down, daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, CLOSING_SECONDS)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next span is put."""

    tracer: Tracer
    traceparent: str | None


_place: ContextVar[_Place | None] = ContextVar("place", default=None)
_NOTHING: Final = nullcontext(INVALID_SPAN)


def span(
    name: str, kind: SpanKind, attributes: Attributes, *, parent: str | None = None
) -> AbstractContextManager[Span]:
    """A span below the one under way, or below `parent`. Nothing where there is no tracer."""
    place = _place.get()
    return _NOTHING if place is None else place.tracer.span(name, kind, attributes, parent or place.traceparent)


def under_way() -> Tracer | None:
    """Who makes spans here, if anybody does."""
    place = _place.get()
    return None if place is None else place.tracer


def failed(span: Span, error: BaseException | str) -> None:
    """`error` as a code, or as the exception, of which the type is told."""
    kind = error if isinstance(error, str) else f"{type(error).__module__}.{type(error).__qualname__}"
    span.set_attribute(ERROR, kind)
    span.set_status(StatusCode.ERROR)


def _context(traceparent: str | None) -> Context:
    if traceparent is None or caller_of(traceparent) is None:
        return Context()
    _, trace_id, span_id, flags = traceparent.split("-")
    flagged = TraceFlags(int(flags, 16))
    return set_span_in_context(
        NonRecordingSpan(SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=flagged)),
        Context(),
    )


def _traceparent(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
