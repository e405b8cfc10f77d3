"""Finding everybody that somebody may act for, with the answer for each area and why not (S5)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, get_args

from consent_api.acting_for.schemas import ActingFor, AreaState
from consent_api.ages import age_class
from consent_api.areas import Area
from consent_api.persons.models import Child
from consent_api.persons.service import Persons
from consent_api.representation import queries
from consent_api.representation.models import Decision, Pair, Relation, Use, decide
from consent_api.representation.own_access import OwnAccess
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.nationalid import NationalId
from shared.norway import age_on, day_in_norway

AREAS: Final[tuple[Area, ...]] = get_args(Area)
_PAGE: Final = 100


async def find_everybody(
    database: Database, references: CitizenReferences, persons: Persons, me: NationalId, now: datetime
) -> list[ActingFor]:
    """The register is asked now: it alone knows whose parent one is. Raises PersonRegisterUnavailable.

    Not in the access log: nothing is read of those whom it is about, and using the right is logged each time.
    """
    today, reference = day_in_norway(now), references.of(me)
    children = await persons.children_of(me, now)
    async with database.driver() as connection:
        pairs = [await queries.find_pair(connection, reference, child.citizen) for child in children]
        own = [await queries.own_access(connection, child.citizen) for child in children]
    found = [_child(*it, today) for it in zip(children, pairs, own, strict=True)]
    return [it for it in (*found, *await _given(database, reference, today)) if _is_shown(it)]


async def _given(database: Database, me: str, today: date) -> list[ActingFor]:
    """Those in force or to come: what is over is in the list of powers of attorney."""
    powers = await _every_power(database, me)
    received = [it for it in powers if it["holder"] == me and not it["revoked_at"] and it["valid_to"] >= today]
    async with database.driver() as connection:
        pairs = [await queries.find_pair(connection, me, it["giver"]) for it in received]
    return [_giver(power, pair, today) for power, pair in zip(received, pairs, strict=True)]


async def _every_power(database: Database, me: str) -> list[dict[str, Any]]:
    """Page by page: those that are over do not hide one that is in force."""
    found: list[dict[str, Any]] = []
    async with database.reader() as reader:
        while True:
            after = (found[-1]["given_at"], found[-1]["id"]) if found else None
            page = await queries.list_powers(reader, me, after, _PAGE)
            found += page
            if len(page) < _PAGE:
                return found


def _child(child: Child, pair: Pair, own: OwnAccess, today: date) -> ActingFor:
    is_youth = age_class(child.born, today) == "youth"
    areas = _areas("parent", pair, child.born, today)
    return ActingFor(
        relation="parent",
        name=child.name,
        age=age_on(today, child.born),
        own_access=own.granted if is_youth else None,
        areas=areas,
    )


def _giver(power: dict[str, Any], pair: Pair, today: date) -> ActingFor:
    born = pair.represented.born if pair.represented and pair.represented.born else date.min
    areas = _areas("power-of-attorney", pair, born, today)
    return ActingFor(relation="power-of-attorney", name=power["giver_name"], age=None, own_access=None, areas=areas)


def _areas(relation: Relation, pair: Pair, born: date, today: date) -> list[AreaState]:
    decisions = [(area, decide(Use(relation=relation, area=area, act="read"), pair, born, today)) for area in AREAS]
    return [_state(area, decision) for area, decision in decisions]


def _state(area: Area, decision: Decision) -> AreaState:
    return AreaState(area=area, reason=decision.reason, narrowed=decision.narrowed, valid_until=decision.valid_until)


def _is_shown(found: ActingFor) -> bool:
    """Somebody with a confidential address is as good as nobody: the answer does not give away that they are hiding."""
    return not _all_unrelated(found.areas)


def _all_unrelated(areas: Iterable[AreaState]) -> bool:
    return all(it.reason == "no-relation" for it in areas)
