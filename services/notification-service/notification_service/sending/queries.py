"""Taking up what is due, and how far a provider's throughput has been used."""

import json
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

import asyncpg

from notification_service.notifying.following import CONSENTS, COPY_TRUSTED, TOOLS
from notification_service.notifying.models import URGENT, Circumstances, Thing
from notification_service.pace import Pace
from notification_service.preferences.models import Confirmation
from notification_service.preferences.queries import settings_of
from notification_service.sending.models import DueMessage, Part
from shared.correlation import Correlation
from shared.events.notification import Channel

# $1 channel, $2 now, $3 at most so many messages. Urgent ones first, bulk last. Those in the urgent lane are codes,
# which depend on nothing; the others wait while a copy has not been confirmed by its owner for $4 (decision 0045).
_LOCK_DUE: Final = """
    SELECT d.citizen, d.message_id
    FROM unnest(CASE WHEN (
        SELECT count(*) = cardinality($5::text[]) FROM feed_position
        WHERE feed = ANY($5) AND confirmed_at > now() - $4::interval
    ) THEN ARRAY[0, 1, 2] ELSE ARRAY[0] END) AS lanes (lane) CROSS JOIN LATERAL (
        SELECT n.citizen, coalesce(n.message_id, n.notification_id) AS message_id FROM notification n
        WHERE n.channel = $1 AND n.lane = lanes.lane AND n.status IN ('waiting', 'sending') AND n.carrier
              AND n.due_at <= $2
              AND (n.campaign_id IS NULL OR EXISTS (
                  SELECT FROM campaign c WHERE c.campaign_id = n.campaign_id AND c.state = 'running'))
        ORDER BY n.due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ) d LIMIT $3
"""
# A statement of its own, so that it sees what joined a message until its carrier was locked; nothing joins after that.
# Everything that decides whether and where to it is sent is read here, right before sending: what has happened since
# counts. $1 channel, $2 the end of the lease, $3 and $4 citizens and their messages.
_TAKE: Final = """
    WITH due AS (
        SELECT * FROM unnest($3::text[], $4::uuid[]) AS due (citizen, message_id)
    ), taken AS (
        UPDATE notification n SET status = 'sending', attempts = n.attempts + 1, due_at = $2
        FROM due
        WHERE n.citizen = due.citizen AND coalesce(n.message_id, n.notification_id) = due.message_id
              AND n.channel = $1 AND n.status IN ('waiting', 'sending')
        RETURNING n.*, due.message_id AS message
    )
    SELECT t.citizen, t.message, t.notification_id, t.about, t.concerns, t.kind, t.occasion, t.category,
           t.representative_may_use, t.tool_id, t.event_id, t.happened_at, t.not_after, t.channel, t.lane, t.urgent,
           t.campaign_id, t.instead_of,
           t.language AS written_in, t.attempts,
           t.correlation::text, s.language, s.phone, s.email, s.channels::text, s.quiet_hours, s.version,
           e.reason AS ended, v.reserved, q.reserved AS reserved_from_research, stop.stopped_at, stop.reinstated,
           c.level, w.level AS whose_level,
           CASE WHEN t.concerns IS NULL THEN r.themselves ELSE t.citizen = ANY(r.others) END AS told,
           k.confirmation_id, k.contact_point, k.tries, k.expires_at
    FROM taken t
    LEFT JOIN notification_settings s USING (citizen)
    LEFT JOIN ended_thing e ON e.citizen = coalesce(t.concerns, t.citizen) AND e.about = t.about
    LEFT JOIN tool_stop stop USING (tool_id)
    LEFT JOIN consent_level c ON c.citizen = t.citizen AND t.kind <> 'contact-confirmation'
    LEFT JOIN consent_level w ON w.citizen = t.concerns
    LEFT JOIN recipients r ON r.citizen = coalesce(t.concerns, t.citizen)
    LEFT JOIN reservation v ON v.citizen = t.citizen AND v.kind = CASE t.category
        WHEN 'research' THEN 'research-contact' WHEN 'survey' THEN 'survey-contact'
        WHEN 'information' THEN 'campaign-contact' END
    LEFT JOIN reservation q ON t.category = 'survey' AND q.citizen = t.citizen AND q.kind = 'research-contact'
        AND EXISTS (SELECT FROM campaign g WHERE g.campaign_id = t.campaign_id AND g.not_research_at IS NULL)
    LEFT JOIN contact_confirmation k
        ON t.kind = 'contact-confirmation' AND k.citizen = t.citizen AND k.channel = t.channel
    ORDER BY t.message, t.happened_at, t.notification_id
"""

