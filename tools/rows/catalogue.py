"""K: the catalogue, walked by a supplier, the health body that vouches, two of the staff, and nobody at all."""

from typing import Any, Final

from tools.local.outcomes import document, expect, until
from tools.rows.table import Part
from tools.rows.world import (
    CATALOG,
    COLLEAGUE,
    HEALTH_BODY,
    OTHER_HEALTH_BODY,
    OTHER_SUPPLIER,
    PAGES,
    PRESCRIPTION,
    STAFF,
    SUPPLIER,
    Json,
    World,
    practitioner,
)

PART = Part("The catalogue")
_NEW: Final[Json] = {
    "supplier": {"name": "Tussmørke Helseteknologi AS"},
    "healthBody": {"organisationNumber": "299901505", "name": "Direktoratet for helsemestring"},
    "texts": {
        "nb": {
            "name": "Kveldsro",
            "shortText": "Øvelser som hjelper deg å legge dagen fra deg.",
            "longText": "Du får korte øvelser i pust og avspenning, og en søvndagbok. Bruk dem når det passer deg.",
            "practitionerText": "Egner seg ved lettere søvnvansker hos voksne. Krever ingen oppfølging.",
        }
    },
    "purpose": "learning",
    "kind": "standalone",
    "subjectAreas": ["sleep"],
    "targetGroups": ["adults"],
    "languages": ["nb"],
    "integration": {
        "method": "signed-in-web",
        "address": "https://kveldsro.example",
        "launchAddress": "https://kveldsro.example/start",
    },
    "loginRequired": True,
    "national": True,
    "prescriptionRequired": False,
    "prescribable": True,
    "minimumAge": 18,
    "dataUse": {"category": "stored-by-supplier", "privacyStatement": "https://kveldsro.example/personvern"},
}
_ASSURED: Final = {"outcome": "assured", "reason": "Faglig grunnlag er gjennomgått"}
_PATIENT: Final = "sami-letters"


async def _submit(world: World, body: Json) -> str:
    """The path of a submission that waits for the health body, or for staff when only words change."""
    made = await world.post(SUPPLIER, CATALOG, "/v1/submissions", body, 201)
    path = f"/v1/submissions/{made['submissionId']}"
    await world.post(SUPPLIER, CATALOG, f"{path}/submit", {"reason": "Klar til gjennomgang"})
    return path


async def _check_list(world: World) -> list[Json]:
    items = (await world.get(None, CATALOG, "/v1/code-lists/check-list"))["items"]
    return [{"item": item["code"], "fulfilled": True} for item in items if not item["retired"]]


async def _publish(world: World) -> Json:
    path = await _submit(world, {"tool": _NEW})
    await world.post(HEALTH_BODY, CATALOG, f"{path}/assurance", _ASSURED)
    await world.post(STAFF, CATALOG, f"{path}/verification", {"items": await _check_list(world)})
    return await world.post(COLLEAGUE, CATALOG, f"{path}/publish")


async def _published(world: World) -> Json:
    """A tool of this walk's."""
    if "published" not in world.kept:
        world.kept["published"] = await _publish(world)
    found: Json = world.kept["published"]
    return found


@PART.row("K1", "A tool is described whole, in each of its languages")
async def k1(world: World) -> None:
    """Reads each tool of the first day without logging in and compares every field; codes are in the lists."""
    for tool in [t for t in world.tools if t["national"]][::8]:
        shown = await world.get(None, CATALOG, f"/v1/tools/{tool['toolId']}")
        differing = [name for name, value in tool.items() if value not in (None, [], shown.get(name))]
        expect(not differing, f"{tool['texts']['nb']['name']} differs in {differing}")
    lists = {"purposes": "purpose", "subject-areas": "subjectAreas", "target-groups": "targetGroups"}
    for name, member in lists.items():
        items = (await world.get(None, CATALOG, f"/v1/code-lists/{name}"))["items"]
        used = {code for t in world.tools for code in ([t[member]] if isinstance(t[member], str) else t[member])}
        expect(used <= {item["code"] for item in items}, f"{name} should hold {used}")
        expect(all(item["definitions"]["nb"] for item in items), f"{name} should say what each code means")


