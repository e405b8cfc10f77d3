"""`make demo`: the main job from end to end by real HTTP, each step with what came back; a child, and a revocation.

Uses the system that `make run` has started on PORT_BASE; when none is there, starts one of its own in a temporary
folder. Exits non-zero when anything differs from what the contracts promise.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import httpx

import sandbox
from sandbox.choices import citizen_token
from tools.local.ehr import Ehr
from tools.local.outcomes import Differs, Mailbox, document, expect, until
from tools.local.waking import awake

PHYSICIAN = "990000101"
DATA = Path(sandbox.__file__).parent / "data"
MESSAGE = "Begynn gjerne med første del, så snakker vi om det på fredag."
WHY_REVOKED = "Pasienten har heller fått time hos helsesykepleier."

Person: TypeAlias = dict[str, Any]
Tool: TypeAlias = dict[str, Any]


class Demo:
    def __init__(self, http: httpx.AsyncClient, port_base: int) -> None:
        self._http = http
        self._urls = [f"http://127.0.0.1:{port_base + offset}" for offset in range(6)]
        self._ehr = Ehr(http, self._urls[0], self._urls[2])
        self._step = 0
        people = {person["state"]: person for person in json.loads((DATA / "citizens.json").read_text("utf-8"))}
        self._patient, self._basis = people["main-demo"], people["consent-basis"]
        self._child, self._parent = people["toddler"], people["parent-of-toddler"]

    async def run(self) -> None:
        await self._log_in()
        await self._look_up()
        tool = await self._choose_tool()
        await self._make_room(tool["toolId"], self._patient)
        mailboxes = await self._mailboxes(self._patient)
        key = str(uuid4())
        prescription = await self._prescribe(tool["toolId"], key)
        await self._see_messages("The patient's phone and mailbox: not a word of what it is", mailboxes)
        await self._see_feed(prescription)
        await self._see_my_tools(tool["toolId"], new=True)
        await self._read_message(tool["toolId"])
        await self._open(tool["toolId"])
        await self._see_my_tools(tool["toolId"], new=False)
        await self._prescribe_again(tool["toolId"], prescription["prescriptionId"])
        await self._repeat(tool["toolId"], key, prescription)
        await self._prescribe_to_basis(tool["toolId"])
        async with awake(self._http, self._urls[0], self._urls[4], self._parent):
            await self._prescribe_to_child()
        await self._revoke(prescription, mailboxes)

    def _say(self, what: str, *details: str) -> None:
        self._step += 1
        print(f"\n{self._step:>2}. {what}")
        for detail in details:
            print("    " + detail.replace("\n", "\n    "))

    async def _post(self, path: str, asked: dict[str, Any], **headers: str) -> httpx.Response:
        """As the record system."""
        return await patiently(lambda: self._ehr.post(path, asked, **headers))

    async def _log_in(self) -> None:
        claims = await self._ehr.log_in(PHYSICIAN)
        name = claims.get("name", "")
        self._say(
            "A physician logs in through HelseID; the token is bound to the record system's own key (DPoP)",
            f"HPR number {claims['helseid://claims/hpr/hpr_number']} {name}, audience {claims['aud']}",
        )

    async def _look_up(self) -> None:
        answer = await self._post("/v1/patients/lookup", {"nationalId": self._patient["nationalId"]})
        found = document(answer, 200)
        expect(found["digitallyActive"] is True and found["reasons"] == [], "the patient should be digitally active")
        self._say("Looks the patient up", f"200 {found['name']}, {found['ageClass']}, digitally active")

    async def _choose_tool(self) -> dict[str, Any]:
        page = document(await self._ehr.get("/v1/prescribable-tools", limit="100"), 200)
        can = [tool for tool in page["items"] if tool["prescribable"]]
        cannot = next(tool for tool in page["items"] if not tool["prescribable"])
        expect(len(page["items"]) >= 40 and bool(can), "forty tools should be listed, some of them prescribable")
        self._say(
            "Lists the tools",
            f"200 {len(page['items'])} tools, {len(can)} prescribable by this physician",
            f"not «{cannot['name']}»: {cannot['reasons'][0]['text']}",
        )
        return await self._unused(can, self._patient)

    async def _unused(
        self, tools: list[dict[str, Any]], patient: Person, parent: Person | None = None
    ) -> dict[str, Any]:
        """The first of which nothing is known to happen later than now: the sandbox's time may have been moved back."""
        now = document(await self._http.get(f"{self._urls[0]}/clock"), 200)["now"]
        used = await self._citizen("GET", "/v1/me/history", parent or patient, parent and patient, limit="200")
        later = {entry["toolId"] for entry in document(used, 200)["items"] if entry["at"] > now}
        return dict(next((tool for tool in tools if tool["toolId"] not in later), tools[0]))

    async def _make_room(self, tool_id: str, patient: Person, parent: Person | None = None) -> None:
        """So that the demo can be run again: the citizen deletes the tool (P10) and it may be prescribed anew."""
        answer = await self._citizen("DELETE", f"/v1/me/tools/{tool_id}", parent or patient, parent and patient)
        expect(answer.status_code in (204, 404), f"deleting a tool answered {answer.status_code}")
        if answer.status_code == 204:

            async def free() -> bool:
                asked = {"patient": {"nationalId": patient["nationalId"]}}
                found = document(await self._post("/v1/prescriptions/search", asked), 200)
                return not any(p["toolId"] == tool_id and p["state"] in ("active", "opened") for p in found["items"])

            await until(free, "the deleted tool should be free to prescribe")
            self._say(f"({patient['name']} has the tool from an earlier run; it is deleted)", "204")

    async def _prescribe(self, tool_id: str, key: str) -> dict[str, Any]:
        started = time.perf_counter()
        answer = await self._post("/v1/prescriptions", self._act(tool_id), **{"Idempotency-Key": key})
        took = (time.perf_counter() - started) * 1000
        prescription = document(answer, 201)
        note = prescription["journalNote"]["text"]
        expect(answer.headers["Location"].endswith(prescription["prescriptionId"]), "Location should name it")
        expect(MESSAGE in note, "the message to the patient should stand in the note")
        self._say(
            f"Prescribes «{prescription['toolName']}» with a message to the patient ({took:.0f} ms)",
            f"201 {answer.headers['Location']}, deadline {prescription['deadline']}",
            "The note for the record:",
            *(f"  | {line}" for line in note.splitlines()),
        )
        return prescription

    def _act(self, tool_id: str) -> dict[str, Any]:
        return {"patient": {"nationalId": self._patient["nationalId"]}, "toolId": tool_id, "message": MESSAGE}

    async def _mailboxes(self, person: Person) -> list[Mailbox]:
        both = [Mailbox(self._http, self._urls[0], person[where]) for where in ("phone", "email")]
        return [await mailbox.empty() for mailbox in both]

    async def _see_messages(self, what: str, mailboxes: list[Mailbox], *secrets: str) -> None:
        """One SMS and one e-mail, with nothing in them of the message or of what is named besides."""
        sms, mail = [await mailbox.take_one() for mailbox in mailboxes]
        expect([sms["channel"], mail["channel"]] == ["sms", "email"], "an SMS and an e-mail should have come")
        for secret in (MESSAGE, WHY_REVOKED, *secrets):
            told = [m["channel"] for m in (sms, mail) if secret in f"{m['subject']} {m['text']}"]
            expect(not told, f"{told} should not tell: {secret}")
        self._say(what, f"SMS to {sms['to']}: {sms['text']}", f"E-mail to {mail['to']}: {mail['subject']}")

    async def _citizen(
        self, method: str, path: str, actor: Person, represents: Person | None = None, **parameters: str
    ) -> httpx.Response:
        """A call of the citizen's pages; `represents` is whom the actor acts for."""
        represented = represents["nationalId"] if represents else None
        token = await citizen_token(self._http, self._urls[0], actor["nationalId"], "nhn:helsetilbud", represented)
        headers = {"Authorization": f"Bearer {token}"}
        url = self._urls[5] + path
        return await patiently(lambda: self._http.request(method, url, params=parameters, headers=headers))

    async def _see_feed(self, prescription: dict[str, Any], *, closed: bool = False) -> None:
        feed = document(await self._citizen("GET", "/v1/me/feed", self._patient, limit="200"), 200)
        mine = [event for event in feed["items"] if event["prescriptionId"] == prescription["prescriptionId"]]
        expect(bool(mine), "the feed should tell of the prescription")
        newest = mine[0]
        why = newest["reason"]["text"] if newest["reason"] else ""
        expect(bool(why) is closed, f"the feed's newest event of it should {'' if closed else 'not '}give a reason")
        self._say("The patient's feed", f"200 {newest['occurredAt']} {newest['title']} {why}".rstrip())

    async def _see_my_tools(self, tool_id: str, *, new: bool) -> None:
        mine = await self._mine(tool_id)
        expect(len(mine) == 1 and mine[0]["new"] is new, f"the tool should be among my tools with new={new}")
        self._say("My tools", f"200 «{mine[0]['name']}» new={mine[0]['new']} origin={mine[0]['origin']}")

    async def _mine(self, tool_id: str) -> list[dict[str, Any]]:
        page = document(await self._citizen("GET", "/v1/me/tools", self._patient, limit="200"), 200)
        return [tool for tool in page["items"] if tool["toolId"] == tool_id]

    async def _read_message(self, tool_id: str) -> None:
        page = document(await self._citizen("GET", f"/v1/me/tools/{tool_id}", self._patient), 200)
        expect(page["message"] == MESSAGE, "the tool's page should show the physician's message")
        sender = page["prescribedBy"]["name"]
        self._say(f"The tool's page, with the message from {sender}", f"200 {page['message']}")

    async def _open(self, tool_id: str) -> None:
        answer = await self._citizen("POST", f"/v1/me/tools/{tool_id}/open", self._patient)
        self._say("Opens it", f"{answer.status_code} {document(answer, 200)['url']}")

    async def _prescribe_again(self, tool_id: str, prescription_id: str) -> None:
        answer = await self._post("/v1/prescriptions", self._act(tool_id))
        problem = document(answer, 409)
        expect(problem["code"] == "already-prescribed", f"already-prescribed was expected, not {problem['code']}")
        expect(problem["prescriptionId"] == prescription_id, "the existing prescription should be named")
        self._say("The same prescription once more", f"409 {problem['code']}, since {problem['since']}")

    async def _repeat(self, tool_id: str, key: str, prescription: dict[str, Any]) -> None:
        answer = await self._post("/v1/prescriptions", self._act(tool_id), **{"Idempotency-Key": key})
        expect(document(answer, 201) == prescription, "the same answer was expected")
        expect(answer.headers.get("Idempotency-Replayed") == "true", "Idempotency-Replayed was expected")
        self._say(
            "The first request repeated with its Idempotency-Key", "201 the same answer, Idempotency-Replayed: true"
        )

    async def _prescribe_to_basis(self, tool_id: str) -> None:
        asked = {"patient": {"nationalId": self._basis["nationalId"]}, "toolId": tool_id}
        problem = document(await self._post("/v1/prescriptions", asked), 422)
        expect(problem["code"] == "patient-not-digitally-active", f"not {problem['code']}")
        expect(problem["reasons"] == ["consent-basis-only"], f"not {problem['reasons']}")
        self._say(f"To {self._basis['name']}, whose consent is basis", f"422 {problem['code']} {problem['reasons']}")
        print(f"    {problem['detail']}")

    async def _prescribe_to_child(self) -> None:
        """Whom nobody writes to: a parent is notified, and opens the tool for the child."""
        child, parent = self._child, self._parent
        tool = await self._choose_childs_tool()
        await self._make_room(tool["toolId"], child, parent)
        mailboxes = await self._mailboxes(parent)
        asked = {"patient": {"nationalId": child["nationalId"]}, "toolId": tool["toolId"]}
        document(await self._post("/v1/prescriptions", asked), 201)
        self._say(f"Prescribes «{tool['name']}» to {child['name']}, {child['birthDate']}", "201")
        what = f"The phone and mailbox of a parent, {parent['name']}: not a word of whom it is for, either"
        await self._see_messages(what, mailboxes, tool["name"], child["name"], child["name"].split()[0])
        opened = await self._citizen("POST", f"/v1/me/tools/{tool['toolId']}/open", parent, child)
        self._say("The parent opens it for the child", f"{opened.status_code} {document(opened, 200)['url']}")

    async def _choose_childs_tool(self) -> dict[str, Any]:
        """For the parents of small children, and one that somebody may use for somebody else."""
        public = await self._http.get(f"{self._urls[1]}/v1/tools", params={"targetGroup": "parents", "limit": "200"})
        usable = {tool["toolId"] for tool in document(public, 200)["items"] if tool["representativeMayUse"]}
        page = document(await self._ehr.get("/v1/prescribable-tools", targetGroup="parents", limit="100"), 200)
        fit = [t for t in page["items"] if t["prescribable"] and not t["minimumAge"] and t["toolId"] in usable]
        expect(bool(fit), "some tool should be for parents of the youngest")
        return await self._unused(fit, self._child, self._parent)

    async def _revoke(self, prescription: dict[str, Any], mailboxes: list[Mailbox]) -> None:
        path = f"/v1/prescriptions/{prescription['prescriptionId']}/revoke"
        why = {"reason": WHY_REVOKED, "category": "replaced"}
        answer = await self._post(path, why, **{"Idempotency-Key": str(uuid4())})
        revoked = document(answer, 200)
        expect((revoked["state"], revoked["endCategory"]) == ("revoked", "replaced"), "it should be revoked")
        note = revoked["closingNote"]["text"]
        expect(WHY_REVOKED in note, "the note should say why it was revoked")
        self._say(
            "The physician revokes the first prescription, with a reason",
            f"200 {revoked['state']}, {revoked['endCategory']}",
            "The note for the record:",
            *(f"  | {line}" for line in note.splitlines()),
        )
        await self._see_messages("The patient's phone and mailbox", mailboxes)
        await self._see_feed(prescription, closed=True)
        expect(not await self._mine(prescription["toolId"]), "a revoked tool should not be among my tools")


