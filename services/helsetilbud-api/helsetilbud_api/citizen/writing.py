"""The writes of the projection: prebuilt statements, each right whatever came before it and however often it is run.

Handlers and the reading of the catalogue end here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Executable, Text, Uuid, and_, bindparam, case, func, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen.models import (
    Kind,
    consent_copy,
    feed_event,
    feed_event_id,
    tool_copy,
)
from helsetilbud_api.citizen.rebuilding.log import LOCK_MANY
from shared.db import tell_after_commit
from shared.events import ToolAdded, ToolOpened, ToolRemoved
from shared.events.catalog import ToolDocument
from shared.schemas import rfc3339

# the channel on which streams are woken; a NOTIFY holds 8,000 bytes, a reference at most 35
STREAM: Final = "feed"
_AT_ONCE: Final = 200

_tool = insert(tool_copy)
_newer = tool_copy.c.sequence < _tool.excluded.sequence
# An older revision still fills in a tool of which only the stop is known, and leaves the stop as it is.
_PUBLISH: Final = _tool.on_conflict_do_update(
    index_elements=["tool_id"],
    set_={
        "sequence": func.greatest(tool_copy.c.sequence, _tool.excluded.sequence),
        "stopped": and_(tool_copy.c.stopped, tool_copy.c.sequence > _tool.excluded.sequence),
        "stop_category": case((tool_copy.c.sequence > _tool.excluded.sequence, tool_copy.c.stop_category)),
        **{name: _tool.excluded[name] for name in ("document", "texts")},
    },
    where=or_(_newer, tool_copy.c.document.is_(None)),
)
_STOP: Final = _tool.on_conflict_do_update(
    index_elements=["tool_id"],
    set_={name: _tool.excluded[name] for name in ("sequence", "stopped", "stop_category")},
    where=_newer,
)


_consent = insert(consent_copy)
CHANGE_LEVEL: Final = _consent.on_conflict_do_update(
    index_elements=["citizen"],
    set_={name: _consent.excluded[name] for name in ("level", "version")},
    where=consent_copy.c.version < _consent.excluded.version,
)

# The citizen's next number, by which a stream is gone on with. The row is locked until the commit, so numbers are seen
# in their order.
_ARRIVAL: Final = """
    INSERT INTO feed_head AS h (citizen, last) SELECT :citizen, {first}
    ON CONFLICT (citizen) DO UPDATE SET last = h.last + 1
    RETURNING last
"""
# An entry that is known only by its notifications (NOTIFIED came first) is filled in; one that is there stays.
# Without a number there is nothing to tell.
_TELL: Final = """
    INSERT INTO feed_event AS e (
        citizen, feed_event_id, kind, occurred_at, tool_id, prescription_id, prescriber_name, has_message, reason,
        arrival
    )
    SELECT :citizen, :feed_event_id, :kind, :at, :tool_id, :prescription_id, :prescriber_name, :has_message,
        :reason, last
    FROM arrival
    ON CONFLICT (citizen, feed_event_id) DO UPDATE SET
        kind = excluded.kind,
        occurred_at = excluded.occurred_at,
        tool_id = excluded.tool_id,
        prescription_id = excluded.prescription_id,
        prescriber_name = excluded.prescriber_name,
        has_message = excluded.has_message,
        reason = excluded.reason,
        arrival = excluded.arrival
    WHERE e.kind IS NULL
"""
_ENTRY: Final = (
    bindparam("citizen", type_=Text),
    bindparam("feed_event_id", type_=Uuid),
    bindparam("kind", type_=Text),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("tool_id", type_=Uuid),
    bindparam("prescription_id", type_=Uuid),
    bindparam("prescriber_name", type_=Text),
    bindparam("has_message", type_=Boolean),
    bindparam("reason", type_=Text),
)
TELL: Final = text(f"WITH arrival AS ({_ARRIVAL.format(first=1)}) {_TELL}").bindparams(*_ENTRY)
# An opening that prescription-api had not heard of yet goes before (P7).
_NOT_OPENED: Final = """
    1 WHERE NOT EXISTS (
        SELECT FROM citizen_tool
        WHERE citizen = :citizen AND tool_id = :tool_id AND prescription_id = :prescription_id
            AND first_opened_at IS NOT NULL
    )
"""
# The first opening of what is among the citizen's tools; before OPEN, which ends its being the first.
_FIRST_OPENED: Final = """
    1 WHERE EXISTS (
        SELECT FROM citizen_tool WHERE citizen = :citizen AND tool_id = :tool_id AND first_opened_at IS NULL
    )
