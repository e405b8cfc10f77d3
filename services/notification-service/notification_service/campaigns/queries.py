"""Every SELECT about campaigns: those of one organisation, or all for those who approve and operate."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from notification_service.campaigns.models import (
    Author,
    Campaign,
    campaign,
    campaign_step,
    shown_sender,
    test_sending,
)
from notification_service.preferences.models import CitizenSettings
from notification_service.preferences.queries import settings_of
from notification_service.sending.composing import Letter

_BATCH: Final = 5000

_AUTHORS: Final = select(campaign_step.c.actor, campaign_step.c.client_id).where(
    campaign_step.c.campaign_id == bindparam("campaign_id"),
    campaign_step.c.action.in_(("create", "change", "recipients")),
)
_STEPS: Final = (
    select(
        campaign_step.c.action,
        campaign_step.c.actor,
        campaign_step.c.actor_kind,
        campaign_step.c.at,
        campaign_step.c.details,
    )
    .where(campaign_step.c.campaign_id == bindparam("campaign_id"))
    .order_by(campaign_step.c.step_id)
)
_TESTS: Final = text(
    "SELECT coalesce(sum((details ->> 'count')::int), 0) FROM campaign_step"
    " WHERE campaign_id = :campaign_id AND action = 'test' AND at > :since"
)
_LAST_LINE: Final = text("SELECT coalesce(max(line), 0) FROM campaign_recipient WHERE campaign_id = :campaign_id")
_COUNT: Final = text("SELECT count(*) FROM campaign_recipient WHERE campaign_id = :campaign_id")
_EXCLUDED: Final = text(
    "SELECT reason, count(*) FROM campaign_recipient"
    " WHERE campaign_id = :campaign_id AND status = 'excluded' GROUP BY reason"
)

_SET_ASIDE: Final = text(
    "SELECT citizen, reason FROM campaign_recipient"
    " WHERE campaign_id = :campaign_id AND status = 'excluded' AND reason = ANY(:reasons)"
)

# Who may still be sent to, with all that decides it: $before is whether an earlier round of the series, other than the
# one that this is meant to follow, has reached them or is on its way.
_CANDIDATE: Final = """
    SELECT r.citizen, r.line, s.language, s.phone, s.email, s.channels, s.quiet_hours, s.version, l.level,
           ARRAY(
               SELECT v.kind FROM reservation v
               WHERE v.citizen = r.citizen AND v.reserved AND v.kind = ANY(:reservations)
           ) AS reserved,
           EXISTS (
               SELECT FROM campaign_recipient o JOIN campaign c USING (campaign_id)
               WHERE o.citizen = r.citizen AND o.status = 'handed-over' AND c.organisation = :organisation
                     AND c.series = :series AND c.campaign_id <> :campaign_id
                     AND c.campaign_id IS DISTINCT FROM CAST(:follows AS uuid)
                     AND EXISTS (
                         SELECT FROM notification n
                         WHERE n.citizen = o.citizen AND n.campaign_id = o.campaign_id
                               AND n.status IN ('waiting', 'sending', 'sent', 'delivered')
                     )
           ) AS had_before
    FROM campaign_recipient r
    LEFT JOIN notification_settings s USING (citizen)
    LEFT JOIN consent_level l USING (citizen)
"""
_OF_CAMPAIGN: Final = text(
    _CANDIDATE
    + """
    WHERE r.campaign_id = :campaign_id AND r.line > :after
          AND (r.status = 'waiting' OR r.reason = ANY(:passing))
    ORDER BY r.line LIMIT :count
    """
).columns(channels=JSONB)
_OF_CITIZENS: Final = text(
    _CANDIDATE
    + " WHERE r.campaign_id = :campaign_id AND r.status = 'waiting' AND r.citizen = ANY(:citizens)"
    + " ORDER BY r.line FOR UPDATE OF r"
).columns(channels=JSONB)

COUNT_AS_RESEARCH: Final = select(campaign.c.campaign_id).where(
    campaign.c.category != "information", campaign.c.not_research_at.is_(None)
)
_RUNNING: Final = select(campaign).where(campaign.c.state == "running").order_by(campaign.c.started_at)
_DUE: Final = text(
    "SELECT citizen FROM campaign_recipient WHERE campaign_id = :campaign_id AND status = 'waiting' AND due_at <= :now"
    " ORDER BY due_at, line LIMIT :count"
)
_LEFT: Final = text(
    """
    SELECT (SELECT count(*) FROM notification
            WHERE campaign_id = :campaign_id AND status IN ('waiting', 'sending')) AS unsent,
           EXISTS (SELECT FROM campaign_recipient
                   WHERE campaign_id = :campaign_id AND status = 'waiting') AS more
    """
)

# By recipient: the best of what became of their notifications, where they have been handed over
_OUTCOMES: Final = """
    SELECT r.line, r.reference, r.status, r.reason, n.best, n.why, n.channels, n.sent_at, n.delivered_at
    FROM campaign_recipient r
    LEFT JOIN LATERAL (
        SELECT max(CASE n.status WHEN 'delivered' THEN 5 WHEN 'sent' THEN 4 WHEN 'sending' THEN 3 WHEN 'waiting' THEN 3
                                 WHEN 'failed' THEN 2 ELSE 1 END) AS best,
               min(n.reason) FILTER (WHERE n.status IN ('failed', 'dropped')) AS why,
               array_agg(n.channel ORDER BY n.channel DESC) FILTER (WHERE n.sent_at IS NOT NULL) AS channels,
               min(n.sent_at) AS sent_at, min(n.delivered_at) AS delivered_at
        FROM notification n WHERE n.citizen = r.citizen AND n.campaign_id = r.campaign_id
    ) n ON r.status = 'handed-over'
    WHERE r.campaign_id = :campaign_id
