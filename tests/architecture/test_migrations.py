"""What is not released yet must leave the release before running: migrations only add (expand), and hold up nobody.

A lock that a migration waits for is given up after a second (`shared.migrate`, held by its own tests). What it has been
given it holds to its end, and making an index on a table that is in use takes as long as the table is large.
"""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RELEASED = {line.split()[1] for line in (ROOT / "deploy/released-migrations.sha256").read_text("utf-8").splitlines()}

# What takes something away that older code uses, or asks of it what it does not do. `-- wider` on the line says that a
# constraint is put in the place of a stricter one.
TAKES_AWAY = {
    "drops": re.compile(r"\bDROP\s+(TABLE|COLUMN|VIEW|TYPE|SEQUENCE|SCHEMA|FUNCTION|DEFAULT|EXTENSION)\b", re.I),
    "renames": re.compile(r"\bRENAME\b", re.I),
    "changes a type": re.compile(r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b", re.I),
    "demands a value": re.compile(r"\bSET\s+NOT\s+NULL\b", re.I),
    "refuses rows": re.compile(r"\bADD\s+(CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b(?!.*--\s*wider)", re.I),
    "empties": re.compile(r"\bTRUNCATE\b|\bDELETE\s+FROM\b", re.I),
    "by Alembic's own words": re.compile(r"\bop\.(drop|alter|rename)_"),
}
ADDED = re.compile(
    r"\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN)\w+\s[^,;]*", re.I
)
MADE = re.compile(r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", re.I)
CHANGED = re.compile(r"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\w+)", re.I)
BODY = re.compile(r"\bAS\s+\$\$.*?\$\$", re.I | re.S)
UNIQUE = re.compile(r"\bCREATE\s+UNIQUE\s+INDEX\b.*?\bON\s+(?:ONLY\s+)?(\w+)", re.I | re.S)


def taken_away(source: str) -> list[str]:
    """What older code would stumble over. Tables that the migration itself makes are its own, and a function's body is
    run when it is called.
    """
    upgrade = BODY.sub("", source.partition("def downgrade")[0])
    own = {name.lower() for name in MADE.findall(upgrade)}
    found = [f"an index that refuses rows of {name}" for name in UNIQUE.findall(upgrade) if name.lower() not in own]
    for statement in re.split(r";\s*\n|\"\"\"", upgrade):
        table = CHANGED.search(statement)
        if table and table[1].lower() in own:
            continue
        found += [
            f"{what}: {statement.strip()[:80]}" for what, pattern in TAKES_AWAY.items() if pattern.search(statement)
        ]
        found += [f"demands a value: {added}" for added in ADDED.findall(statement) if table and demands(added)]
    return found


def demands(added: str) -> bool:
    return bool(re.search(r"\bNOT\s+NULL\b", added, re.I)) and not re.search(r"\bDEFAULT\b|\bGENERATED\b", added, re.I)


RUN = re.compile(r"^ +(?:schema|op)\.(\w+)\((.*?)\)$", re.M | re.S)
INDEX = re.compile(
    r"^(?!.*--\s*locks:).*\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+ON\s+(?:ONLY\s+)?(\w+)",
    re.I | re.M,
)
REINDEX = re.compile(r"\bREINDEX\b|\bSET\s+(?:LOCAL\s+)?lock_timeout\b|\bop\.create_index\b", re.I)


def locked(file: Path) -> list[str]:
    """Tables in use that nobody writes to while this migration indexes them. `-- locks: why` on the line says why it
    may: that the table is small, say.
    """
    source = file.read_text("utf-8")
    spec = spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found, own = REINDEX.findall(source), set()
    for how, what in RUN.findall(source.partition("def upgrade")[2]):
        given = what.removeprefix("op, ")
        sql = f"schema.statements({given})" if how == "run" else given
        text = str(eval(sql, vars(module)))  # noqa: S307 - a migration of ours, as Alembic would run it
        own |= {name.lower() for name in MADE.findall(text)}
        if how != "run_concurrently":
            found += [table for table in INDEX.findall(text) if table.lower() not in own]
    return found


def test_migrations_to_come_index_tables_in_use_concurrently() -> None:
    migrations = [file for file in unreleased() if file.suffix == ".py"]
    found = {file.relative_to(ROOT).as_posix(): locked(file) for file in migrations}
    assert {file: tables for file, tables in found.items() if tables} == {}


@pytest.mark.parametrize(
    ("upgrade", "tables"),
    [
        ('schema.run_sql(op, "CREATE INDEX a ON outbox (b);")', ["outbox"]),
        ('schema.run_sql(op, TABLE + "CREATE INDEX a ON outbox (b);")', ["outbox"]),
        ('op.execute("CREATE UNIQUE INDEX IF NOT EXISTS a ON ONLY outbox (b)")', ["outbox"]),
        ('schema.run_sql(op, "CREATE INDEX a ON outbox (b); -- locks: one row a day")', []),
        ('schema.run_concurrently(op, "CREATE INDEX a ON outbox (b);")', []),
        ('schema.run_sql(op, TABLE + "CREATE INDEX a ON ours (b);")', []),
        ('schema.run_sql(op, TABLE)\n    schema.run_sql(op, "CREATE INDEX a ON ours (b);")', []),
        ('schema.run_sql(op, "SET LOCAL lock_timeout = 0")', ["SET LOCAL lock_timeout"]),
        ('op.create_index("a", "outbox", ["b"])', ["op.create_index"]),
    ],
)
def test_an_index_that_holds_up_those_who_write_is_found(tmp_path: Path, upgrade: str, tables: list[str]) -> None:
    file = tmp_path / "m0099.py"
    head = 'from alembic import op\nfrom shared import schema\nTABLE = "CREATE TABLE ours (b int);"\n'
    file.write_text(f"{head}\ndef upgrade() -> None:\n    {upgrade}\n")
    assert locked(file) == tables


def unreleased() -> list[Path]:
    files = [*ROOT.glob("services/*/migrations/versions/*.py"), *ROOT.glob("shared/shared/schema/*.sql")]
    return sorted(file for file in files if file.relative_to(ROOT).as_posix() not in RELEASED)


def test_migrations_to_come_only_add() -> None:
    found = {file.relative_to(ROOT).as_posix(): taken_away(file.read_text("utf-8")) for file in unreleased()}
    assert {file: what for file, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE prescription",
        "ALTER TABLE prescription DROP COLUMN message",
        "ALTER TABLE prescription RENAME message TO words",
        "ALTER TABLE prescription ALTER COLUMN deadline TYPE date",
        "ALTER TABLE prescription ALTER message SET NOT NULL",
        "ALTER TABLE prescription ADD COLUMN colour text NOT NULL",
        "ALTER TABLE prescription ADD colour text NOT NULL, ADD size int DEFAULT 1",
        "ALTER TABLE prescription ADD CONSTRAINT ck_short CHECK (length(message) < 10)",
        "CREATE UNIQUE INDEX one_each ON prescription (citizen)",
        "DELETE FROM outbox",
        'op.drop_column("prescription", "message")',
    ],
)
def test_what_takes_something_away_is_found(statement: str) -> None:
    assert taken_away(f'_SQL = """\n{statement};\n"""') != []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE colour (name text NOT NULL);\nALTER TABLE colour ADD CONSTRAINT pk_colour PRIMARY KEY (name)",
        "CREATE TABLE colour (name text NOT NULL);\nCREATE UNIQUE INDEX one_each ON colour (name)",
        "CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE colour; END $$",
        "ALTER TABLE prescription ADD COLUMN colour text",
        "ALTER TABLE prescription ADD COLUMN colour text NOT NULL DEFAULT 'blue'",
        "ALTER TABLE tool ADD COLUMN audience text[] NOT NULL GENERATED ALWAYS AS (heard(document)) STORED",
        "ALTER TABLE prescription DROP CONSTRAINT ck_state, ADD CONSTRAINT ck_state CHECK (state < 9) -- wider",
        "DROP INDEX ix_prescription_citizen",
    ],
)
def test_what_only_adds_is_not(statement: str) -> None:
    assert taken_away(f'_SQL = """\n{statement};\n"""') == []