"""
TELL_FIRST_OPENED: Final = text(f"WITH arrival AS ({_ARRIVAL.format(first=_FIRST_OPENED)}) {_TELL}").bindparams(*_ENTRY)
TELL_UNLESS_OPENED: Final = text(f"WITH arrival AS ({_ARRIVAL.format(first=_NOT_OPENED)}) {_TELL}").bindparams(*_ENTRY)

# One round trip, because this is what a citizen waits for. The newest prescription of a tool is the one that counts,
# and is new until opened (M1); one whose end is known already has ended. The tool's row is locked before the citizen's
# number, as by the other writers.
PRESCRIBE: Final = text(f"""
    WITH mine AS (
        INSERT INTO citizen_tool AS m (
            citizen, tool_id, state, origin, added_at, prescription_id, prescriber_name, prescriber_profession,
            organisation, organisation_name, deadline, has_message
        )
        VALUES (
            :citizen, :tool_id, 'active', 'prescribed', :at, :prescription_id, :prescriber_name, :prescriber_profession,
            :organisation, :organisation_name, :deadline, :has_message
        )
        ON CONFLICT (citizen, tool_id) DO UPDATE SET
            state = coalesce(m.ended_prescriptions ->> CAST(excluded.prescription_id AS text), 'active'),
            origin = excluded.origin,
            added_at = excluded.added_at,
            prescription_id = excluded.prescription_id,
            prescriber_name = excluded.prescriber_name,
            prescriber_profession = excluded.prescriber_profession,
            organisation = excluded.organisation,
            organisation_name = excluded.organisation_name,
            deadline = excluded.deadline,
            has_message = excluded.has_message,
            first_opened_at = NULL,
            last_opened_at = NULL
        WHERE m.added_at IS NULL OR m.added_at < excluded.added_at
            OR (m.origin = 'self-added' AND NOT m.ended_prescriptions ? CAST(excluded.prescription_id AS text))
        RETURNING m.tool_id
    ),
    arrival AS ({_ARRIVAL.format(first="1 + 0 * (SELECT count(*) FROM mine)")})
    {_TELL}
""").bindparams(*_ENTRY)  # noqa: S608 - put together from constants

_OWN_ACT: Final = (
    bindparam("citizen", type_=Text),
    bindparam("tool_id", type_=Uuid),
    bindparam("at", type_=DateTime(timezone=True)),
)
# M2. What had been said of the tool before was of another time, but for which prescriptions are over.
ADD: Final = text("""
    INSERT INTO citizen_tool AS m (citizen, tool_id, state, origin, added_at)
    VALUES (:citizen, :tool_id, 'active', 'self-added', :at)
    ON CONFLICT (citizen, tool_id) DO UPDATE SET
        state = excluded.state,
        origin = excluded.origin,
        added_at = excluded.added_at,
        prescription_id = NULL,
        prescriber_name = NULL,
        prescriber_profession = NULL,
        organisation = NULL,
        organisation_name = NULL,
        deadline = NULL,
        has_message = NULL,
        first_opened_at = NULL,
        last_opened_at = NULL
    WHERE m.state IS DISTINCT FROM 'active'
    RETURNING tool_id
""").bindparams(*_OWN_ACT)

OPEN: Final = text("""
    UPDATE citizen_tool SET first_opened_at = coalesce(first_opened_at, :at), last_opened_at = :at
    WHERE citizen = :citizen AND tool_id = :tool_id
""").bindparams(*_OWN_ACT)

# P10: a prescription whose tool was deleted is over, also when its event comes again.
REMOVE: Final = text("""
    UPDATE citizen_tool SET
        state = 'removed',
        ended_prescriptions = ended_prescriptions || CASE
            WHEN prescription_id IS NULL THEN '{}' ELSE jsonb_build_object(prescription_id, 'removed')
        END
    WHERE citizen = :citizen AND tool_id = :tool_id
""").bindparams(*_OWN_ACT[:2])

# What has been opened does not expire: the deadline is for taking a tool into use (P7).
END: Final = text("""
    INSERT INTO citizen_tool AS m (citizen, tool_id, ended_prescriptions)
    VALUES (:citizen, :tool_id, jsonb_build_object(CAST(:prescription_id AS text), CAST(:end AS text)))
    ON CONFLICT (citizen, tool_id) DO UPDATE SET
        ended_prescriptions = m.ended_prescriptions || excluded.ended_prescriptions,
        state = CASE
            WHEN m.state = 'active' AND CAST(m.prescription_id AS text) = :prescription_id
                AND NOT (:end = 'expired' AND m.first_opened_at IS NOT NULL)
            THEN :end
            ELSE m.state
        END
