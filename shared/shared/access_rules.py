"""Who may use which tool: by age, by who acts, and by the tool (S5, P4, K1). One rule for all services, without I/O.

age      alone                        a parent                     power of attorney   guardian
0-11     no                           everything                   cannot be given     everything in scope
12-15    where a parent has said yes  all but the youth's own      cannot be given     as a parent, in scope
16-      yes                          no longer                    what it covers      everything in scope

A guardian holds a power of attorney that was assigned, because the person cannot decide. `make age-table` prints what
follows from these rules for each kind of person and tool; docs/age-table.md is what it printed last.
"""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

AgeClass = Literal["child", "youth", "adult"]
Area = Literal["health-care", "youth", "research", "administration"]
Representative = Literal["parent", "power-of-attorney", "guardian"]
NotAlone = Literal["too-young", "own-access-missing"]
NotActing = Literal["no-relation", "relation-ended", "young-persons-own"]
Misfit = Literal["representative-not-allowed", "below-lowest-age", "outside-target-group"]
NotReceived = Literal["not-digitally-active"] | Misfit

YOUTH_FROM: Final = 12
ADULT_FROM: Final = 16
HOLDER_FROM: Final = 18

# what is the young person's own from the age of 12: parents neither see it nor act in it
YOUNG_PERSONS_OWN: Final[frozenset[Area]] = frozenset({"youth"})
# what young people with an access of their own are reached in; of the rest they are too young to be asked
OWN_ACCESS: Final[frozenset[Area]] = frozenset({"health-care", "youth"})

# Target groups that name an age; the others (parents, the pregnant, relatives) say who somebody is. From 16 on what a
# tool is for is information: nobody is kept from a tool for the elderly, or from a child's tool to use with a child.
_GROUPS_OF: Final[dict[AgeClass, frozenset[str]]] = {
    "child": frozenset({"children"}),
    "youth": frozenset({"young"}),
    "adult": frozenset({"adults", "elderly"}),
}
AGE_GROUPS: Final[frozenset[str]] = frozenset().union(*_GROUPS_OF.values())
_OF_PARENTS: Final = frozenset({"parents"})


class ToolRules(Protocol):
    """What a tool asks of who uses it (K1), as `shared.events.catalog.ToolDocument` has it."""

    @property
    def minimum_age(self) -> int: ...
    @property
    def target_groups(self) -> Sequence[str]: ...
    @property
    def representative_may_use(self) -> bool: ...


def age_class(years: int) -> AgeClass:
    """Of whole years: `shared.norway.age_on` with the day in Norway. The birthday itself counts."""
    return "adult" if years >= ADULT_FROM else "youth" if years >= YOUTH_FROM else "child"


def why_not_alone(age: AgeClass, own_access: bool) -> NotAlone | None:
    """What keeps somebody from acting for themselves."""
    if age == "adult" or (age == "youth" and own_access):
        return None
    return "own-access-missing" if age == "youth" else "too-young"


def is_reached_alone(age: AgeClass, own_access: bool, area: Area) -> bool:
    """Old enough to be reached in this area themselves; consent is another matter."""
    return why_not_alone(age, own_access) is None and (age == "adult" or area in OWN_ACCESS)


def why_not_acting(who: Representative, age: AgeClass, *, youths_own: bool) -> NotActing | None:
    """What keeps a representative from acting for somebody of this age, in what is the youth's own or not."""
    if age == "adult":
        return "relation-ended" if who == "parent" else None
    if who == "power-of-attorney":
        return "no-relation"
    return "young-persons-own" if age == "youth" and youths_own else None


def is_narrowed(age: AgeClass) -> bool:
    """A young person's contents are fewer, for themselves and for who acts for them."""
    return age == "youth"


def fitting_groups(age: AgeClass, *, represented: bool) -> frozenset[str] | None:
    """A tool that names ages names one of these, when it is for this person; None where any will do."""
    if age == "adult":
        return None
    return _GROUPS_OF[age] | _OF_PARENTS if represented else _GROUPS_OF[age]


def is_for(groups: Sequence[str], age: AgeClass, *, represented: bool) -> bool:
    """Whether a tool of these target groups is for somebody of this age. One that names no age is for every age."""
    fitting = fitting_groups(age, represented=represented)
    return fitting is None or AGE_GROUPS.isdisjoint(groups) or not fitting.isdisjoint(groups)


def why_not_used(tool: ToolRules, years: int, *, represented: bool) -> Misfit | None:
    """What keeps a tool from being taken into use by the person, or by somebody for them."""
    if reason := why_not_opened(tool, years, represented=represented):
        return reason
    fits = is_for(tool.target_groups, age_class(years), represented=represented)
    return None if fits else "outside-target-group"


def why_not_opened(tool: ToolRules, years: int, *, represented: bool) -> Misfit | None:
    """As `why_not_used`, of a tool they have. Its target group is asked when it is received and not again: who turns 12
    in the middle of a child's programme goes on with it.
    """
    if represented and not tool.representative_may_use:
        return "representative-not-allowed"
    return "below-lowest-age" if years < tool.minimum_age else None


def why_not_received(tool: ToolRules, years: int, *, alone: bool, through_others: bool) -> NotReceived | None:
    """What keeps a tool from being sent to somebody who is digitally active alone, through others, or both (P4)."""
    ways = [represented for represented, open_ in ((False, alone), (True, through_others)) if open_]
    if not ways:
        return "not-digitally-active"
    found = [why_not_used(tool, years, represented=represented) for represented in ways]
    return None if None in found else found[0]


def is_seen_of_youth(tool: ToolRules, *, prescribed: bool) -> bool:
    """Whether who acts for somebody of 12 to 15 sees that they have the tool: what was sent to be used with them."""
    return prescribed and tool.representative_may_use