@PART.row("K2", "Nothing is published before the health body, the check list and two of the staff have said yes")
async def k2(world: World) -> None:
    """A supplier hands in a tool. Another health body does not see it; an incomplete check list and whoever verified do
    not publish it; a colleague does. Each step is in its history with actor, time and reason.
    """
    path = await _submit(world, {"tool": _NEW})
    await world.refused(OTHER_HEALTH_BODY, CATALOG, "POST", f"{path}/assurance", "submission-not-found", json=_ASSURED)
    await world.post(HEALTH_BODY, CATALOG, f"{path}/assurance", _ASSURED)
    items = await _check_list(world)
    await world.post(STAFF, CATALOG, f"{path}/verification", {"items": items[:-1]})
    await world.refused(COLLEAGUE, CATALOG, "POST", f"{path}/publish", "check-list-incomplete")
    await world.post(STAFF, CATALOG, f"{path}/verification", {"items": items[-1:]})
    await world.refused(STAFF, CATALOG, "POST", f"{path}/publish", "publisher-verified")
    published = await world.post(COLLEAGUE, CATALOG, f"{path}/publish")
    world.kept["published"] = published
    history = await world.get(SUPPLIER, CATALOG, f"/v1/tools/{published['toolId']}/history")
    steps = [entry["step"] for entry in history["items"]]
    expect(steps == ["published", "verified", "checked", "assured", "submitted", "created"], f"the history is {steps}")
    expect(all(entry["at"] and entry["actor"]["name"] for entry in history["items"]), "each step should have an actor")


@PART.row("K3", "A change waits for the approval that it needs, and the published revision stays up")
async def k3(world: World) -> None:
    """A lower age asks for the whole way and is not shown meanwhile; a corrected text asks for a lighter one, and shows
    when it is published.
    """
    tool = (await _published(world))["toolId"]
    change = {"toolId": tool, "tool": {"minimumAge": 13}}
    full = await world.post(SUPPLIER, CATALOG, "/v1/submissions", change, 201)
    expect(full["approval"] == "full", "a lower age should need full approval")
    shown = await world.get(None, CATALOG, f"/v1/tools/{tool}")
    expect(shown["minimumAge"] == 18, "the published age should stay")
    await world.post(SUPPLIER, CATALOG, f"/v1/submissions/{full['submissionId']}/withdraw", {"reason": "Likevel ikke"})
    words = {"texts": {"nb": {"shortText": "Øvelser som hjelper deg å finne roen om kvelden."}}}
    path = await _submit(world, {"toolId": tool, "tool": words})
    light = await world.get(SUPPLIER, CATALOG, path)
    expect(light["approval"] == "light", "a corrected text should need light approval")
    needed = [
        item["code"] for item in (await world.get(None, CATALOG, "/v1/code-lists/check-list"))["items"] if item["light"]
    ]
    items = [{"item": code, "fulfilled": True} for code in needed]
    await world.post(STAFF, CATALOG, f"{path}/verification", {"items": items})
    await world.post(COLLEAGUE, CATALOG, f"{path}/publish")
    shown = await world.get(None, CATALOG, f"/v1/tools/{tool}")
    expect("finne roen" in shown["texts"]["nb"]["shortText"], "the corrected text should show")


@PART.row("K4", "A stopped tool is stopped everywhere at once, and can be reinstated")
async def k4(world: World) -> None:
    """Staff stop a tool that a patient has: prescribing and opening refuse it, my tools says withdrawn and why, the
    catalogue 410. After it is reinstated it opens again.
    """
    tool = await _published(world)
    patient = world.citizen(_PATIENT)
    await world.wake(_PATIENT)
    await _known_to_prescribing(world, tool)
    await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", world.act(_PATIENT, tool), 201)
    await world.until_mine(patient, tool)
    path, opening = f"/v1/tools/{tool['toolId']}", f"/v1/me/tools/{tool['toolId']}/open"
    why = {"category": "security", "reason": "Sårbarhet i innloggingen"}
    await world.post(STAFF, CATALOG, f"{path}/stop", why)
    try:
        await world.refused(None, CATALOG, "GET", path, "tool-withdrawn")
        await _until_refused(world, tool)
        await world.refused(patient, PAGES, "POST", opening, "tool-withdrawn")
        page = await world.get(patient, PAGES, f"/v1/me/tools/{tool['toolId']}")
        expect(
            page["withdrawn"] and page["withdrawnCategory"] == "security", "my tools should say that it is withdrawn"
        )
    finally:
        await world.post(COLLEAGUE, CATALOG, f"{path}/reinstate", {"reason": "Rettet, og testet på nytt"})

    async def opens() -> bool:
        return (await world.call(patient, PAGES, "POST", opening)).status_code == 200

    await until(opens, "a reinstated tool should open")


