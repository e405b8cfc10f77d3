"""As little as possible is kept, and a national identity number nowhere (P12, I1)."""

from datetime import date
from typing import Any

import httpx

from devkit.testing.national_ids import generate
from shared.db import Database

# What is known of a citizen here, column by column. A column more is a reason to be found first.
KEPT = {
    "prescription": {
        "citizen",
        "prescription_id",
        "tool_id",
        "tool_revision",
        "state",
        "version",
        "prescriber_hpr",
        "prescriber_name",
        "prescriber_profession",
        "organisation",
        "client_id",
        "message",
        "journal_note",
        "prescribed_at",
        "deadline",
        "opened_at",
        "changed_at",
        "due_at",
        "end_reason",
        "end_category",
        "closing_note",
    },
    "access_log": {
        "citizen",
        "at",
        "entry_id",
        "action",
        "hpr_number",
        "name",
        "profession",
        "organisation",
        "client_id",
        "tool_id",
        "prescription_id",
        "outcome",
    },
}
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


async def columns(database: Database) -> dict[str, set[str]]:
    """Of the tables that hold something about a citizen; partitions are their table."""
    async with database.driver() as connection:
        found = await connection.fetch(
            "SELECT relname, array_agg(attname::text) AS names FROM pg_class"
            " JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped"
            " WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
            " GROUP BY relname HAVING bool_or(attname = 'citizen')"
        )
    return {row["relname"]: set(row["names"]) for row in found}


async def test_P12_what_is_kept_of_a_citizen_is_this_and_no_more(database: Database) -> None:
    assert await columns(database) == KEPT


async def test_P12_I1_no_table_and_no_log_line_holds_a_number_after_every_kind_of_question(
    client: httpx.AsyncClient,
    practitioner: Any,
    prescribe: Any,
    publish: Any,
    odd: str,
    supplier: Any,
    citizen: Any,
    database: Database,
    logged: Any,
) -> None:
    unknown = generate(date(1950, 5, 5), 0)
    tool_id = await publish()
    await prescribe(odd, tool_id, headers={"Idempotency-Key": "once"})
    answers = []
    for number in (odd, unknown):
        body = {"patient": {"nationalId": number}}
        answers += [
            await client.post("/v1/patients/lookup", json={"nationalId": number}, auth=practitioner()),
            await client.post("/v1/prescriptions/search", json=body, auth=practitioner()),
            await client.post(f"/v1/tools/{tool_id}/prescribers", json=body, auth=supplier()),
            await client.post(
                "/fhir/Task/_search", data={"patient.identifier": f"{FNR}|{number}"}, auth=practitioner()
            ),
            await client.get(f"/fhir/Task?patient.identifier={FNR}|{number}", auth=practitioner()),
            await client.get("/v1/me/access-log", auth=citizen(number)),
        ]
    assert {answer.status_code for answer in answers} == {200, 422}
    for number in (odd, unknown):
        assert not any(number in answer.text for answer in answers)
        assert await tables_with(database, number) == []
        assert number not in logged()
    assert await tables_with(database, "Ragnhild") != [], "the search finds what is there"


async def tables_with(database: Database, text: str) -> list[str]:
    async with database.driver() as connection:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [
            name
            for (name,) in names
            if await connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {name} t WHERE t::text LIKE '%' || $1 || '%')",  # noqa: S608 - tables of ours
                text,
            )
        ]
