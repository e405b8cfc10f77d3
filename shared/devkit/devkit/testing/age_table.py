"""The table that follows from `shared.access_rules`: people, tools, and what each service answers. Not for images.

`make age-table` prints it. Tests of each service make a row true and ask over HTTP; what consent and registers say is
stated here anew, so that the services are held to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from shared import access_rules
from shared.access_rules import Area, Representative, age_class

Level = Literal["full", "basis", "none"]
YES: Final = "yes"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts for a person. `lacking` is why they cannot although they are who they are, as consent-api says it."""

    who: Representative
    lacking: Literal["actor-consent-too-low", "area-not-covered"] | None = None

    def is_about(self, area: Area) -> bool:
        """What a parent does has no scope; a holder's and a guardian's is health care."""
        return self.who == "parent" or area == "health-care"


@dataclass(frozen=True, slots=True)
class Person:
    """`turns` is whether they turn `years` today; else they turn a year older tomorrow."""

    years: int
    turns: bool
    acting: Acting | None = None
    own_access: bool = False
    level: Level = "full"

    def born(self, today: date) -> date:
        day = today if self.turns else today + timedelta(days=1)
        return day.replace(year=day.year - self.years - (not self.turns))

    @property
    def age(self) -> access_rules.AgeClass:
        return age_class(self.years)

    def is_alone_in(self, area: Area) -> bool:
        return self.level == "full" and access_rules.is_reached_alone(self.age, self.own_access, area)

    def is_reached_through_others(self, area: Area) -> bool:
        if self.level != "full" or self.acting is None or not self.acting.is_about(area):
            return False
        return self.why_not_acting(youths_own=area in access_rules.YOUNG_PERSONS_OWN) is None

    def why_not_alone(self) -> str | None:
        return access_rules.why_not_alone(self.age, self.own_access)

    def why_not_acting(self, *, youths_own: bool) -> str | None:
        """As consent-api answers who asks to act for them."""
        if self.acting is None:
            return "no-relation"
        reason = access_rules.why_not_acting(self.acting.who, self.age, youths_own=youths_own)
        return reason or self.acting.lacking

    def reasons(self, area: Area = "health-care") -> list[str]:
        """As the consent check has it (S2)."""
        shortfall = {"full": [], "basis": ["consent-basis-only"], "none": ["no-consent"]}[self.level]
        old_enough = access_rules.is_reached_alone(self.age, self.own_access, area)
        return shortfall if old_enough else [*shortfall, "too-young"]

    def told(self) -> list[str]:
        """As a look-up tells a practitioner who cannot reach them (P4)."""
        missing = self.why_not_alone()
        reasons = [(missing or it) if it == "too-young" else it for it in self.reasons()]
        nobody = reasons == [missing] and not self.is_reached_through_others("health-care")
        return [*reasons, "no-representative"] if nobody else reasons


@dataclass(frozen=True, slots=True)
class Tool:
    """What a tool asks of who uses it, as `access_rules.ToolRules`."""

    says: str
    minimum_age: int
    target_groups: Sequence[str]
    representative_may_use: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """`YES`, or the code of the refusal; `-` where there is nobody to ask. `add` is also whether all tools lists it.
    Opening is of a tool that they have been sent.
    """

    send: str
    add: str
    open: str
    add_for_them: str
    open_for_them: str


_PARENT, _GUARDIAN = Acting("parent"), Acting("guardian")
_HOLDER, _HOLDER_ELSEWHERE = Acting("power-of-attorney"), Acting("power-of-attorney", "area-not-covered")
_PARENT_BELOW = Acting("parent", "actor-consent-too-low")

PEOPLE: Final = (
    Person(0, True, _PARENT),
    Person(11, False, _PARENT),
    Person(11, False, _PARENT_BELOW),
    Person(11, False, _GUARDIAN),
    Person(11, False),
    Person(11, False, _PARENT, level="basis"),
    Person(12, True, _PARENT),
    Person(12, True, _PARENT_BELOW),
    Person(12, True, _GUARDIAN),
    Person(12, True),
    Person(12, True, _PARENT, own_access=True),
    Person(12, True, _PARENT_BELOW, own_access=True),
    Person(15, False, _PARENT, own_access=True),
    Person(15, False, _PARENT, own_access=True, level="none"),
    Person(16, True, _PARENT),
    Person(16, True),
    Person(18, True, _HOLDER),
    Person(18, True, _HOLDER_ELSEWHERE),
    Person(18, True, _GUARDIAN),
    Person(18, True, _HOLDER, level="basis"),
)
_NAMED: Final = {"child": "children", "youth": "young", "adult": "adults"}
_OTHERS: Final = {"child": ["adults"], "youth": ["children"], "adult": ["children"]}