"""
_PROGRESS: Final = text(
    f"SELECT status, best, coalesce(reason, why) AS reason, count(*) FROM ({_OUTCOMES}) o GROUP BY 1, 2, 3"  # noqa: S608 - own text
)
_RECEIPTS: Final = text(f"{_OUTCOMES} AND r.line > :after ORDER BY r.line LIMIT :count")
_SENT_LATELY: Final = text(
    "SELECT count(DISTINCT citizen) FROM notification WHERE campaign_id = :campaign_id AND sent_at > :since"
)
_TEXTS: Final = text(
    "SELECT texts, sender_name, sender_sensitive FROM campaign WHERE campaign_id = :campaign_id"
).columns(texts=JSONB)


class Candidate(NamedTuple):
    """Somebody on the list, and what is known here that speaks for or against. `level` is None where not known;
    `reserved` are the kinds of reservations, of those that count, that they are known to have.
    """

    citizen: str
    line: int
    settings: CitizenSettings
    level: str | None
    reserved: Sequence[str]
    had_before: bool


def _scoped(organisation: str | None) -> Select[Any]:
    found = select(campaign).where(campaign.c.campaign_id == bindparam("campaign_id"))
    return found if organisation is None else found.where(campaign.c.organisation == organisation)


async def find_campaign(
    connection: AsyncConnection | AsyncSession, campaign_id: UUID, organisation: str | None
) -> Campaign | None:
    """`organisation` is the caller's own, None for those who see all."""
    row = (await connection.execute(_scoped(organisation), {"campaign_id": campaign_id})).mappings().first()
    return Campaign.of(row) if row else None


async def lock_campaign(session: AsyncSession, campaign_id: UUID, organisation: str | None) -> Campaign | None:
    """As it is until this transaction ends."""
    found = _scoped(organisation).with_for_update()
    row = (await session.execute(found, {"campaign_id": campaign_id})).mappings().first()
    return Campaign.of(row) if row else None


async def find_round(session: AsyncSession, organisation: str, series: str, number: int) -> UUID | None:
    found = select(campaign.c.campaign_id).where(
        campaign.c.organisation == organisation, campaign.c.series == series, campaign.c.round == number
    )
    return (await session.execute(found)).scalar()


async def find_same_texts(session: AsyncSession, found: Campaign) -> UUID | None:
    """A round of the same series with the same texts, other than the one that this is meant to follow."""
    same = (
        select(campaign.c.campaign_id)
        .where(campaign.c.organisation == found.organisation, campaign.c.series == found.series)
        .where(campaign.c.campaign_id != found.campaign_id, campaign.c.texts == found.texts)
        .where(campaign.c.campaign_id.is_distinct_from(found.follows), campaign.c.started_at.is_not(None))
        .limit(1)
    )
    return (await session.execute(same)).scalar()


async def list_campaigns(
    connection: AsyncConnection, organisation: str | None, after: tuple[datetime, UUID] | None, count: int
) -> list[Campaign]:
    """Newest first."""
    wanted = select(campaign).order_by(campaign.c.created_at.desc(), campaign.c.campaign_id.desc()).limit(count)
    if organisation is not None:
        wanted = wanted.where(campaign.c.organisation == organisation)
    if after is not None:
        wanted = wanted.where(tuple_(campaign.c.created_at, campaign.c.campaign_id) < tuple_(*after))
    return [Campaign.of(row) for row in (await connection.execute(wanted)).mappings()]


async def find_authors(session: AsyncSession, campaign_id: UUID) -> list[Author]:
    return [Author(*row) for row in await session.execute(_AUTHORS, {"campaign_id": campaign_id})]


async def list_steps(connection: AsyncConnection | AsyncSession, campaign_id: UUID) -> Sequence[RowMapping]:
    return (await connection.execute(_STEPS, {"campaign_id": campaign_id})).mappings().all()


