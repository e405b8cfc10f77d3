"""S: consent and being digitally active, walked by citizens, parents, a record system and the author of letters."""

from typing import Final

from tools.local.outcomes import document, expect, until
from tools.rows.letters import Letter
from tools.rows.prescribing import open_to_all
from tools.rows.table import Part
from tools.rows.world import CONSENT, EHR, NOTIFICATION, PAGES, PRESCRIPTION, Citizen, Json, World

PART = Part("Consent")
_LEVEL: Final = "/v1/me/consent"
_CHANGES: Final = "/v1/digitally-active/changes"


async def set_level(world: World, who: Citizen, level: str) -> Json:
    return await world.put(who, CONSENT, _LEVEL, {"level": level})


@PART.row("S1", "The citizen sets and changes the level, with a history; at once")
async def s1(world: World) -> None:
    """Full, basis, full again: a look-up follows each time, the history has both, and a change by an old version is
    refused.
    """
    who = world.citizen("born-2000")
    old = await world.call(who, CONSENT, "GET", _LEVEL)
    number = {"nationalId": who.person["nationalId"]}
    try:
        await set_level(world, who, "basis")
        found = await world.post(world.physician, PRESCRIPTION, "/v1/patients/lookup", number)
        expect(not found["digitallyActive"], "basis should count at once")
        stale = {"json": {"level": "none"}, "headers": {"If-Match": old.headers["ETag"]}}
        await world.refused(who, CONSENT, "PUT", _LEVEL, "precondition-failed", **stale)
    finally:
        await set_level(world, who, "full")
    found = await world.post(world.physician, PRESCRIPTION, "/v1/patients/lookup", number)
    expect(found["digitallyActive"], "full should count at once")
    history = (await world.get(who, CONSENT, f"{_LEVEL}/history"))["items"]
    expect([entry["level"] for entry in history[:2]] == ["full", "basis"], f"the history is {history[:2]}")


@PART.row("S2", "One call checks up to a thousand citizens, with the reason when not active")
async def s2(world: World) -> None:
    """As a record system, about six people and a wrong number at once; in the shape that record systems speak, too."""
    expected = {
        "main-demo": [],
        "consent-basis": ["consent-basis-only"],
        "consent-none": ["no-consent"],
        "consent-never-answered": ["no-consent"],
        "toddler": ["too-young"],
        "deceased": ["deceased"],
    }
    numbers = [world.people[state]["nationalId"] for state in expected]
    asked = {"nationalIds": [*numbers, "12345678901"], "area": "health-care"}
    items = (await world.post(EHR, CONSENT, "/v1/digitally-active", asked))["items"]
    for item, (state, reasons) in zip(items, expected.items(), strict=False):
        expect(item["active"] is (not reasons), f"{state}: {item}")
        expect(item["reasons"] == reasons or bool(reasons and reasons[0] in item["reasons"]), f"{state}: {item}")
    expect(items[4]["activeThroughOthers"] is True, "a toddler should be active through a parent")
    expect(bool(items[-1]["error"]), "a wrong number should be told apart")
    body = {"fnrListe": numbers[:2], "omraade": 3}
    spoken = await world.post(EHR, CONSENT, "/digitaltaktiv/helsenorgeaktivsjekken/v1", body)
    active = [spoken["erAktivListe"][number]["erAktivSelv"] for number in numbers[:2]]
    expect(active == [True, False], f"in record systems' own shape: {spoken}")


@PART.row("S3", "Who keeps a copy asks for what has changed since")
async def s3(world: World) -> None:
    """A record system registers interest in a citizen and follows to the end; the citizen changes level, and that
    is what comes next, by reference.
    """
    who = world.citizen("born-2000")
    asked = {"nationalIds": [who.person["nationalId"]]}
    [registered] = (await world.post(EHR, CONSENT, "/v1/digitally-active/interest", asked))["items"]
    page = await world.get(EHR, CONSENT, _CHANGES)
    while page["more"]:
        page = await world.get(EHR, CONSENT, _CHANGES, cursor=page["nextCursor"])
    cursor = page["nextCursor"]
    try:
        await set_level(world, who, "basis")

        async def told() -> bool:
            new = await world.get(EHR, CONSENT, _CHANGES, cursor=cursor)
            return any(change["citizen"] == registered["citizen"] for change in new["items"])

        await until(told, "the change should be told of")
    finally:
        await set_level(world, who, "full")


