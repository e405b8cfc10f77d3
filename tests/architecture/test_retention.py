"""Every table has a rule for how long its rows are kept: carried out, by an index, and written down."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from devkit.testing.plugin import MakeDatabase
from shared.db import Database
from shared.housekeeping import batch_of
from shared.retention import Kept, Months, Purged, Rules

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("services/*/*/worker.py"))
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""


def rules_of(package: str) -> Rules:
    rules: Rules = import_module(f"{package}.retention").RETENTION
    return rules


@pytest.mark.parametrize("package", PACKAGES)
async def test_every_table_has_a_rule_and_every_rule_a_table(package: str, make_database: MakeDatabase) -> None:
    database = Database(await make_database(package))
    async with database.driver() as connection:
        tables = {row["relname"] for row in await connection.fetch(_TABLES)}
    await database.close()
    assert set(rules_of(package)) == tables


@pytest.mark.parametrize("package", PACKAGES)
async def test_each_purge_finds_its_rows_by_an_index(package: str, make_database: MakeDatabase) -> None:
    database = Database(await make_database(package))
    purged = {table: rule for table, rule in rules_of(package).items() if isinstance(rule, Purged)}
    months = [(table, rule) for table, rule in rules_of(package).items() if isinstance(rule, Months)]
    purged |= {f"{table}_default": Purged(rule.column, rule.after, f"NOT ({rule.unless})") for table, rule in months}
    async with database.driver_transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for table, rule in purged.items():
            plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {batch_of(table, rule)}"))
            assert re.search(rf"Index Scan using \w+ on {table}\b", plan), plan
            assert "Sort" not in plan, plan
    await database.close()


def test_the_rules_are_those_of_the_security_page() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    section = page.partition("## How long each table keeps its rows\n")[2].partition("\n## ")[0]
    written = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| table")]
    assert written == lines()


def lines() -> list[str]:
    """A line of the page for each table and rule, with the services that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for package in PACKAGES:
        for table, rule in rules_of(package).items():
            found.setdefault((table, str(rule)), []).append(package.replace("_", "-"))
    named = {key: "each" if len(services) == len(PACKAGES) else ", ".join(services) for key, services in found.items()}
    return [f"| `{table}` | {services} | {said} |" for (table, said), services in sorted(named.items())]


def test_the_worker_of_each_service_carries_its_rules_out() -> None:
    workers = {package: (ROOT.glob(f"services/*/{package}/worker.py")) for package in PACKAGES}
    assert all("retention=RETENTION" in path.read_text("utf-8") for found in workers.values() for path in found)
    assert all(isinstance(rule, Kept | Purged | Months) for package in PACKAGES for rule in rules_of(package).values())
