"""P: prescribing, walked by practitioners, their patients and a tool's supplier."""

from datetime import date
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from devkit.testing.national_ids import generate
from tools.local.outcomes import document, expect, until
from tools.rows.clock_trip import the_trip
from tools.rows.table import Part
from tools.rows.world import (
    OTHER_SUPPLIER,
    PAGES,
    PRESCRIPTION,
    SUPPLIER,
    Json,
    World,
    practitioner,
)

PART = Part("Prescribing")
MESSAGE: Final = "Ta det i ditt eget tempo."


def open_to_all(world: World, place: int = 0) -> Json:
    """A tool that every practitioner may prescribe to every grown-up."""
    plain = {"national": True, "prescribable": True, "requiredAuthorisations": [], "prescriberOrganisations": []}
    fit = [t for t in world.tools if all(t[name] == value for name, value in plain.items())]
    return [t for t in fit if "adults" in t["targetGroups"] and t["minimumAge"] <= 18][place]


def only_by_prescription(world: World) -> Json:
    """One of the supplier's that takes citizens in signed in, which a physician may prescribe."""
    mine = [
        t for t in world.tools if t["prescriptionRequired"] and "LE" in t["requiredAuthorisations"] and t["national"]
    ]
    number = str(SUPPLIER.wanted["clientClaimsParameters"]["clientId"]).removeprefix("supplier-")
    fit = [t for t in mine if t["supplier"]["organisationNumber"] == number and not t["prescriberOrganisations"]]
    return fit[0]


@PART.row("P1 P9", "Everyone with a valid HPR number prescribes, through whatever program")
async def p1(world: World) -> None:
    """Two programs prescribe for the same practitioner, and the patient sees no difference. Refused: an invalid HPR
    number, one that has none, a login below level 4.
    """
    pages = []
    for place, client in enumerate(("ehr", "ehr-nonce")):
        tool = open_to_all(world, place)
        who = practitioner(_person(world), clientClaimsParameters={"clientId": client})
        await world.prescribe(who, "long-name", tool)
        pages.append(await world.until_mine(world.citizen("long-name"), tool))
    expect(pages[0].keys() == pages[1].keys(), "the patient should see no difference")
    act = world.act("main-demo", open_to_all(world))
    invalid = practitioner(next(p for p in world.practitioners if not p["valid"]))
    await world.refused(invalid, PRESCRIPTION, "POST", "/v1/prescriptions", "hpr-not-valid", json=act)
    low = practitioner(_person(world), userClaimsParameters={"hprNumber": world.physician.name, "securityLevel": "3"})
    await world.refused(low, PRESCRIPTION, "POST", "/v1/prescriptions", "security-level-too-low", json=act)


def _person(world: World) -> Json:
    return next(p for p in world.practitioners if p["hprNumber"] == world.physician.name)


