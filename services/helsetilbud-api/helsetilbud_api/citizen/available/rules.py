"""What a citizen may use (M1, M2): pure, over a tool's document.

A tool is available to who has it, and to everyone it is open to: it is for the whole country, needs no prescription,
and the citizen is old enough. Somebody who acts for the citizen has those of them that allow it (S5).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from helsetilbud_api.citizen.errors import (
    PrescriptionRequired,
    ToolAlreadyAdded,
    ToolNotForRepresentatives,
    ToolNotFound,
    ToolsHidden,
    ToolWithdrawn,
    TooYoungForTool,
)
from helsetilbud_api.citizen.models import HIDING
from shared.auth import Citizen
from shared.events.catalog import ToolDocument
from shared.norway import age_on, day_in_norway


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
class Offered:
    """A tool as the copy of the catalogue has it. `document` is None while only its stop is known."""

    document: ToolDocument | None
    stopped: bool
    stop_category: str | None
    mine: bool
    level: str | None


def check_addable(tool: Offered | None, user: User) -> ToolDocument:
    """Raises ToolNotFound, ToolsHidden, ToolWithdrawn, ToolAlreadyAdded, and what `_check_open_to` does."""
    if tool is None or tool.document is None or not tool.document.national:
        raise ToolNotFound()
    check_shown(tool)
    if tool.stopped:
        raise ToolWithdrawn(category=tool.stop_category)
    if tool.mine:
        raise ToolAlreadyAdded()
    _check_open_to(tool.document, user)
    return tool.document


def check_shown(tool: Offered | None) -> None:
    """Raises ToolsHidden, whatever the tool is (S6)."""
    if tool and (reason := HIDING.get(tool.level)):
        raise ToolsHidden(reason=reason)


def _check_open_to(tool: ToolDocument, user: User) -> None:
    """Raises PrescriptionRequired, TooYoungForTool or ToolNotForRepresentatives."""
    if tool.prescription_required:
        raise PrescriptionRequired()
    if user.age < tool.minimum_age:
        raise TooYoungForTool(minimumAge=tool.minimum_age)
    if user.represented and not tool.representative_may_use:
        raise ToolNotForRepresentatives()
