"""consent-api as the other services ask it who may act for whom, doing as tests say. Not for images."""

import json
from typing import Any

import httpx

PATH = "/v1/representations/verify"


class Representations:
    """Allows nothing until told to. `asked` are the questions, `status` that of its answers."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.reason: str | None = "no-relation"
        self.narrowed = False
        self.status = 200
        self.asked: list[dict[str, Any]] = []

    def allow(self, *, narrowed: bool = False) -> None:
        self.reason, self.narrowed = None, narrowed

    def refuse(self, reason: str) -> None:
        self.reason, self.narrowed = reason, False

    def handle(self, request: httpx.Request) -> httpx.Response:
        """For httpx.MockTransport."""
        if request.url.path != PATH:
            return httpx.Response(404)
        if not request.headers["Authorization"].startswith("DPoP "):
            return httpx.Response(401)
        self.asked.append(json.loads(request.content))
        answer = {"allowed": self.reason is None, "reason": self.reason, "narrowed": self.narrowed, "validUntil": None}
        return httpx.Response(self.status, json=answer)
