"""Who may act for whom, and in what (S5): the rules, which need no I/O.

What ages say is in `shared.access_rules`; here is what people, days and scopes say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from consent_api.ages import age_class, birthday, start_of
from consent_api.areas import Area, Level, suffices
from consent_api.persons.models import PersonCopy
from shared.access_rules import (
    ADULT_FROM,
    YOUNG_PERSONS_OWN,
    YOUTH_FROM,
    AgeClass,
    Representative,
    is_narrowed,
    why_not_acting,
    why_not_alone,
)

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
    """What is known of somebody who acts, the one they act for, and what ties them; None where nothing is.
    `was_parent` is kept when the child turns 16.
    """

    actor: PersonCopy | None
    actor_level: Level
    represented: PersonCopy | None
    is_parent: bool
    power: Power | None
    was_parent: bool = False


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
    decided = _as_parent(use, pair, born, today) if use.relation == "parent" else _as_holder(use, pair, born, today)
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
    age = age_class(born, today)
    if not pair.is_parent:
        return Decision("relation-ended" if pair.was_parent and age == "adult" else "no-relation")
    if reason := why_not_acting("parent", age, youths_own=_is_youths_own(use)):
        return Decision(reason)
    return Decision(narrowed=is_narrowed(age), valid_until=_turns(born, age))


def _is_youths_own(use: Use) -> bool:
    return use.area in YOUNG_PERSONS_OWN or use.young_persons_own


def _turns(born: date, age: AgeClass) -> datetime:
    """When a child or a young person is that no more."""
    return start_of(birthday(born, YOUTH_FROM if age == "child" else ADULT_FROM))


def _as_holder(use: Use, pair: Pair, born: date, today: date) -> Decision:
    power, age = pair.power, age_class(born, today)
    if power is None:
        return Decision("no-relation")
    who: Representative = "guardian" if power.assigned else "power-of-attorney"
    reason = why_not_acting(who, age, youths_own=_is_youths_own(use))
    if reason == "no-relation":
        return Decision(reason)
    state = power.state(today)
    if state != "in-force":
        return Decision("not-begun" if state == "upcoming" else "ended")
    if use.area not in power.areas:
        return Decision("area-not-covered")
    if use.personal and not power.assigned:
        return Decision("personal")
    if reason:
        return Decision(reason)
    over = start_of(power.valid_to + timedelta(days=1))
    return Decision(None, is_narrowed(age), over if age == "adult" else min(over, _turns(born, age)))


def decide_alone(born: date, has_own_access: bool, today: date) -> Decision:
    """Whether somebody may act for themselves: from 16, and from 12 with a parent's consent and narrower contents."""
    age = age_class(born, today)
    if reason := why_not_alone(age, has_own_access):
        return Decision(reason)
    return Decision() if age == "adult" else Decision(None, is_narrowed(age), _turns(born, age))
