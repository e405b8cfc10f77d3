"""Use cases of campaigns (V6), up to the sending: written, listed, checked, tried, approved by another, started."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.access import Actor
from notification_service.campaigns import queries, writing
from notification_service.campaigns.errors import (
    EarlierRoundUnknown,
    RoundExists,
    TooManyRecipients,
    UploadUnfinished,
)
from notification_service.campaigns.leaving_out import leave_out_excluded
from notification_service.campaigns.models import (
    AREA_OF,
    MOST_RECIPIENTS,
    OURSELVES,
    Campaign,
    CampaignCategory,
    campaign_recipient,
)
from notification_service.campaigns.telling import in_fives
from notification_service.campaigns.unreadable import BadLine
from notification_service.campaigns.uploading import Recipient
from notification_service.campaigns.writing import UNCHECKED, change, moved_to, take
from notification_service.clients.consent import AT_ONCE, ConsentClient
from notification_service.notifying import service as notifying
from notification_service.notifying.models import notification
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.http import etag_is
from shared.limiting import RateLimits
from shared.norway import day_in_norway

MOST_BAD_LINES: Final = 1000
_ADD: Final = insert(campaign_recipient).on_conflict_do_nothing().returning(campaign_recipient.c.citizen)
# of several reasons not to contact somebody, the one that says most
_RANK: Final = ("deceased", "too-young", "reserved", "no-consent", "consent-basis-only")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A campaign as its author writes it."""

    series: str
    round: int
    follows: UUID | None
    category: CampaignCategory
    sender_name: str
    sender_sensitive: bool
    texts: Mapping[str, Mapping[str, str]]
    minimum_age: int
    urgent: bool
    per_minute: int | None


async def create_campaign(
    session: AsyncSession, organisation: str, actor: Actor, wanted: Wanted, now: datetime
) -> Campaign:
    """Raises RoundExists or EarlierRoundUnknown."""
    new = Campaign.draft(organisation, now, **{name: getattr(wanted, name) for name in Wanted.__slots__})
    await _check_earlier_round(session, new)
    if not await writing.insert_campaign(session, new):
        existing = await queries.find_round(session, organisation, new.series, new.round)
        raise RoundExists(campaignId=str(existing))
    await writing.remember(session, new, actor, "create", now, {})
    return new


async def _check_earlier_round(session: AsyncSession, new: Campaign) -> None:
    if new.follows is None:
        return
    earlier = await queries.find_campaign(session, new.follows, new.organisation)
    if earlier is None or earlier.series != new.series or earlier.round >= new.round:
        raise EarlierRoundUnknown()


async def change_campaign(
    session: AsyncSession,
    organisation: str,
    actor: Actor,
    campaign_id: UUID,
    wanted: Wanted,
    if_match: str,
    now: datetime,
) -> Campaign:
    """What was checked, tried or approved before says nothing about it any more.

    Raises NotFound, PreconditionFailed, NotPossibleNow, RoundExists or EarlierRoundUnknown.
    """
    found = await take(session, campaign_id, organisation)
    if not etag_is(if_match, found.etag):
        raise PreconditionFailed()
    found.check_possible("change")
    given = {name: getattr(wanted, name) for name in Wanted.__slots__}
    existing = await queries.find_round(session, organisation, wanted.series, wanted.round)
    if existing not in (None, campaign_id):
        raise RoundExists(campaignId=str(existing))
    changed = await change(session, found, actor, "change", now, **given, **UNCHECKED, not_research_at=None)
    await _check_earlier_round(session, changed)
    return changed


@dataclass(slots=True)
class Upload:
    """What has come of a list so far. `rejected` are lines by their number, the first thousand of `bad`."""

    received: int = 0
    added: int = 0
    repeated: int = 0
    bad: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    rejected: list[tuple[int, BadLine]] = field(default_factory=list)

    def reject(self, line: int, bad: BadLine) -> None:
        self.bad += 1
        if len(self.rejected) < MOST_BAD_LINES:
            self.rejected.append((line, bad))


