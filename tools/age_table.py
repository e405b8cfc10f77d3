"""`make age-table`: who may use which tool, as markdown; docs/age-table.md is what it printed last (tested)."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from devkit.testing.age_table import PEOPLE, Person, Tool, answers, name_of, tools_for

_HEAD: Final = """\
# Who may use which tool

Printed by `make age-table` from `shared/shared/access_rules.py`, which every service asks (S5, P4, K1); decision 0057
says why. The tests `test_age_table.py` make each row true in each service and ask over HTTP.

Ages are whole years by the day in Norway; the birthday counts, and who is born on 29 February turns on 1 March in
ordinary years. A *holder* has a power of attorney for health care; a *guardian* one that was assigned because the
person cannot decide. `yes` is an answer without a refusal; anything else is the code of the refusal.
"""
_REACHED: Final = """
## Who is reached

The consent check (`/v1/digitally-active`) in health care and in the youth area, and what a practitioner's look-up says.
"""
_USED: Final = """
## Who may use what

*Send*: a practitioner prescribes it. *Add*: it is listed in all tools and can be added; it is for the whole country and
needs no prescription. *Open*: they have been sent it before, and the tool has become what the row says since. *For
them*: by who acts for the person.
"""


def table() -> str:
    return "\n".join([_HEAD + _REACHED, *_reached(), _USED, *_used(), ""])


def _reached() -> Iterator[str]:
    columns = ("person", "active", "through others", "reasons", "youth: active", "through others", "look-up: active")
    yield from _head([*columns, "themselves", "reasons"])
    for person in PEOPLE:
        alone, through = person.is_alone_in("health-care"), person.is_reached_through_others("health-care")
        youth = person.is_alone_in("youth"), person.is_reached_through_others("youth")
        reached = alone or through
        told = "" if reached else _codes(person.told())
        checked = [_word(alone), _word(through), _codes(person.reasons()), *map(_word, youth)]
        yield _row([name_of(person), *checked, _word(reached), _word(alone), told])


def _used() -> Iterator[str]:
    yield from _head(["person", "tool", "send", "add", "open", "add for them", "open for them"])
    for person in PEOPLE:
        rows = [(tool.says, _answers(person, tool)) for tool in tools_for(person)]
        if all(found == rows[0][1] for _, found in rows):
            rows = [("any", rows[0][1])]
        yield from (_row([name_of(person), says, *found]) for says, found in rows)


def _answers(person: Person, tool: Tool) -> list[str]:
    found = answers(person, tool)
    return [found.send, found.add, found.open, found.add_for_them, found.open_for_them]


def _head(columns: Sequence[str]) -> list[str]:
    return [_row(columns), "|" + "---|" * len(columns)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _word(value: bool) -> str:
    return "yes" if value else "no"


def _codes(reasons: Sequence[str]) -> str:
    return ", ".join(reasons)


if __name__ == "__main__":
    sys.stdout.write(table())
