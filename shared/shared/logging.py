"""Structured logs: one JSON object a line on standard output, tied together by the correlation.

A log line holds what happened and ids of ours; never a body, a query string, a path as sent, or an exception's message,
because each of these can hold a national identity number (I1).
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, TextIO

import structlog

from shared.correlation import current
from shared.nationalid import holds_national_id

# hexadecimal: in one of fifty, eleven digits stand in a row by chance, and a line without its id is tied to nothing
_BY_CHANCE: Final = frozenset({"event_id", "trace_id"})
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")


_serving: ContextVar[str | None] = ContextVar("serving", default=None)


@contextmanager
def serving(service: str) -> Iterator[None]:
    """What is logged within is the service's: for processes with several. Tasks that begin within stay within."""
    token = _serving.set(service)
    try:
        yield
    finally:
        _serving.reset(token)


def configure_logging(level: str = "INFO", stream: TextIO | None = None, *, service: str) -> None:
    """Our own lines go straight to the stream; those of libraries' loggers come through the standard library. Each
    names its service: `service`, except within `serving`.
    """
    stream = stream or sys.stdout
    chain: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
        partial(_add_service, service),
        _name_exception,
        _redact,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*chain, renderer],
        # filtered and written without a detour: a line is made for every request
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *chain],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # the server writes lines of its own form otherwise
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in ("uvicorn.access", "httpx", "httpcore", "aiormq", "aio_pika"):
        logging.getLogger(name).setLevel("WARNING")


def _add_service(default: str, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.setdefault("service", _serving.get() or default)
    return event


def _add_correlation(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    here = current()
    event.setdefault("event_id", here.event_id)
    event.setdefault("trace_id", here.trace_id)
    return event


def _name_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and places: messages of drivers and validators quote values."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["places"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-12:]]
    return event


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net under the rule that nothing of the kind is logged in the first place."""
    for key, value in event.items():
        if not (isinstance(value, str) and len(value) > 10 and _ELEVEN_DIGITS.search(value)):
            continue
        if key not in _BY_CHANCE or holds_national_id(value):
            event[key] = _ELEVEN_DIGITS.sub("[redacted]", value)
    return event
