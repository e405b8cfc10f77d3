"""I1: after everything this service does, no national identity number is anywhere in what it keeps, logs or tells."""

import json
import re
from datetime import date
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.db import Database

# digests and trace ids are hexadecimal and may well hold eleven digits in a row
ELEVEN_DIGITS = re.compile(r"(?<![0-9a-z])\d{11}(?![0-9a-z])")


async def everything_kept(database: Database) -> str:
    """Every row of every table, as text."""
    async with database.driver() as connection:
        tables = await connection.fetch(
            "SELECT format('%I', tablename) AS t FROM pg_tables WHERE schemaname = 'public'"
        )
        assert {"consent", "person", "power_of_attorney", "outbox"} <= {row["t"] for row in tables}
        texts = [await connection.fetch(f"SELECT r::text AS row FROM {table['t']} r") for table in tables]  # noqa: S608
    return "\n".join(row["row"] for rows in texts for row in rows)


@pytest.mark.rule("I1")
async def test_I1_no_number_is_kept_or_logged(
    kari: Any,
    ola: Any,
    citizen: Any,
    mother: Any,
    register: Any,
    ask: Any,
    post: Any,
    send: Any,
    verify: Any,
    database: Database,
) -> None:
    child = citizen(date(2012, 6, 1))
    register.parents[child.number] = [mother.number]
    wrong = kari.number[:-1] + "x"
    with capture_logs() as logs:
        await kari.set_level("full", '"0"')
        await kari.set_level("none", '"0"')
        await ola.set_level("basis", '"0"')
        await mother.acting_for(child.number).set_level("full", '"0"')
        await mother.acting_for(kari.number).set_level("full", '"0"')
        await kari.put("/v1/me/reservations/research-contact", '{"reserved": true}', {"If-Match": '"0"'})
        power = {
            "holder": {"nationalId": ola.number, "name": ola.name},
            "areas": ["health-care"],
            "validTo": "2027-01-01",
        }
        assert (await kari.post("/v1/me/representations", power, {"Idempotency-Key": "one"})).status_code == 201
        await kari.post("/v1/me/representations", power | {"holder": {"nationalId": wrong, "name": "Person 7500"}})
        await verify(ola.number, kari.number, "power-of-attorney")
        await verify(child.number)
        await ask([kari.number, ola.number, child.number, wrong])
        await send("POST", "/v1/digitally-active/interest", {"nationalIds": [kari.number, wrong]})
        question = {"nationalIds": [kari.number, wrong], "kind": "research-contact"}
        await send("POST", "/v1/reservations/check", question, scope="nhn:samtykke/reservations")
        await send("POST", "/digitaltaktiv/helsenorgeaktivsjekken/v1", {"fnrListe": [kari.number], "omraade": 3})
        await post(json.dumps({"nationalIds": [kari.number, 1], "area": ola.number}))
        await post('{"nationalIds": ["' + kari.number)
        register.away = True
        await ask([citizen(date(1960, 1, 1)).number])
    kept, logged = await everything_kept(database), json.dumps(logs, default=str)
    assert "consent.level-changed.v1" in kept
    assert "request" in logged
    assert "person_register_away" in logged
    for number in (kari.number, ola.number, mother.number, child.number, wrong):
        assert number not in kept
        assert number not in logged
    assert not ELEVEN_DIGITS.search(kept)
    assert not ELEVEN_DIGITS.search(logged)


@pytest.mark.rule("I1")
async def test_I1_what_is_kept_is_the_citizen_reference(kari: Any, rows: Any) -> None:
    await kari.set_level("full", '"0"')
    [now], [step] = await rows("consent"), await rows("consent_history")
    assert re.fullmatch(r"k1-[a-z2-7]{26}", now["citizen"])
    assert step["citizen"] == step["acted_by"] == now["citizen"]
