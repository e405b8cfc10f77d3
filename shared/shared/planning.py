"""What PostgreSQL is told for it to plan well on tables that are new (decision 0049).

Never analysed, an empty table is taken for one of ten pages, and looked up by its index. Analysed while it is empty or
tiny, it is read whole, and that plan stays in every connection until the next analysis, however much it has grown.
"""

from typing import Final

import asyncpg

# to be sent when a connection is made: what has an index is looked up by it. JIT takes longer than most statements do
LOOKING_UP: Final = {"enable_seqscan": "off", "jit": "off"}

_ANALYSE: Final = """
    DO $$
    DECLARE found regclass;
    BEGIN
        FOR found IN
            SELECT c.oid FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
                AND EXISTS (
                    SELECT FROM (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) held (part)
                    WHERE pg_relation_size(part) > 0
                )
            ORDER BY c.oid::regclass::text
        LOOP
            EXECUTE format('ANALYZE %s', found);
        END LOOP;
    END $$
"""


async def analyse(connection: asyncpg.Connection, seconds: float = 600) -> None:
    """All tables that hold something, with what autovacuum never looks at: the whole of a partitioned one. To be called
    when much has come at once.
    """
    await connection.execute(_ANALYSE, timeout=seconds)
