"""Who may act for whom, and in what (S5): the rules, which need no I/O.

age of the represented   parent                                  power of attorney
0-11                     everything                              cannot be given
12-15                    all but what is the young person's own  cannot be given
16 and over              no longer                               what it covers, while it lasts
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from consent_api.ages import ADULT_FROM, OWN_ACCESS_FROM, YOUNG_FROM, AgeClass, age_class, birthday, is_aged, start_of
from consent_api.areas import Area, Level, suffices
from consent_api.persons.models import PersonCopy

Relation = Literal["parent", "power-of-attorney"]
Act = Literal["read", "change"]
RefusalReason = Literal[
    "no-relation",
    "relation-ended",
    "not-begun",
    "ended",
    "area-not-covered",
    "young-persons-own",
    "actor-consent-too-low",
    "deceased",
    "personal",
    "too-young",
    "own-access-missing",
]
PowerState = Literal["upcoming", "in-force", "ended", "revoked"]

# what is the young person's own from the age of 12: parents neither see it nor act in it
YOUNG_PERSONS_OWN: Final[frozenset[Area]] = frozenset({"youth"})


@dataclass(frozen=True, slots=True)
class Acting:
    """Whose consent, reservations and log a request is about, and who makes it; the same person for themselves."""

    citizen: str
    actor: str
    relation: Relation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What somebody is about to do on another's behalf; `relation` is as their token says.

    `personal` is what everyone must do themselves unless they cannot: closed to ordinary powers of attorney.
    `young_persons_own` is what parents of those over 12 have no part in. The client is who asks, None for ourselves.
    """

    relation: Relation
    area: Area
    act: Act
    personal: bool = False
    young_persons_own: bool = False
    client_id: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """A power of attorney. `assigned` is one that was not given by the person, who cannot decide for themselves."""

    areas: Sequence[Area]
    valid_from: date
    valid_to: date
    revoked: bool
    assigned: bool

    def state(self, today: date) -> PowerState:
        if self.revoked:
            return "revoked"
        if today < self.valid_from:
            return "upcoming"
        return "in-force" if today <= self.valid_to else "ended"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of somebody who acts, the one they act for, and what ties them; None where nothing is."""

    actor: PersonCopy | None
    actor_level: Level
    represented: PersonCopy | None
    is_parent: bool
    power: Power | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`narrowed`: a young person's contents are fewer, for themselves and for their parents. `valid_until` is when the
    permission ends or changes by itself; it may be taken back before.
    """

    reason: RefusalReason | None = None
    narrowed: bool = False
    valid_until: datetime | None = None

    @property
    def allowed(self) -> bool:
        return self.reason is None


def decide(use: Use, pair: Pair, born: date, today: date) -> Decision:
    """`born` is the represented person's birth date. The weightiest reason is given.

    A confidential address is not told from having nothing to do with each other: the answer must not give away that
    somebody is in hiding.
    """
    actor, represented = pair.actor, pair.represented
    if actor is None or represented is None or not _both_can(actor, represented):
        return Decision("no-relation")
    decided = _as_parent(use, pair, born, today) if use.relation == "parent" else _as_holder(use, pair, today)
    if decided.reason == "no-relation":
        return decided
    if "deceased" in (actor.status, represented.status):
        return Decision("deceased")
    if decided.allowed and not suffices(pair.actor_level, use.area):
        return Decision("actor-consent-too-low")
    return decided


def _both_can(*people: PersonCopy) -> bool:
    return not any(person.confidential or person.status == "unknown" for person in people)


def _as_parent(use: Use, pair: Pair, born: date, today: date) -> Decision:
    if not pair.is_parent:
        return Decision("no-relation")
    age: AgeClass = age_class(born, today)
    if age == "adult":
        return Decision("relation-ended")
    if age == "child":
        return Decision(valid_until=start_of(birthday(born, YOUNG_FROM)))
    if use.area in YOUNG_PERSONS_OWN or use.young_persons_own:
        return Decision("young-persons-own")
    return Decision(narrowed=True, valid_until=start_of(birthday(born, ADULT_FROM)))


def _as_holder(use: Use, pair: Pair, today: date) -> Decision:
    power = pair.power
    if power is None:
        return Decision("no-relation")
    state = power.state(today)
    if state != "in-force":
        return Decision("not-begun" if state == "upcoming" else "ended")
    if use.area not in power.areas:
        return Decision("area-not-covered")
    if use.personal and not power.assigned:
        return Decision("personal")
    return Decision(valid_until=start_of(power.valid_to + timedelta(days=1)))


def decide_alone(born: date, has_own_access: bool, today: date) -> Decision:
    """Whether somebody may act for themselves: from 16, and from 13 with a parent's consent and narrower contents."""
    if is_aged(born, ADULT_FROM, today):
        return Decision()
    if not is_aged(born, OWN_ACCESS_FROM, today):
        return Decision("too-young")
    if not has_own_access:
        return Decision("own-access-missing")
    return Decision(narrowed=True, valid_until=start_of(birthday(born, ADULT_FROM)))
