"""How far a campaign has come, and what became of each recipient's part of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from notification_service.campaigns import queries
from notification_service.campaigns.models import Campaign
from notification_service.campaigns.schemas import CampaignProgress, ReceiptPage, RecipientOutcome
from notification_service.campaigns.telling import in_fives
from shared.paging import encode_cursor

Outcome = Literal["waiting", "under-way", "sent", "delivered", "failed", "not-sent"]

# the best of what became of somebody's notifications, as campaigns.queries ranks it
_BEST: Final[dict[int, Outcome]] = {5: "delivered", 4: "sent", 3: "under-way", 2: "failed", 1: "not-sent"}


async def find_progress(reader: AsyncConnection, found: Campaign, now: datetime) -> CampaignProgress:
    counts: Counter[str] = Counter()
    not_sent: Counter[str] = Counter()
    for row in await queries.count_outcomes(reader, found.campaign_id):
        outcome = _outcome(row)
        counts[outcome] += row["count"]
        if outcome == "not-sent":
            not_sent[row["reason"] or "unknown"] += row["count"]
    lately = await queries.sent_in_last_minute(reader, found.campaign_id, now)
    left = counts["waiting"] + counts["under-way"]
    return CampaignProgress(
        state=found.state,
        held_because=found.held_because,
        total=sum(counts.values()),
        waiting=counts["waiting"],
        under_way=counts["under-way"],
        sent=counts["sent"],
        delivered=counts["delivered"],
        failed=counts["failed"],
        not_sent=in_fives(not_sent),
        per_minute=lately,
        started_at=found.started_at,
        estimated_end=estimate(found, left, lately, now),
        ended_at=found.ended_at,
    )


def estimate(found: Campaign, left: int, lately: int, now: datetime) -> datetime | None:
    """By the slower of the pace that is set and the one that is kept; by the one that is set while there is no other
    yet.
    """
    if found.state != "running" or found.held_because or not left or found.started_at is None:
        return None
    running = min(max((now - found.started_at).total_seconds(), 1.0), 60.0)
    kept = lately / running
    paces = [pace for pace in (kept, found.per_minute and found.per_minute / 60) if pace]
    return now + timedelta(seconds=left / min(paces)) if paces else None


async def list_receipts(reader: AsyncConnection, found: Campaign, after: int, limit: int) -> ReceiptPage:
    rows = await queries.list_outcomes(reader, found.campaign_id, after, limit + 1)
    items = [_receipt(row) for row in rows[:limit]]
    more = len(rows) > limit
    return ReceiptPage(items=items, next_cursor=encode_cursor(items[-1].line) if more else None)


def _receipt(row: RowMapping) -> RecipientOutcome:
    channels: Sequence[str] = row["channels"] or ()
    return RecipientOutcome(
        line=row["line"],
        reference=row["reference"],
        outcome=_outcome(row),
        channels=channels,
        sent_at=row["sent_at"],
        delivered_at=row["delivered_at"],
    )


def _outcome(row: RowMapping) -> Outcome:
    if row["status"] == "handed-over":
        return _BEST.get(row["best"], "under-way")
    return "waiting" if row["status"] == "waiting" else "not-sent"
