"""What happens around every request, as one pure ASGI middleware (three BaseHTTPMiddleware cost a factor of six)."""

import asyncio
import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

import structlog
from fastapi import Header, Response
from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.correlation import Correlation, accept, caller_of, correlated, current
from shared.deadlines import Deadline, Deadlines
from shared.errors import (
    REFUSED,
    DomainError,
    InternalError,
    MalformedRequest,
    Members,
    MethodNotAllowed,
    Unavailable,
    member,
    problem_response,
)
from shared.language import Text, best_language
from shared.limiting import fields, observe
from shared.logging import serving
from shared.methods import allowed, head_as_get, method_sent
from shared.metrics import Metrics
from shared.outages import is_outage, is_unstorable
from shared.questions import asking
from shared.tracing import Tracer, failed

_logger = structlog.get_logger(__name__)

# an escaped NUL in JSON text; a doubled backslash before the u is text that merely looks like one
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_QUIET_ROUTES = frozenset({"/health/live", "/health/ready", "/metrics"})
JSON: Final = frozenset({"application/json"})
LONGEST_HEADER: Final = 500
# sent twice, the one who checks and the one who acts may each take another of them
_ONCE: Final = frozenset({b"content-type", b"content-encoding", b"idempotency-key", b"if-match", b"last-event-id"})
# a token and a proof are some kB, and browsers and gateways add a dozen
MOST_HEADERS: Final = 100
LARGEST_HEADERS: Final = 32 * 1024  # bytes, of all values


class BodyTooLarge(DomainError):
    status = 413
    code = "body-too-large"
    title: ClassVar[Text] = {
        "nb": "Forespørselen er for stor.",
        "nn": "Førespurnaden er for stor.",
        "en": "The request is too large.",
    }


class UnsupportedMediaType(DomainError):
    status = 415
    code = "unsupported-media-type"
    title: ClassVar[Text] = {
        "nb": "Innhold av denne typen tas ikke imot her.",
        "nn": "Innhald av denne typen blir ikkje teke imot her.",
        "en": "The content is of a type that is not accepted here.",
    }
    members: ClassVar[Members] = {"accepted": member("The media types that are accepted here", ["application/json"])}

    def __init__(self, accepted: Iterable[str] = JSON) -> None:
        """`accepted` are media types (RFC 9110, 15.5.16)."""
        names = sorted(accepted)
        super().__init__(headers={"Accept": ", ".join(names), "Accept-Encoding": "identity"}, accepted=names)


class RequestTimeout(DomainError):
    """The connection is closed: what is left of the request would be read as the next one."""

    status = 408
    code = "request-timeout"
    title: ClassVar[Text] = {
        "nb": "Forespørselen kom ikke fram i tide.",
        "nn": "Førespurnaden kom ikkje fram i tide.",
        "en": "The request did not arrive in time.",
    }

    def __init__(self) -> None:
        super().__init__(headers={"Connection": "close"})


@dataclass(frozen=True)
class Intake:
    """What one route takes in, where that is not what the rest of its service does.

    `path` is the route's, from the root, with its parameters in braces. `seconds` is for its answer to begin; None is
    as in the rest of the service.
    """

    method: str
    path: str
    media_types: frozenset[str]
    max_body_bytes: int
    seconds: float | None = None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]

    def is_for(self, scope: Scope) -> bool:
        return self.method == scope["method"] and self._pattern.match(scope["path"]) is not None


