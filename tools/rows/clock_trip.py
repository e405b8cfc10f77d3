"""One trip into the future, for the rows that need time to pass: eight days ahead, past a deadline, and back."""

from dataclasses import dataclass
from typing import Final

from tools.local.outcomes import Differs, document, until
from tools.rows.world import PAGES, PRESCRIPTION, Json, World

_UNOPENED: Final = "more-sami-letters"
_OPENED: Final = "confidential-address"


@dataclass(frozen=True, slots=True)
class Trip:
    """What came of two prescriptions with the same deadline, one of them opened at once. Counts are of SMS."""

    asked_day: str
    deadline_day: str
    reminders_unopened: int
    reminders_opened: int
    state_after: str
    again: int


async def the_trip(world: World) -> Trip:
    """Made once for a walk. Raises Differs."""
    if "trip" not in world.kept:
        try:
            world.kept["trip"] = await _travel(world)
        except Differs as difference:
            world.kept["trip"] = difference
        finally:
            await world.move_clock()
    trip: Trip | Differs = world.kept["trip"]
    if isinstance(trip, Differs):
        raise trip
    return trip


async def _travel(world: World) -> Trip:
    last = await world.day(9)
    tool = await _unused(world)
    phones = [await world.mailbox(state) for state in (_UNOPENED, _OPENED)]
    made = await world.prescribe(world.physician, _UNOPENED, tool, deadline=last)
    await world.prescribe(world.physician, _OPENED, tool, deadline=last)
    for phone in phones:
        await phone.take_one()
    opener = world.citizen(_OPENED)
    await world.until_mine(opener, tool)
    document(await world.call(opener, PAGES, "POST", f"/v1/me/tools/{tool['toolId']}/open"), 200)
    await world.move_clock(advance="P8DT6H")

    async def reminded() -> bool:
        return bool(await phones[0].new())

    await until(reminded, "a reminder before the deadline", 30)
    await world.move_clock(advance="P2D")

    async def over() -> bool:
        return bool((await _now(world, made))["state"] != "active")

    await until(over, "the prescription should end at its deadline", 30)
    counted = [len([m for m in await phone.new() if m["channel"] == "sms"]) for phone in phones]
    state = (await _now(world, made))["state"]
    told = await phones[0].new()
    again = await world.call(
        world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", json=world.act(_UNOPENED, tool)
    )

    async def told_again() -> bool:
        return len(await phones[0].new()) > len(told)

    # what has not been sent when the time is put back waits until that time comes, and others of the burst with it
    await until(told_again, "what is made anew should be notified of")
    return Trip(last, made["deadline"][:10], counted[0], counted[1], state, again.status_code)


async def _now(world: World, made: Json) -> Json:
    return await world.get(world.physician, PRESCRIPTION, f"/v1/prescriptions/{made['prescriptionId']}")


async def _unused(world: World) -> Json:
    """A tool of which nothing is known to happen later than now, from an earlier trip."""
    used = set()
    for state in (_UNOPENED, _OPENED):
        history = await world.get(world.citizen(state), PAGES, "/v1/me/history", limit="200")
        used |= {entry["toolId"] for entry in history["items"]}
    page = await world.get(world.physician, PRESCRIPTION, "/v1/prescribable-tools", limit="200")
    fit = [t for t in page["items"] if t["prescribable"] and "adults" in t["targetGroups"]]
    return dict(next((t for t in fit if t["toolId"] not in used), fit[-1]))
