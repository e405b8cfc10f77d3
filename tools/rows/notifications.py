"""V: notifications, walked by patients, a parent, an author, who approves, and an operator."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from tools.local.outcomes import Mailbox, document, expect, until
from tools.rows.clock_trip import the_trip
from tools.rows.letters import TEXTS, Letter
from tools.rows.prescribing import open_to_all
from tools.rows.table import Part
from tools.rows.world import AUTHOR, NOTIFICATION, OPERATOR, PAGES, PRESCRIPTION, STAFF, Json, World

PART = Part("Notifications")
_SETTINGS: Final = "/v1/me/notification-settings"
_MINE: Final = "/v1/me/notifications"


def childs_tool(world: World) -> Json:
    """For parents of the youngest."""
    return next(
        t
        for t in world.tools
        if t["representativeMayUse"]
        and not t["minimumAge"]
        and "parents" in t["targetGroups"]
        and t["prescribable"]
        and t["national"]
    )


async def change_settings(world: World, state: str, **changes: Any) -> None:
    who = world.citizen(state)
    now = await world.get(who, NOTIFICATION, _SETTINGS)
    kept = {name: now[name] for name in ("language", "phone", "email", "channels", "quietHours")}
    await world.put(who, NOTIFICATION, _SETTINGS, kept | changes)


@PART.row("V1", "The citizen is notified by their own channels, a parent for a child; the feed always has it")
async def v1(world: World) -> None:
    """Prescribes to people with SMS and e-mail, with e-mail only, with none, and a toddler: two messages, one, none but
    an entry in the feed, and the mother's two.
    """
    tool, ways = open_to_all(world, 2), {"sms": "phone", "email": "email"}
    boxes: list[tuple[str, str, Mailbox]] = []
    for state, told, expected in (
        ("english", "english", ("sms", "email")),
        ("email-only", "email-only", ("email",)),
        ("toddler", "parent-of-toddler", ("sms", "email")),
    ):
        boxes += [(told, way, await world.mailbox(told, ways[way])) for way in expected]
        await world.prescribe(world.physician, state, childs_tool(world) if state == "toddler" else tool)
    for told, way, box in boxes:
        expect((await box.take_one())["channel"] == way, f"{told} should get an {way}")
    silent = [await world.mailbox("notifications-off", where) for where in ("phone", "email")]
    made = await world.prescribe(world.physician, "notifications-off", tool)
    await world.until_mine(world.citizen("notifications-off"), tool)
    feed = (await world.get(world.citizen("notifications-off"), PAGES, "/v1/me/feed", limit="200"))["items"]
    expect(any(e["prescriptionId"] == made["prescriptionId"] for e in feed), "the feed should have it")
    expect([await box.new() for box in silent] == [[], []], "who has switched everything off gets nothing")


@PART.row("V2", "Texts are generic, in the citizen's language")
async def v2(world: World) -> None:
    """Reads the SMS of somebody with each language: no tool, no practitioner, no field of either; nb, nn and en."""
    tool = open_to_all(world, 3)
    said = {}
    for state in ("d-number-nhn", "nynorsk", "english"):
        phone = await world.mailbox(state)
        said[state] = phone, await world.prescribe(world.physician, state, tool)
    for state, (phone, made) in said.items():
        text = (await phone.take_one())["text"]
        for secret in (made["toolName"], made["prescribedBy"]["name"], "lege", "physician"):
            expect(secret.lower() not in text.lower(), f"an SMS should not tell: {secret}")
        language = world.people[state]["language"]
        wanted = {"nb": "noe", "nn": "noko", "en": "Hello"}[language]
        expect(wanted in text, f"{state} should be written to in {language}: {text}")


@PART.row("V3", "One message for one thing, one for a burst, and none at night")
async def v3(world: World) -> None:
    """Repeats a request, and prescribes another tool in the same moment: one SMS. With quiet hours around now: held."""
    phone, tools = await world.mailbox("long-name"), [open_to_all(world, place) for place in (4, 5)]
    for tool in tools:
        await world.free(world.physician, "long-name", tool)
        key = {"Idempotency-Key": str(uuid4())}
        for _ in range(2):
            act = {"json": world.act("long-name", tool), "headers": key}
            document(await world.call(world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", **act), 201)
    await phone.take_one()
    await _held_at_night(world, "nhn-synthetic", open_to_all(world, 4))
    expect(await phone.new() == [], "one message for all of it")


async def _held_at_night(world: World, state: str, tool: Json) -> None:
    now = (await world.now()).astimezone(ZoneInfo("Europe/Oslo"))
    night = {"start": f"{now - timedelta(hours=1):%H:%M}", "end": f"{now + timedelta(hours=2):%H:%M}"}
    phone, who = await world.mailbox(state), world.citizen(state)
    await change_settings(world, state, quietHours=night)
    try:
        made = await world.prescribe(world.physician, state, tool)
        trail: list[Json] = []

        async def held() -> bool:
            items = (await world.get(who, NOTIFICATION, _MINE))["items"]
            mine = [i for i in items if i["about"] == made["prescriptionId"] and i["channel"] == "sms"]
            if mine:
                trail[:] = (await world.get(who, NOTIFICATION, f"{_MINE}/{mine[0]['notificationId']}"))["trail"]
            return any(step.get("reason") == "quiet-hours" for step in trail)

        await until(held, "an SMS at night should be held")
        expect(await phone.new() == [], "no SMS at night")
    finally:
        await change_settings(world, state, quietHours=None)


@PART.row("V4", "Providers that fail are tried again; receipts come back; operators see what never went")
async def v4(world: World) -> None:
    """Makes the SMS gateway fail for some seconds: the SMS is tried again and arrives once, and its receipt makes it
    delivered. An operator reads the dead letters of every service; a supplier may not.
    """
    who, tool = world.citizen("sami-letters"), open_to_all(world, 4)
    phone = await world.mailbox("sami-letters")
    await world.free(world.physician, "sami-letters", tool)
    order = {"target": "sms", "mode": "away", "seconds": 5}
    document(await world.http.post(f"{world.sandbox}/faults", json=order), 201)
    made = await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", world.act("sami-letters", tool), 201)
    said: list[Json] = []

    async def delivered() -> bool:
        items = (await world.get(who, NOTIFICATION, _MINE))["items"]
        said[:] = [i for i in items if i["about"] == made["prescriptionId"] and i["channel"] == "sms"]
        return bool(said) and said[0]["status"] == "delivered"

    await until(delivered, "what could not be sent should be sent later, and delivered", 30)
    expect(said[0]["attempts"] > 1, f"it should have been tried again: {said[0]['attempts']}")
    expect(len(await phone.new()) == 1, "one SMS should have come")
    for service in (PRESCRIPTION, NOTIFICATION, PAGES):
        await world.get(OPERATOR, service, "/v1/dead-letters")
        await world.refused(AUTHOR, service, "GET", "/v1/dead-letters", "scope-missing")


@PART.row("V5", "A reminder comes before the deadline, once, and not to who has opened the tool")
async def v5(world: World) -> None:
    """Moves the sandbox's time by ten days over two prescriptions with the same deadline, one of them opened: a
    reminder, and none.
    """
    trip = await the_trip(world)
    expect(trip.reminders_unopened >= 1, "a reminder should have come before the deadline")
    expect(trip.reminders_opened == 0, "who has opened the tool should not be reminded")


@PART.row("V6", "Letters to many are checked, tried, and approved by a second person; paused, stopped, followed")
async def v6(world: World) -> None:
    """An author writes to three: a dead link is found; before test and approval it does not start; the author does not
    approve; the next round leaves out who had the first; it is paused, goes on, and shows its progress.
    """
    bad = {language: texts | {"email": "Les https://finnes.ikke.example/brev"} for language, texts in TEXTS.items()}
    wrong = await Letter.written(world, texts=bad)
    await wrong.to("english")
    expect(not (await wrong.check())["passed"], "a link that leads nowhere should be found")
    letter = await Letter.written(world, perMinute=6000)
    await letter.to("english", "nynorsk", "english")
    checked = await letter.check()
    expect(checked["passed"] and checked["toBeSent"] == 2, f"it should pass, for two: {checked}")
    refused = await world.call(AUTHOR, NOTIFICATION, "POST", f"{letter.path}/start")
    expect(refused.status_code == 409, f"it should not start before it is approved: {refused.status_code}")
    await letter.try_out()
    await letter.approve()
    own = await Letter.written(world, by=STAFF)
    expect((await world.call(STAFF, NOTIFICATION, "POST", f"{own.path}/approve")).is_error, "nobody approves their own")
    await world.post(AUTHOR, NOTIFICATION, f"{letter.path}/start")
    paused = await world.call(AUTHOR, NOTIFICATION, "POST", f"{letter.path}/pause")
    if paused.status_code == 200:
        await world.post(AUTHOR, NOTIFICATION, f"{letter.path}/start")
    await letter.until_finished()
    progress = await letter.progress()
    expect(progress["sent"] + progress["delivered"] == 2, f"two should have got it: {progress}")
    second = await Letter.written(world, round=2, series=await _series(world, letter))
    await second.to("english", "d-number-nhn")
    again = await second.check()
    expect(again["toBeSent"] == 1, f"who had the first round should be left out of the next: {again}")


async def _series(world: World, letter: Letter) -> str:
    return str((await world.get(AUTHOR, NOTIFICATION, letter.path))["series"])
