"""The published language: what services tell each other, frozen, one module a producer.

Fields are only ever added, with defaults; anything else is the next version, sent beside the old one. `citizen` is
always the citizen reference, never a national identity number.
"""

from shared.events.catalog import ToolPublished, ToolReinstated, ToolStopped
from shared.events.consent import LevelChanged, RepresentationChanged, ReservationChanged
from shared.events.envelope import EVENTS, CloudEvent, Event, InvalidEvent, parse_event
from shared.events.helsetilbud import ToolAdded, ToolOpened, ToolRemoved
from shared.events.notification import NotificationFailed, NotificationSent
from shared.events.prescription import (
    DeadlineApproaching,
    PrescriptionEnded,
    PrescriptionExpired,
    PrescriptionRevoked,
    PrescriptionStopped,
    ToolPrescribed,
)

__all__ = [
    "EVENTS",
    "CloudEvent",
    "DeadlineApproaching",
    "Event",
    "InvalidEvent",
    "LevelChanged",
    "NotificationFailed",
    "NotificationSent",
    "PrescriptionEnded",
    "PrescriptionExpired",
    "PrescriptionRevoked",
    "PrescriptionStopped",
    "RepresentationChanged",
    "ReservationChanged",
    "ToolAdded",
    "ToolOpened",
    "ToolPrescribed",
    "ToolPublished",
    "ToolReinstated",
    "ToolRemoved",
    "ToolStopped",
    "parse_event",
]
