"""S6: consent follows consent-api's change feed, whether events come or not, and the pages say how old that is.

No event is delivered in these tests: consent-api's relay stands still.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse

from devkit.testing.serving import listening
from devkit.testing.tokens import HELSEID
from helsetilbud_api.citizen.following import follow_consents
from helsetilbud_api.citizen.freshness import Freshness, LocalBacklog
from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.clients.consent import consent_feed
from shared.auth.client import HelseIdClient
from shared.metrics import Metrics


class Owner:
    """consent-api, as its contract says, in pages of two; over real HTTP."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.status, self.code = 200, ""
        self.asked: list[str | None] = []
        self.app = FastAPI()
        self.app.get("/v1/consents/changes")(self.answer)

    def set(self, citizen: Any, level: str, version: int, at: datetime) -> None:
        item = {"citizen": citizen.reference, "level": level, "version": version, "changedAt": at.isoformat()}
        self.changes.append(item | {"reservations": []})

    async def answer(self, request: Request, cursor: str | None = None, authorization: str = Header()) -> Any:
        assert authorization == "DPoP ours"
        if self.status != 200:
            return JSONResponse({"code": self.code}, self.status)
        self.asked.append(cursor)
        after = int(cursor or 0)
        items = self.changes[after : after + 2]
        last = after + len(items)
        return {"items": items, "nextCursor": str(last), "more": last < len(self.changes)}


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
async def follower(owner: Owner, database: Any, settings: Any, app: Any) -> AsyncIterator[Any]:
    async with listening(owner.app) as port, httpx.AsyncClient() as http:

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.host == "127.0.0.1":
                return await http.send(request)
            issued = {"token_endpoint": f"{HELSEID}/connect/token", "access_token": "ours", "expires_in": 600}
            return httpx.Response(200, json=issued)

        helseid = HelseIdClient.from_settings(
            settings, httpx.AsyncClient(transport=httpx.MockTransport(answer)), timeout=30
        )
        feed = consent_feed(f"http://127.0.0.1:{port}", helseid)
        yield follow_consents(database, feed, Metrics(), app.state.references.renew)


async def test_S6_withdrawn_consent_hides_the_tools_while_events_stand_still(
    kari: Any, ola: Any, prescribed: Any, owner: Owner, follower: Any, clock: Any, until: Any
) -> None:
    stop = asyncio.Event()
    following = asyncio.create_task(follower.run(stop, 0.05))
    owner.set(kari, "full", 1, clock.now)
    await until(lambda: owner.asked[-1:] == ["1"])
    assert len(await kari.tools()) == 1
    for citizen, level in ((ola, "full"), (ola, "basis"), (kari, "none")):
        owner.set(citizen, level, 2, clock.now)

    async def hidden() -> bool:
        page = (await kari.get("/v1/me/tools")).json()
        return page["items"] == [] and page["hidden"]["reason"] == "no-consent"

    await until(hidden, 5)
    assert (await kari.open(prescribed.tool_id)).json()["code"] == "tools-hidden"
    stop.set()
    await following


async def test_S6_what_the_events_have_told_already_changes_nothing(
    kari: Any, others: Any, prescribed: Any, owner: Owner, follower: Any, clock: Any, rows: Any
) -> None:
    await others.tell(others.level(kari, "none", 2))
    before = await rows("SELECT count(*) AS n FROM citizen_event")
    owner.set(kari, "full", 1, clock.now)
    owner.set(kari, "none", 2, clock.now)
    await follower.read()
    assert (await kari.get("/v1/me/tools")).json()["hidden"]["reason"] == "no-consent"
    assert await rows("SELECT count(*) AS n FROM citizen_event") == before
    owner.set(kari, "full", 3, clock.now)
    await follower.read()
    await others.tell(others.level(kari, "none", 2))  # late
    assert len(await kari.tools()) == 1


async def test_M5_a_rebuild_keeps_what_was_heard_by_the_feed_alone(
    kari: Any, prescribed: Any, owner: Owner, follower: Any, clock: Any, database: Any
) -> None:
    owner.set(kari, "none", 1, clock.now)
    await follower.read()
    await rebuild(database)
    assert (await kari.get("/v1/me/tools")).json()["hidden"]["reason"] == "no-consent"


@pytest.mark.parametrize("answer", [(410, "feed-restarted"), (400, "cursor-invalid")])
async def test_S6_a_feed_that_begins_anew_is_read_from_its_beginning(
    kari: Any, ola: Any, prescribed: Any, owner: Owner, follower: Any, clock: Any, answer: tuple[int, str]
) -> None:
    owner.set(ola, "full", 1, clock.now)
    await follower.read()
    owner.status, owner.code = answer
    await follower.read()
    owner.status, owner.changes = 200, []
    owner.set(kari, "none", 1, clock.now)
    await follower.read()
    assert owner.asked[-1] is None
    assert (await kari.get("/v1/me/tools")).json()["hidden"]["reason"] == "no-consent"


@pytest.mark.parametrize("status", [401, 403, 500, 503])
async def test_M5_the_page_is_no_fresher_than_what_the_owner_last_confirmed(
    kari: Any, prescribed: Any, owner: Owner, follower: Any, database: Any, rows: Any, status: int
) -> None:
    """No event waits anywhere, and the clock goes on."""
    freshness = Freshness(database, LocalBacklog(database))
    async with database.driver() as connection:
        await connection.execute("UPDATE feed_position SET confirmed_at = NULL WHERE feed = 'consents'")
    await freshness.look(datetime.now(UTC))
    assert await rows("SELECT as_of FROM freshness") == [], "nothing has been confirmed yet"
    before = datetime.now(UTC)
    await follower.read()
    owner.status = status
    await asyncio.sleep(0.05)
    await follower.read()
    await freshness.look(datetime.now(UTC) + timedelta(minutes=1))
    as_of = datetime.fromisoformat((await kari.get("/v1/me/tools")).json()["freshness"]["asOf"])
    assert before - timedelta(seconds=0.01) <= as_of < before + timedelta(seconds=0.05)
