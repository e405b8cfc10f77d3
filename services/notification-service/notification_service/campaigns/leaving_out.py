"""What is kept of those who are left out of a campaign because they are reserved (S4, V6): that they were, and why.

A row of theirs that was never to be sent, so that they themselves and those who answer them can be told. It holds
nothing of the letter.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.campaigns import queries
from notification_service.campaigns.models import Campaign
from notification_service.notifying.models import BULK, notification, step
from shared.correlation import current
from shared.language import DEFAULT_LANGUAGE

RESERVED: Final = ("reserved", "reserved-research")
_AT_ONCE: Final = 1000
_LEAVE_OUT: Final = insert(notification).on_conflict_do_nothing(constraint="notification_once")


async def leave_out(session: AsyncSession, found: Campaign, reasons: Mapping[str, str | None], now: datetime) -> None:
    """`reasons` by citizen; other reasons than a reservation are passed over. Twice is once."""
    rows = [_row(found, citizen, reason, now) for citizen, reason in reasons.items() if reason in RESERVED]
    for start in range(0, len(rows), _AT_ONCE):
        await session.execute(_LEAVE_OUT, rows[start : start + _AT_ONCE])


async def leave_out_excluded(session: AsyncSession, found: Campaign, now: datetime) -> None:
    """When it begins: those whom upload and check have set aside."""
    await leave_out(session, found, await queries.find_excluded(session, found.campaign_id, RESERVED), now)


def _row(found: Campaign, citizen: str, reason: str | None, now: datetime) -> dict[str, Any]:
    own_id = uuid4()
    trail: Sequence[Mapping[str, Any]] = [step("created", now), step("dropped", now, reason=reason)]
    here = current()
    return {
        "citizen": citizen,
        "notification_id": own_id,
        "message_id": own_id,
        "event_id": own_id,
        "campaign_id": found.campaign_id,
        "about": str(found.campaign_id),
        "kind": "campaign",
        "occasion": "",
        "category": found.category,
        "channel": None,
        "language": DEFAULT_LANGUAGE,
        "lane": BULK,
        "urgent": found.urgent,
        "carrier": True,
        "status": "dropped",
        "reason": reason,
        "attempts": 0,
        "happened_at": now,
        "created_at": now,
        "due_at": now,
        "trail": trail,
        "correlation": {
            "event_id": here.event_id,
            "traceparent": here.traceparent,
            "source_system": here.source_system,
        },
    }