# locks the row until the transaction ends: replicas take up one after the other
_USED: Final = """
    INSERT INTO provider_pace (channel, used_until) VALUES ($1, $2)
    ON CONFLICT (channel) DO UPDATE SET channel = excluded.channel RETURNING used_until
"""
_USE: Final = "UPDATE provider_pace SET used_until = $2 WHERE channel = $1"
_LONG_AGO: Final = timedelta(days=1)


async def database_time(connection: asyncpg.Connection) -> datetime:
    now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return now


async def take_due(
    connection: asyncpg.Connection, channel: Channel, now: datetime, lease: timedelta, count: int
) -> list[DueMessage]:
    """Takes upon this process to send what is due, until the lease ends. Two never take the same one.

    In a transaction.
    """
    due = await connection.fetch(_LOCK_DUE, channel, now, count, COPY_TRUSTED, [CONSENTS, TOOLS])
    if not due:
        return []
    citizens, messages = [row["citizen"] for row in due], [row["message_id"] for row in due]
    rows = await connection.fetch(_TAKE, channel, now + lease, citizens, messages)
    return [_due(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row["message"])]


async def take_due_at_pace(
    connection: asyncpg.Connection, channel: Channel, now: datetime, lease: timedelta, count: int, pace: Pace
) -> list[DueMessage]:
    """As `take_due`, and no more than the provider takes."""
    used_until = await connection.fetchval(_USED, channel, now - _LONG_AGO)
    room = min(pace.room(used_until, now), count)
    taken = await take_due(connection, channel, now, lease, room) if room else []
    if taken:
        await connection.execute(_USE, channel, pace.after(used_until, now, len(taken)))
    return taken


def _due(rows: list[asyncpg.Record]) -> DueMessage:
    first = rows[0]
    return DueMessage(
        message_id=first["message"],
        citizen=first["citizen"],
        kind=first["kind"],
        category=first["category"],
        channel=first["channel"],
        urgent=first["urgent"] or first["lane"] == URGENT,
        campaign_id=first["campaign_id"],
        language=first["written_in"],
        attempts=max(row["attempts"] for row in rows),
        correlation=Correlation(**json.loads(first["correlation"])),
        settings=settings_of(_with_channels(first)),
        parts=[_part(row) for row in rows],
        instead=first["instead_of"] is not None,
        confirmation=_confirmation(first),
    )


def _with_channels(row: asyncpg.Record) -> dict[str, Any]:
    """The driver gives jsonb as text."""
    return {**row, "channels": json.loads(row["channels"] or "{}")}


def _part(row: asyncpg.Record) -> Part:
    thing = Thing(
        citizen=row["citizen"],
        about=row["about"],
        kind=row["kind"],
        category=row["category"],
        tool_id=row["tool_id"],
        event_id=row["event_id"],
        happened_at=row["happened_at"],
        occasion=row["occasion"],
        not_after=row["not_after"],
        campaign_id=row["campaign_id"],
        urgent=row["urgent"],
        concerns=row["concerns"],
        representative_may_use=row["representative_may_use"],
    )
    return Part(row["notification_id"], thing, Circumstances(**{name: row[name] for name in Circumstances.__slots__}))


def _confirmation(row: asyncpg.Record) -> Confirmation | None:
    if row["confirmation_id"] is None:
        return None
    return Confirmation(row["confirmation_id"], row["contact_point"], row["tries"], row["expires_at"])
