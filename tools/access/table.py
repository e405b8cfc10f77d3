"""The table as a file that people read: a row for each operation, a column for each kind of caller."""

import csv
import io
from pathlib import Path

from tools.access.asking import COLUMNS

Statuses = dict[tuple[str, str], dict[str, int]]


def text_of(statuses: Statuses) -> str:
    rows = [["service", "operation", *COLUMNS]]
    rows += [[*name, *(str(row[caller]) for caller in COLUMNS)] for name, row in statuses.items()]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def read(file: Path) -> Statuses:
    """Empty where there is no file yet."""
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (row.pop("service"), row.pop("operation")): {caller: int(status) for caller, status in row.items()}
        for row in rows
    }


def changes(before: Statuses, after: Statuses) -> list[str]:
    """A line for each operation that has come or gone, and for each cell that is another."""
    gone = [f"- {' '.join(name)}" for name in before.keys() - after.keys()]
    come = [f"+ {' '.join(name)}" for name in after.keys() - before.keys()]
    return (
        sorted(gone)
        + sorted(come)
        + [
            f"{' '.join(name)} as {caller}: {before[name].get(caller, 'not asked')} -> {status}"
            for name in after
            if name in before
            for caller, status in after[name].items()
            if before[name].get(caller) != status
        ]
    )
