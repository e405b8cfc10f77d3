"""What the office of the practitioner says and offers."""

from typing import Any

from tools.access.world import OFFICE, PHYSICIAN, Ask, World
from tools.local.callers import CITIZEN, OTHER_CITIZEN

SERVICE = "helsetilbud-api"
_PATH = f"/v1/offices/{OFFICE}"
_EDITOR = {"name": "Ingebjørg Fjellgløtt", "person": {"nationalId": CITIZEN}}
_BLOCK = {"patient": {"nationalId": CITIZEN}, "reason": "Avtalt med pasienten.", "services": ["e-consultation"]}


def _of(**path: Any) -> dict[str, Any]:
    return {"herId": OFFICE, "hpr": PHYSICIAN, **path}


def _emptied(world: World, what: str, key: str) -> None:
    """Everybody who is there is taken away."""
    for item in world.done("practitioner", SERVICE, "GET", f"{_PATH}/{what}").json()["items"]:
        path = f"{_PATH}/{what}/{item[key]}"
        world.done("practitioner", SERVICE, "DELETE", path, headers={"If-Match": "*"})


def _added(world: World, what: str, key: str, body: dict[str, Any]) -> Ask:
    _emptied(world, what, key)
    made = world.done("practitioner", SERVICE, "POST", f"{_PATH}/{what}", json=body)
    return Ask(path=_of(**{key: made.json()[key]}))


def _no_editor(world: World) -> Ask:
    _emptied(world, "editors", "editorId")
    return Ask(path=_of(), body=_EDITOR)


def _no_block(world: World) -> Ask:
    _emptied(world, "blocked-patients", "blockId")
    return Ask(path=_of(), body=_BLOCK)


def _editor(world: World) -> Ask:
    return _added(world, "editors", "editorId", _EDITOR)


def _block(world: World) -> Ask:
    return _added(world, "blocked-patients", "blockId", _BLOCK)


def _changed_block(world: World) -> Ask:
    body = {"reason": "Avtalt på nytt.", "services": ["e-consultation", "contact"]}
    return Ask(path=_block(world).path, body=body)


def _change(world: World) -> Ask:
    """An earlier text of the office's."""
    path = f"{_PATH}/info-messages/gp-panel"
    for number in range(2):
        text = {"text": f"Tekst {next(world.counter)} {number}"}
        world.done("practitioner", SERVICE, "PUT", path, json=text, headers={"If-Match": "*"})
    changes = world.done("practitioner", SERVICE, "GET", f"{_PATH}/history").json()["items"]
    return Ask(path=_of(changeId=changes[1]["changeId"]))


SCENES = {
    "previewGpPanel": lambda _: Ask(path=_of(), query={"practitioner": PHYSICIAN}),
    "getInfoMessage": lambda _: Ask(path=_of(area="gp-panel")),
    "setInfoMessage": lambda _: Ask(path=_of(area="gp-panel")),
    "getInfoMessageOfGp": lambda _: Ask(path=_of(area="gp-panel")),
    "setInfoMessageOfGp": lambda _: Ask(path=_of(area="gp-panel")),
    "getTriage": lambda _: Ask(path=_of(service="appointment-laboratory")),
    "setTriage": lambda _: Ask(
        path=_of(service="appointment-laboratory"), body={"checkpoint": None, "controlQuestions": None}
    ),
    "setServices": lambda _: Ask(path=_of(), body=None),
    "setSubstitutes": lambda _: Ask(path=_of(), body={"away": [], "substitutes": []}),
    "appointEditor": _no_editor,
    "getEditor": _editor,
    "dismissEditor": _editor,
    "blockPatient": _no_block,
    "searchBlockedPatients": lambda _: Ask(path=_of(), body={"patient": {"nationalId": OTHER_CITIZEN}}),
    "getBlockedPatient": _block,
    "changeBlockedPatient": _changed_block,
    "liftBlock": _block,
    "restoreChange": _change,
}
