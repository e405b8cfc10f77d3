"""Asking the person register, and writing down what it says: changes of it are changes of who is digitally active."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.ages import is_aged
from consent_api.feed.writing import lock, note
from consent_api.persons import queries
from consent_api.persons.models import Child, PersonCopy, RegisterAnswer, Status
from consent_api.persons.register import PersonRegister, RegisteredPerson
from shared import outbox
from shared.access_rules import ADULT_FROM
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.errors import DomainError
from shared.events import RepresentationChanged
from shared.nationalid import NationalId
from shared.norway import day_in_norway

_KEEP: Final = text(
    """
    INSERT INTO person AS p (citizen, status, confidential, born, next_turn, checked_at)
    SELECT * FROM unnest(
        CAST(:citizens AS text[]), CAST(:statuses AS text[]), CAST(:confidential AS boolean[]), CAST(:born AS date[]),
        CAST(:turns AS date[]), CAST(:checked AS timestamptz[])
    )
    ON CONFLICT (citizen) DO UPDATE SET
        status = excluded.status, confidential = excluded.confidential, born = excluded.born,
        next_turn = excluded.next_turn, checked_at = excluded.checked_at
    WHERE p.checked_at <= excluded.checked_at
    RETURNING citizen
    """
)
_TIE: Final = text(
    """
    INSERT INTO parent AS p (child, parent, active, version, changed_at)
    VALUES (:child, :parent, :active, 1, :now)
    ON CONFLICT (child, parent) DO UPDATE SET
        active = excluded.active, version = p.version + 1, changed_at = excluded.changed_at
    RETURNING version
    """
)


class Persons:
    """The copy of the register. `references` and `allow_synthetic` are as everywhere in this service."""

    def __init__(
        self, database: Database, register: PersonRegister, references: CitizenReferences, *, allow_synthetic: bool
    ) -> None:
        self._database = database
        self._register = register
        self._references = references
        self._allow_synthetic = allow_synthetic

    async def refresh(self, people: Mapping[str, NationalId], now: datetime) -> Mapping[str, str]:
        """Brings the copy of these, by reference, up to date, and that of the parents of the children among them.

        Returns their names, which are not kept. Raises PersonRegisterUnavailable. No connection is held while the
        register is asked.
        """
        answer = await self._ask(people, now)
        async with self._database.session() as session:
            await keep(session, answer, now)
        return answer.names

    async def children_of(self, parent: NationalId, now: datetime) -> list[Child]:
        """Those under 16, the youngest first, as the register says now; the copy is brought up to date with them.

        Raises PersonRegisterUnavailable.
        """
        today, reference = day_in_norway(now), self._references.of(parent)
        found = await self._look_up({reference: parent})
        written = found[reference].children if reference in found else ()
        answer = await self._ask(self._known(written, today) | {reference: parent}, now)
        async with self._database.session() as session:
            await keep(session, answer, now)
        children = [
            Child(citizen, answer.names[citizen], copy.born)
            for citizen, copy in answer.people.items()
            if copy.born is not None and reference in answer.parents.get(citizen, ())
        ]
        return sorted(children, key=lambda child: (child.born, child.name), reverse=True)

    async def _ask(self, people: Mapping[str, NationalId], now: datetime) -> RegisterAnswer:
        today = day_in_norway(now)
        found = await self._look_up(people)
        parents = {
            citizen: self._parents(person, today)
            for citizen, person in found.items()
            if not is_aged(person.birth_date, ADULT_FROM, today)
        }
        others = {parent: number for pair in parents.values() for parent, number in pair.items()}
        others = {parent: number for parent, number in others.items() if parent not in people}
        if others:
            found |= await self._look_up(others)
        copies = {citizen: _copy(citizen, found.get(citizen), today, now) for citizen in (*people, *others)}
        names = {citizen: person.name for citizen, person in found.items()}
        return RegisterAnswer(copies, {child: frozenset(pair) for child, pair in parents.items()}, names)

    async def _look_up(self, people: Mapping[str, NationalId]) -> dict[str, RegisteredPerson]:
        numbers = {number.reveal(): citizen for citizen, number in people.items()}
        found = await self._register.look_up(list(numbers))
        return {numbers[person.national_id]: person for person in found if person.national_id in numbers}

    def _parents(self, person: RegisteredPerson, today: date) -> dict[str, NationalId]:
        """By reference."""
        return self._known(person.parents, today)

    def _known(self, numbers: Iterable[str], today: date) -> dict[str, NationalId]:
        """By reference. A number that is none of ours is passed over."""
        found = {}
        for written in numbers:
            try:
                number = NationalId.parse(written, allow_synthetic=self._allow_synthetic, on=today)
            except DomainError:
                continue
            found[self._references.of(number)] = number
        return found


def _copy(citizen: str, person: RegisteredPerson | None, today: date, now: datetime) -> PersonCopy:
    if person is None:
        return PersonCopy(citizen, "unknown", False, None, now)
    status: Status = "deceased" if person.status == "deceased" else "living"
    return PersonCopy.of(citizen, status, person.confidential_address, person.birth_date, today, now)


async def keep(session: AsyncSession, answer: RegisterAnswer, now: datetime) -> None:
    """Writes what the register has said, unless something newer is known, and tells what has changed by it."""
    changed = await _changed(session, answer)
    if changed:
        await lock(session, changed)
    kept = await _keep_copies(session, list(answer.people.values()), now)
    tied = {child: parents for child, parents in answer.parents.items() if child in kept}
    retied = await _tie(session, tied, now)
    if concerned := (changed & kept) | retied:
        await note(session, concerned, now)


async def _changed(session: AsyncSession, answer: RegisterAnswer) -> set[str]:
    """Those about whom the register says something else than before, with the parents whose ties change.

    Nothing known before is as good as a living person without protection and without parents.
    """
    before = await queries.lock_persons(session, answer.people)
    changed = {copy.citizen for copy in answer.people.values() if _differs(before.get(copy.citizen), copy)}
    ties = await queries.parents_in(session, answer.parents)
    for child, parents in answer.parents.items():
        if moved := parents ^ ties.get(child, set()):
            changed |= {child, *moved}
    return changed


def _differs(before: PersonCopy | None, after: PersonCopy) -> bool:
    known = (before.status, before.confidential) if before else ("living", False)
    return known != (after.status, after.confidential)


async def _keep_copies(session: AsyncSession, copies: list[PersonCopy], now: datetime) -> set[str]:
    """Returns those whose copy was not newer already. In one order, so that two who write the same do not entangle."""
    today = day_in_norway(now)
    copies = sorted(copies, key=lambda copy: copy.citizen)
    values = {
        "citizens": [copy.citizen for copy in copies],
        "statuses": [copy.status for copy in copies],
        "confidential": [copy.confidential for copy in copies],
        "born": [copy.born for copy in copies],
        "turns": [copy.next_turn(today) for copy in copies],
        "checked": [copy.checked_at for copy in copies],
    }
    return set((await session.execute(_KEEP, values)).scalars())


async def _tie(session: AsyncSession, parents: Mapping[str, frozenset[str]], now: datetime) -> set[str]:
    """Returns the children whose parents are others than before; each tie made or ended is an event (S5)."""
    before = await queries.parents_in(session, parents)
    retied = set()
    for child, wanted in parents.items():
        for parent in wanted ^ before.get(child, set()):
            retied.add(child)
            await set_parent(session, child, parent, parent in wanted, now)
    return retied


async def set_parent(session: AsyncSession, child: str, parent: str, active: bool, now: datetime) -> None:
    values = {"child": child, "parent": parent, "active": active, "now": now}
    version = (await session.execute(_TIE, values)).scalar_one()
    event = RepresentationChanged(
        citizen=child, version=version, changed_at=now, representative=parent, relation="parent", active=active
    )
    await outbox.add(session, event, now)
