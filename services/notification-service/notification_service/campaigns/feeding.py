"""Hands a running campaign's recipients over to be notified, at its pace (V6).

One worker feeds, by a lease. Each batch is asked about at consent-api at that moment (S4), and then handed over
in one transaction: the recipients, their notifications and the pace. So a crash at any point leaves a recipient either
waiting or handed over, and a notification that is handed over is sent as any other is. Only a little is handed over
ahead of the sending, so that a pause takes hold at once and what is urgent is not stuck behind thousands.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import structlog
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.campaigns import queries, service
from notification_service.campaigns.checking import Checking, Reserved, find_reserved, reason_against
from notification_service.campaigns.leaving_out import leave_out
from notification_service.campaigns.models import OURSELVES, Campaign, campaign, campaign_recipient
from notification_service.campaigns.queries import Candidate
from notification_service.campaigns.writing import WAKEUP, take
from notification_service.clients.consent import ConsentClient
from notification_service.clients.errors import ConsentServiceUnavailable
from notification_service.notifying import service as notifying
from notification_service.notifying.models import BULK, notification, step
from shared.correlation import current
from shared.db import Database
from shared.events.notification import Channel
from shared.leases import Lease
from shared.messaging.delivery import Clock, utc_now
from shared.wakeups import Listener, listening

AHEAD: Final = 500  # at most so many handed over and not sent yet
BATCH: Final = 250
PAUSE: Final = 0.2  # seconds between two looks while something runs
IDLE: Final = 2.0
LINKS_EVERY: Final = timedelta(minutes=5)

_HAND_OVER: Final = insert(notification).on_conflict_do_nothing(constraint="notification_once")
_logger = structlog.get_logger(__name__)


class Feeder:
    def __init__(
        self, database: Database, consent: ConsentClient, checking: Checking, *, clock: Clock = utc_now
    ) -> None:
        self._database, self._consent, self._checking, self._clock = database, consent, checking, clock
        self._lease = Lease("feeder", 30.0)  # a round asks consent-api

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with listening(self._database, WAKEUP) as listener:
                    if await self._lead(listener.connection, stop):
                        await self._feed(listener, stop)
            except Exception as error:  # the database is away: recipients wait
                _logger.warning("feeding_waits", exc_info=error)
                await asyncio.sleep(0.5)

    async def _lead(self, connection: asyncpg.Connection, stop: asyncio.Event) -> bool:
        """Waits to be the one."""
        while not stop.is_set():
            if await self._lease.take(connection):
                return True
            await asyncio.sleep(1)
        return False

    async def _feed(self, listener: Listener, stop: asyncio.Event) -> None:
        """Until it stops, or somebody else has become the one."""
        while await self._lease.keep(listener.connection):
            if stop.is_set():
                await self._lease.give_up(listener.connection)
                return
            await listener.wait(PAUSE if await self.feed_all() else IDLE)

    async def feed_all(self) -> int:
        """One round for each campaign that runs. Returns how many of these there are."""
        async with self._database.reader() as reader:
            running = await queries.list_running(reader)
        for found in running:
            await self._feed_one(found)
        return len(running)

    async def _feed_one(self, found: Campaign) -> None:
        now = self._clock()
        stale = found.links_checked_at is None or now - found.links_checked_at >= LINKS_EVERY
        if stale and not await self._links_answer(found, now):
            return
        citizens = await self._next(found, now)
        if not citizens:
            return
        try:
            reserved = await find_reserved(self._consent, found, citizens)
        except ConsentServiceUnavailable as error:
            _logger.warning("campaign_waits_for_consent_service", campaign=str(found.campaign_id), exc_info=error)
            await self._hold(found, error.code)
            return
        async with self._database.session() as session:
            await _hand_over(session, found, citizens, reserved, now)

    async def _links_answer(self, found: Campaign, now: datetime) -> bool:
        """A campaign whose links have died pauses by itself."""
        dead = [finding for finding in await self._checking.findings(found) if finding.code.startswith("link-")]
        async with self._database.session() as session:
            seen = await take(session, found.campaign_id, None)
            if dead and seen.state == "running":
                await service.pause(session, seen, OURSELVES, now, dead[0].code)
            else:
                checked = update(campaign).where(campaign.c.campaign_id == found.campaign_id)
                await session.execute(checked.values(links_checked_at=now))
        return not dead

    async def _next(self, found: Campaign, now: datetime) -> list[str]:
        """Who is next, as far as pace and sending let them; and the end of a campaign when nobody is left."""
        async with self._database.reader() as reader:
            unsent, more = await queries.whats_left(reader, found.campaign_id)
            room = min(AHEAD - unsent, BATCH)
            if found.pace and found.paced_until:
                room = min(room, found.pace.room(found.paced_until, now))
            if more:
                return await queries.due_citizens(reader, found.campaign_id, now, room) if room > 0 else []
        if unsent == 0:
            await self._finish(found, now)
        return []

    async def _finish(self, found: Campaign, now: datetime) -> None:
        async with self._database.session() as session:
            seen = await take(session, found.campaign_id, None)
            if seen.state == "running" and await queries.whats_left(session, found.campaign_id) == (0, False):
                await service.finish(session, seen, now)

    async def _hold(self, found: Campaign, because: str | None) -> None:
        if found.held_because != because:
            async with self._database.session() as session:
                held = update(campaign).where(
                    campaign.c.campaign_id == found.campaign_id, campaign.c.state == "running"
                )
                await session.execute(held.values(held_because=because))


async def _hand_over(
    session: AsyncSession, seen: Campaign, citizens: Sequence[str], reserved: Reserved, now: datetime
) -> None:
    """With the campaign locked: who pauses or stops it has either been before this, or finds what it has done."""
    found = await take(session, seen.campaign_id, None)
    if found.state != "running":
        return
    candidates = await queries.lock_candidates(session, found, citizens)
    decided = {candidate.citizen: decide(candidate, found, reserved, now) for candidate in candidates}
    rows = [_row(found, one, channel, now) for one in candidates for channel in decided[one.citizen].channels]
    await _note(session, found, decided)
    await leave_out(session, found, {citizen: decision.reason for citizen, decision in decided.items()}, now)
    if rows:
        await session.execute(_HAND_OVER, rows)
        notifying.wake(session, rows, now)
    values: dict[str, Any] = {"held_because": None}
    if found.pace and found.paced_until:
        handed_over = sum(bool(decision.channels) for decision in decided.values())
        values["paced_until"] = found.pace.after(found.paced_until, now, handed_over)
    await session.execute(update(campaign).where(campaign.c.campaign_id == found.campaign_id).values(values))


@dataclass(frozen=True, slots=True)
class Decision:
    """Sent by these channels, or set aside for a reason, or due later because it is night for them."""

    channels: tuple[Channel, ...] = ()
    reason: str | None = None
    due: datetime | None = None

    @property
    def change(self) -> tuple[tuple[str, Any], ...]:
        """Of the recipient's row; the same for many."""
        if self.reason:
            return ("status", "excluded"), ("reason", self.reason)
        return (("due_at", self.due),) if self.due else (("status", "handed-over"),)


