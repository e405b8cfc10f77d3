"""Prescriptions of the practitioner's office."""

from typing import Any

from tools.access.world import SLEEP_STAIRCASE, Ask, World
from tools.local.callers import CITIZEN, citizen

SERVICE = "prescription-api"


def _prescription(world: World) -> str:
    return _sent(world, *next(world.tools))


def _sent(world: World, patient: str, tool: str) -> str:
    made = world.done("practitioner", SERVICE, "POST", "/v1/prescriptions", json=_act(patient, tool))
    return str(made.json()["prescriptionId"])


def _act(patient: str, tool: str) -> dict[str, Any]:
    return {"patient": {"nationalId": patient}, "toolId": tool}


def _new(world: World) -> Ask:
    return Ask(body=_act(*next(world.tools)))


def _one(world: World) -> Ask:
    made = _prescription(world)
    return Ask(path={"prescriptionId": made, "id": made})


def _opened(world: World) -> Ask:
    """The patient has started it, and the practitioner can see that."""
    number, tool = next(world.tools)
    made, patient = _sent(world, number, tool), citizen(f"patient {number}", number)
    opening = ("helsetilbud-api", "POST", f"/v1/me/tools/{tool}/open")
    world.until(lambda: world.call(patient, *opening).is_success, "the tool among the patient's")
    path = f"/v1/prescriptions/{made}"

    def is_known() -> bool:
        return bool(world.done("practitioner", SERVICE, "GET", path).json()["state"] == "opened")

    world.until(is_known, "the opened prescription")
    return Ask(path={"prescriptionId": made})


def _to_the_citizen(world: World) -> Ask:
    return Ask(path={"toolId": SLEEP_STAIRCASE}, body={"patient": {"nationalId": CITIZEN}})


SCENES = {
    "prescribe": _new,
    "getPrescription": _one,
    "revokePrescription": _one,
    "endPrescription": _opened,
    "getJournalNote": _one,
    "getMessage": _one,
    "readTask": _one,
    "readNote": _one,
    "searchOrganisations": lambda _: Ask(query={"q": "Solfjell"}),
    "searchNotes": lambda _: Ask(query={"date": "ge2026"}),
    "searchTasks": lambda _: Ask(query={"status": "ready"}),
    "listToolPrescribers": _to_the_citizen,
}
