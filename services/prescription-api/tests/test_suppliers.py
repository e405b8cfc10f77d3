"""A supplier asks who has sent its own tool to a citizen who has started it (P11)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from devkit.testing.national_ids import generate
from shared.db import Database
from shared.events import ToolOpened, ToolRemoved

OTHER_SUPPLIER = "299900320"


@pytest.fixture
def ask(client: httpx.AsyncClient, supplier: Any) -> Any:
    async def ask(
        tool_id: UUID, number: str, *, auth: Any = None, query: str = "", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = {"patient": {"nationalId": number}}
        where = f"/v1/tools/{tool_id}/prescribers{query}"
        return await client.post(where, json=body, auth=auth or supplier(), headers=headers)

    return ask


@pytest.fixture
def start(tell: Any, reference: Any, clock: Any) -> Any:
    async def open_tool(made: dict[str, Any], number: str) -> None:
        ids = {"tool_id": UUID(made["toolId"]), "prescription_id": UUID(made["prescriptionId"])}
        await tell(ToolOpened(citizen=reference(number), acted_by=reference(number), at=clock.now, **ids))

    return open_tool


async def test_P11_the_supplier_learns_who_sent_its_tool_to_somebody_who_has_started_it(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    await start(made, odd)
    answer = await ask(tool_id, odd)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "items": [
            {
                "prescriptionId": made["prescriptionId"],
                "name": "Ragnhild Bergknausen",
                "profession": "LE",
                "organisation": "299900452",
                "organisationName": None,
                "prescribedAt": made["prescribedAt"],
            }
        ],
        "nextCursor": None,
    }


async def test_P11_an_unopened_prescription_looks_as_if_there_were_none(
    ask: Any, prescribe: Any, publish: Any, odd: str, world: Any
) -> None:
    tool_id = await publish()
    never_sent = world.live(generate(date(1977, 7, 7), 0))
    unknown = generate(date(1978, 8, 8), 0)
    await prescribe(odd, tool_id)
    answers = [await ask(tool_id, number) for number in (odd, never_sent, unknown)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"items":[],"nextCursor":null}')}


@pytest.mark.parametrize("state", ["active", "revoked", "removed", "expired", "stopped"])
async def test_P11_what_is_over_is_no_longer_told(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any, database: Database, state: str
) -> None:
    tool_id = await publish()
    await start((await prescribe(odd, tool_id)).json(), odd)
    assert len((await ask(tool_id, odd)).json()["items"]) == 1
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = $1", state)
    assert (await ask(tool_id, odd)).json()["items"] == []


async def test_P11_only_the_citizens_own_and_only_this_tool(
    ask: Any, prescribe: Any, publish: Any, odd: str, world: Any, start: Any
) -> None:
    first, second = await publish(sequence=1), await publish(sequence=2)
    other = world.live(generate(date(1977, 7, 7), 0))
    for number, tool_id in ((odd, first), (odd, second), (other, first)):
        await start((await prescribe(number, tool_id)).json(), number)
    [told] = (await ask(first, odd)).json()["items"]
    assert told["prescriptionId"] not in {i["prescriptionId"] for i in (await ask(second, odd)).json()["items"]}
    assert len((await ask(first, other)).json()["items"]) == 1


async def test_P11_P10_what_was_prescribed_again_is_told_again_in_pages(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any, database: Database, clock: Any
) -> None:
    tool_id = await publish()
    for _ in range(3):
        await start((await prescribe(odd, tool_id)).json(), odd)
        async with database.driver() as connection:
            await connection.execute("UPDATE prescription SET state = 'ended'")
        clock.go(days=1)
    first = (await ask(tool_id, odd, query="?limit=2")).json()
    rest = (await ask(tool_id, odd, query=f"?limit=2&cursor={first['nextCursor']}")).json()
    moments = [item["prescribedAt"] for item in first["items"] + rest["items"]]
    assert (len(moments), moments, rest["nextCursor"]) == (3, sorted(moments, reverse=True), None)
    of_another = await ask(tool_id, generate(date(1977, 7, 7), 0), query=f"?limit=2&cursor={first['nextCursor']}")
    assert (of_another.status_code, of_another.json()["code"]) == (400, "cursor-invalid")


async def test_P11_another_suppliers_tool_is_not_found(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any, supplier: Any, rows: Any
) -> None:
    """As little as one that there is not; and nothing of the citizen is looked at."""
    tool_id = await publish()
    await start((await prescribe(odd, tool_id)).json(), odd)
    for auth, asked in ((supplier(organisation=OTHER_SUPPLIER), tool_id), (supplier(), uuid4())):
        answer = await ask(asked, odd, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (404, "tool-not-found")
    assert "asked-prescribers" not in {row["action"] for row in await rows("access_log")}


async def test_P11_the_tool_is_the_suppliers_as_of_now(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any, supplier: Any
) -> None:
    tool_id = await publish()
    await start((await prescribe(odd, tool_id)).json(), odd)
    await publish(2, tool_id, revision=2, supplier={"organisationNumber": OTHER_SUPPLIER, "name": "Ny"})
    assert (await ask(tool_id, odd)).status_code == 404
    assert (await ask(tool_id, odd, auth=supplier(organisation=OTHER_SUPPLIER))).status_code == 200


async def test_P11_P13_each_question_is_in_the_citizens_log(
    ask: Any, prescribe: Any, publish: Any, odd: str, client: httpx.AsyncClient, citizen: Any, rows: Any
) -> None:
    tool_id = await publish()
    for _ in range(2):
        await ask(tool_id, odd)
    log = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]
    assert [entry["action"] for entry in log] == ["asked-prescribers", "asked-prescribers"]
    assert log[0]["text"] == "Stille Vann, som leverer verktøyet Søvnstigen, spurte hvem som har sendt det til deg."
    assert (log[0]["organisation"], log[0]["organisationName"]) == ("299900304", "Stille Vann")
    assert (log[0]["profession"], log[0]["clientId"]) == (None, "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11")


async def test_P11_only_a_machine_with_the_scope_may_ask(
    ask: Any, publish: Any, odd: str, supplier: Any, practitioner: Any, citizen: Any
) -> None:
    tool_id = await publish()
    refused = [
        (supplier(scope="nhn:verktoykatalog/supplier"), 403, "scope-missing"),
        (practitioner("nhn:verktoyformidler/supplier"), 403, "caller-not-allowed"),
        (citizen(odd), 401, "scheme-not-accepted"),
        (supplier(organisation=None), 404, "tool-not-found"),
    ]
    for auth, status, code in refused:
        answer = await ask(tool_id, odd, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("number", "code"), [("1234", "national-id-malformed"), ("30896112144", "national-id-check-digits")]
)
async def test_P11_P3_a_wrong_number_is_told_apart_and_not_repeated(
    ask: Any, publish: Any, number: str, code: str
) -> None:
    answer = await ask(await publish(), number)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert number not in answer.text


async def test_P11_after_the_citizen_has_deleted_the_tool_nothing_is_told(
    ask: Any, prescribe: Any, publish: Any, odd: str, start: Any, tell: Any, reference: Any, clock: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id)).json()
    await start(made, odd)
    ids = {"tool_id": tool_id, "prescription_id": UUID(made["prescriptionId"])}
    await tell(ToolRemoved(citizen=reference(odd), acted_by=reference(odd), at=clock.now, **ids))
    assert (await ask(tool_id, odd)).json()["items"] == []
