"""Somebody else, or another window, has changed what one wants to change."""

from dataclasses import dataclass
from typing import Final

CONFLICT: Final = "precondition-failed"


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` is of the field, empty where there is only one."""

    name: str
    saved: str
    chosen: str
