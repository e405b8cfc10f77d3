"""What lies on a practitioner's desk: the patient, and for whom they work. Sealed in the session, told to no browser.

The patient is gone when another is asked for, at log-out, and after a quarter of an hour without a request.
"""

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from web.layout.visits import SignedInVisit

_SEEN_EVERY: Final = 30  # seconds

AgeClass = Literal["child", "youth", "adult"]


@dataclass(frozen=True, slots=True)
class Patient:
    """`mark` stands for the patient in forms; `sent` are the prescriptions made while they lay here."""

    number: str = field(repr=False)
    name: str
    age_class: AgeClass
    active: bool
    active_themselves: bool
    reasons: list[str]
    mark: str
    seen_at: float
    sent: list[str] = field(default_factory=list)

    @property
    def shown_number(self) -> str:
        """As much of it as tells people of the same name apart."""
        return f"{self.number[:6]} •••••"


@dataclass(frozen=True, slots=True)
class Organisation:
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """`found` is who was searched for and is not chosen yet. `asked` is whether the practitioner has said for which
    organisation; None is an answer too. `onward` is the page that waits for a patient.
    """

    patient: Patient | None
    found: Patient | None
    organisation: Organisation | None
    asked: bool
    onward: str | None


async def look(visit: SignedInVisit) -> Desk:
    """The desk as it is now; whoever lies on it counts as seen."""
    contents, limit = visit.contents, visit.house.settings.patient_seconds
    patient, found = (_patient(contents.get(name), limit) for name in ("patient", "found"))
    if patient and time.time() > patient.seen_at + _SEEN_EVERY:
        async with visit.change() as changed:
            if (lying := changed.get("patient")) and lying["mark"] == patient.mark:
                lying["seen_at"] = time.time()
    if (patient is None and contents.get("patient")) or (found is None and contents.get("found")):
        async with visit.change() as changed:
            for name in ("patient", "found"):
                if _patient(changed.get(name), limit) is None:
                    changed.pop(name, None)
    organisation = contents.get("organisation")
    return Desk(
        patient,
        found,
        Organisation(**organisation) if organisation else None,
        bool(contents.get("asked")),
        contents.get("onward"),
    )


def _patient(document: dict[str, Any] | None, limit: int) -> Patient | None:
    if not document:
        return None
    patient = Patient(**document)
    return patient if time.time() < patient.seen_at + limit else None


def of_answer(visit: SignedInVisit, number: str, answer: dict[str, Any]) -> Patient:
    """As `POST /v1/patients/lookup` answers."""
    return Patient(
        number=number,
        name=answer["name"],
        age_class=answer["ageClass"],
        active=answer["digitallyActive"],
        active_themselves=answer["activeThemselves"],
        reasons=[reason["text"] for reason in answer["reasons"]],
        mark=visit.mark("patient", number),
        seen_at=time.time(),
    )


async def put_found(visit: SignedInVisit, patient: Patient) -> None:
    async with visit.change() as contents:
        contents["found"] = asdict(patient)


async def choose_found(visit: SignedInVisit, mark: str) -> str | None:
    """Where to go on, or None when somebody else lies there by now."""
    async with visit.change() as contents:
        found = _patient(contents.get("found"), visit.house.settings.patient_seconds)
        if found is None or found.mark != mark or not found.active:
            return None
        contents["patient"] = contents.pop("found") | {"seen_at": time.time()}
        onward: str | None = contents.pop("onward", None)
        return onward or ("/verktoy" if contents.get("asked") else "/virksomhet")


async def clear(visit: SignedInVisit) -> None:
    async with visit.change() as contents:
        for name in ("patient", "found", "onward"):
            contents.pop(name, None)


async def wait_at(visit: SignedInVisit, path: str) -> None:
    """Once a patient is chosen, it goes on there."""
    if visit.contents.get("onward") != path:
        async with visit.change() as contents:
            contents["onward"] = path


async def work_for(visit: SignedInVisit, organisation: Organisation | None) -> str:
    """Where to go on."""
    async with visit.change() as contents:
        contents["organisation"] = asdict(organisation) if organisation else None
        contents["asked"] = True
        return "/verktoy" if contents.get("patient") else "/"


async def note_sent(visit: SignedInVisit, mark: str, prescription_id: str) -> None:
    async with visit.change() as contents:
        patient = contents.get("patient")
        if patient and patient["mark"] == mark and prescription_id not in patient["sent"]:
            patient["sent"].append(prescription_id)
