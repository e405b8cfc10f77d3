"""Who is digitally active (S2): the rule, which needs no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from consent_api.areas import Area, Level, suffices
from shared.access_rules import YOUNG_PERSONS_OWN, AgeClass, Representative, is_reached_alone, why_not_acting

Reason = Literal["deceased", "no-consent", "consent-basis-only", "too-young", "reserved"]

_SHORTFALL: Final[dict[Level, Reason]] = {"none": "no-consent", "basis": "consent-basis-only"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Active exactly when there is no reason against it. `through_others` is whether somebody who may act for the
    person can be reached in their place; `assigned` whether that is because the person cannot decide for themselves.
    """

    reasons: tuple[Reason, ...]
    through_others: bool = False
    assigned: bool = False

    @property
    def active(self) -> bool:
        return not self.reasons


def shortfall(level: Level, area: Area) -> Sequence[Reason]:
    """Why the level is too low, or nothing."""
    return () if suffices(level, area) else (_SHORTFALL[level],)


@cache
def standing(
    area: Area,
    level: Level,
    age: AgeClass,
    *,
    own_access: bool = False,
    deceased: bool = False,
    reserved: bool = False,
    represented: bool = False,
    assigned: bool = False,
) -> Standing:
    """Every condition that fails is named, so that all can be passed on at once (S2, P4).

    Whoever has died, has not consented or is reserved is not reached through others either; being too young is what
    others make up for.
    """
    against: list[Reason] = []
    if deceased:
        against.append("deceased")
    against += shortfall(level, area)
    if reserved:
        against.append("reserved")
    through_others = represented and not against
    if not is_reached_alone(age, own_access, area):
        against.append("too-young")
    return Standing(tuple(against), through_others, assigned and not deceased)


def counts(who: Representative, age: AgeClass, area: Area) -> bool:
    """Whether such representatives can be reached in the person's place."""
    return why_not_acting(who, age, youths_own=area in YOUNG_PERSONS_OWN) is None
