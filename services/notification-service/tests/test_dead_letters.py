"""Dead letters: operators read them and have them handled again, here on the service that needs it most (V4)."""

from typing import Any
from uuid import uuid4

import pytest

from shared.events import CloudEvent
from shared.messaging.dead_letters import keep
from shared.messaging.replays import replay_one

pytestmark = pytest.mark.rule("V4")


@pytest.fixture
def bury(database: Any):
    async def put(payload: str, reason: str = "builtins.KeyError") -> None:
        async with database.driver() as connection:
            await keep(connection, payload, reason, 5)

    return put


async def test_V4_a_dead_letter_is_replayed_and_has_its_effect(kari, news, bury, operator, database, rows) -> None:
    await kari.choose()
    await news.consent(kari.reference)
    payload = CloudEvent.wrap(news.prescription(kari.reference), news.clock()).to_json()
    await bury(payload)
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    assert (letter["state"], letter["reason"], letter["attempts"]) == ("waiting", "builtins.KeyError", 5)
    assert letter["name"] == "prescription.tool-prescribed.v1"
    assert kari.reference not in str(letter)

    asked = await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")
    again = await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")
    assert (asked.status_code, asked.json()["state"]) == (202, "replaying")
    assert again.json() == asked.json()
    assert await replay_one(database, news.dispatcher.receive) is True
    assert await replay_one(database, news.dispatcher.receive) is False

    assert [row["status"] for row in await rows()] == ["waiting", "waiting"]
    assert (await operator("GET", "/v1/dead-letters")).json()["items"] == []
    (replayed,) = (await operator("GET", "/v1/dead-letters", params={"state": "replayed"})).json()["items"]
    assert replayed["replayedAt"] is not None
    refused = await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "dead-letter-replayed")


@pytest.mark.parametrize(("error", "reason"), [(RuntimeError("secret"), "builtins.RuntimeError"), (None, "invalid")])
async def test_V4_a_letter_that_dies_again_waits_again_with_its_reason(
    news, bury, operator, database, error, reason
) -> None:
    await bury("not an event")
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")

    async def receive(payload: bytes | str) -> None:
        if error:
            raise error
        await news.dispatcher.receive(payload)

    await replay_one(database, receive)

    (again,) = (await operator("GET", "/v1/dead-letters", params={"state": "waiting"})).json()["items"]
    assert again["reason"].startswith(reason)
    assert "secret" not in str(again)
    assert again["attempts"] == 6
    assert (await operator("GET", "/v1/dead-letters", params={"state": "replaying"})).json()["items"] == []