async def _known_to_prescribing(world: World, tool: Json) -> None:
    async def listed() -> bool:
        page = await world.get(world.physician, PRESCRIPTION, "/v1/prescribable-tools", limit="200")
        return any(item["toolId"] == tool["toolId"] for item in page["items"])

    await until(listed, "what is published should be prescribable")


async def _until_refused(world: World, tool: Json) -> None:
    """Within ten seconds everywhere, as contracts.md has it."""
    said: list[str] = []

    async def stopped() -> bool:
        answer = await world.call(
            world.physician, PRESCRIPTION, "POST", "/v1/prescriptions", json=world.act("main-demo", tool)
        )
        said[:] = [answer.json().get("code", "")]
        return said == ["tool-stopped"]

    await until(stopped, "a stopped tool should not be prescribed")


@PART.row("K5", "Anyone reads and searches the published catalogue; restricted tools show to those they are for")
async def k5(world: World) -> None:
    """Without a token: filters, counts, a search by another word form and one misspelt. A restricted tool is there
    for a practitioner of the hospital that it is for, and for nobody else.
    """
    page = await world.get(None, CATALOG, "/v1/tools", purpose="learning", facets="true", limit="200")
    expect({tool["purpose"] for tool in page["items"]} == {"learning"}, "the filter should hold")
    expect(bool(page["facets"]), "counts should come when they are asked for")
    for words in ("søvnproblemer", "søvntrapa"):
        found = await world.get(None, CATALOG, "/v1/tools", q=words)
        expect(any("øvntrappa" in t["name"] for t in found["items"]), f"«{words}» should find Søvntrappa")
    restricted = next(t for t in world.tools if not t["national"] and len(t["organisations"]) == 1)
    inside = practitioner(next(p for p in world.practitioners if p["organisation"] in restricted["organisations"]))
    path = f"/v1/tools/{restricted['toolId']}"
    expect((await world.call(None, CATALOG, "GET", path)).status_code == 404, "it should be nobody's to see")
    document(await world.call(inside, CATALOG, "GET", path), 200)


@PART.row("K6", "Others copy the catalogue: a change feed, entity tags, how each tool is integrated")
async def k6(world: World) -> None:
    """Follows the feed to its end from the cursor that was last given: a tool that is published comes next, whole. What
    has not changed answers 304.
    """
    cursor: dict[str, Any] = {}
    while True:
        page = await world.get(None, CATALOG, "/v1/tools/changes", limit="200", **cursor)
        cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else cursor
        if not page["items"] or not page.get("more", len(page["items"]) == 200):
            break
    published = await _publish(world)
    new = await world.get(None, CATALOG, "/v1/tools/changes", **cursor)
    mine = [change for change in new["items"] if change["toolId"] == published["toolId"]]
    expect(len(mine) == 1 and mine[0]["change"] == "published", "the feed should go on with what was published")
    expect(mine[0]["tool"]["integration"]["method"] == "signed-in-web", "the document should say how it is integrated")
    first = await world.call(None, CATALOG, "GET", f"/v1/tools/{published['toolId']}")
    again = {"If-None-Match": first.headers["ETag"]}
    second = await world.call(None, CATALOG, "GET", f"/v1/tools/{published['toolId']}", headers=again)
    expect(second.status_code == 304, "what has not changed should answer 304")
    path = f"/v1/tools/{published['toolId']}/history"
    await world.refused(OTHER_SUPPLIER, CATALOG, "GET", path, "tool-of-another-supplier")
