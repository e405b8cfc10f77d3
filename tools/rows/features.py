"""docs/features.md, written from the rows."""

from tools.rows.walking import PARTS, numbered

_HEAD = """# What works today

Each row is a promise of the rules that the platform keeps, and `make rows` walks them over HTTP against the running
sandbox as those they are made to: supplier, health body, staff, practitioner, citizen, parent, GP, author, operator. It
prints `W` or what is missing, and ends with 0 only when nothing is. This page is written by it
(`.venv/bin/python -m tools.rows --table > docs/features.md`).

Rules that no row names yet are not built.
"""


def features() -> str:
    lines = [_HEAD]
    rows = list(numbered())
    for part in PARTS:
        lines += [f"## {part.title}", "", "| | rules | promise | the walk |", "|---|---|---|---|"]
        lines += [
            f"| {number} | {row.rules or '-'} | {row.promise} | {row.how} |" for number, of, row in rows if of is part
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
