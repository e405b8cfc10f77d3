"""What every answer tells the browser, and which pages are packed."""

import gzip
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    # no-referrer would make our own forms come from `Origin: null`
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
}
_HTTPS: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_SMALLEST: Final = 1_000  # bytes
# a page that another site had asked for is not packed: how long it is would tell of what stands in it (BREACH)
_OURS: Final = frozenset({"same-origin", "none"})


class PageHeaders:
    """Pure ASGI, around the app."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._headers = _HEADERS | (_HTTPS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        packs = "gzip" in asked.get("accept-encoding", "") and asked.get("sec-fetch-site") in _OURS
        await self.app(scope, receive, _Packing(send, packs, self._headers))


class _Packing:
    """Sends on what it is sent; a page that comes as a whole is packed."""

    def __init__(self, send: Send, packs: bool, headers: dict[str, str]) -> None:
        self._send, self._packs, self._headers = send, packs, headers
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            message["headers"] = headers.raw
            for name, value in self._headers.items():
                headers[name] = value
            if self._packs and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None:
            await self._send_start(self._start, message)
            self._start = None
        await self._send(message)

    async def _send_start(self, start: Message, first: Message) -> None:
        body = first.get("body", b"")
        if len(body) >= _SMALLEST and not first.get("more_body"):
            headers = MutableHeaders(raw=start["headers"])
            first["body"] = packed = gzip.compress(body, 5)
            headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(packed))
            headers.add_vary_header("Accept-Encoding")
            headers.add_vary_header("Sec-Fetch-Site")
        await self._send(start)