@PART.row(
    "P2 P5", "The list says which tools I may prescribe, and why not the others; an organisation only where needed"
)
async def p2(world: World) -> None:
    """A physician's list: a physiotherapist's tool with the authorisations it takes, a hospital's without an
    organisation. A colleague at that hospital names it, and may. Prescribing says the same as the list.
    """
    items = {
        t["toolId"]: t
        for t in (await world.get(world.physician, PRESCRIPTION, "/v1/prescribable-tools", limit="200"))["items"]
    }
    other = world.tool(requiredAuthorisations=["FT"])
    reason = items[other["toolId"]]["reasons"][0]
    expect(
        (reason["code"], reason["acceptedAuthorisations"]) == ("authorisation-required", ["FT"]), f"it says {reason}"
    )
    act = world.act("main-demo", other)
    await world.refused(world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", "authorisation-required", json=act)
    hospitals = next(
        t for t in world.tools if len(t["prescriberOrganisations"]) == 1 and "LE" in t["requiredAuthorisations"]
    )
    codes = [reason["code"] for reason in items[hospitals["toolId"]]["reasons"]]
    expect(codes == ["organisation-required"], f"of a hospital's tool it says {codes}")
    [organisation] = hospitals["prescriberOrganisations"]
    colleague = practitioner(
        next(
            p
            for p in world.practitioners
            if p["organisation"] == organisation and p["authorisations"][0]["profession"] == "LE" and p["valid"]
        )
    )
    page = await world.get(colleague, PRESCRIPTION, "/v1/prescribable-tools", organisation=organisation, limit="200")
    named = next(t for t in page["items"] if t["toolId"] == hospitals["toolId"])
    expect(named["prescribable"], f"at that hospital it should be prescribable: {named['reasons']}")
    await world.prescribe(colleague, "main-demo", hospitals, organisation=organisation)


@PART.row("P3", "The patient's number is told apart: malformed, wrong check digits, unknown, deceased")
async def p3(world: World) -> None:
    """Looks up each of the four, and one who is there; the number goes in the body and does not come back."""
    right = world.people["main-demo"]["nationalId"]
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    unknown = generate(date(1969, 6, 5), 300)
    numbers = {
        "national-id-malformed": "123",
        "national-id-check-digits": wrong,
        "patient-unknown": unknown,
        "patient-deceased": world.people["deceased"]["nationalId"],
    }
    for code, number in numbers.items():
        answer = await world.call(
            world.physician, PRESCRIPTION, "POST", "/v1/patients/lookup", json={"nationalId": number}
        )
        expect(answer.json().get("code") == code, f"{code} expected: {answer.text}")
        expect(number not in answer.text, "the answer should not repeat the number")
    found = await world.post(world.physician, PRESCRIPTION, "/v1/patients/lookup", {"nationalId": right})
    expect(found["name"] == world.people["main-demo"]["name"], "the patient's name should come")


@PART.row("P4", "A patient who is not digitally active is refused, with the reason in words to pass on")
async def p4(world: World) -> None:
    """Prescribes to people with basis consent, with none, who never answered, and a child whom nobody can act for."""
    reasons = {
        "consent-basis": "consent-basis-only",
        "consent-none": "no-consent",
        "consent-never-answered": "no-consent",
        "child-without-representation": None,
    }
    for state, reason in reasons.items():
        tool = open_to_all(world) if reason else world.tool(minimumAge=0, prescribable=True, requiredAuthorisations=[])
        said = await world.refused(
            world.physician,
            PRESCRIPTION,
            "POST",
            "/v1/prescriptions",
            "patient-not-digitally-active",
            json=world.act(state, tool),
        )
        expect(reason is None or said["reasons"] == [reason], f"{state}: {said['reasons']}")
        expect(len(said["detail"]) > 20, "it should be said in words")


@PART.row("P6", "One patient has one live prescription of a tool; the second is refused and says since when")
async def p6(world: World) -> None:
    """Prescribes twice: 409 with since, in words too, and the existing prescription's id."""
    tool = open_to_all(world)
    made = await world.prescribe(world.physician, "d-number-nhn", tool)
    act = world.act("d-number-nhn", tool)
    said = await world.refused(
        world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", "already-prescribed", json=act
    )
    expect(said["since"] == made["prescribedAt"], "since should be when it was prescribed")
    expect(said["prescriptionId"] == made["prescriptionId"], "the existing one should be named")
    expect(any(character.isdigit() for character in said["detail"]), f"since when, in words: {said['detail']}")


@PART.row("P7", "A prescription has a deadline; unopened by then it expires and may be made anew")
async def p7(world: World) -> None:
    """Prescribes with a deadline in nine days, moves the sandbox's time past it: expired, and prescribed anew. The
    time is put back.
    """
    trip = await the_trip(world)
    expect(trip.deadline_day == trip.asked_day, f"the deadline should be as asked: {trip.deadline_day}")
    expect(trip.state_after == "expired", f"past its deadline it should be expired, not {trip.state_after}")
    expect(trip.again == 201, f"then it may be made anew: {trip.again}")
    past = world.act("main-demo", open_to_all(world), deadline=await world.day(-1))
    await world.refused(world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", "deadline-invalid", json=past)


@PART.row("P8", "The answer is a note ready for the record; a message reaches the patient")
async def p8(world: World) -> None:
    """Prescribes with a message: the note names tool, practitioner, deadline and message and reminds of the
    responsibility; as FHIR too. The patient reads the message on the tool's page, and in no SMS.
    """
    tool, patient = open_to_all(world), world.citizen("parent-of-small-children")
    phone = await world.mailbox("parent-of-small-children")
    made = await world.prescribe(world.physician, "parent-of-small-children", tool, message=MESSAGE)
    note = made["journalNote"]
    for word in (made["toolName"], made["prescribedBy"]["name"], world.physician.name, MESSAGE):
        expect(word in note["text"], f"the note should hold: {word}")
    expect(bool(note["responsibilityReminder"]), "it should remind of the responsibility")
    path = f"/v1/prescriptions/{made['prescriptionId']}/journal-note"
    fhir = await world.call(world.physician, PRESCRIPTION, "GET", path, headers={"Accept": "application/fhir+json"})
    expect(document(fhir, 200)["resourceType"] == "DocumentReference", "the note should come as FHIR")
    page = await world.until_mine(patient, tool)
    expect(page["message"] == MESSAGE, f"the patient should read the message: {page['message']}")
    sms = await phone.take_one()
    expect(MESSAGE not in sms["text"] and made["toolName"] not in sms["text"], "no SMS should tell of it")


@PART.row(
    "P10", "The office revokes with a reason that the patient sees; what the patient deletes may be prescribed again"
)
async def p10(world: World) -> None:
    """Revokes with a category: a note for the record with the reason, the category in the patient's feed. Then a
    prescription-only tool is prescribed, deleted by the patient, and prescribed again. Another office finds nothing.
    """
    patient = world.citizen("d-number-nhn")
    tool = only_by_prescription(world)
    made = await world.prescribe(world.physician, "d-number-nhn", tool)
    path = f"/v1/prescriptions/{made['prescriptionId']}"
    stranger = practitioner(next(p for p in world.practitioners if p["organisation"] == "299900878" and p["valid"]))
    expect(
        (await world.call(stranger, PRESCRIPTION, "GET", path)).status_code == 404, "another office should find nothing"
    )
    await world.until_mine(patient, tool)
    why = {"category": "replaced", "reason": "Erstattet av time hos psykolog"}
    over = await world.post(world.physician, PRESCRIPTION, f"{path}/revoke", why)
    expect(why["reason"] in over["closingNote"]["text"], "the note should say why")
    await world.until_mine(patient, tool, there=False)
    feed = (await world.get(patient, PAGES, "/v1/me/feed", limit="200"))["items"]
    told = next(e for e in feed if e["prescriptionId"] == made["prescriptionId"])
    expect(told["reason"]["code"] == "replaced" and bool(told["reason"]["text"]), f"the patient should see why: {told}")
    again = await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", world.act("d-number-nhn", tool), 201)
    await world.until_mine(patient, tool)
    document(await world.call(patient, PAGES, "DELETE", f"/v1/me/tools/{tool['toolId']}"), 204)

    async def removed() -> bool:
        now = await world.get(world.physician, PRESCRIPTION, f"/v1/prescriptions/{again['prescriptionId']}")
        return bool(now["state"] == "removed")

    await until(removed, "what the patient deleted should be removed")
    await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", world.act("d-number-nhn", tool), 201)


@PART.row("P11", "A tool's supplier learns who prescribed it to a citizen who has started it; nobody else's tool")
async def p11(world: World) -> None:
    """Asks before the citizen has opened the tool, after, and as another supplier."""
    tool, patient = only_by_prescription(world), world.citizen("nhn-synthetic")
    await world.prescribe(world.physician, "nhn-synthetic", tool)
    await world.until_mine(patient, tool)
    path = f"/v1/tools/{tool['toolId']}/prescribers"
    asked = {"patient": {"nationalId": patient.person["nationalId"]}}
    document(await world.call(patient, PAGES, "POST", f"/v1/me/tools/{tool['toolId']}/open"), 200)

    async def named() -> bool:
        found = await world.call(SUPPLIER, PRESCRIPTION, "POST", path, json=asked)
        return found.status_code == 200 and any(p["name"] == _person(world)["name"] for p in found.json()["items"])

    await until(named, "the supplier should learn who prescribed it")
    refused = await world.call(OTHER_SUPPLIER, PRESCRIPTION, "POST", path, json=asked)
    expect(refused.status_code == 404, f"another supplier should learn nothing: {refused.status_code}")


@PART.row("P13", "Every look-up and prescription is in a log that the citizen reads: who, from where, what, when")
async def p13(world: World) -> None:
    """Looks a patient up and prescribes; the patient reads both, by name, organisation and client."""
    tool, patient = open_to_all(world), world.citizen("english")
    before = await world.get(patient, PRESCRIPTION, "/v1/me/access-log")
    seen = {entry["entryId"] for entry in before["items"]}
    number = {"nationalId": patient.person["nationalId"]}
    await world.post(world.physician, PRESCRIPTION, "/v1/patients/lookup", number)
    made = await world.prescribe(world.physician, "english", tool)
    entries = [
        e for e in (await world.get(patient, PRESCRIPTION, "/v1/me/access-log"))["items"] if e["entryId"] not in seen
    ]
    expect(
        any(e["prescriptionId"] == made["prescriptionId"] for e in entries if "prescriptionId" in e), "the prescription"
    )
    expect(len(entries) >= 2, "both should be in the log")
    for entry in entries:
        whole = [entry["name"] == _person(world)["name"], entry["organisation"], entry["clientId"], entry["at"]]
        expect(all(whole), f"who, from where and when: {entry}")


@PART.row("P14", "A repeated request has one effect and gets the same answer")
async def p14(world: World) -> None:
    """The same Idempotency-Key and body again, and with another body."""
    tool, other = open_to_all(world), open_to_all(world, 1)
    await world.free(world.physician, "born-2000", tool)
    key = {"Idempotency-Key": str(uuid4())}
    act = world.act("born-2000", tool)
    answers = [
        await world.call(world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", json=act, headers=key)
        for _ in range(2)
    ]
    expect([a.status_code for a in answers] == [201, 201], f"{[a.text[:200] for a in answers]}")
    expect(answers[0].json() == answers[1].json(), "the answers should be the same")
    expect(answers[1].headers.get("Idempotency-Replayed") == "true", "the second should say that it is a repetition")
    changed = {"json": world.act("born-2000", other), "headers": key}
    await world.refused(world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", "idempotency-key-reused", **changed)


def launch_code(url: str) -> str:
    """The code that a tool's address carries."""
    return parse_qs(urlsplit(url).query)["launch"][0]
