"""Tables of what a citizen sees, and the rules about it that need no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from helsetilbud_api.citizen.errors import (
    ConsentUnknown,
    OutsideTargetGroup,
    ToolNotForRepresentatives,
    ToolNotInMyTools,
    ToolNotReady,
    ToolsHidden,
    ToolWithdrawn,
    TooYoungForTool,
)
from shared.access_rules import Misfit, is_seen_of_youth, why_not_opened
from shared.auth import Citizen
from shared.db import metadata
from shared.events.catalog import ToolDocument
from shared.norway import age_on, day_in_norway

Origin = Literal["prescribed", "self-added"]
Kind = Literal[
    "tool-prescribed",
    "tool-revoked",
    "tool-expired",
    "tool-ended",
    "tool-withdrawn",
    "tool-reinstated",
    "tool-added",
    "tool-opened",
    "tool-removed",
]
HiddenReason = Literal["no-consent", "consent-basis-only"]

# the copies that follow their owner's change feed, as they are called in `feed_position`
TOOLS: Final = "tools"
CONSENTS: Final = "consents"

_metadata = metadata()

tool_copy = Table(
    "tool_copy",
    _metadata,
    Column("tool_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("stop_category", Text),
    Column("document", JSONB),
    Column("texts", JSONB),
)

consent_copy = Table(
    "consent_copy",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

citizen_tool = Table(
    "citizen_tool",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("tool_id", Uuid, primary_key=True),
    Column("state", Text),
    Column("origin", Text),
    Column("added_at", DateTime(timezone=True)),
    Column("prescription_id", Uuid),
    Column("prescriber_name", Text),
    Column("prescriber_profession", Text),
    Column("organisation", Text),
    Column("organisation_name", Text),
    Column("deadline", DateTime(timezone=True)),
    Column("first_opened_at", DateTime(timezone=True)),
    Column("last_opened_at", DateTime(timezone=True)),
    Column("ended_prescriptions", JSONB, nullable=False),
    Column("has_message", Boolean),
)

feed_event = Table(
    "feed_event",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("feed_event_id", Uuid, primary_key=True),
    Column("kind", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("tool_id", Uuid),
    Column("prescription_id", Uuid),
    Column("prescriber_name", Text),
    Column("notified", JSONB, nullable=False),
    Column("has_message", Boolean),
    Column("reason", Text),
)

feed_position = Table(
    "feed_position",
    _metadata,
    Column("feed", Text, primary_key=True),
    Column("confirmed_at", DateTime(timezone=True)),
)

freshness = Table(
    "freshness",
    _metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("as_of", DateTime(timezone=True), nullable=False),
)

# How long the copy of consents is trusted after consent-api has last confirmed it (decision 0052), and what is read
# instead of a level after that.
TRUSTED: Final = timedelta(minutes=5)
UNKNOWN: Final = "unknown"
FULL: Final = "full"

# Unknown is not yes: of whom nothing is known, as of who never answered, nothing is shown (S6).
HIDING: Final[dict[str | None, HiddenReason]] = {
    None: "no-consent",
    "none": "no-consent",
    "basis": "consent-basis-only",
}


def feed_event_id(kind: Kind, about: UUID | str, occasion: int = 0) -> UUID:
    """The same for the same thing however it came to be known, so that it is one entry also after a rebuild (M5).

    `about` is the prescription, or the tool; `occasion` tells a tool's stops apart.
    """
    return uuid5(NAMESPACE_URL, f"feed-event:{kind}:{about}:{occasion}")


@dataclass(frozen=True, slots=True)
class MyTool:
    """One of a citizen's tools, as far as opening and deleting it is concerned.

    `document` is None while the catalogue has not told about the tool.
    """

    state: str | None
    prescription_id: UUID | None
    level: str | None
    stopped: bool | None
    stop_category: str | None
    document: ToolDocument | None


@dataclass(frozen=True, slots=True)
class User:
    """Whose tools it is about, by reference, how old they are in years, and whether somebody acts for them."""

    citizen: str
    age: int
    represented: bool

    @classmethod
    def of(cls, caller: Citizen, now: datetime) -> Self:
        age = age_on(day_in_norway(now), caller.acting_for_birth_date)
        return cls(caller.acting_for, age, caller.represents is not None)


@dataclass(frozen=True, slots=True)
class Launch:
    """A tool that takes citizens in signed in (M3): whose it is, by organisation number, and where."""

    tool_id: UUID
    supplier: str
    address: str


def leaves_out_own(caller: Citizen) -> bool:
    """Parents of somebody of 12 to 15 have no part in what the young person uses alone (S5)."""
    return caller.narrowed and caller.represents is not None


def check_known(level: str | None) -> None:
    """Raises ConsentUnknown when the copy is too old to tell: that is neither a yes nor the citizen's no."""
    if level == UNKNOWN:
        raise ConsentUnknown()


def check_shown(level: str | None) -> None:
    """Raises ConsentUnknown, or ToolsHidden (S6)."""
    check_known(level)
    if reason := HIDING.get(level):
        raise ToolsHidden(reason=reason)


def check_mine(tool: MyTool | None, caller: Citizen, *, asked: bool = False) -> MyTool:
    """Raises ToolNotInMyTools, ToolsHidden (S6), or ConsentUnknown; not that when consent-api has just been `asked`."""
    if tool is None or tool.state != "active":
        raise ToolNotInMyTools()
    if leaves_out_own(caller) and not _is_seen(tool):
        raise ToolNotInMyTools()
    if not (asked and tool.level == UNKNOWN):
        check_shown(tool.level)
    return tool


def _is_seen(tool: MyTool) -> bool:
    """A tool of which the catalogue has not told yet may be the young person's own."""
    return tool.document is not None and is_seen_of_youth(tool.document, prescribed=tool.prescription_id is not None)


def check_openable(tool: MyTool, user: User) -> ToolDocument:
    """Raises ToolWithdrawn (K4, M3), ToolNotReady when the catalogue has not told about the tool yet, or
    ToolNotForRepresentatives or TooYoungForTool (S5).
    """
    if tool.stopped:
        raise ToolWithdrawn(category=tool.stop_category)
    if tool.document is None:
        raise ToolNotReady(retry_after=2)
    check_usable(tool.document, why_not_opened(tool.document, user.age, represented=user.represented))
    return tool.document


def check_usable(tool: ToolDocument, reason: Misfit | None) -> None:
    """Raises ToolNotForRepresentatives, TooYoungForTool or OutsideTargetGroup."""
    match reason:
        case "representative-not-allowed":
            raise ToolNotForRepresentatives()
        case "below-lowest-age":
            raise TooYoungForTool(minimumAge=tool.minimum_age)
        case "outside-target-group":
            raise OutsideTargetGroup(targetGroups=list(tool.target_groups))


def launch_of(tool: ToolDocument) -> Launch | None:
    """None for a tool that is a plain link."""
    if not tool.login_required or tool.integration.launch_address is None:
        return None
    return Launch(tool.tool_id, tool.supplier.organisation_number, tool.integration.launch_address)
