"""Counts of a list that its author put together: nobody on it may be found in them by adding one person more (0056)."""

from collections.abc import Mapping
from typing import Final

FEWEST: Final = 5
OTHER: Final = "other"
# what the author knows, and nothing about anybody
_KNOWN: Final = frozenset({"had-before", "campaign-stopped"})


def in_fives(counts: Mapping[str, int]) -> dict[str, int]:
    """Each rounded down to whole fives, and all that is left over as `other`: the sum is what it was."""
    told = {name: count if name in _KNOWN else count - count % FEWEST for name, count in counts.items()}
    told[OTHER] = told.get(OTHER, 0) + sum(counts.values()) - sum(told.values())
    return {name: count for name, count in told.items() if count}
