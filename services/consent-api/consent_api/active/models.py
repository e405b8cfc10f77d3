"""Who is digitally active (S2): the rule, which needs no I/O."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from consent_api.areas import Area, Level, suffices
from consent_api.representation.models import YOUNG_PERSONS_OWN

Reason = Literal["deceased", "no-consent", "consent-basis-only", "too-young", "reserved"]
# `independent` are young people of 13 to 15 with an access of their own
Age = Literal["child", "young", "independent", "adult"]

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


@cache
def standing(
    area: Area,
    level: Level,
    age: Age,
    *,
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
    if not suffices(level, area):
        against.append(_SHORTFALL[level])
    if reserved:
        against.append("reserved")
    through_others = represented and not against
    if is_too_young(age, area):
        against.append("too-young")
    return Standing(tuple(against), through_others, assigned and not deceased)


def is_too_young(age: Age, area: Area) -> bool:
    """Under 16, except in what is young people's own for those with an access of their own (S5)."""
    return age != "adult" and not (age == "independent" and area in YOUNG_PERSONS_OWN)


def parents_count(age: Age, area: Area) -> bool:
    """Whether parents can be reached in the child's place."""
    return age == "child" or (age in ("young", "independent") and area not in YOUNG_PERSONS_OWN)
