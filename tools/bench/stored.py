"""Prescriptions as a country has them, in the database of a running system."""

import time

import asyncpg

# In batches sorted by citizen, which is how the largest index is built. Of ten, one waits to be opened, two are used
# and the others came to an end. The journal note is as long as one is.
_FILL = """
    WITH invented AS (
        SELECT n, n % 10 AS one_of_ten, 'k1-' || substr(md5('citizen ' || n / 2), 1, 26) AS citizen,
            ($3::uuid[])[1 + (n % cardinality($3::uuid[]))::integer] AS tool_id,
            now() - make_interval(mins => (n * 7919 % 80000)::integer) AS at,
            (SELECT string_agg(md5((n * line)::text), ' ') FROM generate_series(1, 16) AS line) AS note
        FROM generate_series($1::bigint, $2::bigint) AS n
    ), made AS (
        INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,
            prescriber_name, prescriber_profession, organisation, client_id, journal_note, prescribed_at, deadline,
            opened_at, changed_at, due_at)
        SELECT citizen, gen_random_uuid(), tool_id, 1,
            CASE WHEN one_of_ten = 0 THEN 'active' WHEN one_of_ten < 3 THEN 'opened' ELSE 'expired' END,
            '9144889', 'Invented Prescriber', 'LE', (299900000 + n % 5000)::text, 'invented-client',
            jsonb_build_object('text', note), at, at + interval '30 days',
            CASE WHEN one_of_ten IN (1, 2) THEN at + interval '2 days' END, at + interval '2 days',
            CASE WHEN one_of_ten = 0 THEN now() + interval '20 days' END
        FROM invented
        ORDER BY citizen
        RETURNING *
    )
    INSERT INTO access_log (citizen, at, entry_id, action, hpr_number, name, profession, organisation, client_id,
        tool_id, prescription_id)
    SELECT citizen, prescribed_at, gen_random_uuid(), 'prescribed', prescriber_hpr, prescriber_name,
        prescriber_profession, organisation, client_id, tool_id, prescription_id
    FROM made
"""
_FILLED = "SELECT count(*) FROM prescription WHERE client_id = 'invented-client'"
_BATCH = 1_000_000


async def fill_prescriptions(database_url: str, count: int) -> str:
    """Until there are so many, each with its entry in the access log. What it took, in words."""
    started = time.monotonic()
    connection = await asyncpg.connect(database_url)
    try:
        before = await connection.fetchval(_FILLED, timeout=1200)
        tools = [row["tool_id"] for row in await connection.fetch("SELECT tool_id FROM tool_copy")]
        for start in range(before, count, _BATCH):
            await connection.execute(_FILL, start, min(start + _BATCH, count) - 1, tools, timeout=1200)
        for table in ("prescription", "access_log"):
            await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=1200)
        size = await connection.fetchval("SELECT pg_database_size(current_database()) / 1000000")
    finally:
        await connection.close()
    return f"{count:,} prescriptions, {size} MB, {time.monotonic() - started:.0f} s"
