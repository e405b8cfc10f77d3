"""What notification-service does when others tell it something.

News comes in any order and several times, and handlers run beside each other. So the end of a thing is remembered, and
what is remembered is asked again right before sending (sending.queries.take_due); dropping at once makes it visible at
once.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.notifying import copying, service
from notification_service.notifying.models import NOT_OF_THE_END, Ending, Gathering, Thing, ended_thing, notification
from shared.events import (
    DeadlineApproaching,
    LevelChanged,
    PrescriptionEnded,
    PrescriptionExpired,
    PrescriptionRevoked,
    PrescriptionStopped,
    ReservationChanged,
    ToolOpened,
    ToolPrescribed,
    ToolReinstated,
    ToolRemoved,
    ToolStopped,
)
from shared.messaging import Delivery, Handlers

_END: Final = insert(ended_thing).on_conflict_do_nothing()


async def on_prescription_expired(session: AsyncSession, event: PrescriptionExpired, delivery: Delivery) -> None:
    await _end(session, event.citizen, event.prescription_id, "expired", delivery)


async def on_tool_opened(session: AsyncSession, event: ToolOpened, delivery: Delivery) -> None:
    """V5. Who has opened it needs to be told neither that it is there nor that its deadline comes near."""
    await _end(session, event.citizen, event.prescription_id, "opened", delivery)


async def on_tool_removed(session: AsyncSession, event: ToolRemoved, delivery: Delivery) -> None:
    await _end(session, event.citizen, event.prescription_id, "removed", delivery)


async def _end(session: AsyncSession, citizen: str, thing: UUID | None, reason: Ending, delivery: Delivery) -> None:
    """`thing` is None for what the citizen had added alone, which is not notified of."""
    if thing is None:
        return
    row = {"citizen": citizen, "about": str(thing), "reason": reason, "ended_at": delivery.happened_at}
    await session.execute(_END, row)
    whose = or_(notification.c.citizen == citizen, notification.c.concerns == citizen)
    own = (whose, notification.c.about == str(thing), NOT_OF_THE_END)
    await service.drop(session, reason, delivery.now, *own)


async def on_tool_stopped(session: AsyncSession, event: ToolStopped, delivery: Delivery) -> None:
    await copying.stop_tool(session, event.tool_id, event.sequence, delivery.happened_at, delivery.now)


async def on_tool_reinstated(session: AsyncSession, event: ToolReinstated, delivery: Delivery) -> None:
    await copying.reinstate_tool(session, event.tool_id, event.sequence)


async def on_reservation_changed(session: AsyncSession, event: ReservationChanged, delivery: Delivery) -> None:
    row = event.model_dump(include={"citizen", "kind", "reserved", "version", "changed_at"})
    await copying.change_reservations(session, [row], delivery.now)


def handlers(gathering: Gathering) -> Handlers:
    """`gathering` is how long the first of a burst waits for others (V3)."""

    async def on_tool_prescribed(session: AsyncSession, event: ToolPrescribed, delivery: Delivery) -> None:
        await service.notify(session, _prescribed(event, delivery.event_id), delivery.now, gathering)

    async def on_level_changed(session: AsyncSession, event: LevelChanged, delivery: Delivery) -> None:
        row = {"citizen": event.citizen, "level": event.level, "version": event.version, "changed_at": event.changed_at}
        await copying.change_levels(session, [row], delivery.now, gathering)

    async def on_deadline_approaching(session: AsyncSession, event: DeadlineApproaching, delivery: Delivery) -> None:
        await service.notify(session, _reminder(event, delivery), delivery.now, gathering)

    async def on_prescription_revoked(session: AsyncSession, event: PrescriptionRevoked, delivery: Delivery) -> None:
        await _end(session, event.citizen, event.prescription_id, "revoked", delivery)
        await service.notify_of_end(session, _closed(event, delivery), delivery.now, gathering)

    async def on_prescription_ended(session: AsyncSession, event: PrescriptionEnded, delivery: Delivery) -> None:
        await _end(session, event.citizen, event.prescription_id, "ended", delivery)
        await service.notify_of_end(session, _closed(event, delivery), delivery.now, gathering)

    async def on_prescription_stopped(session: AsyncSession, event: PrescriptionStopped, delivery: Delivery) -> None:
        await service.notify_of_end(session, _closed(event, delivery), delivery.now, gathering)

    return {
        ToolPrescribed: [on_tool_prescribed],
        DeadlineApproaching: [on_deadline_approaching],
        PrescriptionRevoked: [on_prescription_revoked],
        PrescriptionExpired: [on_prescription_expired],
        PrescriptionEnded: [on_prescription_ended],
        PrescriptionStopped: [on_prescription_stopped],
        ToolOpened: [on_tool_opened],
        ToolRemoved: [on_tool_removed],
        ToolStopped: [on_tool_stopped],
        ToolReinstated: [on_tool_reinstated],
        LevelChanged: [on_level_changed],
        ReservationChanged: [on_reservation_changed],
    }


def _prescribed(event: ToolPrescribed, event_id: UUID) -> Thing:
    return Thing(
        citizen=event.citizen,
        about=str(event.prescription_id),
        kind="tool-prescribed",
        category="tool",
        tool_id=event.tool_id,
        event_id=event_id,
        happened_at=event.prescribed_at,
        not_after=event.deadline,
        representative_may_use=event.representative_may_use,
    )


def _closed(event: PrescriptionRevoked | PrescriptionEnded | PrescriptionStopped, delivery: Delivery) -> Thing:
    """V1. A tool can be stopped several times; each is an occasion of its own."""
    return Thing(
        citizen=event.citizen,
        about=str(event.prescription_id),
        kind="tool-closed",
        category="tool",
        tool_id=event.tool_id,
        event_id=delivery.event_id,
        happened_at=delivery.happened_at,
        occasion=f"version {event.version}",
        representative_may_use=event.representative_may_use,
    )


def _reminder(event: DeadlineApproaching, delivery: Delivery) -> Thing:
    """V5. Each reminder of the same deadline is an occasion of its own."""
    return Thing(
        citizen=event.citizen,
        about=str(event.prescription_id),
        kind="deadline-approaching",
        category="reminder",
        tool_id=event.tool_id,
        event_id=delivery.event_id,
        happened_at=delivery.happened_at,
        occasion=f"{event.days_left} days left",
        not_after=event.deadline,
        representative_may_use=event.representative_may_use,
    )


HANDLERS: Final[Handlers] = handlers(Gathering())
