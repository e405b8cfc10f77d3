"""`make demo`: the main job from end to end by real HTTP, each step with what came back.

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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from sandbox.choices import citizen_token
from sandbox.ehr import Ehr

PHYSICIAN = "990000101"
DATA = Path(__file__).parent / "data"
PATIENCE = 10.0


class Differs(Exception):
    """Something came back that should not have."""


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Differs(what)


class Demo:
    def __init__(self, http: httpx.AsyncClient, port_base: int) -> None:
        self._http = http
        self._urls = [f"http://127.0.0.1:{port_base + offset}" for offset in range(6)]
        self._ehr = Ehr(http, self._urls[0], self._urls[2])
        self._step = 0
        self._started = datetime.now(UTC)
        people = json.loads((DATA / "citizens.json").read_text("utf-8"))
        self._patient = next(p for p in people if p["state"] == "main-demo")
        self._basis = next(p for p in people if p["state"] == "consent-basis")

    async def run(self) -> None:
        await self._log_in()
        await self._look_up()
        tool = await self._choose_tool()
        await self._make_room(tool["toolId"])
        key = str(uuid4())
        prescription = await self._prescribe(tool["toolId"], key)
        await self._see_messages()
        await self._see_feed(tool["toolId"])
        await self._see_my_tools(tool["toolId"], new=True)
        await self._open(tool["toolId"])
        await self._see_my_tools(tool["toolId"], new=False)
        await self._prescribe_again(tool["toolId"], prescription["prescriptionId"])
        await self._repeat(tool["toolId"], key, prescription)
        await self._prescribe_to_basis(tool["toolId"])

    def _say(self, what: str, *details: str) -> None:
        self._step += 1
        print(f"\n{self._step:>2}. {what}")
        for detail in details:
            print("    " + detail.replace("\n", "\n    "))

    async def _log_in(self) -> None:
        claims = await self._ehr.log_in(PHYSICIAN)
        name = claims.get("name", "")
        self._say(
            "A physician logs in through HelseID; the token is bound to the record system's own key (DPoP)",
            f"HPR number {claims['helseid://claims/hpr/hpr_number']} {name}, audience {claims['aud']}",
        )

    async def _look_up(self) -> None:
        answer = await self._ehr.post("/v1/patients/lookup", {"nationalId": self._patient["nationalId"]})
        found = _body(answer, 200)
        expect(found["digitallyActive"] is True and found["reasons"] == [], "the patient should be digitally active")
        self._say("Looks the patient up", f"200 {found['name']}, {found['ageClass']}, digitally active")

    async def _choose_tool(self) -> dict[str, Any]:
        page = _body(await self._ehr.get("/v1/prescribable-tools", limit="100"), 200)
        can = [tool for tool in page["items"] if tool["prescribable"]]
        cannot = next(tool for tool in page["items"] if not tool["prescribable"])
        expect(len(page["items"]) >= 40 and bool(can), "forty tools should be listed, some of them prescribable")
        self._say(
            "Lists the tools",
            f"200 {len(page['items'])} tools, {len(can)} prescribable by this physician",
            f"not «{cannot['name']}»: {cannot['reasons'][0]['text']}",
        )
        chosen: dict[str, Any] = can[0]
        return chosen

    async def _make_room(self, tool_id: str) -> None:
        """So that the demo can be run again: the citizen deletes the tool (P10) and it may be prescribed anew."""
        headers = await self._me("nhn:helsetilbud")
        answer = await self._http.delete(f"{self._urls[5]}/v1/me/tools/{tool_id}", headers=headers)
        expect(answer.status_code in (204, 404), f"deleting a tool answered {answer.status_code}")
        if answer.status_code == 204:
            await self._until(lambda: self._is_free(tool_id), "the deleted tool should be free to prescribe")
            self._say("(The patient has the tool from an earlier run, and deletes it)", "204")

    async def _is_free(self, tool_id: str) -> bool:
        body = {"patient": {"nationalId": self._patient["nationalId"]}}
        found = _body(await self._ehr.post("/v1/prescriptions/search", body), 200)
        return not any(p["toolId"] == tool_id and p["state"] in ("active", "opened") for p in found["items"])

    async def _prescribe(self, tool_id: str, key: str) -> dict[str, Any]:
        started = time.perf_counter()
        answer = await self._ehr.post("/v1/prescriptions", self._act(tool_id), **{"Idempotency-Key": key})
        took = (time.perf_counter() - started) * 1000
        prescription = _body(answer, 201)
        expect(answer.headers["Location"].endswith(prescription["prescriptionId"]), "Location should name it")
        self._say(
            f"Prescribes «{prescription['toolName']}» ({took:.0f} ms)",
            f"201 {answer.headers['Location']}, deadline {prescription['deadline']}",
            "The note for the record:",
            *(f"  | {line}" for line in prescription["journalNote"]["text"].splitlines()),
        )
        return prescription

    def _act(self, tool_id: str) -> dict[str, Any]:
        return {"patient": {"nationalId": self._patient["nationalId"]}, "toolId": tool_id}

    async def _see_messages(self) -> None:
        sms = await self._message("sms", self._patient["phone"])
        mail = await self._message("email", self._patient["email"])
        self._say(
            "The patient's phone and mailbox",
            f"SMS to {sms['to']}: {sms['text']}",
            f"E-mail to {mail['to']}: {mail['subject']}",
        )

    async def _message(self, channel: str, to: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        async def arrived() -> bool:
            answer = await self._http.get(f"{self._urls[0]}/messages", params={"to": to})
            found[:] = [
                m
                for m in _body(answer, 200)["items"]
                if m["channel"] == channel and datetime.fromisoformat(m["receivedAt"]) >= self._started
            ]
            return bool(found)

        await self._until(arrived, f"an {channel} should have come to {to}")
        expect(len(found) == 1, f"exactly one {channel} should have come, not {len(found)}")
        return found[0]

    async def _me(self, audience: str) -> dict[str, str]:
        token = await citizen_token(self._http, self._urls[0], self._patient["nationalId"], audience)
        return {"Authorization": f"Bearer {token}"}

    async def _see_feed(self, tool_id: str) -> None:
        answer = await self._http.get(f"{self._urls[5]}/v1/me/feed", headers=await self._me("nhn:helsetilbud"))
        events = _body(answer, 200)["items"]
        expect(bool(events) and events[0]["toolId"] == tool_id, "the newest feed event should be about the tool")
        self._say("The patient's feed", f"200 {events[0]['occurredAt']} {events[0]['title']}")

    async def _see_my_tools(self, tool_id: str, *, new: bool) -> None:
        answer = await self._http.get(f"{self._urls[5]}/v1/me/tools", headers=await self._me("nhn:helsetilbud"))
        mine = [tool for tool in _body(answer, 200)["items"] if tool["toolId"] == tool_id]
        expect(len(mine) == 1 and mine[0]["new"] is new, f"the tool should be among my tools with new={new}")
        self._say("My tools", f"200 «{mine[0]['name']}» new={mine[0]['new']} origin={mine[0]['origin']}")

    async def _open(self, tool_id: str) -> None:
        headers = await self._me("nhn:helsetilbud")
        answer = await self._http.post(f"{self._urls[5]}/v1/me/tools/{tool_id}/open", headers=headers)
        self._say("Opens it", f"{answer.status_code} {_body(answer, 200)['url']}")

    async def _prescribe_again(self, tool_id: str, prescription_id: str) -> None:
        answer = await self._ehr.post("/v1/prescriptions", self._act(tool_id))
        problem = _body(answer, 409)
        expect(problem["code"] == "already-prescribed", f"already-prescribed was expected, not {problem['code']}")
        expect(problem["prescriptionId"] == prescription_id, "the existing prescription should be named")
        self._say("The same prescription once more", f"409 {problem['code']}, since {problem['since']}")

    async def _repeat(self, tool_id: str, key: str, prescription: dict[str, Any]) -> None:
        answer = await self._ehr.post("/v1/prescriptions", self._act(tool_id), **{"Idempotency-Key": key})
        expect(_body(answer, 201) == prescription, "the same answer was expected")
        expect(answer.headers.get("Idempotency-Replayed") == "true", "Idempotency-Replayed was expected")
        self._say(
            "The first request repeated with its Idempotency-Key", "201 the same answer, Idempotency-Replayed: true"
        )

    async def _prescribe_to_basis(self, tool_id: str) -> None:
        body = {"patient": {"nationalId": self._basis["nationalId"]}, "toolId": tool_id}
        problem = _body(await self._ehr.post("/v1/prescriptions", body), 422)
        expect(problem["code"] == "patient-not-digitally-active", f"not {problem['code']}")
        expect(problem["reasons"] == ["consent-basis-only"], f"not {problem['reasons']}")
        self._say(f"To {self._basis['name']}, whose consent is basis", f"422 {problem['code']} {problem['reasons']}")
        print(f"    {problem['detail']}")

    async def _until(self, happened: Callable[[], Awaitable[bool]], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await happened():
            if time.monotonic() > deadline:
                raise Differs(f"{what}, and did not within {PATIENCE:.0f} s")
            await asyncio.sleep(0.02)


def _body(answer: httpx.Response, status: int) -> dict[str, Any]:
    expect(
        answer.status_code == status,
        f"{answer.request.url.path}: {status} expected: {answer.status_code} {answer.text}",
    )
    body: dict[str, Any] = answer.json()
    return body


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
    command = [sys.executable, "-m", "sandbox.run"]
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
