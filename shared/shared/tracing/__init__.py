"""Spans of OpenTelemetry: one request's way over services, events and providers as one trace.

A span's context travels as the correlation's `traceparent`: inside a span, whatever carries the correlation (calls,
events, stored notifications, log lines) leads back to it. Only what is made here is told; FastAPI's own spans hold
paths and query strings, in which a confused caller can put a national identity number (I1).

Without a tracer `span` does nothing, and the correlation travels as it is.
"""

from shared.tracing.spans import Attributes, Tracer, failed, span, under_way

__all__ = ["Attributes", "Tracer", "failed", "span", "under_way"]