def tools_for(person: Person) -> Iterator[Tool]:
    """The kinds of tool that are told apart: by lowest age, target groups, and whether a representative may use it."""
    own, others, years = [_NAMED[person.age]], _OTHERS[person.age], person.years
    yield Tool("made for the age, lowest age reached", years, own, True)
    yield Tool("the same, for the person alone", years, own, False)
    yield Tool("lowest age a year above", years + 1, own, True)
    yield Tool("made for another age", years, others, True)
    yield Tool("made for another age and for parents", years, [*others, "parents"], True)
    yield Tool("its target groups name no age", years, ["relatives"], False)


def answers(person: Person, tool: Tool) -> Answers:
    if person.level != "full":
        return Answers("patient-not-digitally-active", *_hidden(person, tool))
    return Answers(
        _send(person, tool),
        person.why_not_alone() or _used(tool, person, represented=False),
        person.why_not_alone() or _opened(tool, person, represented=False),
        *_for_them(person, tool),
    )


def _hidden(person: Person, tool: Tool) -> tuple[str, str, str, str]:
    """S6: who may ask is told that the tools are hidden."""
    alone = person.why_not_alone() or "tools-hidden"
    if person.acting is None:
        return alone, alone, "-", "-"
    add = person.why_not_acting(youths_own=True) or "tools-hidden"
    return alone, alone, add, _kept_from(person, tool) or "tools-hidden"


def _send(person: Person, tool: Tool) -> str:
    alone, through = person.is_alone_in("health-care"), person.is_reached_through_others("health-care")
    reason = access_rules.why_not_received(tool, person.years, alone=alone, through_others=through)
    inactive = "patient-not-digitally-active"
    said = {
        None: YES,
        "not-digitally-active": inactive,
        "representative-not-allowed": inactive,
        "below-lowest-age": "patient-too-young",
        "outside-target-group": "patient-outside-target-group",
    }
    return said[reason]


_SAID: Final = {
    None: YES,
    "representative-not-allowed": "tool-not-for-representatives",
    "below-lowest-age": "too-young-for-tool",
    "outside-target-group": "outside-target-group",
}


def _used(tool: Tool, person: Person, *, represented: bool) -> str:
    return _SAID[access_rules.why_not_used(tool, person.years, represented=represented)]


def _opened(tool: Tool, person: Person, *, represented: bool) -> str:
    return _SAID[access_rules.why_not_opened(tool, person.years, represented=represented)]


def _for_them(person: Person, tool: Tool) -> tuple[str, str]:
    if person.acting is None:
        return "-", "-"
    add = person.why_not_acting(youths_own=True) or _used(tool, person, represented=True)
    return add, _kept_from(person, tool) or _opened(tool, person, represented=True)


def _kept_from(person: Person, tool: Tool) -> str | None:
    """Why who acts for the person does not see a tool that was sent to them."""
    unseen = person.age == "youth" and not access_rules.is_seen_of_youth(tool, prescribed=True)
    return person.why_not_acting(youths_own=False) or ("tool-not-in-my-tools" if unseen else None)


def name_of(person: Person) -> str:
    """In a few words, for a table and for the names of tests."""
    age = f"turns {person.years} today" if person.turns else f"{person.years}, turns {person.years + 1} tomorrow"
    own = ", own access" if person.own_access else ""
    return f"{age}{own}, {_acting(person.acting)}" + ("" if person.level == "full" else f", consent {person.level}")


def _acting(acting: Acting | None) -> str:
    if acting is None:
        return "nobody acts"
    who = {"parent": "a parent", "power-of-attorney": "a holder", "guardian": "a guardian"}[acting.who]
    lacking = {None: "", "actor-consent-too-low": " below full consent", "area-not-covered": " in another area"}
    return who + lacking[acting.lacking]
