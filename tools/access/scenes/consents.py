"""What the citizen has chosen, and whom the citizen lets act."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.access.world import Ask, World
from tools.local.callers import CHILD, CITIZEN, PARENT, REPRESENTATIVE

SERVICE = "consent-api"
HOLDER, HOLDER_NAME = "30896112143", "Odd-Arne Måseskjær"


def power(holder: str, name: str) -> dict[str, Any]:
    """For half a year."""
    until = (datetime.now(UTC) + timedelta(days=180)).date().isoformat()
    return {
        "holder": {"nationalId": holder, "name": name},
        "areas": ["health-care", "administration"],
        "validTo": until,
    }


def give(world: World, holder: str, name: str) -> str:
    made = world.done("citizen", SERVICE, "POST", "/v1/me/representations", json=power(holder, name))
    return str(made.json()["id"])


def take_back(world: World, representation: str) -> None:
    world.done("citizen", SERVICE, "DELETE", f"/v1/me/representations/{representation}")


def _not_given(world: World) -> Ask:
    """Nobody may hold two."""
    for item in world.done("citizen", SERVICE, "GET", "/v1/me/representations").json()["items"]:
        if item["name"] == HOLDER_NAME and item["revokedAt"] is None:
            take_back(world, item["id"])
    return Ask(body=power(HOLDER, HOLDER_NAME))


def _given(world: World) -> Ask:
    _not_given(world)
    return Ask(path={"representationId": give(world, HOLDER, HOLDER_NAME)})


def _relation(_: World) -> Ask:
    actor, represented = {"nationalId": PARENT}, {"nationalId": CHILD}
    body = {"act": "read", "actor": actor, "area": "health-care", "relation": "parent", "represented": represented}
    return Ask(body=body)


SCENES = {
    "setConsent": lambda _: Ask(body={"level": "full"}),
    "getReservation": lambda _: Ask(path={"kind": "research-contact"}),
    "setReservation": lambda _: Ask(path={"kind": "research-contact"}, body={"reserved": False}),
    "checkReservations": lambda _: Ask(body={"nationalIds": [CITIZEN], "kind": "research-contact"}),
    "giveRepresentation": _not_given,
    "revokeRepresentation": _given,
    "verifyRepresentation": _relation,
    "checkPermission": lambda world: Ask(body={"citizen": world.wiring.reference_of(CITIZEN), "area": "health-care"}),
    "checkDigitallyActive": lambda _: Ask(body={"nationalIds": [CITIZEN], "area": "health-care"}),
    "checkActiveAsEhr": lambda _: Ask(body={"fnrListe": [CITIZEN], "omraade": 3}),
    "registerInterest": lambda _: Ask(body={"nationalIds": [CITIZEN]}),
    "endInterest": lambda world: Ask(path={"citizen": world.wiring.reference_of(CITIZEN)}),
}


def prepare(world: World) -> None:
    """One holds a power of attorney, and one held one."""
    give(world, REPRESENTATIVE, "Solfrid Tindegardli")
