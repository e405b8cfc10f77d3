"""What stands against the use of a citizen's tools: the rule, which needs no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from consent_api.active.models import Reason as OwnReason
from consent_api.active.models import shortfall
from consent_api.areas import Area, Level
from consent_api.persons.models import PersonCopy
from consent_api.representation.models import Decision, Pair, RefusalReason, Relation, Use, decide, decide_alone

Reason: TypeAlias = Literal[OwnReason, RefusalReason]
# of whom no birth date is kept is 16 or over
_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """By citizen references; the one at the screen, and by what right, unless it is the citizen."""

    citizen: str
    area: Area
    actor: str | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the citizen; `person` is None of whom the register has never been asked."""

    level: Level
    person: PersonCopy | None
    has_own_access: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """Given exactly when nothing stands against it. The other two as a decision about representation has them."""

    reasons: Sequence[Reason]
    narrowed: bool
    valid_until: datetime | None


def permit(question: Question, known: Known, pair: Pair | None, today: date) -> Permission:
    """`pair` is of who acts and the citizen, None when that is one person."""
    decision = _acting(question, pair, today) if pair else _alone(known, today)
    reasons = [*_own(question.area, known), *([decision.reason] if decision.reason else [])]
    return Permission(tuple(dict.fromkeys(reasons)), decision.narrowed, decision.valid_until)


def _own(area: Area, known: Known) -> list[Reason]:
    deceased: list[Reason] = ["deceased"] if known.person and known.person.status == "deceased" else []
    return deceased + list(shortfall(known.level, area))


def _acting(question: Question, pair: Pair, today: date) -> Decision:
    assert question.relation is not None  # noqa: S101 - it comes with who acts
    born = pair.represented.born if pair.represented else None
    return decide(Use(relation=question.relation, area=question.area, act="change"), pair, born or _LONG_AGO, today)


def _alone(known: Known, today: date) -> Decision:
    """Whom the register was never asked about is let in by their number where something is opened."""
    born = known.person.born if known.person else None
    return decide_alone(born, known.has_own_access, today) if born else Decision()
