"""Handing the citizen over to a tool signed in: one code, once, for a minute, for one supplier (M3, P11)."""

import asyncio
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.errors import ToolNotForRepresentatives
from helsetilbud_api.citizen.launching.schemas import RedeemedLaunch
from helsetilbud_api.citizen.models import MyTool, User, check_openable
from helsetilbud_api.retention import RETENTION
from shared.events.catalog import Integration, Party
from shared.housekeeping import keep_house
from shared.metrics import Metrics

TUSSMORKE, OTHER = "299900940", "299900959"
START = "https://sovntrappa.example/start?via=hn"


@pytest.fixture
def signed_in(others: Any) -> Any:
    """Publishes a tool that takes citizens in signed in."""

    async def publish(
        tool_id: UUID, sequence: int = 2, supplier: str = TUSSMORKE, *, representative_may_use: bool = False
    ) -> None:
        event = others.published(tool_id, sequence)
        integration = Integration(method="signed-in-web", address="https://sovntrappa.example", launch_address=START)
        changes = {
            "login_required": True,
            "representative_may_use": representative_may_use,
            "integration": integration,
            "supplier": Party(organisation_number=supplier, name="Tussmørke AS"),
        }
        await others.tell(event.model_copy(update={"tool": event.tool.model_copy(update=changes)}))

    return publish


async def launch(citizen: Any, tool: UUID, headers: Any = None) -> str:
    answer = await citizen.open(tool, headers)
    assert answer.status_code == 200, answer.text
    url = answer.json()["url"]
    assert url.startswith(f"{START}&launch=")
    [code] = parse_qs(urlsplit(url).query)["launch"]
    return code


@pytest.mark.rule("M3", "P11")
async def test_M3_the_supplier_learns_who_has_come_and_who_sent_them(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any, clock: Any
) -> None:
    await signed_in(tool)
    opened_at = clock.written
    code = await launch(kari, tool)
    clock.go(seconds=59)
    answer = await supplier(TUSSMORKE).redeem(code, tool)
    assert answer.status_code == 200, answer.text
    assert RedeemedLaunch.model_validate(answer.json())
    subject = answer.json()["subject"]
    assert answer.json() == {
        "toolId": str(tool),
        "subject": subject,
        "actingPerson": {"subject": subject, "relation": "self"},
        "launchedAt": opened_at,
        "prescribers": [
            {
                "name": "Ine Eksempel",
                "profession": "LE",
                "organisation": "299900130",
                "organisationName": "Eksempel legesenter",
                "prescribedAt": opened_at,
            }
        ],
    }


@pytest.mark.rule("M3")
@pytest.mark.parametrize("wrong", ["used", "late", "another supplier", "another tool", "unknown"])
async def test_M3_a_code_is_good_once_for_a_minute_for_one_tool_of_one_supplier(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any, clock: Any, wrong: str
) -> None:
    await signed_in(tool)
    code = await launch(kari, tool)
    if wrong == "used":
        assert (await supplier(TUSSMORKE).redeem(code, tool)).status_code == 200
    if wrong == "late":
        clock.go(seconds=60)
    asked = "x" * 43 if wrong == "unknown" else code, uuid4() if wrong == "another tool" else tool
    refused = await supplier(OTHER if wrong == "another supplier" else TUSSMORKE).redeem(*asked)
    assert (refused.status_code, refused.json()["code"]) == (404, "launch-not-found")


@pytest.mark.rule("M3")
async def test_M3_of_redemptions_at_once_one_learns_anything(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any
) -> None:
    await signed_in(tool)
    code, replicas = await launch(kari, tool), [supplier(TUSSMORKE) for _ in range(8)]
    answers = await asyncio.gather(*(replica.redeem(code, tool) for replica in replicas))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 7]


@pytest.mark.rule("M3", "K4", "S6")
@pytest.mark.parametrize("meanwhile", ["stopped", "deleted", "hidden", "revoked"])
async def test_K4_what_is_stopped_deleted_or_hidden_after_the_opening_is_not_started(
    kari: Any, others: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any, meanwhile: str
) -> None:
    await signed_in(tool)
    code = await launch(kari, tool)
    if meanwhile == "deleted":
        await kari.delete(tool)
    else:
        event = {
            "stopped": others.stopped(tool, 3),
            "hidden": others.level(kari, "basis", 1),
            "revoked": others.revoked(prescribed),
        }
        await others.tell(event[meanwhile])
    assert (await supplier(TUSSMORKE).redeem(code, tool)).status_code == 404


