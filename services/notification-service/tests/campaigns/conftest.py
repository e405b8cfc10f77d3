"""Campaigns made ready as far as a test wants, those who may act on them, and people to send to."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.national_ids import generate, population
from devkit.testing.tokens import DPoPAuth, Issuer, ProofKey
from notification_service.campaigns.checking import Checking
from notification_service.campaigns.feeding import Feeder
from notification_service.preferences.loading import load
from notification_service.preferences.models import CitizenSettings
from notification_service.testers.loading import Confirmed
from notification_service.testers.loading import load as load_contacts
from shared.db import Database
from shared.nationalid import NationalId

AUDIENCE = "nhn:varsling"
TEXTS = {
    "nb": {
        "sms": "Hei! Du har fått et brev fra {sender} på Helsenorge. Logg inn for å lese det.",
        "subject": "Du har fått et brev på Helsenorge",
        "email": "Hei!\n\nDu har fått et brev fra {sender}:\n\n{pages_url}\n",
    },
    "nn": {
        "sms": "Hei! Du har fått eit brev frå {sender} på Helsenorge. Logg inn for å lese det.",
        "subject": "Du har fått eit brev på Helsenorge",
        "email": "Hei!\n\nDu har fått eit brev frå {sender}:\n\n{pages_url}\n",
    },
    "en": {
        "sms": "Hello! You have got a letter from {sender} on Helsenorge. Log in to read it.",
        "subject": "You have got a letter on Helsenorge",
        "email": "Hello!\n\nYou have got a letter from {sender}:\n\n{pages_url}\n",
    },
}
DRAFT = {
    "series": "the-study",
    "round": 1,
    "follows": None,
    "category": "research",
    "sender": {"name": "Universitetet i Havgap", "sensitive": False},
    "texts": TEXTS,
    "minimumAge": 18,
    "urgent": False,
    "perMinute": None,
}


@pytest.fixture
def draft() -> Callable[..., dict[str, Any]]:
    return lambda **changes: DRAFT | changes


class Sending:
    """Somebody who calls about campaigns."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[..., str], key: ProofKey, clock: Any) -> None:
        self.client, self.token, self.key, self.clock = client, token, key, clock

    async def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:
        options = {name: request.pop(name) for name in ("scope", "organisation") if name in request}
        auth = DPoPAuth(self.token(self.key.thumbprint, **options), self.key, clock=self.clock)
        return await self.client.request(method, f"/v1/campaigns{path}", auth=auth, **request)

    async def approve(self, path: str, **request: Any) -> httpx.Response:
        return await self("POST", path, scope="nhn:varsling/approve", **request)

    async def version(self, made: dict[str, Any]) -> int:
        return int((await self("GET", f"/{made['campaignId']}")).headers["ETag"].strip('"'))


SEND, APPROVE = "nhn:varsling/send", "nhn:varsling/approve"


@pytest.fixture
def author(client: httpx.AsyncClient, world: Any, helseid: Issuer, running_clock: Any) -> Sending:
    """A system that sends letters."""

    def token(thumbprint: str, scope: str = SEND, organisation: str | None = "999977774") -> str:
        own = {"client_id": "the-study-system"}
        return helseid.machine_token(AUDIENCE, scope, thumbprint, organisation=organisation, claims=own)

    return Sending(client, token, ProofKey(), running_clock)


@pytest.fixture
def stranger(client: httpx.AsyncClient, helseid: Issuer, running_clock: Any) -> Sending:
    """The system of another organisation."""

    def token(thumbprint: str) -> str:
        return helseid.machine_token(AUDIENCE, SEND, thumbprint, organisation="999977775")

    return Sending(client, token, ProofKey(), running_clock)


@pytest.fixture
def person(client: httpx.AsyncClient, world: Any, helseid: Issuer, running_clock: Any) -> Sending:
    """Somebody who writes letters at a desk, and may also approve."""

    def token(thumbprint: str, scope: str = SEND) -> str:
        own = {"pid": generate(date(1971, 2, 3), 0), "claims": {"client_id": "the-desk"}}
        return helseid.staff_token(AUDIENCE, scope, thumbprint, organisation="999977774", **own)

    return Sending(client, token, ProofKey(), running_clock)


@pytest.fixture
def approver(client: httpx.AsyncClient, helseid: Issuer, running_clock: Any) -> Sending:
    def token(thumbprint: str) -> str:
        own = {"pid": generate(date(1969, 7, 20), 0), "claims": {"client_id": "the-staff-tool"}}
        return helseid.staff_token(AUDIENCE, APPROVE, thumbprint, **own)

    return Sending(client, token, ProofKey(), running_clock)


