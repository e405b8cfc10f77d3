"""Under /fhir what is refused is told as OperationOutcomes, with the codes of the problem documents.

One ASGI layer outside everything else rewrites the finished answers, so that no refusal is left out: not those of the
authentication, not those of the framework, not those of the gate before them.
"""

import json
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prescription_api.fhir import systems
from prescription_api.fhir.elements import Json, coding, filled
from prescription_api.fhir.negotiation import FHIR
from shared.errors import PROBLEM_MEDIA_TYPE

# http://hl7.org/fhir/issue-type, by status; "processing" for the rest
_ISSUE_TYPES: Final[dict[int, str]] = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    428: "conflict",
    429: "throttled",
    500: "exception",
    503: "transient",
}
# more exact than their status
_BY_CODE: Final[dict[str, str]] = {
    "token-expired": "expired",
    "invalid-input": "value",
    "national-id-malformed": "value",
    "national-id-check-digits": "value",
}


def operation_outcome(problem: dict[str, Any]) -> Json:
    """An issue for the whole; for bad input one for each thing that is wrong."""
    kind = _BY_CODE.get(problem["code"], _ISSUE_TYPES.get(problem["status"], "processing"))
    details = {"coding": [coding(systems.CODES, problem["code"])], "text": problem["title"]}
    found = [f"{wrong['pointer']}: {wrong['detail']}" for wrong in problem.get("errors", [])]
    diagnostics: list[str | None] = [*found] or [problem.get("detail")]
    issues = [filled({"severity": "error", "code": kind, "details": details, "diagnostics": d}) for d in diagnostics]
    return {"resourceType": "OperationOutcome", "issue": issues}


class OperationOutcomes:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/fhir/"):
            send = _Rewriting(send)
        await self.app(scope, receive, send)


class _Rewriting:
    """Holds a problem document back until it is whole; lets everything else through."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if headers.get("content-type") == PROBLEM_MEDIA_TYPE:
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._rewrite(self._start)

    async def _rewrite(self, start: Message) -> None:
        body = json.dumps(operation_outcome(json.loads(self._body)), ensure_ascii=False).encode()
        headers = MutableHeaders(raw=start["headers"])
        headers["content-type"] = FHIR
        headers["content-length"] = str(len(body))
        start["headers"] = headers.raw
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