@PART.row("S4", "Nobody reserved is contacted about research")
async def s4(world: World) -> None:
    """An author sends a study's letter to somebody reserved and somebody who is not, checked, tried and approved: one
    gets it, the reserved neither SMS nor e-mail, and support's trail says that it was not sent.
    """
    reserved, other = "reserved-against-research", "d-number-nhn"
    boxes = [await world.mailbox(reserved, where) for where in ("phone", "email")]
    receiver = await world.mailbox(other)
    letter = await Letter.written(world, category="research")
    await letter.to(reserved, other)
    checked = await letter.check()
    expect((checked["toBeSent"], sum(checked["excluded"].values())) == (1, 1), f"one should be left out: {checked}")
    await letter.send()
    await receiver.take_one("Direktoratet for helsemestring")
    await letter.until_finished()
    expect([await box.new() for box in boxes] == [[], []], "nothing should have come to who is reserved")


@PART.row("S5", "Parents, the young and holders of powers of attorney: who may act, and see what")
async def s5(world: World) -> None:
    """A mother reads her toddler's tools; not her son's of 15, where one is for the young alone; not somebody's of 16.
    Who holds a power of attorney in health care may read, one for administration may not; one is given, used, ended.
    """
    mine = "/v1/me/tools"
    await world.get(world.citizen("parent-of-toddler", "toddler"), PAGES, mine)
    young = next(t for t in world.tools if t["targetGroups"] == ["young"] and t["prescribable"])
    await world.prescribe(world.physician, "age-15", young)
    son, mother = world.citizen("age-15"), world.citizen("parent-of-two", "age-15")
    await world.until_mine(son, young)
    seen = [tool["toolId"] for tool in (await world.get(mother, PAGES, mine))["items"]]
    expect(young["toolId"] not in seen, "what is for the young alone should be theirs")
    await world.refused(world.citizen("parent-of-two", "just-16"), PAGES, "GET", mine, "representation-not-allowed")
    await world.get(world.citizen("holds-power-of-attorney", "over-100"), PAGES, mine)
    other = world.citizen("more-sami-letters", "reserved-against-research")
    await world.refused(other, PAGES, "GET", mine, "representation-not-allowed")
    await _give_and_take_back(world, "d-number-nhn", "english")


async def _give_and_take_back(world: World, giver: str, holder: str) -> None:
    who, acting = world.citizen(giver), world.citizen(holder, giver)
    path = "/v1/me/representations"
    for item in (await world.get(who, CONSENT, path))["items"]:
        if item["direction"] == "given" and item["state"] in ("upcoming", "in-force"):
            await world.call(who, CONSENT, "DELETE", f"{path}/{item['id']}")
    person = world.people[holder]
    body = {
        "holder": {"nationalId": person["nationalId"], "name": person["name"]},
        "areas": ["health-care"],
        "validTo": await world.day(30),
    }
    given = await world.post(who, CONSENT, path, body, 201)
    await world.get(acting, PAGES, "/v1/me/tools")
    log = await world.get(who, CONSENT, "/v1/me/access-log")
    expect(any(e["kind"] == "representation" for e in log["items"]), "who acted should be in the log")
    document(await world.call(who, CONSENT, "DELETE", f"{path}/{given['id']}"), 204)
    await world.refused(acting, PAGES, "GET", "/v1/me/tools", "representation-not-allowed")


@PART.row("S6", "Withdrawing full consent hides the tools, stops what is not yet sent, and prescribing fails")
async def s6(world: World) -> None:
    """Prescribes, and the patient chooses basis before the SMS has gone: none comes, my tools is hidden with why, the
    next prescription fails. With full consent the tools are back.
    """
    tool, who, phone = open_to_all(world), world.citizen("d-number"), await world.mailbox("d-number")
    await world.free(world.physician, "d-number", tool)
    await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", world.act("d-number", tool), 201)
    try:
        await set_level(world, who, "basis")

        async def dropped() -> bool:
            items = (await world.get(who, NOTIFICATION, "/v1/me/notifications"))["items"]
            return bool(items) and items[0]["status"] == "dropped"

        await until(dropped, "what was not yet sent should be dropped")
        expect(await phone.new() == [], "no SMS should come")
        await world.refused(
            world.physician,
            PRESCRIPTION,
            "POST",
            "/v1/prescriptions",
            "patient-not-digitally-active",
            json=world.act("d-number", open_to_all(world, 1)),
        )

        async def hidden() -> bool:
            page = await world.get(who, PAGES, "/v1/me/tools")
            return bool(page["hidden"]) and page["hidden"]["reason"] == "consent-basis-only" and not page["items"]

        await until(hidden, "my tools should be hidden")
    finally:
        await set_level(world, who, "full")
    await world.until_mine(who, tool)