async def test_V4_a_worker_that_dies_in_a_replay_leaves_the_request(bury, operator, database) -> None:
    await bury("{}")
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    await operator("POST", f"/v1/dead-letters/{letter['id']}/replay")

    class Killed(BaseException):
        pass

    async def receive(_: bytes | str) -> None:
        raise Killed

    with pytest.raises(Killed):
        await replay_one(database, receive)
    (still,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    assert still["state"] == "replaying"


async def test_pages_of_letters(bury, operator) -> None:
    for number in range(5):
        await bury(f"letter {number}")

    first = (await operator("GET", "/v1/dead-letters", params={"limit": 3})).json()
    second = (await operator("GET", "/v1/dead-letters", params={"limit": 3, "cursor": first["nextCursor"]})).json()

    assert len({letter["id"] for letter in first["items"] + second["items"]}) == 5
    assert second["nextCursor"] is None


async def test_a_letter_that_is_not_there(operator) -> None:
    answer = await operator("POST", f"/v1/dead-letters/{uuid4()}/replay")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/0b0e8a52-7c1f-4d0a-9a44-6b8d7d1f2c10/replay")])
async def test_only_operators_are_let_in(operator, kari, client, method, path) -> None:
    missing = await operator(method, f"/v1/dead-letters{path}", scope="nhn:varsling/approve")
    assert (missing.status_code, missing.json()["code"]) == (403, "scope-missing")

    token = kari.issuer.citizen_token("nhn:varsling", pid=kari.number)
    citizen = await client.request(method, f"/v1/dead-letters{path}", headers={"Authorization": f"Bearer {token}"})
    assert (citizen.status_code, citizen.json()["code"]) == (401, "scheme-not-accepted")


async def test_what_is_not_documented_is_refused(operator) -> None:
    for answer in (
        await operator("GET", "/v1/dead-letters", params={"state": "lost"}),
        await operator("POST", "/v1/dead-letters/not-an-id/replay"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_V4_all_that_wait_are_replayed_at_once(kari, news, bury, operator, database, rows) -> None:
    await kari.choose()
    for _ in range(3):
        await bury(CloudEvent.wrap(news.prescription(kari.reference), news.clock()).to_json())

    asked = await operator("POST", "/v1/dead-letters/replay")
    again = await operator("POST", "/v1/dead-letters/replay")
    assert (asked.status_code, asked.json(), again.json()) == (202, {"requested": 3}, {"requested": 0})
    while await replay_one(database, news.dispatcher.receive):
        pass

    assert (await operator("GET", "/v1/dead-letters")).json()["items"] == []
    assert len(await rows()) == 6


@pytest.mark.parametrize(
    ("which", "requested"),
    [
        ({"reason": "builtins.KeyError"}, 2),
        ({"reason": "invalid: document"}, 1),
        ({"name": "prescription.tool-prescribed.v1"}, 2),
        ({"name": "prescription.tool-prescribed.v1", "reason": "invalid: document"}, 0),
    ],
)
async def test_V4_or_some_of_them(kari, news, bury, operator, which, requested) -> None:
    for _ in range(2):
        await bury(CloudEvent.wrap(news.prescription(kari.reference), news.clock()).to_json())
    await bury("nothing", "invalid: document")

    assert (await operator("POST", "/v1/dead-letters/replay", params=which)).json() == {"requested": requested}


async def test_V4_what_is_discarded_is_kept_with_its_reason_and_waits_no_more(
    kari, news, bury, operator, database, rows
) -> None:
    await bury(CloudEvent.wrap(news.prescription(kari.reference), news.clock()).to_json())
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    path = f"/v1/dead-letters/{letter['id']}"

    done = await operator("POST", f"{path}/discard", json={"reason": "The tool is gone"})
    assert (done.json()["state"], done.json()["discardReason"]) == ("discarded", "The tool is gone")
    for act, body in (("replay", {}), ("discard", {"json": {"reason": "Again"}})):
        answer = await operator("POST", f"{path}/{act}", **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "dead-letter-discarded")

    assert (await operator("GET", "/v1/dead-letters")).json()["items"] == []
    (kept,) = (await operator("GET", "/v1/dead-letters", params={"state": "discarded"})).json()["items"]
    assert kept == done.json()
    assert await replay_one(database, news.dispatcher.receive) is False
    (row,) = await rows("SELECT discarded_by FROM dead_letter")
    assert row["discarded_by"].startswith("k1-")


@pytest.mark.parametrize("reason", ["", "no", "x" * 501, None, "Gone\nfor good", "Gone\u202e"])
async def test_discarding_needs_a_reason(bury, operator, reason) -> None:
    await bury("nothing")
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    answer = await operator("POST", f"/v1/dead-letters/{letter['id']}/discard", json={"reason": reason})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


@pytest.mark.rule("I1")
async def test_I1_a_reason_holds_no_identity_number(kari, bury, operator, rows) -> None:
    await bury("nothing")
    (letter,) = (await operator("GET", "/v1/dead-letters")).json()["items"]
    body = {"reason": f"Asked for by {kari.number}"}
    answer = await operator("POST", f"/v1/dead-letters/{letter['id']}/discard", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert kari.number not in str(await rows("SELECT * FROM dead_letter"))


async def test_V4_the_alarm_stays_on_until_each_is_dealt_with(kari, news, bury, operator, client, database) -> None:
    async def waiting() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        return float(next(line for line in lines if line.startswith("dead_letters ")).split()[1])

    await kari.choose()
    await bury(CloudEvent.wrap(news.prescription(kari.reference), news.clock()).to_json())
    await bury("nothing")
    assert [await waiting() for _ in range(3)] == [2, 2, 2]

    items = (await operator("GET", "/v1/dead-letters")).json()["items"]
    by_name = {item["name"]: f"/v1/dead-letters/{item['id']}" for item in items}
    await operator("POST", f"{by_name[None]}/discard", json={"reason": "It is nothing"})
    assert await waiting() == 1
    await operator("POST", f"{by_name['prescription.tool-prescribed.v1']}/replay")
    assert await waiting() == 1  # asked for is not done
    await replay_one(database, news.dispatcher.receive)
    assert await waiting() == 0
