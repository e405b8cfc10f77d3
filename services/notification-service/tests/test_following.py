"""S4, S6, K4: what is sent depends on copies that follow their owners, and waits while these do not answer.

No event about consent, reservations or stops is delivered in these tests: the owners' relays stand still.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from devkit.testing.serving import listening
from notification_service.clients.feeds import consent_feed, tool_feed
from notification_service.notifying import copying, service
from notification_service.notifying.following import follow_consents, follow_tools
from notification_service.notifying.models import Gathering, Thing
from shared.auth.client import HelseIdClient
from shared.metrics import Metrics

OLD = "UPDATE feed_position SET confirmed_at = now() - make_interval(secs => $2) WHERE feed = $1"
WAITING = [("sms", "waiting"), ("email", "waiting")]
SENT = [("sms", "sent"), ("email", "sent")]


class Owners:
    """consent-api's and catalog-api's feeds, by their contracts, over real HTTP. Both are away while `away`."""

    def __init__(self) -> None:
        self.consents: list[dict[str, Any]] = []
        self.tools: list[dict[str, Any]] = []
        self.others: Sequence[str] = ()
        self.away = False
        self.app = FastAPI()
        self.app.get("/v1/consents/changes")(self.tell_consents)
        self.app.get("/v1/tools/changes")(self.tell_tools)

    def set(self, citizen: Any, level: str, version: int, at: datetime, *reserved: str) -> None:
        reservations = [{"kind": k, "reserved": True, "version": 1, "changedAt": at.isoformat()} for k in reserved]
        item = {"citizen": citizen.reference, "level": level, "version": version, "reservations": reservations}
        item |= {
            "recipients": {
                "version": len(self.consents) + 1,
                "themselves": not self.others,
                "others": list(self.others),
            }
        }
        self.consents.append(item | {"changedAt": at.isoformat() if version else None})

    def change(self, tool_id: UUID, change: str, at: datetime) -> None:
        item = {"sequence": len(self.tools) + 1, "change": change, "toolId": str(tool_id), "tool": None}
        self.tools.append(item | {"changedAt": at.isoformat()})

    async def tell_consents(self, cursor: str = "0") -> Any:
        return self._page(self.consents, cursor)

    async def tell_tools(self, cursor: str = "0") -> Any:
        return self._page(self.tools, cursor)

    def _page(self, changes: list[dict[str, Any]], cursor: str) -> Any:
        if self.away:
            return JSONResponse({"code": "unavailable"}, 503)
        items = changes[int(cursor) : int(cursor) + 2]
        end = int(cursor) + len(items)
        return {"items": items, "nextCursor": str(end), "more": end < len(changes)}


@pytest.fixture
def owners() -> Owners:
    return Owners()


@pytest.fixture
async def follow(owners: Owners, database: Any, settings: Any, app: Any, clock: Any) -> AsyncIterator[Any]:
    """One reading of both feeds."""
    async with listening(owners.app) as port, httpx.AsyncClient() as http:

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.host == "127.0.0.1":
                return await http.send(request)
            issued = {"token_endpoint": "https://token.test/token", "access_token": "ours", "expires_in": 600}
            return httpx.Response(200, json=issued)

        helseid = HelseIdClient.from_settings(
            settings, httpx.AsyncClient(transport=httpx.MockTransport(answer)), timeout=30
        )
        url, renew = f"http://127.0.0.1:{port}", app.state.references.renew
        consents = follow_consents(database, consent_feed(url, helseid), Metrics(), renew, clock, Gathering())
        tools = follow_tools(database, tool_feed(url, helseid), Metrics(), clock)

        async def read() -> None:
            await consents.read()
            await tools.read()

        yield read


@pytest.fixture
def confirmed(database: Any) -> Any:
    """So many seconds ago."""

    async def confirmed(feed: str, seconds: float) -> None:
        async with database.driver() as connection:
            await connection.execute(OLD, feed, seconds)

    return confirmed


@pytest.fixture
def statuses(rows: Any) -> Any:
    async def read() -> list[tuple[str, str]]:
        return [(row["channel"], row["status"]) for row in await rows()]

    return read


@pytest.mark.parametrize("level", ["none", "basis"])
async def test_S6_who_has_withdrawn_is_not_written_to_while_events_stand_still(
    kari: Any, news: Any, owners: Owners, follow: Any, postman: Any, sms: Any, clock: Any, rows: Any, level: str
) -> None:
    await kari.choose()
    owners.set(kari, "full", 1, clock.now)
    await follow()
    await news.prescribed(kari.reference)
    owners.set(kari, level, 2, clock.now)
    await follow()
    await postman.round()
    assert sms.calls == []
    assert {row["reason"] for row in await rows()} == {"consent-withdrawn"}
    clock.go(minutes=1)
    owners.set(kari, "full", 3, clock.now)
    await follow()
    assert await postman.round() == 0, "what was before the new consent stays dropped"
    await news.prescribed(kari.reference)
    assert await postman.round() == 2


async def test_S6_a_full_consent_that_is_heard_of_late_takes_the_drop_back(
    kari: Any, news: Any, owners: Owners, follow: Any, postman: Any, clock: Any
) -> None:
    await kari.choose()
    owners.set(kari, "none", 1, clock.now)
    await follow()
    clock.go(minutes=1)
    owners.set(kari, "full", 2, clock.now)
    await news.prescribed(kari.reference)
    assert await postman.round() == 0
    await follow()
    assert await postman.round() == 2


@pytest.mark.parametrize("feed", ["consents", "tools"])
async def test_S6_nothing_is_sent_while_the_owner_does_not_answer_and_it_goes_later(
    kari: Any, news: Any, owners: Owners, follow: Any, confirmed: Any, postman: Any, statuses: Any, feed: str
) -> None:
    await kari.choose()
    await follow()
    await news.prescribed(kari.reference)
    owners.away = True
    await confirmed(feed, 16)
    await follow()
    assert await postman.round() == 0
    assert await statuses() == WAITING
    owners.away = False
    await follow()
    assert await postman.round() == 2
    assert await statuses() == SENT


async def test_S6_a_copy_that_is_some_seconds_old_is_trusted(
    kari: Any, news: Any, confirmed: Any, postman: Any, statuses: Any
) -> None:
    await kari.choose()
    await news.prescribed(kari.reference)
    for feed in ("consents", "tools"):
        await confirmed(feed, 8)
    assert await postman.round() == 2
    assert await statuses() == SENT


async def test_S6_nothing_is_sent_before_the_copies_are_whole(
    kari: Any, news: Any, database: Any, owners: Owners, follow: Any, postman: Any
) -> None:
    """After an upgrade, say: the feeds have never been read to their end."""
    await kari.choose()
    await news.prescribed(kari.reference)
    async with database.driver() as connection:
        await connection.execute("DELETE FROM feed_position")
    assert await postman.round() == 0
    await follow()
    assert await postman.round() == 2


async def test_V1_codes_are_sent_whatever_is_known_of_consent(
    kari: Any, confirmed: Any, postman: Any, sms: Any, email: Any
) -> None:
    for feed in ("consents", "tools"):
        await confirmed(feed, 3600)
    await kari.ask_for()
    await postman.round()
    assert (len(sms.calls), len(email.calls)) == (1, 1)


async def test_S4_a_reservation_is_heard_of_without_its_event(
    kari: Any, owners: Owners, follow: Any, clock: Any, rows: Any
) -> None:
    owners.set(kari, "none", 0, clock.now, "research-contact", "survey-contact")
    await follow()
    found = await rows("SELECT kind, reserved, version FROM reservation ORDER BY kind")
    assert found == [{"kind": k, "reserved": True, "version": 1} for k in ("research-contact", "survey-contact")]
    assert await rows("SELECT * FROM consent_level") == []


async def test_S5_who_is_told_in_whose_stead_is_heard_of_without_an_event(
    kari: Any, child: Any, news: Any, owners: Owners, follow: Any, postman: Any, sms: Any, clock: Any
) -> None:
    await kari.choose()
    owners.set(kari, "full", 1, clock.now)
    owners.others = [kari.reference]
    owners.set(child, "full", 1, clock.now)
    await follow()
    news.consented = False
    await news.prescribed(child.reference)
    await postman.round()
    assert [call.to for call in sms.calls] == ["+4790000001"]


async def test_K4_a_stop_is_heard_of_without_its_event(
    kari: Any, news: Any, owners: Owners, follow: Any, postman: Any, sms: Any, clock: Any, rows: Any
) -> None:
    await kari.choose()
    tool_id = uuid4()
    await news.prescribed(kari.reference, tool_id=tool_id)
    clock.go(minutes=1)
    owners.change(tool_id, "published", clock.now)
    owners.change(tool_id, "stopped", clock.now)
    await follow()
    await postman.round()
    assert sms.calls == []
    assert {row["reason"] for row in await rows()} == {"tool-stopped"}
    clock.go(minutes=1)
    owners.change(tool_id, "reinstated", clock.now)
    await follow()
    [stop] = await rows("SELECT sequence, reinstated FROM tool_stop")
    assert (stop["sequence"], stop["reinstated"]) == (3, True)


async def test_what_is_confirmed_is_the_time_before_the_owner_was_asked(
    owners: Owners, follow: Any, confirmed: Any, rows: Any
) -> None:
    for feed in ("consents", "tools"):
        await confirmed(feed, 3600)
    before = datetime.now(UTC)
    await follow()
    found = await rows("SELECT confirmed_at FROM feed_position")
    assert all(abs((row["confirmed_at"] - before).total_seconds()) < 5 for row in found)
    owners.away = True
    await follow()
    assert await rows("SELECT confirmed_at FROM feed_position") == found


async def test_S6_consent_that_comes_while_it_is_found_missing_is_not_overlooked(
    kari, news, rows, database, clock
) -> None:
    """The one transaction has read that nothing is known, and the other that nothing was dropped for it."""
    await kari.choose()
    given = clock()
    clock.go(seconds=2)
    thing = Thing(kari.reference, "1", "tool-prescribed", "tool", uuid4(), uuid4(), clock())
    row = {"citizen": kari.reference, "level": "full", "version": 1, "changed_at": given}

    async def consent() -> None:
        async with database.session() as told:
            await copying.change_levels(told, [row], clock(), news.gathering)

    async with database.session() as session:
        await service.notify(session, thing, clock(), news.gathering)
        telling = asyncio.create_task(consent())
        await asyncio.wait({telling}, timeout=1)
    await telling

    assert {row["status"] for row in await rows()} == {"waiting"}
