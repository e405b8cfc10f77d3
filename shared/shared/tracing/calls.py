"""Calls to other systems as spans: the host, the method and the status; neither path nor query, which can say who."""

from typing import Any

import httpx
from opentelemetry.trace import SpanKind

from shared.correlation import current
from shared.tracing.spans import Attributes, failed, span, under_way


class TracedClient(httpx.AsyncClient):
    """httpx's client, whose calls are spans where there is a tracer, and who is called continues each of them."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        if under_way() is None:
            return await super().send(request, **options)
        with span(request.method, SpanKind.CLIENT, _about(request)) as calling:
            request.headers["traceparent"] = current().traceparent
            response = await super().send(request, **options)
            calling.set_attribute("http.response.status_code", response.status_code)
            if response.is_error:
                failed(calling, str(response.status_code))
            return response


def _about(request: httpx.Request) -> Attributes:
    url = request.url
    return {
        "http.request.method": request.method,
        "server.address": url.host,
        "server.port": url.port or (443 if url.scheme == "https" else 80),
    }
