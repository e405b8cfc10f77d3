"""H: what a GP's office says and offers, walked by two GPs of one office, an editor and patients."""

import json
from typing import Any, Final
from uuid import uuid4

from sandbox.issuer import scopes
from tools.local.callers import Kind
from tools.local.outcomes import document, expect
from tools.rows.table import Part
from tools.rows.world import DATA, PAGES, Citizen, Json, World, practitioner

PART = Part("The GP's office")
_PANEL: Final = "/v1/me/gp-panel"
_ON: Final = {"appointment": True, "renewal": True, "contact": True, "eConsultation": True}
_LIMITS: Final = {
    "gp-panel": 200,
    "prescription-renewal": 300,
    "e-consultation": 300,
    "contact-office": 300,
    "appointment-booking": 300,
}


class Office:
    """One with two GPs, and a patient of each who sees the panel."""

    def __init__(self, world: World) -> None:
        relations = json.loads((DATA / "relations.json").read_text("utf-8"))
        grown = {
            p["nationalId"]: s
            for s, p in world.people.items()
            if p["consent"] == "full" and not p["confidentialAddress"]
        }
        patients: dict[int, dict[str, str]] = {}
        for it in relations["generalPractitioners"]:
            if it["nationalId"] in grown:
                patients.setdefault(it["herId"], {}).setdefault(it["hprNumber"], grown[it["nationalId"]])
        her_id, gps = next((her_id, gps) for her_id, gps in patients.items() if len(gps) > 1)
        self.world, self.path = world, f"/v1/offices/{her_id}"
        self.her_id = her_id
        known = {p["hprNumber"]: p for p in world.practitioners}
        (self.one, patient), (self.two, other) = list(gps.items())[:2]
        self.gp, self.colleague = practitioner(known[self.one]), practitioner(known[self.two])
        self.patient, self.other_patient = world.citizen(patient), world.citizen(other)

    async def get(self, path: str, who: Kind | None = None, **parameters: str) -> Json:
        return await self.world.get(who or self.gp, PAGES, self.path + path, **parameters)

    async def put(self, path: str, body: Any, who: Kind | None = None) -> Json:
        return await self.world.put(who or self.gp, PAGES, self.path + path, body)

    async def services(self, switches: Json = _ON, closures: tuple[Json, ...] = ()) -> None:
        path = f"/practitioners/{self.one}/services"
        await self.put(path, {"switches": switches, "closures": list(closures)})

    async def panel(self, who: Citizen | None = None) -> Json:
        return await self.world.get(who or self.patient, PAGES, _PANEL)

    async def buttons(self, who: Citizen | None = None) -> set[str]:
        return {service["service"] for service in (await self.panel(who)).get("services", [])}


@PART.row("H1", "GPs choose one of their offices; its texts are shared by its GPs and shown to all its patients")
async def h1(world: World) -> None:
    """Both GPs find the office among theirs. One writes a text, the other reads it, and so do patients of both."""
    office, text = Office(world), f"Vi har åpent hele uken. {uuid4()}"
    for who in (office.gp, office.colleague):
        offices = (await world.get(who, PAGES, "/v1/offices"))["items"]
        expect(office.her_id in [it["herId"] for it in offices], "the office should be among their own")
    await office.put("/info-messages/gp-panel", {"text": text})
    expect(
        (await office.get("/info-messages/gp-panel", office.colleague))["text"] == text, "the other GP should read it"
    )
    for patient in (office.patient, office.other_patient):
        expect((await office.panel(patient))["message"]["officeText"] == text, "every patient should see it")
    stranger = practitioner(next(p for p in world.practitioners if p["valid"] and p["organisation"] == "299900878"))
    expect((await world.call(stranger, PAGES, "GET", office.path)).status_code == 403, "it is not everybody's to see")


