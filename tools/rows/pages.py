"""M: the citizen's own pages, walked by citizens and a tool's supplier."""

from datetime import datetime, timedelta
from typing import Final

from tools.local.outcomes import document, expect
from tools.rows.prescribing import launch_code, only_by_prescription, open_to_all
from tools.rows.table import Part
from tools.rows.world import PAGES, PRESCRIPTION, SUPPLIER, Json, World

PART = Part("The citizen's pages")
_TOOLS: Final = "/v1/me/tools"
_FEED: Final = "/v1/me/feed"


def freely_added(world: World) -> Json:
    """A plain link for grown-ups that needs no prescription."""
    plain = {"national": True, "prescriptionRequired": False, "loginRequired": False}
    fit = [t for t in world.tools if all(t[name] == value for name, value in plain.items())]
    return next(t for t in fit if t["integration"]["method"] == "open-link" and "adults" in t["targetGroups"])


@PART.row("M1", "My tools, new until first opened, and all tools, with search and filters")
async def m1(world: World) -> None:
    """Prescribed: new; opened: not. Search and a filter find it in my tools, and the others in all tools; a filter that
    does not exist is refused.
    """
    tool, who = only_by_prescription(world), world.citizen("english")
    await world.prescribe(world.physician, "english", tool)
    page = await world.until_mine(who, tool)
    expect(page["origin"] == "prescribed" and bool(page["longText"]), "it should be there, with its long text")
    expect(page["new"], "it should be new")
    document(await world.call(who, PAGES, "POST", f"{_TOOLS}/{tool['toolId']}/open"), 200)
    expect(not (await world.get(who, PAGES, f"{_TOOLS}/{tool['toolId']}"))["new"], "opened, it should not be new")
    for filters in ({"q": page["name"]}, {"purpose": tool["purpose"]}):
        found = await world.get(who, PAGES, _TOOLS, **filters)
        expect(any(t["toolId"] == tool["toolId"] for t in found["items"]), f"{filters} should find it")
    every = await world.get(who, PAGES, "/v1/me/available-tools", limit="200")
    asked = {t["prescriptionRequired"] for t in every["items"]}
    expect(asked == {True, False}, "all tools should hold those that need a prescription, marked so")
    await world.refused(who, PAGES, "GET", _TOOLS, "malformed-request", params={"colour": "red"})


@PART.row("M2", "A citizen adds what needs no prescription, and deletes any tool")
async def m2(world: World) -> None:
    """Adds a tool, is refused one that must be prescribed, and deletes the first."""
    who, tool = world.citizen("sami-letters"), freely_added(world)
    await world.call(who, PAGES, "DELETE", f"{_TOOLS}/{tool['toolId']}")
    added = document(await world.call(who, PAGES, "POST", _TOOLS, json={"toolId": tool["toolId"]}), 201)
    expect(added["origin"] == "self-added", "it should be added by themselves")
    must = next(t for t in world.tools if t["prescriptionRequired"] and t["national"] and t["minimumAge"] == 18)
    refused = await world.call(who, PAGES, "POST", _TOOLS, json={"toolId": must["toolId"]})
    expect(refused.is_error, "what must be prescribed should not be added")
    document(await world.call(who, PAGES, "DELETE", f"{_TOOLS}/{tool['toolId']}"), 204)
    await world.until_mine(who, tool, there=False)


@PART.row("M3", "A tool that requires login is opened signed in; an open one is a plain link")
async def m3(world: World) -> None:
    """Opens both. The supplier redeems the code once: a pairwise subject, who acts, who prescribed; never twice."""
    who, tool, plain = world.citizen("main-demo"), only_by_prescription(world), freely_added(world)
    await world.prescribe(world.physician, "main-demo", tool)
    await world.until_mine(who, tool)
    opened = document(await world.call(who, PAGES, "POST", f"{_TOOLS}/{tool['toolId']}/open"), 200)
    body = {"code": launch_code(opened["url"]), "toolId": tool["toolId"]}
    redeemed = await world.post(SUPPLIER, PAGES, "/v1/launches/redeem", body)
    expect(bool(redeemed["subject"]) and bool(redeemed["prescribers"]), f"the supplier should learn: {redeemed}")
    expect(who.person["nationalId"] not in str(redeemed), "not by number")
    await world.refused(SUPPLIER, PAGES, "POST", "/v1/launches/redeem", "launch-not-found", json=body)
    await world.call(who, PAGES, "POST", _TOOLS, json={"toolId": plain["toolId"]})
    link = document(await world.call(who, PAGES, "POST", f"{_TOOLS}/{plain['toolId']}/open"), 200)["url"]
    expect(link == plain["integration"]["address"], f"an open tool should be a plain link: {link}")


