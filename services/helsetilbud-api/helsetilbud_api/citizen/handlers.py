"""What helsetilbud-api does when others tell it something. Nothing here depends on the order in which events come.

A few prebuilt statements each: an entry is in the feed milliseconds after its event.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from helsetilbud_api.citizen import writing
from helsetilbud_api.citizen.models import Kind, feed_event_id
from helsetilbud_api.citizen.rebuilding.log import keep_events, kept
from shared.events import (
    LevelChanged,
    NotificationFailed,
    NotificationSent,
    PrescriptionEnded,
    PrescriptionExpired,
    PrescriptionRevoked,
    RepresentationChanged,
    ToolPrescribed,
    ToolPublished,
    ToolReinstated,
    ToolStopped,
)
from shared.messaging import Delivery, Handlers
from shared.schemas import rfc3339

_End: TypeAlias = PrescriptionRevoked | PrescriptionExpired | PrescriptionEnded


async def on_tool_published(session: AsyncSession, event: ToolPublished, delivery: Delivery) -> None:
    await writing.apply_tool(session, event.sequence, event.tool)


async def on_tool_stopped(session: AsyncSession, event: ToolStopped, delivery: Delivery) -> None:
    await writing.apply_stop(session, event.sequence, event.tool_id, event.category)


async def on_tool_reinstated(session: AsyncSession, event: ToolReinstated, delivery: Delivery) -> None:
    await writing.apply_tool(session, event.sequence, event.tool)


async def tell_of_withdrawal(session: AsyncSession, event: ToolStopped, delivery: Delivery) -> None:
    """Apart from the stop itself, which must not wait until thousands have been told."""
    await writing.tell_everybody(session, "tool-withdrawn", event.tool_id, event.sequence, delivery.happened_at)


async def tell_of_reinstatement(session: AsyncSession, event: ToolReinstated, delivery: Delivery) -> None:
    await writing.tell_everybody(session, "tool-reinstated", event.tool_id, event.sequence, delivery.happened_at)


async def on_tool_prescribed(session: AsyncSession, event: ToolPrescribed, delivery: Delivery) -> None:
    """M1: among my tools as new, and in the feed."""
    given = {
        "prescriber_name": event.prescriber_name,
        "prescriber_profession": event.prescriber_profession,
        "organisation": event.organisation,
        "organisation_name": event.organisation_name,
        "deadline": event.deadline,
        "has_message": event.has_greeting,
    }
    entry = _entry("tool-prescribed", event, event.prescribed_at)
    await session.execute(writing.PRESCRIBE, entry | given)
    writing.tell_streams(session, [event.citizen])


async def on_prescription_revoked(session: AsyncSession, event: PrescriptionRevoked, delivery: Delivery) -> None:
    """P10, seen from the citizen."""
    await _end(session, event, "revoked")
    await _tell(session, _entry("tool-revoked", event, event.revoked_at) | {"reason": event.category})


async def on_prescription_expired(session: AsyncSession, event: PrescriptionExpired, delivery: Delivery) -> None:
    """P7: the deadline has passed. An opening that prescription-api had not heard of yet goes before."""
    await _end(session, event, "expired")
    entry = _entry("tool-expired", event, event.expired_at)
    await session.execute(writing.TELL_UNLESS_OPENED, entry)
    writing.tell_streams(session, [event.citizen])


async def on_prescription_ended(session: AsyncSession, event: PrescriptionEnded, delivery: Delivery) -> None:
    """The practitioner says that the tool has done its work."""
    await _end(session, event, "ended")
    await _tell(session, _entry("tool-ended", event, event.ended_at) | {"reason": event.category})


async def _tell(session: AsyncSession, entry: dict[str, Any]) -> None:
    await session.execute(writing.TELL, entry)
    writing.tell_streams(session, [entry["citizen"]])


async def _end(session: AsyncSession, event: _End, end: str) -> None:
    """A prescription that has ended stays so, whatever comes late."""
    row = {"citizen": event.citizen, "tool_id": event.tool_id, "prescription_id": str(event.prescription_id)}
    await session.execute(writing.END, row | {"end": end})


def _entry(kind: Kind, event: ToolPrescribed | _End, at: datetime) -> dict[str, Any]:
    return {
        "citizen": event.citizen,
        "feed_event_id": feed_event_id(kind, event.prescription_id),
        "kind": kind,
        "at": at,
        "tool_id": event.tool_id,
        "prescription_id": event.prescription_id,
        "prescriber_name": None,
        "has_message": None,
        "reason": None,
    }


async def on_level_changed(session: AsyncSession, event: LevelChanged, delivery: Delivery) -> None:
    """S6: below full the tools are hidden when they are read; what happens meanwhile is kept."""
    await session.execute(writing.CHANGE_LEVEL, _level(event))
    writing.tell_streams(session, [event.citizen])


async def on_representation_changed(session: AsyncSession, event: RepresentationChanged, delivery: Delivery) -> None:
    """S5: nothing is kept of it. Streams of who acts for the citizen ask again whether they may."""
    writing.tell_streams(session, [event.citizen])


async def change_levels(session: AsyncSession, events: Sequence[LevelChanged]) -> None:
    """What consent-api's change feed says, as if these had been the events; of many at once, in the order of their
    references, because each is locked.
    """
    await keep_events(session, events)
    await session.execute(writing.CHANGE_LEVEL, [_level(event) for event in events])
    writing.tell_streams(session, [event.citizen for event in events])


def _level(event: LevelChanged) -> dict[str, Any]:
    return {"citizen": event.citizen, "level": event.level, "version": event.version}


async def on_notification_sent(session: AsyncSession, event: NotificationSent, delivery: Delivery) -> None:
    await _note_notification(session, event, "sent")


async def on_notification_failed(session: AsyncSession, event: NotificationFailed, delivery: Delivery) -> None:
    await _note_notification(session, event, "failed")


async def _note_notification(session: AsyncSession, event: NotificationSent | NotificationFailed, outcome: str) -> None:
    """On the entry of the prescription that it is about, which may be on its way still; others have no entry."""
    if event.category != "tool":
        return
    notified: dict[str, Any] = {
        "notificationId": str(event.notification_id),
        "channel": event.channel,
        "outcome": outcome,
        "at": rfc3339(event.at),
    }
    entry = feed_event_id("tool-prescribed", event.about)
    await session.execute(writing.NOTIFIED, {"citizen": event.citizen, "feed_event_id": entry, "notified": [notified]})


HANDLERS: Final[Handlers] = {
    ToolPublished: [on_tool_published],
    ToolStopped: [on_tool_stopped, tell_of_withdrawal],
    ToolReinstated: [on_tool_reinstated, tell_of_reinstatement],
    ToolPrescribed: [kept(on_tool_prescribed)],
    PrescriptionRevoked: [kept(on_prescription_revoked)],
    PrescriptionExpired: [kept(on_prescription_expired)],
    PrescriptionEnded: [kept(on_prescription_ended)],
    LevelChanged: [kept(on_level_changed)],
    RepresentationChanged: [on_representation_changed],
    NotificationSent: [kept(on_notification_sent)],
    NotificationFailed: [kept(on_notification_failed)],
}
