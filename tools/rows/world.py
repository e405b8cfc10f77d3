"""Everybody who walks, and the running system that they walk through."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import uuid4

import httpx

import sandbox
from sandbox.choices import citizen_token
from sandbox.issuer import scopes
from sandbox.services import SERVICES
from tools.local.callers import COLLEAGUE, KINDS, Kind
from tools.local.ehr import ApiClient
from tools.local.outcomes import Mailbox, document, expect, until
from tools.local.waking import awake

Json: TypeAlias = dict[str, Any]
Person: TypeAlias = dict[str, Any]
DATA: Final = Path(sandbox.__file__).parent / "data"
PRESCRIPTION, CONSENT, NOTIFICATION, PAGES, CATALOG = (
    "prescription-api",
    "consent-api",
    "notification-service",
    "helsetilbud-api",
    "catalog-api",
)
_PRACTITIONER: Final = (scopes.PRESCRIBE, scopes.READ_PRESCRIPTIONS, scopes.EDIT_OFFERING, scopes.READ_CATALOG)


@dataclass(frozen=True, slots=True)
class Citizen:
    """At the citizen's pages; `represents` is whom they act for."""

    person: Person
    represents: Person | None = None


Who: TypeAlias = Citizen | Kind | None


def practitioner(person: Person, **wanted: Any) -> Kind:
    """By their HPR number; `wanted` is more of the token, as /test-token names it."""
    number = person["hprNumber"]
    return Kind(number, _PRACTITIONER, {"userClaimsParameters": {"hprNumber": number}} | wanted)