def decide(candidate: Candidate, found: Campaign, reserved: Reserved, now: datetime) -> Decision:
    """Asked for each recipient at the moment of sending (S4, V3)."""
    if reason := reason_against(candidate, found, reserved):
        return Decision(reason=reason)
    settings = candidate.settings
    channels = settings.reachable(found.category)
    due = max(settings.earliest(channel, now, urgent=found.urgent) for channel in channels)
    return Decision(due=due) if due > now else Decision(tuple(channels))


async def _note(session: AsyncSession, found: Campaign, decided: Mapping[str, Decision]) -> None:
    alike: dict[tuple[tuple[str, Any], ...], list[str]] = defaultdict(list)
    for citizen, decision in decided.items():
        alike[decision.change].append(citizen)
    for change, citizens in alike.items():
        own = (campaign_recipient.c.campaign_id == found.campaign_id, campaign_recipient.c.citizen.in_(citizens))
        await session.execute(update(campaign_recipient).where(*own).values(dict(change)))


def _row(found: Campaign, candidate: Candidate, channel: Channel, now: datetime) -> dict[str, Any]:
    own_id = uuid4()
    what = {"about": str(found.campaign_id), "kind": "campaign", "occasion": "", "category": found.category}
    ids = {"notification_id": own_id, "message_id": own_id, "event_id": own_id, "campaign_id": found.campaign_id}
    how = {"channel": channel, "language": candidate.settings.language, "lane": BULK, "urgent": found.urgent}
    times = {"happened_at": now, "created_at": now, "due_at": now}
    state = {"status": "waiting", "attempts": 0, "carrier": True, "trail": [step("created", now, channel=channel)]}
    return {"citizen": candidate.citizen, "correlation": asdict(current())} | what | ids | how | times | state