@PART.row("H2", "Five areas of text under a fixed one; length as people count characters")
async def h2(world: World) -> None:
    """Fills each area to its last character with Norwegian letters and emoji, and is refused one more. A fixed text is
    shown above.
    """
    office = Office(world)
    families = "👨‍👩‍👧‍👦æøå"
    for area, limit in _LIMITS.items():
        path = f"/info-messages/{area}"
        before = (await office.get(path))["text"]
        full = families * (limit // 4)
        written = await office.put(path, {"text": full})
        expect((written["length"], written["limit"]) == (limit, limit), f"{area}: {written['length']}")
        expect(
            bool(written["standardText"]["nb"] and written["standardText"]["nn"]) or area == "appointment-booking", area
        )
        now = await world.call(office.gp, PAGES, "GET", office.path + path)
        more = {"json": {"text": full + "å"}, "headers": {"If-Match": now.headers["ETag"]}}
        answer = await world.call(office.gp, PAGES, "PUT", office.path + path, **more)
        expect(answer.status_code == 422, f"{area}: one character more should be refused: {answer.status_code}")
        await office.put(path, {"text": before})


@PART.row("H3", "Eight services have triage by standard forms; what is chosen, every patient is led through")
async def h3(world: World) -> None:
    """Chooses forms for appointments: the patient's panel leads through them, and with none it does not."""
    office = Office(world)
    services = [item["service"] for item in (await office.get("/triage"))["items"]]
    expect(len(services) == 8, f"eight services: {services}")
    await office.services()
    service = "e-consultation"
    forms = (await world.get(office.gp, PAGES, f"/v1/triage-forms?service={service}"))["items"]
    kinds = {"controlQuestions": "control-questions", "checkpoint": "checkpoint"}
    chosen = {name: next((f["formId"] for f in forms if f["kind"] == kind), None) for name, kind in kinds.items()}
    expect(any(chosen.values()), "there should be standard forms")
    await office.put(f"/triage/{service}", chosen)
    try:
        led = await _triage(office, service)
        for kind, form in chosen.items():
            expect((led[kind] or {}).get("formId") == form, f"the patient should be led through {form}")
    finally:
        await office.put(f"/triage/{service}", {"controlQuestions": None, "checkpoint": None})
    led = await _triage(office, service)
    expect(not any(led.get(kind) for kind in chosen), "without a form nobody is led through one")


async def _triage(office: Office, service: str) -> Json:
    steps = [step for it in (await office.panel())["services"] for step in it["triage"] if step["service"] == service]
    return dict(steps[0]) if steps else {}


@PART.row("H4", "Services are switched on and off for each GP; all off hides the panel")
async def h4(world: World) -> None:
    """One GP switches off e-consultation: gone for that GP's patient, there for the colleague's. All off: hidden."""
    office = Office(world)
    await office.services()
    expect("e-consultation" in await office.buttons(), "switched on, it should be there")
    there = await office.buttons(office.other_patient)
    try:
        await office.services(_ON | {"eConsultation": False})
        expect("e-consultation" not in await office.buttons(), "switched off, it should be gone")
        expect(await office.buttons(office.other_patient) == there, "the colleague's patients should see no difference")
        await office.services(dict.fromkeys(_ON, False))
        expect((await office.panel())["hidden"]["reason"] == "no-services", "all off should hide the panel")
    finally:
        await office.services()


@PART.row("H5", "Closing by schedule, editors, preview, one GP's own message, a closed patient, substitutes")
async def h5(world: World) -> None:
    """Closes a service for a holiday that has begun, and previews a day after it, when it is open. Appoints an editor,
    who writes; writes for one GP's patients; closes a service to one patient; names a substitute.
    """
    office = Office(world)
    today = await world.day(0)
    try:
        holiday = {"kind": "holiday", "services": ["contact"], "firstDay": today, "lastDay": today}
        await office.services(closures=(holiday,))
        expect("contact" not in await office.buttons(), "closed by schedule, it should be gone")
        later = f"{await world.day(2)}T12:00:00Z"
        seen = await office.get("/preview", practitioner=office.one, at=later)
        shown = {service["service"] for service in seen["panel"]["services"]}
        expect("contact" in shown, "the preview of a later day should show it")
    finally:
        await office.services()
    expect("contact" in await office.buttons(), "without a schedule it should be back")
    await _own_message(office)
    await _editor(office)
    await _closed_patient(office)
    await _substitute(office, today)


async def _own_message(office: Office) -> None:
    path = f"/practitioners/{office.one}/info-messages/gp-panel"
    text = f"Jeg er på kurs. {uuid4()}"
    await office.put(path, {"text": text})
    expect((await office.panel())["message"]["gpText"] == text, "the GP's patients should see the GP's message")
    other = (await office.panel(office.other_patient))["message"]["gpText"]
    expect(other != text, "the colleague's patients should not")
    await office.put(path, {"text": ""})


async def _editor(office: Office) -> None:
    world = office.world
    for item in (await office.get("/editors"))["items"]:
        headers = {"If-Match": "*"}
        await world.call(office.gp, PAGES, "DELETE", f"{office.path}/editors/{item['editorId']}", headers=headers)
    person = world.people["born-2000"]
    body = {"name": person["name"], "person": {"nationalId": person["nationalId"]}}
    made = await world.post(office.gp, PAGES, f"{office.path}/editors", body, 201)
    editor = Kind("editor", (scopes.EDIT_OFFERING,), {"userClaimsParameters": {"pid": person["nationalId"]}})
    written = await office.put("/info-messages/contact-office", {"text": f"Ring oss. {uuid4()}"}, editor)
    expect(written["changedBy"]["role"] == "editor", "it should say that an editor wrote it")
    headers = {"If-Match": "*"}
    path = f"{office.path}/editors/{made['editorId']}"
    document(await world.call(office.gp, PAGES, "DELETE", path, headers=headers), 204)
    after = await world.call(editor, PAGES, "GET", f"{office.path}/info-messages/contact-office")
    expect(after.status_code == 403, "a dismissed editor should see nothing")


async def _closed_patient(office: Office) -> None:
    world, number = office.world, {"nationalId": office.patient.person["nationalId"]}
    for item in (await office.get("/blocked-patients"))["items"]:
        path = f"{office.path}/blocked-patients/{item['blockId']}"
        await world.call(office.gp, PAGES, "DELETE", path, headers={"If-Match": "*"})
    body = {"patient": number, "services": ["e-consultation"], "reason": "Avtalt med pasienten."}
    made = await world.post(office.gp, PAGES, f"{office.path}/blocked-patients", body, 201)
    expect("e-consultation" not in await office.buttons(), "what is closed to a patient should be gone for them")
    expect("e-consultation" in await office.buttons(office.other_patient), "and for nobody else")
    path = f"{office.path}/blocked-patients/{made['blockId']}"
    document(await world.call(office.gp, PAGES, "DELETE", path, headers={"If-Match": "*"}), 204)


async def _substitute(office: Office, today: str) -> None:
    path = f"/substitutes/{office.one}"
    body = {
        "away": [{"firstDay": today, "lastDay": today}],
        "substitutes": [{"hprNumber": office.two, "firstDay": today, "lastDay": today}],
    }
    await office.put(path, body)
    try:
        panel = await office.panel()
        expect(panel["gp"]["away"] is True, "the panel should say that the GP is away")
        expect([it["hprNumber"] for it in panel["substitutes"]] == [office.two], "and name the substitute")
    finally:
        await office.put(path, {"away": [], "substitutes": []})


@PART.row("H6", "Every change is kept with who and when, and can be put back; nobody overwrites unseen")
async def h6(world: World) -> None:
    """Two GPs build on the same version: the second is told. An earlier text is put back from the history."""
    office = Office(world)
    path = f"{office.path}/info-messages/prescription-renewal"
    earlier = f"Fornyelse tar to dager. {uuid4()}"
    await office.put("/info-messages/prescription-renewal", {"text": earlier})
    seen = await world.call(office.colleague, PAGES, "GET", path)
    await office.put("/info-messages/prescription-renewal", {"text": "Fornyelse tar tre dager."})
    stale = {"json": {"text": "Fornyelse tar fem dager."}, "headers": {"If-Match": seen.headers["ETag"]}}
    await world.refused(office.colleague, PAGES, "PUT", path, "precondition-failed", **stale)
    history = (await office.get("/history", limit="50"))["items"]
    kept = next(it for it in history if it["content"].get("text") == earlier)
    expect(kept["changedBy"]["hprNumber"] == office.one and bool(kept["changedAt"]), "it should say who and when")
    now = await world.call(office.gp, PAGES, "GET", path)
    headers = {"If-Match": now.headers["ETag"]}
    restore = f"{office.path}/history/{kept['changeId']}/restore"
    document(await world.call(office.gp, PAGES, "POST", restore, headers=headers), 200)
    expect((await office.get("/info-messages/prescription-renewal"))["text"] == earlier, "it should be put back")
