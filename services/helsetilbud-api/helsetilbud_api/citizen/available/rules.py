"""What a citizen may use (M1, M2): pure, over a tool's document.

A tool is shown to who has it, and to everyone it is open to: it is for the whole country, and is for somebody of the
citizen's age, used by who is there (`shared.access_rules`, S5). It is added by the same, if it needs no prescription.
"""

from dataclasses import dataclass

from helsetilbud_api.citizen.errors import (
    PrescriptionRequired,
    ToolAlreadyAdded,
    ToolNotFound,
    ToolWithdrawn,
)
from helsetilbud_api.citizen.models import User, check_shown, check_usable
from shared.access_rules import why_not_used
from shared.events.catalog import ToolDocument


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool as the copy of the catalogue has it. `document` is None while only its stop is known."""

    document: ToolDocument | None
    stopped: bool
    stop_category: str | None
    mine: bool
    level: str | None


def check_addable(tool: Offered | None, user: User) -> ToolDocument:
    """Raises ToolNotFound, what `check_shown` does, ToolWithdrawn, ToolAlreadyAdded, and what `_check_open_to` does."""
    if tool is None or tool.document is None or not tool.document.national:
        raise ToolNotFound()
    check_shown(tool.level)
    if tool.stopped:
        raise ToolWithdrawn(category=tool.stop_category)
    if tool.mine:
        raise ToolAlreadyAdded()
    _check_open_to(tool.document, user)
    return tool.document


def _check_open_to(tool: ToolDocument, user: User) -> None:
    """Raises PrescriptionRequired, and what `check_usable` does."""
    if tool.prescription_required:
        raise PrescriptionRequired()
    check_usable(tool, why_not_used(tool, user.age, represented=user.represented))