async def count_tests(session: AsyncSession, campaign_id: UUID, since: datetime) -> int:
    found: int = (await session.execute(_TESTS, {"campaign_id": campaign_id, "since": since})).scalar_one()
    return found


async def list_tests(
    reader: AsyncConnection, campaign_id: UUID, after: tuple[datetime, UUID] | None, count: int
) -> Sequence[RowMapping]:
    """Newest first."""
    wanted = select(test_sending).where(test_sending.c.campaign_id == campaign_id)
    if after is not None:
        wanted = wanted.where(tuple_(test_sending.c.at, test_sending.c.test_sending_id) < tuple_(*after))
    newest = wanted.order_by(test_sending.c.at.desc(), test_sending.c.test_sending_id.desc()).limit(count)
    return (await reader.execute(newest)).mappings().all()


async def last_line(session: AsyncSession, campaign_id: UUID) -> int:
    line: int = (await session.execute(_LAST_LINE, {"campaign_id": campaign_id})).scalar_one()
    return line


async def count_recipients(session: AsyncSession, campaign_id: UUID) -> int:
    count: int = (await session.execute(_COUNT, {"campaign_id": campaign_id})).scalar_one()
    return count


async def count_excluded(session: AsyncSession, campaign_id: UUID) -> dict[str, int]:
    return {row[0]: row[1] for row in await session.execute(_EXCLUDED, {"campaign_id": campaign_id})}


async def find_excluded(session: AsyncSession, campaign_id: UUID, reasons: Sequence[str]) -> dict[str, str]:
    """The reason by citizen, of those who were set aside for one of these."""
    names = {"campaign_id": campaign_id, "reasons": list(reasons)}
    return {row[0]: row[1] for row in await session.execute(_SET_ASIDE, names)}


def _names(found: Campaign) -> dict[str, Any]:
    names = {"campaign_id": found.campaign_id, "organisation": found.organisation, "series": found.series}
    return names | {"follows": found.follows, "reservations": list(found.reservations)}


async def candidates(
    connection: AsyncConnection, found: Campaign, passing: Sequence[str], after: int
) -> list[Candidate]:
    """Of everybody who waits, or was excluded for one of these reasons: the next batch, after this line."""
    names = _names(found) | {"passing": list(passing), "count": _BATCH, "after": after}
    return [_candidate(row) for row in (await connection.execute(_OF_CAMPAIGN, names)).mappings()]


async def lock_candidates(session: AsyncSession, found: Campaign, citizens: Sequence[str]) -> list[Candidate]:
    """Those of these citizens who still wait."""
    rows = (await session.execute(_OF_CITIZENS, _names(found) | {"citizens": list(citizens)})).mappings()
    return [_candidate(row) for row in rows]


def _candidate(row: RowMapping) -> Candidate:
    return Candidate(row["citizen"], row["line"], settings_of(row), row["level"], row["reserved"], row["had_before"])


async def list_running(connection: AsyncConnection) -> list[Campaign]:
    return [Campaign.of(row) for row in (await connection.execute(_RUNNING)).mappings()]


async def due_citizens(connection: AsyncConnection, campaign_id: UUID, now: datetime, count: int) -> list[str]:
    names = {"campaign_id": campaign_id, "now": now, "count": count}
    return [row[0] for row in await connection.execute(_DUE, names)]


async def whats_left(connection: AsyncConnection | AsyncSession, campaign_id: UUID) -> tuple[int, bool]:
    """How many notifications are not sent yet, and whether anybody still waits for theirs."""
    unsent, more = (await connection.execute(_LEFT, {"campaign_id": campaign_id})).one()
    return unsent, more


async def count_outcomes(connection: AsyncConnection, campaign_id: UUID) -> Sequence[RowMapping]:
    return (await connection.execute(_PROGRESS, {"campaign_id": campaign_id})).mappings().all()


async def list_outcomes(connection: AsyncConnection, campaign_id: UUID, after: int, count: int) -> Sequence[RowMapping]:
    names = {"campaign_id": campaign_id, "after": after, "count": count}
    return (await connection.execute(_RECEIPTS, names)).mappings().all()


async def sent_in_last_minute(connection: AsyncConnection, campaign_id: UUID, now: datetime) -> int:
    names = {"campaign_id": campaign_id, "since": now - timedelta(minutes=1)}
    count: int = (await connection.execute(_SENT_LATELY, names)).scalar_one()
    return count


async def find_letter(connection: AsyncConnection, campaign_id: UUID) -> Letter:
    row = (await connection.execute(_TEXTS, {"campaign_id": campaign_id})).one()
    return Letter(row.texts, shown_sender(row.sender_name, sensitive=row.sender_sensitive))
