"""The running system as somebody who sets up a scene uses it: calls as any kind of caller, and what is known of it."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.local.callers import KINDS, Callers, Kind

PATIENCE: Final = 60.0  # seconds
SLEEP_STAIRCASE: Final = "0296a880-2aab-4e06-8968-eee2900e49ec"  # the supplier's, signed in, to be prescribed
OPEN_TOOL: Final = "75b8824b-2622-4878-ab22-d7aa6a5bab65"  # to be added by anybody
OFFICE: Final = 9900101
PHYSICIAN: Final = "990000101"
_SERVICES: Final = {service.name: service for service in SERVICES}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request holds besides its credentials. `body` is JSON, a form, or bytes as they are, by `media_type`."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str | None = None


class World:
    def __init__(self, http: httpx.Client, wiring: Wiring) -> None:
        self.http = http
        self.wiring = wiring
        self.callers = Callers(http, wiring.sandbox_url)
        self.tools = self._prescribable()
        self.counter = itertools.count(1)
        self.sign_in_token = ""  # of the latest sign-in at a supplier

    def address(self, service: str) -> str:
        return self.wiring.address(_SERVICES[service])

    def call(self, kind: str | Kind, service: str, method: str, path: str, **request: Any) -> httpx.Response:
        """As httpx's `request` takes it."""
        caller = KINDS[kind] if isinstance(kind, str) else kind
        url, own = self.address(service) + path, request.pop("headers", {})
        headers = self.callers.headers(caller, _SERVICES[service].audience, method, url) | own
        return self.http.request(method, url, headers=headers, **request)

    def done(self, kind: str | Kind, service: str, method: str, path: str, **request: Any) -> httpx.Response:
        """The same where anything but success is a mistake in the scene. Raises RuntimeError with the answer."""
        answer = self.call(kind, service, method, path, **request)
        if not answer.is_success:
            raise RuntimeError(f"{kind}: {method} {path}: {answer.status_code} {answer.text}")
        return answer

    def until(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {PATIENCE:.0f} s: {what}")
            time.sleep(0.05)

    def _prescribable(self) -> Iterator[tuple[str, str]]:
        """Patients and tools that the physician may send them, each pair once."""
        page = self.done("practitioner", "prescription-api", "GET", "/v1/prescribable-tools?limit=100").json()
        tools = [tool["toolId"] for tool in page["items"] if tool["prescribable"] and tool["toolId"] != SLEEP_STAIRCASE]
        return ((patient, tool) for patient in PATIENTS for tool in tools)


# grown up, with full consent, and nobody's scene is about them
PATIENTS: Final = ("18837024559", "24926611751", "14869322238", "28818830213")
