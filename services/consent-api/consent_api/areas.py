"""What people are to be reached for, and the level of consent that each area asks for."""

from typing import Final, Literal

Level = Literal["none", "basis", "full"]
Area = Literal["health-care", "youth", "research", "administration"]

# Code system 7618: health care (3), administration (4) and secondary use (5) ask for Full. What youth (6) asks for is
# not published, and the strictest is the safe reading. Registers (1, Basis) and the patient record (2, Basis+) are
# served elsewhere, so nobody is reached here with less than Full.
NEEDED_LEVEL: Final[dict[Area, Level]] = {
    "health-care": "full",
    "youth": "full",
    "research": "full",
    "administration": "full",
}
_RANK: Final[dict[Level, int]] = {"none": 0, "basis": 1, "full": 2}


def suffices(level: Level, area: Area) -> bool:
    return _RANK[level] >= _RANK[NEEDED_LEVEL[area]]


def sufficient_levels(area: Area) -> list[Level]:
    return [level for level in _RANK if suffices(level, area)]
