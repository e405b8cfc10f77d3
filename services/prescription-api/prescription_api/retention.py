"""How long this service's tables keep their rows (0051)."""

from typing import Final

from shared.retention import FOLLOWING, SEARCH, SHARED, Kept, Rules

_COPY: Final = Kept("a copy of another service's, as long as it is there")

RETENTION: Final[Rules] = {
    **SHARED,
    **FOLLOWING,
    **SEARCH,
    "prescription": Kept("as long as the citizen is known"),
    "tool_copy": _COPY,
    "catalogue_position": _COPY,
    "access_log": Kept("5 years, by partition (P13)"),
}