async def patiently(call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Comes again when it is asked to (503 with Retry-After), as a program should."""
    answer = await call()
    for _ in range(5):
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        answer = await call()
    return answer


@asynccontextmanager
async def system(port_base: int) -> AsyncIterator[int]:
    """The one that is running, or one of our own for as long as this takes."""
    async with httpx.AsyncClient() as http:
        try:
            await http.get(f"http://127.0.0.1:{port_base}/people")
        except httpx.TransportError:
            pass
        else:
            yield port_base
            return
    with tempfile.TemporaryDirectory(prefix="helseverktoy-demo-") as folder:
        environment = os.environ | {"RUN_DIR": folder, "PORT_BASE": str(port_base)}
        print("No system is running: starting one for the demo.", flush=True)
        launcher = await asyncio.to_thread(_start, environment)
        with launcher:  # closes what it says
            try:
                yield port_base
            finally:
                launcher.terminate()
                launcher.wait(60)


def _start(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Returns when the welcome has been printed to its end."""
    command = [sys.executable, "-m", "tools.local.run"]
    launcher = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)  # noqa: S603 - our own launcher
    if not any(b"Ctrl-C" in line for line in launcher.stdout or ()):
        raise SystemExit("The system did not start; see above.")
    return launcher


async def run() -> None:
    started = time.monotonic()
    async with system(int(os.environ.get("PORT_BASE", "8100"))) as port_base, httpx.AsyncClient(timeout=10) as http:
        await Demo(http, port_base).run()
    print(f"\nAll as promised, in {time.monotonic() - started:.1f} s.")


def main() -> None:
    try:
        asyncio.run(run())
    except Differs as difference:
        print(f"\nDIFFERS: {difference}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