class Uploading:
    """One list of recipients on its way in. Numbers are in memory for as long as their batch."""

    def __init__(
        self,
        database: Database,
        consent: ConsentClient,
        references: CitizenReferences,
        limits: RateLimits,
        campaign_id: UUID,
        actor: Actor,
    ) -> None:
        self._database, self._consent, self._references, self._limits = database, consent, references, limits
        self._campaign_id, self._actor = campaign_id, actor
        self._upload_id = uuid4()
        self._first_line = 0
        self.outcome = Upload()

    async def run(self, lines: AsyncIterator[tuple[int, Recipient | BadLine]], now: datetime) -> None:
        """Everything before a failure stays; the same list again adds only what is missing, and a campaign is not
        checked before an upload has come to its end.

        Raises NotFound, NotPossibleNow, RecipientsUnreadable, TooManyRecipients, UploadUnfinished (when another upload
        has begun meanwhile), RateLimitExceeded or ConsentServiceUnavailable.
        """
        found = await self._begin(now)
        batch: list[Recipient] = []
        async for number, read in lines:
            self.outcome.received += 1
            if isinstance(read, BadLine):
                self.outcome.reject(number, read)
                continue
            batch.append(read)
            if len(batch) == AT_ONCE:
                await self._add(found, batch, now)
                batch = []
        if batch:
            await self._add(found, batch, now)
        await self._end(now)

    async def _begin(self, now: datetime) -> Campaign:
        async with self._database.session() as session:
            found = await take(session, self._campaign_id, self._actor.organisation)
            found.check_possible("recipients")
            self._first_line = await queries.last_line(session, self._campaign_id)
            values = {**UNCHECKED, "uploading": self._upload_id}
            return await change(session, found, self._actor, "recipients", now, **values)

    async def _add(self, found: Campaign, batch: Sequence[Recipient], now: datetime) -> None:
        """Asks first, and holds no connection meanwhile."""
        self._limits.list_people(self._actor.organisation or "", len(batch))
        numbers = [recipient.national_id.reveal() for recipient in batch]
        against = await self._consent.reasons_against(numbers, AREA_OF[found.category])
        rows = [self._row(found, one, reasons, now) for one, reasons in zip(batch, against, strict=True)]
        async with self._database.session() as session:
            if (await take(session, self._campaign_id, None)).uploading != self._upload_id:
                raise UploadUnfinished()
            added = {row[0] for row in await session.execute(_ADD, list({r["citizen"]: r for r in rows}.values()))}
            if await queries.count_recipients(session, self._campaign_id) > MOST_RECIPIENTS:
                raise TooManyRecipients()
        self._count(rows, added)

    def _row(self, found: Campaign, one: Recipient, reasons: Sequence[str], now: datetime) -> dict[str, Any]:
        minor = one.national_id.age(day_in_norway(now)) < found.minimum_age
        reason = "too-young" if minor and "deceased" not in reasons else _first(reasons)
        return {
            "citizen": self._references.of(one.national_id),
            "campaign_id": self._campaign_id,
            "line": self._first_line + one.line,
            "reference": one.reference,
            "status": "excluded" if reason else "waiting",
            "reason": reason,
            "due_at": now,
        }

    def _count(self, rows: Sequence[Mapping[str, Any]], added: set[str]) -> None:
        self.outcome.added += len(added)
        self.outcome.repeated += len(rows) - len(added)
        for row in rows:
            if row["reason"] and row["citizen"] in added:
                self.outcome.excluded[row["reason"]] = self.outcome.excluded.get(row["reason"], 0) + 1

    async def _end(self, now: datetime) -> None:
        async with self._database.session() as session:
            found = await take(session, self._campaign_id, None)
            if found.uploading != self._upload_id:
                raise UploadUnfinished()
            self.outcome.excluded = in_fives(self.outcome.excluded)
            details = {"added": self.outcome.added, "rejected": self.outcome.bad}
            await change(session, found, self._actor, "recipients", now, uploading=None, details=details)


def _first(reasons: Sequence[str]) -> str | None:
    return min(reasons, key=lambda r: _RANK.index(r) if r in _RANK else len(_RANK)) if reasons else None