@pytest.mark.rule("M3", "P11")
async def test_M3_a_subject_is_the_same_at_one_supplier_and_another_at_the_next(
    kari: Any, ola: Any, others: Any, signed_in: Any, supplier: Any, rows: Any
) -> None:
    tools = {uuid4(): TUSSMORKE, uuid4(): TUSSMORKE, uuid4(): OTHER}
    for tool, owner in tools.items():
        await signed_in(tool, 1, owner)
        await others.tell(others.prescribed(kari, tool), others.prescribed(ola, tool))

    async def subject(citizen: Any, tool: UUID, owner: str) -> str:
        answer = await supplier(owner).redeem(await launch(citizen, tool), tool)
        return answer.json()["subject"]

    karis = [await subject(kari, tool, owner) for tool, owner in tools.items()]
    assert karis[0] == karis[1] != karis[2]
    assert await subject(kari, *next(iter(tools.items()))) == karis[0]
    olas = [await subject(ola, tool, owner) for tool, owner in tools.items()]
    assert not set(olas) & set(karis)
    kept = await rows("SELECT l::text AS row FROM launch l")
    assert len(kept) == 7


@pytest.mark.rule("S5", "M3")
async def test_S5_a_parent_is_one_person_to_the_supplier_whichever_child_it_is_about(
    caller: Any, others: Any, signed_in: Any, supplier: Any, representations: Any, tool: UUID
) -> None:
    children = [caller(date(born, 6, 1)) for born in (2018, 2020)]
    await signed_in(tool, 1, representative_may_use=True)
    representations.allow()
    redeemed = []
    for child in children:
        await others.tell(others.prescribed(child, tool))
        mother = caller(date(1988, 2, 2), represents=child.number, relation="parent")
        redeemed.append((await supplier(TUSSMORKE).redeem(await launch(mother, tool), tool)).json())
    assert len({it["subject"] for it in redeemed}) == 2
    [acting] = {it["actingPerson"]["subject"] for it in redeemed}
    assert acting not in {it["subject"] for it in redeemed}
    assert {it["actingPerson"]["relation"] for it in redeemed} == {"parent"}


async def test_M3_the_code_itself_is_kept_nowhere(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, rows: Any
) -> None:
    await signed_in(tool)
    code = await launch(kari, tool, {"Idempotency-Key": "one-click"})
    for table in ("launch", "idempotent_answer", "outbox"):
        assert code not in str(await rows(f"SELECT t::text FROM {table} t"))  # noqa: S608 - our own names


@pytest.mark.rule("M3")
async def test_M3_a_repeated_opening_is_one_opening_with_a_code_of_its_own(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any, rows: Any
) -> None:
    await signed_in(tool)
    key = {"Idempotency-Key": "one-click"}
    codes = [await launch(kari, tool, key) for _ in range(2)]
    assert len(await rows("SELECT FROM outbox")) == 1
    for code in codes:
        assert (await supplier(TUSSMORKE).redeem(code, tool)).status_code == 200


async def test_only_suppliers_redeem(kari: Any, prescribed: Any, tool: UUID, signed_in: Any, supplier: Any) -> None:
    await signed_in(tool)
    code = await launch(kari, tool)
    refused = await supplier(TUSSMORKE).redeem(code, tool, scope="nhn:helsetilbud/edit")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    citizens = await kari.request("POST", "/v1/launches/redeem", json={"code": code, "toolId": str(tool)})
    assert citizens.status_code == 401


async def test_codes_of_the_past_are_thrown_away(
    kari: Any, prescribed: Any, tool: UUID, signed_in: Any, database: Any, rows: Any, until: Any
) -> None:
    await signed_in(tool)
    for _ in range(2):
        await launch(kari, tool)
    async with database.driver() as connection:
        await connection.execute("UPDATE launch SET expires_at = now()")
        first = await connection.fetchval("SELECT digest FROM launch LIMIT 1")
        await connection.execute(
            "UPDATE launch SET expires_at = now() - interval '11 minutes' WHERE digest = $1", first
        )
    stop = asyncio.Event()
    sweeping = asyncio.create_task(keep_house(database, Metrics(), stop, RETENTION))

    async def one_is_left() -> bool:
        return len(await rows("SELECT FROM launch")) == 1

    await until(one_is_left)
    stop.set()
    await sweeping


def test_S5_a_representative_opens_only_what_allows_it(others: Any, tool: UUID) -> None:
    document = others.document(tool)
    with pytest.raises(ToolNotForRepresentatives):
        check_openable(MyTool("active", None, None, False, None, document), User("k1-child", 8, True))
    allowing = document.model_copy(update={"representative_may_use": True})
    assert check_openable(MyTool("active", None, None, False, None, allowing), User("k1-child", 8, True)) is allowing
