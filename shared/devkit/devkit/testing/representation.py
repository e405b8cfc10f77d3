"""consent-api as the other services ask it who may act for whom, doing as tests say. Not for images."""

import json
from typing import Any

import httpx

PATH = "/v1/representations/verify"
PERMISSIONS = "/v1/permissions/check"


class Representations:
    """Allows nobody to act until told to; has nothing against the use of tools until told so, by `against`. `asked` and
    `permissions` are the questions, `status` that of the answers, `says` what the second kind of answer is instead.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.reason: str | None = "no-relation"
        self.narrowed = False
        self.until: str | None = None
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.against: list[str] = []
        self.permissions: list[dict[str, Any]] = []
        self.says: bytes | None = None

    def allow(self, *, narrowed: bool = False, until: str | None = None) -> None:
        """`until` is when it ends by itself, as the answer has it."""
        self.reason, self.narrowed, self.until = None, narrowed, until

    def refuse(self, reason: str) -> None:
        self.reason, self.narrowed = reason, False

    def handle(self, request: httpx.Request) -> httpx.Response:
        """For httpx.MockTransport."""
        if request.url.path not in (PATH, PERMISSIONS):
            return httpx.Response(404)
        if not request.headers["Authorization"].startswith("DPoP "):
            return httpx.Response(401)
        if request.url.path == PERMISSIONS:
            self.permissions.append(json.loads(request.content))
            answer = {"reasons": self.against, "narrowed": False, "validUntil": None}
            return httpx.Response(self.status, content=self.says or json.dumps(answer))
        self.asked.append(json.loads(request.content))
        told = {"allowed": self.reason is None, "reason": self.reason, "narrowed": self.narrowed}
        return httpx.Response(self.status, json=told | {"validUntil": self.until})
