"""What is kept of the person register, by citizen reference: who has died, who is protected, who is whose parent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Self

from consent_api.ages import birthday, is_aged, next_turn
from shared.access_rules import ADULT_FROM
from shared.nationalid import NationalId

Status = Literal["living", "deceased", "unknown"]


class PersonCopy(NamedTuple):
    """`unknown` is a number that the register does not have. `born` is kept for those under 16, and forgotten then."""

    citizen: str
    status: Status
    confidential: bool
    born: date | None
    checked_at: datetime

    @classmethod
    def of(
        cls, citizen: str, status: Status, confidential: bool, birth_date: date, today: date, checked_at: datetime
    ) -> Self:
        born = None if is_aged(birth_date, ADULT_FROM, today) else birth_date
        return cls(citizen, status, confidential, born, checked_at)

    def is_fresh(self, now: datetime, fresh: timedelta) -> bool:
        return now - self.checked_at < fresh

    @property
    def can_be_represented(self) -> bool:
        return self.status == "living" and not self.confidential

    def next_turn(self, today: date) -> date | None:
        return next_turn(self.born, today) if self.born else None


class Child(NamedTuple):
    """Somebody under 16. The name is the register's and is not kept."""

    citizen: str
    name: str
    born: date


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """`parents` has an entry, perhaps empty, for every child that was asked about."""

    people: Mapping[str, PersonCopy]
    parents: Mapping[str, frozenset[str]]
    names: Mapping[str, str]


def birth_date_of(national_id: NationalId, copy: PersonCopy | None, today: date) -> date:
    """A number of the series of 2032 does not tell its century; the register does.

    Until the register has been asked, the later century is taken: at worst somebody very old is called too young.
    """
    read = national_id.birth_date
    if national_id.century_known or copy is None or copy.status == "unknown":
        return read
    if copy.born is not None:
        return copy.born
    return read if is_aged(read, ADULT_FROM, today) else birthday(read, -100)
