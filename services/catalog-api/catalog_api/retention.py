"""How long this service's tables keep their rows (0051)."""

from typing import Final

from shared.retention import SEARCH, SHARED, Kept, Rules

_HISTORY: Final = Kept("not purged: the catalogue and its history; staff and suppliers, no patients")

RETENTION: Final[Rules] = {
    **SHARED,
    **SEARCH,
    **dict.fromkeys(("tool", "tool_revision", "tool_change", "submission", "tool_step", "image"), _HISTORY),
}
