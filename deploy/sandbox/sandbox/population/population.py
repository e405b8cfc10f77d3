"""Everybody who exists in the sandbox, held in memory and found by dictionary look-up."""

import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from sandbox.population.models import (
    CitizenRecord,
    OrganisationRecord,
    PractitionerRecord,
    RefusedNumber,
    Relations,
    StaffRecord,
)

Shape = TypeVar("Shape")


class Population:
    """The people of the data files never change; generated ones come and go (`add`, `forget_generated`)."""

    def __init__(
        self,
        citizens: Iterable[CitizenRecord],
        practitioners: Iterable[PractitionerRecord],
        staff: Iterable[StaffRecord],
        organisations: Iterable[OrganisationRecord],
        relations: Relations,
        tools: list[dict[str, Any]],
        refused: Iterable[RefusedNumber] = (),
    ) -> None:
        self.citizens = {citizen.national_id: citizen for citizen in citizens}
        self.practitioners = {practitioner.hpr_number: practitioner for practitioner in practitioners}
        self.staff = {person.national_id: person for person in staff}
        self.organisations = {organisation.organisation_number: organisation for organisation in organisations}
        self.relations = relations
        self.tools = tools
        self.refused = tuple(refused)
        self.generated: dict[str, CitizenRecord] = {}
        self._parents = _parents(self.citizens.values())
        self._practitioner_by_national_id = {p.national_id: p for p in self.practitioners.values()}

    @classmethod
    def read(cls, directory: Path) -> "Population":
        return cls(
            _read(directory / "citizens.json", TypeAdapter(list[CitizenRecord])),
            _read(directory / "practitioners.json", TypeAdapter(list[PractitionerRecord])),
            _read(directory / "staff.json", TypeAdapter(list[StaffRecord])),
            _read(directory / "organisations.json", TypeAdapter(list[OrganisationRecord])),
            _read(directory / "relations.json", TypeAdapter(Relations)),
            _read(directory / "tools.json", TypeAdapter(list[dict[str, Any]])),
            _read(directory / "refused-numbers.json", TypeAdapter(list[RefusedNumber])),
        )

    def person(self, national_id: str) -> CitizenRecord | None:
        return self.citizens.get(national_id) or self.generated.get(national_id)

    def practitioner(self, hpr_number: str) -> PractitionerRecord | None:
        return self.practitioners.get(hpr_number)

    def practitioner_with(self, national_id: str) -> PractitionerRecord | None:
        return self._practitioner_by_national_id.get(national_id)

    def employee(self, national_id: str) -> PractitionerRecord | StaffRecord | None:
        """Somebody who is at work when they log in."""
        return self.practitioner_with(national_id) or self.staff.get(national_id)

    def name_of(self, national_id: str) -> str | None:
        known = self.person(national_id) or self.employee(national_id)
        return known.name if known else None

    def parents_of(self, national_id: str) -> list[str]:
        """Those with parental responsibility."""
        return self._parents.get(national_id, [])

    def organisations_of(self, kind: str) -> list[OrganisationRecord]:
        return [organisation for organisation in self.organisations.values() if organisation.kind == kind]

    def health_bodies(self) -> list[OrganisationRecord]:
        """Those that assure tools: bodies made for it, and whoever else vouches for one."""
        vouching = {tool["healthBody"]["organisationNumber"] for tool in self.tools}
        return [
            it for it in self.organisations.values() if it.kind == "health-body" or it.organisation_number in vouching
        ]

    def office(self, her_id: int) -> OrganisationRecord | None:
        return next((it for it in self.organisations_of("gp-office") if it.her_id == her_id), None)

    def represented_by(self, national_id: str) -> list[CitizenRecord]:
        """Children, and givers of powers of attorney. Whether one still holds, the consent service decides."""
        acting = self.person(national_id)
        givers = (power.giver for power in self.relations.powers_of_attorney if power.holder == national_id)
        return self.known_among((*(acting.children if acting else ()), *givers))

    def known_among(self, national_ids: Iterable[str]) -> list[CitizenRecord]:
        found = map(self.person, dict.fromkeys(national_ids))
        return [person for person in found if person]

    def national_ids(self) -> set[str]:
        return set(chain(self.citizens, self._practitioner_by_national_id, self.staff, self.generated))

    def add(self, people: Iterable[CitizenRecord]) -> None:
        self.generated.update((person.national_id, person) for person in people)

    def forget_generated(self) -> None:
        self.generated.clear()


def _parents(citizens: Iterable[CitizenRecord]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for citizen in citizens:
        for child in citizen.children:
            found.setdefault(child, []).append(citizen.national_id)
    return found


def _read(path: Path, shape: TypeAdapter[Shape]) -> Shape:
    return shape.validate_python(json.loads(path.read_text(encoding="utf-8")))