class Gate:
    """Correlation, request log, metrics, limits on what comes in and on the time it takes, safe headers on what goes
    out, and the last net for errors.

    Neither the path as sent nor the query string is logged: both can hold what a confused caller put there.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        metrics: Metrics,
        max_body_bytes: int,
        media_types: frozenset[str] = JSON,
        intakes: Sequence[Intake] = (),
        seconds: float = math.inf,
        tracer: Tracer | None = None,
    ) -> None:
        """`intakes` are the routes to which `max_body_bytes` and `media_types` do not apply. `seconds` is what there is
        for a request to be read and its answer to begin.
        """
        self.app = app
        self.service = service
        self.metrics = metrics
        self.intakes = intakes
        self.tracer = tracer
        self.seconds = seconds
        self.deadlines = Deadlines()
        self._usual = Intake("", "", media_types, max_body_bytes)

    def intake(self, scope: Scope) -> Intake:
        return next((intake for intake in self.intakes if intake.is_for(scope)), self._usual)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = head_as_get(scope)
        headers = Headers(scope=scope)
        correlation = accept(headers.get("nhn-event-id"), headers.get("traceparent"), headers.get("nhn-source-system"))
        with correlated(correlation), serving(self.service), asking(scope):
            if self.tracer is None or scope["path"] in _QUIET_ROUTES:
                await _Exchange(self, scope, headers, correlation).run(receive, send)
            else:
                await self._trace(self.tracer, scope, headers, receive, send)

    async def _trace(self, tracer: Tracer, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        parent = caller_of(headers.get("traceparent"))
        with tracer.span(method_sent(scope), SpanKind.SERVER, {"url.scheme": scope["scheme"]}, parent) as span:
            exchange = _Exchange(self, scope, headers, current())
            await exchange.run(receive, send)
            exchange.tell(span)


class _HeadersSent(Exception):
    """All that HEAD asks for has been answered."""


class _Exchange:
    """One request and its answer."""

    def __init__(self, gate: Gate, scope: Scope, headers: Headers, correlation: Correlation) -> None:
        self.gate = gate
        self.scope = scope
        self.method = method_sent(scope)
        self.headers = headers
        self.correlation = correlation
        self.intake = gate.intake(scope)
        self.media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        self.deadline: Deadline | None = None
        self.status = 0
        self.reading = False
        self.received = 0
        self.tail = b""
        self.observed = observe()
        self.started = time.perf_counter()

    async def run(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        try:
            self._refuse_unreadable()
            await self._ask(self.intake.seconds or self.gate.seconds)
        except _HeadersSent:
            pass
        except DomainError as error:
            await self._problem(error)
        except Exception as error:  # the boundary of the process: whatever is left becomes a problem document
            await self._problem(self._unexpected(error))
        finally:
            self._record()

    async def _ask(self, seconds: float) -> None:
        """Raises TimeoutError, as any error of the app's would be, when no answer has begun in time."""
        deadline = self.deadline = self.gate.deadlines.begin(seconds)
        try:
            await self.gate.app(self.scope, self._read, self._answer)
        except asyncio.CancelledError as error:
            if deadline.passed:
                raise TimeoutError from error
            raise
        finally:
            self.gate.deadlines.lift(deadline)
            if deadline.passed:
                deadline.task.uncancel()

    def _refuse_unreadable(self) -> None:
        sent = self.scope["headers"]
        if len(sent) > MOST_HEADERS or sum([len(value) for _, value in sent]) > LARGEST_HEADERS:
            raise MalformedRequest()
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.intake.max_body_bytes:
            raise BodyTooLarge()
        if b"%00" in self.scope["query_string"] or "\x00" in self.scope["path"]:
            raise MalformedRequest()
        has_body = declared not in ("", "0") or "transfer-encoding" in self.headers
        encoded = self.headers.get("content-encoding", "identity").strip().lower() not in ("identity", "")
        if has_body and (encoded or self.media_type not in self.intake.media_types):
            self._refuse_method()
            raise UnsupportedMediaType(self.intake.media_types)
        if len(once := [name for name, _ in sent if name in _ONCE]) != len(set(once)):
            raise MalformedRequest()

    def _refuse_method(self) -> None:
        """What a method takes in is told of methods that there are."""
        methods = allowed(self.scope)
        if methods and self.scope["method"] not in methods:
            raise MethodNotAllowed(headers={"Allow": ", ".join(methods)})

    async def _read(self) -> Message:
        self.reading = True
        message = await self._receive()
        self.reading = False
        body = message.get("body", b"")
        self.received += len(body)
        if self.received > self.intake.max_body_bytes:
            raise BodyTooLarge()
        # PostgreSQL's text cannot hold NUL: refused here once, for every field of every service
        if b"0" in body and self.media_type.endswith("json") and _ESCAPED_NUL.search(self.tail + body):
            raise MalformedRequest()
        self.tail = body[-12:]
        return message

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.deadline:  # what has begun is not cut off: a stream goes on for as long as its route lets it
                self.gate.deadlines.lift(self.deadline)
            headers = MutableHeaders(raw=message["headers"])
            message["headers"] = headers.raw
            headers["nhn-event-id"] = self.correlation.event_id
            headers["traceparent"] = self.correlation.traceparent
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
            if self.observed.counts:
                message["headers"] += fields(self.observed)
        await self._send(message)
        if self.method == "HEAD" and message.get("status") == 200 and "content-length" not in Headers(scope=message):
            await self._send({"type": "http.response.body"})
            raise _HeadersSent  # of a stream, which is not begun

    async def _problem(self, error: DomainError) -> None:
        if self.status:
            return  # the answer has begun: the connection is all that can be ended
        self.scope[REFUSED] = error.code
        language = best_language(self.headers.get("accept-language"))
        await problem_response(error, language)(self.scope, self._receive, self._answer)

    def _unexpected(self, error: Exception) -> DomainError:
        if self.deadline and self.deadline.passed:
            _logger.warning("request_cut_off", reading=self.reading)
            return RequestTimeout() if self.reading else Unavailable()
        if is_unstorable(error):
            return MalformedRequest()
        if is_outage(error):
            _logger.warning("dependency_away", exc_info=error)
            return Unavailable(retry_after=2)
        _logger.error("unexpected_error", exc_info=error)
        return InternalError()

    @property
    def route(self) -> str:
        """As it is declared, with its parameters in braces."""
        route: str = getattr(self.scope.get("route"), "path", "unknown")
        return route

    def tell(self, span: Span) -> None:
        """What the log and the metrics tell, by the names of OpenTelemetry's conventions."""
        span.update_name(f"{self.method} {self.route}")
        span.set_attribute("http.request.method", self.method)
        span.set_attribute("http.route", self.route)
        span.set_attribute("http.response.status_code", self.status)
        if code := self.scope.get(REFUSED):
            span.set_attribute("helseverktoy.problem.code", code)
        if self.status >= 500:
            failed(span, code or str(self.status))

    def _record(self) -> None:
        elapsed = time.perf_counter() - self.started
        route = self.route
        self.gate.metrics.requests.labels(self.method, route, str(self.status)).observe(elapsed)
        if code := self.scope.get(REFUSED):
            self.gate.metrics.refusals.labels(code, str(self.status)).inc()
        if route not in _QUIET_ROUTES:
            _logger.info(
                "request",
                method=self.method,
                route=route,
                status=self.status,
                ms=round(elapsed * 1000, 2),
                source_system=self.correlation.source_system,
            )


IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=LONGEST_HEADER, description="The ETag that the change builds on")
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=LONGEST_HEADER, description="The ETag that the caller has")
]


def etag_matches(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this entity tag (RFC 9110, 13.1.2; weak comparison)."""
    names = [part.strip().removeprefix("W/") for part in (header or "").split(",")]
    return "*" in names or etag.removeprefix("W/") in names


def etag_is(header: str | None, etag: str) -> bool:
    """Whether an If-Match header names this entity tag (RFC 9110, 13.1.1; strong comparison: weak ones never match)."""
    names = [part.strip() for part in (header or "").split(",")]
    return "*" in names or (etag in names and not etag.startswith("W/"))


def entity_tag(content: bytes) -> str:
    """A strong one (RFC 9110, 8.8.3), of the content alone: the same on every replica."""
    return f'"{blake2b(content, digest_size=15).hexdigest()}"'


def tagged(
    content: bytes,
    if_none_match: str | None,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    etag: str | None = None,
    media_type: str = "application/json",
) -> Response:
    """With `etag`, else a digest of the content. 304 without the content when the caller has it (RFC 9110, 13.1.2)."""
    tag = etag or entity_tag(content)
    headers = {"ETag": tag, **headers}
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