class Ready:
    """Campaigns made ready as far as a test wants: added, checked, tested, approved, started."""

    STEPS = ("added", "checked", "tested", "approved", "started")

    def __init__(self, author: Sending, approver: Sending, people: Any, colleagues: Any) -> None:
        self.author, self.approver, self.people, self.colleagues = author, approver, people, colleagues

    async def __call__(
        self, *, upto: str = "started", by: Sending | None = None, to: Any = None, **changes: Any
    ) -> dict[str, Any]:
        by = by or self.author
        made: dict[str, Any] = (await by("POST", "", json=DRAFT | changes)).json()
        people = to if to is not None else await self.people(3)
        await self.add(made, people, by=by)
        await self.again(made, upto=upto, by=by)
        return made

    async def add(self, made: dict[str, Any], people: Any, *, by: Sending | None = None) -> httpx.Response:
        lines = "".join(f"{person.number};D-{n}\n" for n, person in enumerate(people))
        answer = await (by or self.author)(
            "POST",
            f"/{made['campaignId']}/recipients",
            content=f"nationalId;reference\n{lines}",
            headers={"Content-Type": "text/csv"},
        )
        assert answer.status_code == 200, answer.text
        return answer

    async def again(self, made: dict[str, Any], *, upto: str = "tested", by: Sending | None = None) -> None:
        by, path = by or self.author, f"/{made['campaignId']}"
        await self.colleagues("+4790000099", "colleague@example.org")  # once: they are confirmed for a year
        body = {"to": [{"language": "nb", "phone": "+4790000099", "email": "colleague@example.org"}]}
        for step in self.STEPS[1 : self.STEPS.index(upto) + 1]:
            if step == "approved":
                seen = {"If-Match": f'"{await by.version(made)}"'}
                answer = await self.approver("POST", f"{path}/approve", headers=seen)
            else:
                acts = {"checked": ("/check", {}), "tested": ("/test", {"json": body}), "started": ("/start", {})}
                answer = await by("POST", path + acts[step][0], **acts[step][1])
            assert answer.status_code == 200, answer.text

    async def version(self, made: dict[str, Any]) -> int:
        return await self.author.version(made)


@pytest.fixture
def ready(author: Sending, approver: Sending, people: Any, colleagues: Any) -> Ready:
    return Ready(author, approver, people, colleagues)


@pytest.fixture
def colleagues(app: FastAPI, database: Database, clock: Any) -> Callable[..., Awaitable[None]]:
    """Contact points that somebody at the author's organisation has confirmed."""

    async def confirmed(*addresses: str, organisation: str = "999977774") -> None:
        contacts = [Confirmed(organisation, "k1-colleague", "email" if "@" in it else "sms", it) for it in addresses]
        await load_contacts(database, app.state.digests, contacts, clock())

    return confirmed


# of before, of which there is no event: any that is told of is newer
CONSENTED = "INSERT INTO consent_level VALUES ($1, $2, 0, '-infinity') ON CONFLICT DO NOTHING"


class Someone:
    """A citizen on a list, who has chosen how to be notified elsewhere."""

    def __init__(self, app: FastAPI, number: str) -> None:
        self.number = number
        self.reference: str = app.state.references.of(NationalId.parse(number, allow_synthetic=True))
        self.phone = f"+479{int(self.reference[-8:].encode().hex(), 16) % 10_000_000:07d}"


@pytest.fixture
def people(app: FastAPI, database: Database, clock: Any) -> Callable[..., Awaitable[list[Someone]]]:
    """So many invented adults, each with full consent and an SMS in bokmål at any hour unless said otherwise."""

    async def make(count: int, level: str | None = "full", **chosen: Any) -> list[Someone]:
        numbers = population(count * 2 + 40, seed=chosen.pop("seed", 1))
        born = {number: NationalId.parse(number, allow_synthetic=True).birth_date for number in numbers}
        found = [Someone(app, number) for number, day in born.items() if 1930 < day.year < 2000][:count]
        assert len(found) == count
        usual = {"language": "nb", "channels": {"tool": ["sms"]}, "quiet_hours": None}
        rows = [(one.reference, CitizenSettings(**usual | {"phone": one.phone} | chosen)) for one in found]
        await load(database, rows, clock())
        if level is not None:
            async with database.driver() as connection:
                await connection.executemany(CONSENTED, [(one.reference, level) for one in found])
        return found

    return make


@pytest.fixture
def feeder(app: FastAPI, database: Database, clock: Any) -> Feeder:
    """What the worker does, a round at a time."""
    checking: Checking = app.state.checking
    return Feeder(database, app.state.consent, checking, clock=clock)