@dataclass(slots=True)
class World:
    http: httpx.AsyncClient
    port_base: int
    people: dict[str, Person] = field(default_factory=dict)
    tools: list[Json] = field(default_factory=list)
    practitioners: list[Person] = field(default_factory=list)
    organisations: list[Json] = field(default_factory=list)
    kept: Json = field(default_factory=dict)
    """What one row has come to that another goes on from."""
    until_over: AsyncExitStack = field(default_factory=AsyncExitStack)
    _awake: set[str] = field(default_factory=set)
    _clients: dict[tuple[str, str, str], ApiClient] = field(default_factory=dict)

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.port_base}"

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port_base + 1 + [s.name for s in SERVICES].index(service)}"

    async def look_around(self) -> None:
        """Who lives here."""
        self.people = {p["state"]: p for p in await self._listed("people") if p.get("state")}
        self.practitioners = await self._listed("practitioners")
        self.organisations = await self._listed("organisations")
        self.tools = json.loads((DATA / "tools.json").read_text("utf-8"))

    async def _listed(self, what: str) -> list[Json]:
        answer = await self.http.get(f"{self.sandbox}/{what}", headers={"Accept": "application/json"})
        return list(document(answer, 200)["items"])

    def forget_tokens(self) -> None:
        self._clients.clear()

    # who

    def citizen(self, state: str, represents: str | None = None) -> Citizen:
        return Citizen(self.people[state], self.people[represents] if represents else None)

    def with_authorisation(self, code: str, but: Iterable[str] = ()) -> Kind:
        """The first practitioner who has it, valid today, and works somewhere. `but` are HPR numbers."""
        found = next(
            p
            for p in self.practitioners
            if p["valid"] and p["hprNumber"] not in but and [a["profession"] for a in p["authorisations"]] == [code]
        )
        return practitioner(found)

    @property
    def physician(self) -> Kind:
        return self.with_authorisation("LE")

    def tool(self, **wanted: Any) -> Json:
        """The first tool of the first day that is as wanted, each value as the catalogue has it."""
        found = [t for t in self.tools if all(t[name] == value for name, value in wanted.items())]
        expect(bool(found), f"no tool of the sandbox is {wanted}")
        return found[0]

    # calls

    async def call(self, who: Who, service: str, method: str, path: str, **request: Any) -> httpx.Response:
        """As httpx's `request` takes it. A POST has an Idempotency-Key of its own unless it brings one. Comes again
        when asked to (503 with Retry-After), twice at most, as a program should.
        """
        headers = dict(request.pop("headers", {}))
        if method == "POST" and isinstance(who, Kind):
            headers.setdefault("Idempotency-Key", str(uuid4()))
        for _ in range(2):
            answer = await self._once(who, service, method, path, headers=dict(headers), **request)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        return await self._once(who, service, method, path, headers=headers, **request)

    async def _once(
        self, who: Who, service: str, method: str, path: str, headers: dict[str, str], **request: Any
    ) -> httpx.Response:
        if isinstance(who, Kind) and who.wanted:
            client = await self._client(who, service)
            return await client.request(method, path, headers=headers, **request)
        if isinstance(who, Citizen):
            headers["Authorization"] = f"Bearer {await self.token(who, service)}"
        return await self.http.request(method, self.url(service) + path, headers=headers, **request)

    async def get(self, who: Who, service: str, path: str, **parameters: Any) -> Json:
        return document(await self.call(who, service, "GET", path, params=parameters or None), 200)

    async def post(self, who: Who, service: str, path: str, body: Any = None, status: int = 200) -> Json:
        return document(await self.call(who, service, "POST", path, json=body), status)

    async def put(self, who: Who, service: str, path: str, body: Any) -> Json:
        """Reads it first, and builds on what is there."""
        now = await self.call(who, service, "GET", path)
        headers = {"If-Match": now.headers.get("ETag", "*")}
        return document(await self.call(who, service, "PUT", path, json=body, headers=headers), 200)

    async def refused(self, who: Who, service: str, method: str, path: str, code: str, **request: Any) -> Json:
        """The problem document of a refusal by this code."""
        answer = await self.call(who, service, method, path, **request)
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        expect(
            answer.is_error and said.get("code") == code,
            f"{method} {path}: {code} expected: {answer.status_code} {answer.text[:300]}",
        )
        return dict(said)

    async def _client(self, who: Kind, service: str) -> ApiClient:
        key = (who.name, repr(who.wanted), service)
        if key not in self._clients:
            client = ApiClient(self.http, self.sandbox, self.url(service))
            audience = next(s.audience for s in SERVICES if s.name == service)
            await client.take_token(audience, " ".join(who.scopes), **who.wanted)
            self._clients[key] = client
        return self._clients[key]

    async def token(self, who: Citizen, service: str) -> str:
        audience = next(s.audience for s in SERVICES if s.name == service)
        represented = who.represents["nationalId"] if who.represents else None
        return await citizen_token(self.http, self.sandbox, who.person["nationalId"], audience, represented)

    # what several rows do

    async def prescribe(self, who: Kind, patient: str, tool: Json, **more: Any) -> Json:
        """After making room for it. `patient` is a state."""
        await self.free(who, patient, tool)
        return await self.post(who, PRESCRIPTION, "/v1/prescriptions", self.act(patient, tool, **more), 201)

    def act(self, patient: str, tool: Json, **more: Any) -> Json:
        return {"patient": {"nationalId": self.people[patient]["nationalId"]}, "toolId": tool["toolId"], **more}

    async def free(self, who: Kind, patient: str, tool: Json) -> None:
        """The patient deletes what an earlier walk has left (P10): nobody is notified of that."""
        await self.wake(patient)
        person = self.people[patient]
        asked = {"patient": {"nationalId": person["nationalId"]}}

        async def live() -> list[Json]:
            found = await self.post(who, PRESCRIPTION, "/v1/prescriptions/search?limit=200", asked)
            return [p for p in found["items"] if p["toolId"] == tool["toolId"] and p["state"] in ("active", "opened")]

        async def none() -> bool:
            return not await live()

        if await live():
            parents = [
                p for p in self.people.values() if person["nationalId"] in p["children"] and p["consent"] == "full"
            ]
            old = person["birthDate"] < "2014"
            citizen = Citizen(person) if old or not parents else Citizen(parents[0], person)
            await self.call(citizen, PAGES, "DELETE", f"/v1/me/tools/{tool['toolId']}")
            await until(none, f"what {person['name']} has deleted should be free to prescribe")

    async def until_mine(self, who: Citizen, tool: Json, *, there: bool = True, seconds: float = 10) -> Json:
        """The tool's page, once it is among theirs, or {} once it is not."""
        page: list[httpx.Response] = []

        async def seen() -> bool:
            page[:] = [await self.call(who, PAGES, "GET", f"/v1/me/tools/{tool['toolId']}")]
            return page[0].status_code == (200 if there else 404)

        await until(seen, f"the tool should {'' if there else 'not '}be among their own", seconds)
        return dict(page[0].json()) if there else {}

    async def mailbox(self, state: str, channel: str = "phone") -> Mailbox:
        await self.wake(state)
        return await Mailbox(self.http, self.sandbox, self.people[state][channel]).empty()

    async def wake(self, state: str) -> None:
        """Their quiet hours are off until the walk is over: what waits keeps later ones waiting."""
        person = self.people[state]
        if state not in self._awake and person["phone"] and person["birthDate"] < "2010":
            self._awake.add(state)
            await self.until_over.enter_async_context(awake(self.http, self.sandbox, self.url(NOTIFICATION), person))

    async def now(self) -> datetime:
        answer = document(await self.http.get(f"{self.sandbox}/clock"), 200)
        return datetime.fromisoformat(answer["now"])

    async def move_clock(self, **move: str) -> None:
        """Back to the real time without a move."""
        method = "POST" if move else "DELETE"
        document(await self.http.request(method, f"{self.sandbox}/clock", json=move or None), 200)
        self.forget_tokens()

    async def day(self, ahead: int) -> str:
        return str((await self.now() + timedelta(days=ahead)).date())


SUPPLIER, OTHER_SUPPLIER = KINDS["supplier"], KINDS["other-supplier"]
HEALTH_BODY, OTHER_HEALTH_BODY = KINDS["health-body"], KINDS["other-health-body"]
STAFF, OPERATOR, AUTHOR, EHR = KINDS["staff"], KINDS["operator"], KINDS["sender"], KINDS["ehr"]
__all__ = [
    "AUTHOR",
    "COLLEAGUE",
    "EHR",
    "HEALTH_BODY",
    "OPERATOR",
    "OTHER_HEALTH_BODY",
    "OTHER_SUPPLIER",
    "STAFF",
    "SUPPLIER",
]