@PART.row("M4", "The feed, newest first, in pages and live; an event leads to what it is about")
async def m4(world: World) -> None:
    """Follows the stream, prescribes, and sees it there; reads the feed one by one, and the event's own page."""
    who, tool = world.citizen("long-name"), open_to_all(world, 6)
    await world.free(world.physician, "long-name", tool)
    headers = {"Authorization": f"Bearer {await world.token(who, PAGES)}"}
    async with world.http.stream("GET", world.url(PAGES) + f"{_FEED}/stream", headers=headers, timeout=20) as stream:
        expect(stream.status_code == 200, f"the stream should open: {stream.status_code}")
        act = world.act("long-name", tool)
        made = await world.post(world.physician, PRESCRIPTION, "/v1/prescriptions", act, 201)
        async for line in stream.aiter_lines():
            if made["prescriptionId"] in line:
                break
        else:
            expect(False, "the stream should tell of it")
    first = await world.get(who, PAGES, _FEED, limit="2")
    second = await world.get(who, PAGES, _FEED, limit="2", cursor=first["nextCursor"])
    entries = [*first["items"], *second["items"]]
    times = [entry["occurredAt"] for entry in entries]
    expect(times == sorted(times, reverse=True), f"newest first: {times}")
    mine = next(entry for entry in entries if entry["prescriptionId"] == made["prescriptionId"])
    event = await world.get(who, PAGES, f"{_FEED}/{mine['feedEventId']}")
    expect(event["toolId"] == tool["toolId"], "the event should lead to what it is about")
    document(await world.call(who, PAGES, "GET", event["about"]), 200)


PART.not_yet("The practitioner's page: choose a patient and a tool, send it, and read the note", "Pages to come.")
PART.not_yet("The citizen's page: my tools and the feed, live, in a browser", "Pages to come.")


@PART.row("M5", "The pages say how fresh they are")
async def m5(world: World) -> None:
    """My tools and the feed name the moment that they are as of, within a minute of now. That they can be thrown away
    and rebuilt is tested, and not walked here: it is an operator's command.
    """
    for path in (_TOOLS, _FEED, "/v1/me/available-tools"):
        fresh = (await world.get(world.citizen("main-demo"), PAGES, path))["freshness"]["asOf"]
        age = await world.now() - datetime.fromisoformat(fresh)
        expect(age < timedelta(minutes=1), f"{path} is as of {fresh}")


@PART.row("M6", "The citizen sees the use of every tool: prescribed, opened, deleted, by whom")
async def m6(world: World) -> None:
    """Is prescribed a tool, opens it, and has it revoked: all three are in the history, with the sender's name."""
    tool, who = open_to_all(world, 7), world.citizen("nhn-synthetic")
    made = await world.prescribe(world.physician, "nhn-synthetic", tool)
    await world.until_mine(who, tool)
    document(await world.call(who, PAGES, "POST", f"{_TOOLS}/{tool['toolId']}/open"), 200)
    path = f"/v1/prescriptions/{made['prescriptionId']}/revoke"
    await world.post(world.physician, PRESCRIPTION, path, {"reason": "Prøve", "category": "other"})
    await world.until_mine(who, tool, there=False)
    entries = (await world.get(who, PAGES, "/v1/me/history", toolId=tool["toolId"]))["items"]
    kinds = [entry["kind"] for entry in entries[:3]]
    expect(kinds == ["tool-revoked", "tool-opened", "tool-prescribed"], f"the history has {kinds}")
    expect(entries[2]["prescribedBy"]["name"] == made["prescribedBy"]["name"], "it should say who sent it")