async def remove_recipients(
    session: AsyncSession, organisation: str, actor: Actor, campaign_id: UUID, now: datetime
) -> Campaign:
    """Raises NotFound or NotPossibleNow."""
    found = await take(session, campaign_id, organisation)
    found.check_possible("recipients")
    await session.execute(delete(campaign_recipient).where(campaign_recipient.c.campaign_id == campaign_id))
    values = {**UNCHECKED, "uploading": None}
    return await change(session, found, actor, "recipients", now, **values, details={"removed": True})


async def approve_campaign(
    session: AsyncSession, actor: Actor, campaign_id: UUID, if_match: str, now: datetime
) -> Campaign:
    """Exactly what the approver has seen. Raises NotFound, PreconditionFailed, NotPossibleNow, TestMissing,
    CheckOutdated or ApproverIsAuthor.
    """
    found = await take(session, campaign_id, None)
    found.check_possible("approve")
    if not etag_is(if_match, found.etag):
        raise PreconditionFailed()
    found.check_approvable(actor, await queries.find_authors(session, campaign_id), now)
    return await change(session, found, actor, "approve", now, **moved_to("approved", approved_at=now))


async def start_campaign(
    session: AsyncSession, organisation: str | None, actor: Actor, campaign_id: UUID, now: datetime
) -> Campaign:
    """From the beginning, or where it was paused. Links are tried before anything goes out. Raises NotFound,
    NotPossibleNow or CheckOutdated.
    """
    found = await take(session, campaign_id, organisation)
    found.check_possible("start")
    if found.state == "approved":
        found.check_fresh(now)
        await leave_out_excluded(session, found, now)
    values = moved_to("running", started_at=found.started_at or now, paced_until=now - timedelta(days=1))
    return await change(session, found, actor, "start", now, **values, links_checked_at=None)


async def pause_campaign(
    session: AsyncSession, organisation: str | None, actor: Actor, campaign_id: UUID, now: datetime
) -> Campaign:
    """Nothing more is begun from this commit on. Raises NotFound or NotPossibleNow."""
    found = await take(session, campaign_id, organisation)
    found.check_possible("pause")
    return await pause(session, found, actor, now, None)


async def pause(session: AsyncSession, found: Campaign, actor: Actor, now: datetime, because: str | None) -> Campaign:
    """What has been handed over and not tried yet is taken back, so that everything is asked anew when it goes on.

    Who has had it on one of two channels will get it on the other only: there is one notification for each (V3).
    """
    taken_back = (
        delete(notification)
        .where(notification.c.campaign_id == found.campaign_id)
        .where(notification.c.status == "waiting", notification.c.attempts == 0)
        .returning(notification.c.citizen)
    )
    citizens = {row[0] for row in await session.execute(taken_back)}
    own = (campaign_recipient.c.campaign_id == found.campaign_id, campaign_recipient.c.citizen.in_(citizens))
    await session.execute(update(campaign_recipient).where(*own).values(status="waiting"))
    details = {"because": because} if because else {}
    values = moved_to("paused") | {"held_because": because}
    return await change(session, found, actor, "pause", now, **values, details=details)


async def stop_campaign(
    session: AsyncSession, organisation: str | None, actor: Actor, campaign_id: UUID, now: datetime
) -> Campaign:
    """For good. Raises NotFound or NotPossibleNow."""
    found = await take(session, campaign_id, organisation)
    found.check_possible("stop")
    await notifying.drop(session, "campaign-stopped", now, notification.c.campaign_id == campaign_id)
    waiting = (campaign_recipient.c.campaign_id == campaign_id, campaign_recipient.c.status == "waiting")
    not_sent = update(campaign_recipient).where(*waiting)
    await session.execute(not_sent.values(status="excluded", reason="campaign-stopped"))
    return await change(session, found, actor, "stop", now, **moved_to("stopped", ended_at=now))


async def finish(session: AsyncSession, found: Campaign, now: datetime) -> None:
    await change(session, found, OURSELVES, "finish", now, **moved_to("finished", ended_at=now))
