"""Back to the first day."""

from collections.abc import Callable

import httpx
from fastapi import FastAPI

SMS = {"to": "+4749990001", "text": "Hei"}
HEADERS = {"Authorization": "Bearer sandbox-sms-key", "Idempotency-Key": "k"}


async def test_reset_forgets_everything_but_keys(http: httpx.AsyncClient) -> None:
    keys = (await http.get("/jwks")).json()
    first = (await http.post("/sms/messages", json=SMS, headers=HEADERS)).json()
    await http.post("/people", json={"count": 10})
    await http.post("/faults", json={"target": "hpr", "mode": "away"})

    response = await http.post("/reset")

    assert (response.status_code, response.json()) == (200, {"services": 0, "failed": 0})
    assert (await http.get("/messages")).json() == {"items": [], "total": 0}
    assert (await http.get("/people")).json()["generated"] == 0
    assert (await http.get("/faults")).json() == {"items": []}
    assert (await http.get("/jwks")).json() == keys
    assert (await http.post("/sms/messages", json=SMS, headers=HEADERS)).json()["messageId"] != first["messageId"]


async def test_reset_runs_every_hook_also_after_one_that_fails(app: FastAPI, http: httpx.AsyncClient) -> None:
    ran: list[str] = []

    def hook(name: str, *, fails: bool = False) -> Callable[[], object]:
        async def run() -> None:
            ran.append(name)
            if fails:
                raise RuntimeError(name)

        return run

    app.state.reset_hooks.extend([hook("first"), hook("second", fails=True), hook("third")])

    response = await http.post("/reset")

    assert ran == ["first", "second", "third"]
    assert (response.status_code, response.json()) == (500, {"services": 2, "failed": 1})


async def test_messages_alone_can_be_deleted(http: httpx.AsyncClient) -> None:
    await http.post("/sms/messages", json=SMS, headers=HEADERS)

    response = await http.delete("/messages")

    assert response.status_code == 204
    assert (await http.get("/messages")).json()["total"] == 0


async def test_messages_are_found_by_recipient_channel_and_reference(http: httpx.AsyncClient) -> None:
    for place, to in enumerate(["+4749990001", "+4749990002", "+4749990001"]):
        body = {"to": to, "text": f"Melding {place}", "reference": f"n-{place}"}
        await http.post("/sms/messages", json=body, headers=HEADERS | {"Idempotency-Key": str(place)})

    async def texts(query: str) -> list[str]:
        return [item["text"] for item in (await http.get(f"/messages?{query}")).json()["items"]]

    assert await texts("") == ["Melding 2", "Melding 1", "Melding 0"]
    assert await texts("to=%2B4749990001") == ["Melding 2", "Melding 0"]
    assert await texts("to=+4749990001") == ["Melding 2", "Melding 0"]
    assert await texts("reference=n-1") == ["Melding 1"]
    assert await texts("channel=email") == []
    assert await texts("limit=1") == ["Melding 2"]
