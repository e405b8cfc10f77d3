"""Asks every operation as every kind of caller, with a request that is right for the one it is for."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from sandbox.services import SERVICES, Service
from tools.access.operations import Operation
from tools.access.scenes import catalogue, consents, letters, mine, notifications, offerings, prescriptions, sign_ins
from tools.access.world import OFFICE, PHYSICIAN, SLEEP_STAIRCASE, Ask, World
from tools.local.callers import KINDS, NOBODY, REVOKED_REPRESENTATIVE, Kind

COLUMNS: Final = (
    "none",
    "wrong-audience",
    "wrong-scope",
    *(name for name in KINDS if name != "none"),
    "gateway",
    "sign-in",
)
UNKNOWN_SCOPE: Final = "nhn:nothing/at-all"

Scene = Callable[[World], Ask]
SCENES: Final[Mapping[str, Mapping[str, Scene]]] = {
    "catalog-api": catalogue.SCENES,
    "prescription-api": prescriptions.SCENES | letters.scenes("prescription-api"),
    "consent-api": consents.SCENES,
    "notification-service": notifications.SCENES,
    "helsetilbud-api": offerings.SCENES | mine.SCENES | sign_ins.SCENES,
}
_USUAL: Final[dict[str, Any]] = {"herId": OFFICE, "hpr": PHYSICIAN, "toolId": SLEEP_STAIRCASE}


def ask_all(world: World, operations: Iterable[Operation]) -> dict[tuple[str, str], dict[str, int]]:
    """Service and operation to caller to status. The services at the same time, because no scene is of two."""
    prepare(world)
    asked = list(operations)
    with ThreadPoolExecutor(len(SERVICES)) as threads:
        parts = list(threads.map(lambda service: _rows(world, asked, service), SERVICES))
    found = {name: row for part in parts for name, row in part.items()}
    return {(it.service.name, it.name): found[it.service.name, it.name] for it in asked}


def _rows(world: World, asked: Iterable[Operation], service: Service) -> dict[tuple[str, str], dict[str, int]]:
    own = (it for it in asked if it.service == service)
    return {(it.service.name, it.name): Asked(world, it).row() for it in own}


def prepare(world: World) -> None:
    consents.prepare(world)
    consents.take_back(
        world,
        consents.give(world, REVOKED_REPRESENTATIVE, "Anne Margrethe Benedikte Wilhelmine Storfjellgløtt-Blåklokkemo"),
    )
    mine.prepare(world)
    sign_ins.prepare(world)


class Asked:
    """One operation. Its scene is set, and set again when an answer has changed it; those it is for come last."""

    def __init__(self, world: World, operation: Operation) -> None:
        self._world = world
        self._operation = operation
        self._scene: Scene = SCENES[operation.service.name].get(operation.name, lambda _: Ask())
        self._set: Ask | None = None

    def row(self) -> dict[str, int]:
        last = self._operation.rightful
        found = {caller: self._status(caller) for caller in sorted(COLUMNS, key=lambda it: it == last)}
        return {caller: found[caller] for caller in COLUMNS}

    def _status(self, caller: str) -> int:
        if self._set is None:
            self._set = self._complete(self._scene(self._world))
        status = self._send(self._set, caller).status_code
        if not self._operation.is_safe and 200 <= status < 400:
            self._set = None
        return status

    def _complete(self, ask: Ask) -> Ask:
        """With the usual values, and the contract's example where the scene has no body of its own."""
        names = {parameter["name"] for parameter in self._operation.parameters}
        condition = {"If-Match": "*"} if "If-Match" in names else {}
        example = self._operation.example_body()
        media_type = ask.media_type or (example[0] if example else None)
        body = ask.body if ask.body is not None else example and example[1]
        path, headers = _USUAL | ask.path, condition | ask.headers
        return replace(ask, path=path, headers=headers, body=body, media_type=media_type)

    def _send(self, ask: Ask, caller: str) -> httpx.Response:
        operation = self._operation
        url = self._world.address(operation.service.name) + operation.path.format_map(ask.path)
        content = _content(ask)
        typed = {"Content-Type": ask.media_type} if ask.media_type else {}
        headers = ask.headers | typed | self._credentials(caller, url, content or b"")
        query = f"?{urlencode(ask.query)}" if ask.query else ""
        with self._world.http.stream(operation.method, url + query, headers=headers, content=content) as answer:
            return answer

    def _credentials(self, caller: str, url: str, content: bytes) -> dict[str, str]:
        operation, callers = self._operation, self._world.callers
        if caller == "gateway":
            return {"Signature": _signature(content)}
        if caller == "sign-in":
            return {"Authorization": f"Bearer {self._world.sign_in_token}"}
        kind, audience, granted = self._kind(caller), operation.service.audience, None
        if caller == "wrong-audience":
            audience = next(it.audience for it in SERVICES if it != operation.service)
        if caller == "wrong-scope":
            granted = (UNKNOWN_SCOPE,)
        return callers.headers(kind, audience, operation.method, url, granted=granted)

    def _kind(self, caller: str) -> Kind:
        if caller not in ("wrong-audience", "wrong-scope"):
            return KINDS[caller]
        rightful = KINDS.get(self._operation.rightful, NOBODY)
        # what is for everybody and what is for citizens, who have no scopes, gets a practitioner's token
        unfit = rightful == NOBODY or (rightful.is_citizen and caller == "wrong-scope")
        return KINDS["practitioner"] if unfit else rightful


def _content(ask: Ask) -> bytes | None:
    if ask.body is None or isinstance(ask.body, bytes):
        return ask.body
    if ask.media_type == "application/x-www-form-urlencoded":
        return urlencode(ask.body).encode()
    return ask.body.encode() if isinstance(ask.body, str) else json.dumps(ask.body).encode()


def _signature(content: bytes) -> str:
    """As the sandbox's gateways sign what they tell."""
    at = int(time.time())
    digest = hmac.new(b"sandbox-receipt-secret", f"{at}.".encode() + content, hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"