""")

_entry = insert(feed_event)
NOTIFIED: Final = _entry.on_conflict_do_update(
    index_elements=["citizen", "feed_event_id"],
    set_={"notified": feed_event.c.notified + _entry.excluded.notified},
    where=~feed_event.c.notified.contains(_entry.excluded.notified),
)

# In the order of the key: two that tell of the same stop wait for each other instead of standing in each other's way.
# Nobody is told of what no longer is so.
_TELL_EVERYBODY: Final = text("""
    WITH told AS (
        SELECT m.citizen, m.prescription_id, t.stop_category
        FROM citizen_tool m JOIN tool_copy t ON t.tool_id = m.tool_id
        WHERE m.tool_id = :tool_id AND m.state = 'active' AND t.sequence = :sequence
            AND NOT EXISTS (SELECT FROM feed_event WHERE citizen = m.citizen AND feed_event_id = :feed_event_id)
    ),
    arrival AS (
        INSERT INTO feed_head AS h (citizen, last) SELECT citizen, 1 FROM told ORDER BY citizen
        ON CONFLICT (citizen) DO UPDATE SET last = h.last + 1
        RETURNING citizen, last
    ),
    entry AS (
        INSERT INTO feed_event (citizen, feed_event_id, kind, occurred_at, tool_id, prescription_id, reason, arrival)
        SELECT citizen, :feed_event_id, :kind, :at, :tool_id, prescription_id, stop_category, last
        FROM told JOIN arrival USING (citizen)
        ORDER BY citizen
        ON CONFLICT (citizen, feed_event_id) DO NOTHING
        RETURNING *
    )
    INSERT INTO citizen_event (citizen, name, data)
    SELECT citizen, 'kept.feed_event', to_jsonb(entry) FROM entry ORDER BY citizen
    RETURNING citizen
""").bindparams(
    bindparam("feed_event_id", type_=Uuid),
    bindparam("kind", type_=Text),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("tool_id", type_=Uuid),
    bindparam("sequence", type_=BigInteger),
)


OwnAct = ToolAdded | ToolOpened | ToolRemoved


def own_act(event: OwnAct) -> Sequence[tuple[Executable, dict[str, Any]]]:
    """What the citizen has done, or somebody for them, and its entry in the feed (M4, M6); in this order."""
    kind, statement = _OWN_ACTS[type(event)]
    values = {"citizen": event.citizen, "tool_id": event.tool_id, "at": event.at}
    entry = values | {
        "feed_event_id": feed_event_id(kind, f"{event.tool_id}@{rfc3339(event.at)}"),
        "kind": kind,
        "prescription_id": event.prescription_id,
        "prescriber_name": None,
        "has_message": None,
        "reason": None,
    }
    if kind == "tool-opened":
        return (TELL_FIRST_OPENED, entry), (statement, values)
    return (statement, values), (TELL, entry)


_OWN_ACTS: Final[Mapping[type[OwnAct], tuple[Kind, Executable]]] = {
    ToolAdded: ("tool-added", ADD),
    ToolOpened: ("tool-opened", OPEN),
    ToolRemoved: ("tool-removed", REMOVE),
}


async def do(session: AsyncSession, event: OwnAct) -> None:
    """Under the citizen's lock."""
    for statement, values in own_act(event):
        await session.execute(statement, values)
    tell_streams(session, [event.citizen])


def tell_streams(session: AsyncSession, citizens: Sequence[str]) -> None:
    """Wakes the streams of these citizens once this is committed, in whichever replica they are."""
    places = range(0, len(citizens), _AT_ONCE)
    tell_after_commit(session, STREAM, (" ".join(citizens[place : place + _AT_ONCE]) for place in places))


async def apply_tool(session: AsyncSession, sequence: int, tool: ToolDocument) -> None:
    """The tool as of this place in the catalogue's change feed."""
    texts = {language: {"name": t.name, "shortText": t.short_text} for language, t in tool.texts.items()}
    row = {
        "tool_id": tool.tool_id,
        "sequence": sequence,
        "stopped": False,
        "document": tool.model_dump(mode="json", by_alias=True),
        "texts": texts,
    }
    await session.execute(_PUBLISH, row)


async def apply_stop(session: AsyncSession, sequence: int, tool_id: UUID, category: str | None) -> None:
    """K4. The stop may be known before the tool is."""
    row = {"tool_id": tool_id, "sequence": sequence, "stopped": True, "stop_category": category}
    await session.execute(_STOP, row)


async def tell_everybody(session: AsyncSession, kind: Kind, tool_id: UUID, sequence: int, at: datetime) -> None:
    """An entry for each who has the tool, if this is the last that was heard of it."""
    entry = {"feed_event_id": feed_event_id(kind, tool_id, sequence), "kind": kind, "at": at}
    await session.execute(LOCK_MANY)
    told = await session.execute(_TELL_EVERYBODY, entry | {"tool_id": tool_id, "sequence": sequence})
    tell_streams(session, told.scalars().all())
